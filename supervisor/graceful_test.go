//go:build linux

package supervisor_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// startLines starts the program with a server of lines, and returns its address.
func startLines(t *testing.T, words ...string) (r *running, addr string) {
	t.Helper()
	addr = freeHost(t)
	return start(t, append(words, "also=lines,tcp,"+addr+",lines")...), addr
}

// lineClient asks on one connection until the server says bye.
func lineClient(t *testing.T, addr string) func() (ask func() error) {
	return func() func() error {
		var nc net.Conn
		t.Cleanup(func() { nc.Close() })
		var br *bufio.Reader
		return func() (err error) {
			for {
				if nc == nil {
					if nc, err = net.Dial("tcp", addr); err != nil {
						return err
					}
					br = bufio.NewReader(nc)
				}
				if _, err := fmt.Fprintln(nc, "hello"); err != nil {
					return err
				}
				switch text, err := br.ReadString('\n'); {
				case err != nil:
					return err
				case text == "bye\n": // and has not looked at the line
					nc.Close()
					nc = nil
				case !strings.HasPrefix(text, "generation "):
					return errors.New(text)
				default:
					return nil
				}
			}
		}
	}
}

func TestServerOfConnectionsUnderUpgrades(t *testing.T) {
	t.Parallel()
	r, addr := startLines(t, "guard=10ms")
	ctx, cancel := context.WithCancel(t.Context())
	wait := strict(ctx, t, 8, lineClient(t, addr))
	for range 6 {
		r.replace()
	}
	cancel()
	wait(0)
	w := dial(t, "tcp", addr)
	w.send("hello\n")
	if got, err := w.br.ReadString('\n'); got != "generation 7\n" {
		t.Error(got, err)
	}
}

func TestStopOfAServerOfConnections(t *testing.T) {
	t.Parallel()
	r, addr := startLines(t)
	w := dial(t, "tcp", addr)
	w.send("hello\n")
	w.br.ReadString('\n')
	r.signal(syscall.SIGTERM)
	if got, err := io.ReadAll(w.br); string(got) != "bye\n" || err != nil {
		t.Error(string(got), err)
	}
	w.nc.Close()
	r.expect(`generation 1 ended: <nil>`)
	r.end()
}

func TestServerOfConnectionsAtTheDeadline(t *testing.T) {
	t.Parallel()
	r, addr := startLines(t, "drain=400ms")
	w := dial(t, "tcp", addr)
	w.send("stay\n")
	w.br.ReadString('\n')
	r.upgrade()
	r.expect(`stayed until supervisor: the drain was cut short`)
	r.expect(`generation 1 ended: .*still in use: 1 × listener lines \(hijacked\)`)
	if _, err := w.br.ReadByte(); err == nil {
		t.Error("the connection is still there")
	}
}

// After the guard time such a server cannot be had back. Its clients must not
// wait for it.
func TestServerOfConnectionsIsNotTakenBack(t *testing.T) {
	t.Parallel()
	r, addr := startLines(t, "guard=10ms")
	w := dial(t, "tcp", addr)
	w.send("hello\n")
	w.br.ReadString('\n')
	hold := r.stream("/stream")
	deaf := r.stream("/deaf")
	r.behave("die", "also=lines,tcp,"+addr+",lines")
	r.upgrade()
	if got, err := io.ReadAll(w.br); string(got) != "bye\n" {
		t.Fatal(string(got), err)
	}
	w.nc.Close()
	<-hold
	r.expect(`at gate die`)
	r.expect(`graceful stop`)
	r.open("die")
	r.expect(`its address refuses connections until the next upgrade`)
	for got := ""; got != "generation 1\n"; got, _ = ask(r.url + "/") {
	}
	if nc, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("somebody still listens: %v", err)
		nc.Close()
	}
	// The next version has a server for it again.
	r.behave("also=lines,tcp," + addr + ",lines")
	r.upgrade()
	again := dial(t, "tcp", addr)
	again.send("hello\n")
	if got, err := again.br.ReadString('\n'); got != "generation 2\n" {
		t.Error(got, err)
	}
	again.nc.Close()
	r.signal(syscall.SIGTERM)
	<-deaf
}
