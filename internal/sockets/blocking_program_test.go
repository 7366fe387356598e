//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"net"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// blocking waits in accept itself, as Python's http.server and most of what is
// written in C does, and answers one request on each connection with its PID.
func blocking(_, name string) error {
	fd, err := listenRaw(name, 0)
	if err != nil {
		return err
	}
	fmt.Println("listens")
	return acceptRaw(fd)
}

// prefork has two children that accept from the socket which it has opened.
func prefork(_, name string) error {
	fd, err := listenRaw(name, 0)
	if err != nil {
		return err
	}
	socket := os.NewFile(uintptr(fd), "socket")
	var children [2]*exec.Cmd
	for i := range children {
		children[i] = exec.Command("/proc/self/exe")
		children[i].Env = append(os.Environ(), "PROGRAM=worker")
		children[i].ExtraFiles = []*os.File{socket}
		children[i].Stderr = os.Stderr
		children[i].SysProcAttr = dieWithParent()
		if err := children[i].Start(); err != nil {
			return err
		}
	}
	fmt.Println("listens")
	for _, c := range children {
		c.Wait()
	}
	return nil
}

func worker(_, _ string) error { return acceptRaw(3) }

func listenRaw(name string, flags int) (fd int, err error) {
	addr, err := net.ResolveTCPAddr("tcp4", name)
	if err != nil {
		return 0, err
	}
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|flags, 0); err != nil {
		return 0, err
	}
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte(addr.IP.To4())}); err != nil {
		return 0, err
	}
	return fd, unix.Listen(fd, 1024)
}

func acceptRaw(fd int) error {
	for {
		c, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
		if err == unix.EINTR || err == unix.ECONNABORTED {
			continue
		}
		if err != nil {
			return os.NewSyscallError("accept", err)
		}
		buf := make([]byte, 1024)
		if n, err := unix.Read(c, buf); n > 0 && err == nil {
			text := fmt.Sprint(os.Getpid())
			unix.Write(c, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(text), text))
		}
		unix.Close(c)
	}
}
