//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// many has its socket open under many numbers, and waits for it by each.
func many(_, name string) error {
	ln, err := listenRaw(name, unix.SOCK_NONBLOCK)
	if err != nil {
		return err
	}
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.Dup3(set, 100, unix.O_CLOEXEC); err != nil {
		return err
	}
	for fd := 3; fd < 3+numbers; fd++ {
		if fd != ln {
			unix.Dup3(ln, fd, unix.O_CLOEXEC)
		}
		if err := unix.EpollCtl(100, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}); err != nil {
			return err
		}
	}
	// Nothing of Go that needs a file of its own is there any more.
	unix.Write(1, []byte("listens\n"))
	for {
		unix.Pause()
	}
}

const numbers = 40

// A descriptor of the program may have any number, those that the runtime uses
// in this process as well. The runtime polls whenever it likes, on this thread too.
func TestNumbersOfTheRuntime(t *testing.T) {
	k := keeper(t)
	s := runSpecial(t, k, "many", "tcp", freePort(t))
	s.says(t, "listens")
	before := interests(s.Generation.pid, 100)
	if len(before) != numbers {
		t.Fatalf("%d entries", len(before))
	}
	for _, op := range []int{unix.EPOLL_CTL_DEL, unix.EPOLL_CTL_ADD} {
		var changes []rewriting
		for _, i := range before {
			changes = append(changes, rewriting{op, i})
		}
		err := onTable(s.Generation.pid, changes, func(table *table) {
			for _, c := range changes {
				if !table.apply(c) {
					t.Errorf("entry %d cannot be changed", c.fd)
				}
				runtime.GC()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if after := interests(s.Generation.pid, 100); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("%v after %v", after, before)
	}
}
