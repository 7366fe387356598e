//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"

	"github.com/ginreload/ginreload/supervisor"
	"golang.org/x/sys/unix"
)

// others sets up what is not an http.Server on a socket of the library's own.
func (p *program) others() error {
	if addr := p.value("reuseport"); addr != "" {
		ln, err := p.sup.Adopt("reuseport", func() (net.Listener, error) { return reusePort(addr) })
		if err != nil {
			return err
		}
		p.listeners["reuseport"] = ln
		if err := p.sup.Serve(ln, p.server()); err != nil {
			return err
		}
	}
	if p.is("udp") {
		if err := p.datagrams(); err != nil {
			return err
		}
	}
	if !p.is("rpc") {
		return nil
	}
	ln, err := p.sup.Listen("rpc", "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.listeners["rpc"] = ln
	return p.sup.ServeGraceful(ln, supervisor.ServeConns(p.rpc))
}

func reusePort(addr string) (net.Listener, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var set error
		err := c.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
		return errors.Join(err, set)
	}}
	return lc.Listen(context.Background(), "tcp", addr)
}

// rpc answers calls in the manner of gRPC: many on one connection, until the
// server says GOAWAY and the client, which may have called meanwhile, hangs up.
func (p *program) rpc(ctx context.Context, nc net.Conn) {
	var mu sync.Mutex
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		io.WriteString(nc, line)
	}
	stop := supervisor.OnDrain(ctx, func(context.Context, error) { say("GOAWAY\n") })
	defer stop()
	br := bufio.NewReader(nc)
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return
		}
		say(fmt.Sprintf("%s generation %d\n", strings.TrimSpace(line), p.sup.Generation()))
	}
}

// datagrams sends each datagram back.
func (p *program) datagrams() error {
	pc, err := p.sup.ListenPacket("udp", "udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.udp = pc
	p.beside.Go(func() {
		text := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(text)
			if err != nil {
				return
			}
			pc.WriteTo(text[:n], from)
		}
	})
	return nil
}
