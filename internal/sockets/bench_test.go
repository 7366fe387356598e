//go:build linux && (amd64 || arm64)

package sockets

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// BenchmarkAccept is one connection with one request, of a program that waits in
// epoll and of one that waits in accept, without a Keeper and with one.
func BenchmarkAccept(b *testing.B) {
	for _, kind := range []string{"polite", "blocking"} {
		for _, filtered := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/filter=%v", kind, filtered), func(b *testing.B) {
				var k *Keeper
				if filtered {
					k = keeperFor(b)
				}
				_, addr := serveFor(b, kind, k)
				answer := make([]byte, 4096)
				for b.Loop() {
					c, err := net.Dial("tcp", addr)
					if err != nil {
						b.Fatal(err)
					}
					io.WriteString(c, request)
					if _, err := c.Read(answer); err != nil {
						b.Fatal(err)
					}
					c.(*net.TCPConn).SetLinger(0) // no socket is left in TIME_WAIT
					c.Close()
				}
			})
		}
	}
}

// serveFor starts a program, under k if there is one, and returns its address
// when it listens.
func serveFor(b *testing.B, kind string, k *Keeper) (g *Generation, addr string) {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr = ln.Addr().String()
	ln.Close()
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "PROGRAM="+kind, "LISTEN=tcp "+addr)
	cmd.Stdout = w
	spawn := func() (int, error) {
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	}
	if k != nil {
		g, err = k.Start(spawn)
	} else {
		_, err = spawn()
	}
	w.Close()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil {
		b.Fatal(err)
	}
	return g, addr
}

func keeperFor(b *testing.B) *Keeper {
	b.Helper()
	k, err := Open(Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(k.Close)
	return k
}

// BenchmarkHold is the time from Hold or Drain until a program with so many
// idle connections is parked.
func BenchmarkHold(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		k := keeperFor(b)
		g, addr := serveFor(b, "polite", k)
		for range n {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			io.WriteString(c, request)
			if _, err := c.Read(make([]byte, 4096)); err != nil {
				b.Fatal(err)
			}
		}
		done := make(chan struct{})
		settle := func() {
			k.tell(func(*state) { done <- struct{}{} })
			<-done
		}
		for name, begin := range map[string]func(*Generation){
			"hold":  k.Hold,
			"drain": func(g *Generation) { k.Drain(g, time.Hour, time.Hour) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					begin(g)
					settle()
					b.StopTimer()
					k.Resume(g)
					settle()
					b.StartTimer()
				}
			})
		}
	}
}
