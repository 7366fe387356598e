//go:build (unix && !linux) || (linux && (mips || mipsle || mips64 || mips64le))

package supervisor

import "syscall"

const soReusePort = syscall.SO_REUSEPORT
