//go:build linux

package sockets

import "golang.org/x/sys/unix"

// auditArch is AUDIT_ARCH_AARCH64 of linux/audit.h.
const auditArch = 0xc00000b7

var reported = []uint32{unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_UNLINKAT, unix.SYS_ACCEPT}

// sysUnlink is a call that this architecture does not have.
const sysUnlink = ^int32(0)
