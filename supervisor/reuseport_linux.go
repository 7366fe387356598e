//go:build !mips && !mipsle && !mips64 && !mips64le

package supervisor

// soReusePort is SO_REUSEPORT, which package syscall does not have for all of
// Linux (asm-generic/socket.h).
const soReusePort = 0xf
