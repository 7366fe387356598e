package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// quitDump is what a program of Go 1.26 wrote to stderr that waited for a
// connection in main when it got SIGQUIT, without most of the runtime's goroutines.
const quitDump = `opening the store
waiting for the lock of store.db
SIGQUIT: quit
PC=0x40916e m=0 sigcode=0

goroutine 0 gp=0x624600 m=0 mp=0x6253c0 [idle]:
internal/runtime/syscall/linux.Syscall6()
	internal/runtime/syscall/linux/asm_linux_amd64.s:36 +0xe fp=0x7ffd29bf3100 sp=0x7ffd29bf30f8 pc=0x40916e
internal/runtime/syscall/linux.EpollWait(0x92bb511?, {0x7ffd29bf318c?, 0x3eb9b6d870d1788a?, 0x7ffdedea24897c05?}, 0xb1484444?, 0xcc150061?)
	internal/runtime/syscall/linux/syscall_linux.go:32 +0x45 fp=0x7ffd29bf3150 sp=0x7ffd29bf3100 pc=0x408f85
runtime.netpoll(0x1495ad90c020?)
	runtime/netpoll_epoll.go:119 +0xd4 fp=0x7ffd29bf37e0 sp=0x7ffd29bf3150 pc=0x4468f4
runtime.findRunnable()
	runtime/proc.go:3754 +0x97f fp=0x7ffd29bf39b0 sp=0x7ffd29bf37e0 pc=0x45371f
runtime.schedule()
	runtime/proc.go:4164 +0xb1 fp=0x7ffd29bf39f0 sp=0x7ffd29bf39b0 pc=0x454db1
runtime.park_m(0x1495ad8fa1e0)
	runtime/proc.go:4304 +0x285 fp=0x7ffd29bf3a50 sp=0x7ffd29bf39f0 pc=0x455245
runtime.mcall()
	runtime/asm_amd64.s:496 +0x55 fp=0x7ffd29bf3a68 sp=0x7ffd29bf3a50 pc=0x484a55

goroutine 1 gp=0x1495ad8fa1e0 m=nil [IO wait]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	runtime/proc.go:462 +0xce fp=0x1495ad93ec08 sp=0x1495ad93ebe8 pc=0x4802ee
runtime.netpollblock(0x3?, 0x414186?, 0x0?)
	runtime/netpoll.go:575 +0xf7 fp=0x1495ad93ec40 sp=0x1495ad93ec08 pc=0x445ef7
internal/poll.runtime_pollWait(0x7f223072ee00, 0x72)
	runtime/netpoll.go:351 +0x85 fp=0x1495ad93ec60 sp=0x1495ad93ec40 pc=0x47f585
internal/poll.(*pollDesc).wait(0x1495ad9b0000?, 0x4aaffc?, 0x0)
	internal/poll/fd_poll_runtime.go:84 +0x27 fp=0x1495ad93ec88 sp=0x1495ad93ec60 pc=0x4ab287
internal/poll.(*pollDesc).waitRead(...)
	internal/poll/fd_poll_runtime.go:89
internal/poll.(*FD).Accept(0x1495ad9b0000)
	internal/poll/fd_unix.go:613 +0x28c fp=0x1495ad93ed30 sp=0x1495ad93ec88 pc=0x4ac4cc
net.(*netFD).accept(0x1495ad9b0000)
	net/fd_unix.go:150 +0x29 fp=0x1495ad93ede8 sp=0x1495ad93ed30 pc=0x4d3e49
net.(*TCPListener).accept(0x1495ad9a2040)
	net/tcpsock_posix.go:159 +0x1b fp=0x1495ad93ee38 sp=0x1495ad93ede8 pc=0x4e149b
net.(*TCPListener).Accept(0x1495ad9a2040)
	net/tcpsock.go:387 +0x30 fp=0x1495ad93ee68 sp=0x1495ad93ee38 pc=0x4e09b0
main.(*store).lock(0x1495ad99e080, {0x527035, 0x8})
	example.com/shop/main.go:24 +0xc9 fp=0x1495ad93eed0 sp=0x1495ad93ee68 pc=0x4e7cc9
main.open({0x527035, 0x8})
	example.com/shop/main.go:14 +0x39 fp=0x1495ad93ef00 sp=0x1495ad93eed0 pc=0x4e7bb9
main.main()
	example.com/shop/main.go:30 +0x57 fp=0x1495ad93ef48 sp=0x1495ad93ef00 pc=0x4e7d97
runtime.main()
	runtime/proc.go:290 +0x2d5 fp=0x1495ad93efe0 sp=0x1495ad93ef48 pc=0x44d295
runtime.goexit({})
	runtime/asm_amd64.s:1771 +0x1 fp=0x1495ad93efe8 sp=0x1495ad93efe0 pc=0x4866a1

goroutine 2 gp=0x1495ad8fb4a0 m=nil [force gc (idle)]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	runtime/proc.go:462 +0xce fp=0x1495ad930fa8 sp=0x1495ad930f88 pc=0x4802ee
runtime.goparkunlock(...)
	runtime/proc.go:468
runtime.forcegchelper()
	runtime/proc.go:375 +0xb3 fp=0x1495ad930fe0 sp=0x1495ad930fa8 pc=0x44d5b3
runtime.goexit({})
	runtime/asm_amd64.s:1771 +0x1 fp=0x1495ad930fe8 sp=0x1495ad930fe0 pc=0x4866a1
created by runtime.init.7 in goroutine 1
	runtime/proc.go:363 +0x1a
rax    0xfffffffffffffffc
rbx    0x7
rcx    0x40916e
rdx
`

