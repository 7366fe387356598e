//go:build linux

package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// packetClient sends datagrams from an address of its own, and waits for the
// answer to each.
func packetClient(t *testing.T, network, addr string) func() (ask func() error) {
	return func() func() error {
		var local net.Addr
		if network == "unixgram" {
			path := filepath.Join(filepath.Dir(addr), fmt.Sprint("client", ports.Add(1)))
			local = &net.UnixAddr{Name: path, Net: network}
		}
		nc, err := (&net.Dialer{LocalAddr: local}).Dial(network, addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { nc.Close() })
		b := make([]byte, 100)
		return func() error {
			nc.SetDeadline(time.Now().Add(patience))
			if _, err := nc.Write([]byte("hello")); err != nil {
				return err
			}
			n, err := nc.Read(b)
			if err == nil && !strings.HasPrefix(string(b[:n]), "generation ") {
				err = errors.New(string(b[:n]))
			}
			return err
		}
	}
}

// packetAsk returns one answer.
func packetAsk(t *testing.T, addr string) string {
	t.Helper()
	nc, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(patience))
	nc.Write([]byte("hello"))
	b := make([]byte, 100)
	n, err := nc.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestDatagramsUnderUpgrades(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp", "unixgram"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			addr := "127.0.0.1:0"
			if network == "unixgram" {
				addr, _ = withSocket(t)
			}
			r := start(t, "packet="+network+","+addr)
			addr = r.get("/addr?name=packet")
			ctx, cancel := context.WithCancel(t.Context())
			wait := strict(ctx, t, 4, packetClient(t, network, addr))
			upgradesFor(t, r, 6)
			cancel()
			wait(0)
			if network == "unixgram" {
				r.signal(syscall.SIGTERM)
				r.end()
				if _, err := os.Lstat(addr); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the path is still there: %v", err)
				}
			}
		})
	}
}

// A process that may never take over reads nothing, although its main does.
func TestDatagramsOfAnUpgradeThatFails(t *testing.T) {
	t.Parallel()
	r := start(t, "packet=udp,127.0.0.1:0")
	addr := r.get("/addr?name=packet")
	r.behave("packet=udp,"+addr, "gate=run")
	r.signal(syscall.SIGUSR2)
	pid := r.expectPID(`at gate run (\d+)`)
	for range 100 {
		if got := packetAsk(t, addr); got != "generation 1" {
			t.Fatal(got)
		}
	}
	syscall.Kill(pid, syscall.SIGKILL)
	r.expect(`upgrade failed`)
}

func TestDatagramsAreTakenBack(t *testing.T) {
	t.Parallel()
	r := start(t, "packet=udp,127.0.0.1:0")
	addr := r.get("/addr?name=packet")
	hold := r.stream("/deaf")
	r.behave("die", "packet=udp,"+addr)
	r.upgrade()
	if got := packetAsk(t, addr); got != "generation 2" {
		t.Error(got)
	}
	r.expect(`at gate die`)
	r.open("die")
	r.expect(`the new process died`)
	if got := packetAsk(t, addr); got != "generation 1" {
		t.Error(got)
	}
	pid := r.answers()
	syscall.Kill(pid, syscall.SIGTERM)
	r.expect(`stopping`)
	syscall.Kill(pid, syscall.SIGTERM)
	<-hold
}
