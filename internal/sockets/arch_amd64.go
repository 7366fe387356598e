//go:build linux

package sockets

import "golang.org/x/sys/unix"

// auditArch is AUDIT_ARCH_X86_64 of linux/audit.h. Programs for 32 bits run
// under another one and are not reported; the x32 ABI has other call numbers.
const auditArch = 0xc000003e

var reported = []uint32{unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_UNLINKAT, unix.SYS_UNLINK, unix.SYS_ACCEPT}

const sysUnlink = unix.SYS_UNLINK