func TestDigest(t *testing.T) {
	lines := func(format string, n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return all
	}
	deep := "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 1 gp=0x1 m=nil [select]:\n"
	for i := range 12 {
		deep += fmt.Sprintf("main.f%d(0x1, {0x2, 0x3})\n\t/app/main.go:%d +0x1c fp=0x1 sp=0x2 pc=0x3\n", i, i)
	}
	crash := append([]string{"panic: no config [recovered]", "\tpanic: no config", "", "goroutine 1 [running]:"}, lines("frame %d", 40)...)
	for _, c := range []struct {
		name, stderr string
		said, stack  []string
	}{
		{"nothing", "", nil, nil},
		{"white space", "\n\n", nil, nil},
		{"lines", "a\nb\n", []string{"a", "b"}, nil},
		{"many lines", strings.Join(lines("%d", 30), "\n"), lines("%d", 30)[10:], nil},
		{"a panic with a long stack", strings.Join(append(lines("%d", 30), crash...), "\n"), crash[:20], nil},
		{"a panic, and why it came to that", strings.Join(append(lines("%d", 30), crash[:6]...), "\n"),
			append(lines("%d", 30)[16:], crash[:6]...), nil},
		{"a real dump", quitDump, []string{"opening the store", "waiting for the lock of store.db"}, []string{
			"net.(*netFD).accept net/fd_unix.go:150",
			"net.(*TCPListener).accept net/tcpsock_posix.go:159",
			"net.(*TCPListener).Accept net/tcpsock.go:387",
			"main.(*store).lock example.com/shop/main.go:24",
			"main.open example.com/shop/main.go:14",
			"main.main example.com/shop/main.go:30",
		}},
		{"a dump that was cut", quitDump[:strings.Index(quitDump, "main.open(")+4],
			[]string{"opening the store", "waiting for the lock of store.db"}, []string{
				"net.(*netFD).accept net/fd_unix.go:150",
				"net.(*TCPListener).accept net/tcpsock_posix.go:159",
				"net.(*TCPListener).Accept net/tcpsock.go:387",
				"main.(*store).lock example.com/shop/main.go:24",
			}},
		{"a dump without main", "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 7 gp=0x1 m=nil [select]:\nmain.f()\n\t/app/main.go:1 +0x1\n", nil, nil},
		{"main runs elsewhere", "SIGQUIT: quit\n\ngoroutine 1 gp=0x1 m=3 [running]:\n\tgoroutine running on other thread; stack unavailable\n", nil, nil},
		{"a deep stack", deep, nil, []string{
			"main.f0 /app/main.go:0", "main.f1 /app/main.go:1", "main.f2 /app/main.go:2", "main.f3 /app/main.go:3", "…",
			"main.f8 /app/main.go:8", "main.f9 /app/main.go:9", "main.f10 /app/main.go:10", "main.f11 /app/main.go:11",
		}},
		{"somebody's text about it", "got SIGQUIT: quit\n", []string{"got SIGQUIT: quit"}, nil},
	} {
		said, stack := digest(c.stderr)
		if !slices.Equal(said, c.said) {
			t.Errorf("%s: said %q, want %q", c.name, said, c.said)
		}
		if !slices.Equal(stack, c.stack) {
			t.Errorf("%s: stack %q, want %q", c.name, stack, c.stack)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add(quitDump)
	f.Add("panic: x\n\ngoroutine 1 [running]:\nmain.main()")
	f.Fuzz(func(t *testing.T, stderr string) {
		said, stack := digest(stderr)
		if len(said) > saidLines || len(stack) > stackLines+1 {
			t.Errorf("%d lines and %d frames of %q", len(said), len(stack), stderr)
		}
	})
}
