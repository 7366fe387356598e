//go:build linux && (amd64 || arm64)

package sockets

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// programs are servers that do one thing differently. Each writes a line to its
// standard output when it has come that far.
var programs = map[string]func(network, name string) error{
	"empty": emptyBind,
	"again": bindAgain,
	"twice": bindTwice,
	"reuse": reusePort,

	"blocking": blocking,
	"prefork":  prefork,
	"worker":   worker,
	"restless": restless,
	"polite":   polite,
	"oneshot":  oneshot,
	"many":     many,

	"streams":   streams,
	"encrypted": encrypted,
}

// emptyBind binds to an address without a length, then to one that is cut off.
func emptyBind(_, _ string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	for length := range uintptr(4) {
		var raw [16]byte
		raw[0] = unix.AF_INET
		_, _, errno := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&raw)), length)
		fmt.Println(length, errno == unix.EINVAL)
	}
	return nil
}

// bindAgain listens, serves one connection, gives up and listens again.
func bindAgain(network, name string) error {
	for i := range 3 {
		ln, err := net.Listen(network, name)
		if err != nil {
			return err
		}
		fmt.Println("listens", i)
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		fmt.Fprintln(c, i)
		c.Close()
		ln.Close()
	}
	return nil
}

// bindTwice binds an address that it has already.
func bindTwice(network, name string) error {
	ln, err := net.Listen(network, name)
	if err != nil {
		return err
	}
	defer ln.Close()
	_, err = net.Listen(network, name)
	fmt.Println(err != nil && strings.Contains(err.Error(), "address already in use"))
	awaitEnd()
	return nil
}

// reusePort binds two sockets to one address before either listens, as nginx
// does, and says on each connection which of them it came to.
func reusePort(_, name string) error {
	addr, err := net.ResolveTCPAddr("tcp4", name)
	if err != nil {
		return err
	}
	sa := &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte(addr.IP.To4())}
	var fds [2]int
	for i := range fds {
		if fds[i], err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0); err != nil {
			return err
		}
		unix.SetsockoptInt(fds[i], unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		if err := unix.Bind(fds[i], sa); err != nil {
			return err
		}
	}
	for i, fd := range fds {
		if err := unix.Listen(fd, 128); err != nil {
			return err
		}
		fmt.Println("listens", i, inodeOf(fd))
	}
	awaitEnd()
	return nil
}

func awaitEnd() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
}

func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// polite is an ordinary server, which answers with its PID and closes its
// listener when it is asked to end.
func polite(network, name string) error {
	if network == "unix" {
		os.Remove(name)
	}
	ln, err := net.Listen(network, name)
	if err != nil {
		return err
	}
	fmt.Println("listens")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		awaitEnd()
		server.Shutdown(context.Background())
	}()
	server.Serve(ln)
	<-ended
	return nil
}
