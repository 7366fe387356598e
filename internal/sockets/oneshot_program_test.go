//go:build linux && (amd64 || arm64)

package sockets

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// oneshot is an event loop that asks for each event anew, as those do that share
// a set between threads: while it deals with one, its entry waits for nothing.
// It answers each piece that it reads with its PID.
func oneshot(_, name string) error {
	ln, err := listenRaw(name, unix.SOCK_NONBLOCK)
	if err != nil {
		return err
	}
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	unix.EpollCtl(set, unix.EPOLL_CTL_ADD, ln, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(ln)})
	fmt.Println("listens")
	buf := make([]byte, 4096)
	text := fmt.Sprint(os.Getpid())
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	for {
		var events [8]unix.EpollEvent
		n, err := unix.EpollWait(set, events[:], -1)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, e := range events[:max(n, 0)] {
			fd, op := int(e.Fd), unix.EPOLL_CTL_MOD
			if fd == ln {
				if fd, _, err = unix.Accept4(ln, unix.SOCK_NONBLOCK); err != nil {
					continue
				}
				op = unix.EPOLL_CTL_ADD
			} else if n, err := unix.Read(fd, buf); n > 0 {
				if bytes.HasPrefix(buf[:n], []byte("GET /slow")) {
					<-time.After(100 * time.Millisecond)
				}
				unix.Write(fd, answer)
			} else if err != unix.EAGAIN {
				unix.Close(fd)
				continue
			}
			unix.EpollCtl(set, op, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT, Fd: int32(fd)})
		}
	}
}
