//go:build linux && (amd64 || arm64)

package sockets

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// special is a generation that does one thing differently, and what it says.
type special struct {
	*Generation
	cmd    *exec.Cmd
	output *bufio.Reader
	pipe   *os.File // of output
}

func runSpecial(t *testing.T, k *Keeper, kind, network, name string) *special {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.SetReadDeadline(time.Now().Add(20 * time.Second))
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "PROGRAM="+kind, "LISTEN="+network+" "+name)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	g, err := k.Start(func() (int, error) {
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &special{g, cmd, bufio.NewReader(r), r}
	t.Cleanup(s.kill)
	return s
}

func (s *special) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.pipe.Close()
}

// says fails the test if the next line that the program writes is another one.
func (s *special) says(t *testing.T, want string) {
	t.Helper()
	if got, err := s.output.ReadString('\n'); got != want+"\n" {
		t.Fatalf("the program says %q (%v), not %q", got, err, want)
	}
}

// greeting is what the program sends on a new connection.
func greeting(t *testing.T, network, addr string) string {
	t.Helper()
	c, err := net.DialTimeout(network, addr, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBindWithoutAddress(t *testing.T) {
	k := keeper(t)
	s := runSpecial(t, k, "empty", "", "")
	for _, length := range []string{"0", "1", "2", "3"} {
		s.says(t, length+" true")
	}
}

func TestBindAgain(t *testing.T) {
	for _, network := range []string{"tcp", "unix", "abstract"} {
		t.Run(network, func(t *testing.T) {
			k := keeper(t)
			addr := freePort(t)
			switch network {
			case "unix":
				addr = t.TempDir() + "/socket"
			case "abstract":
				network, addr = "unix", "@"+t.TempDir()
			}
			s := runSpecial(t, k, "again", network, addr)
			for _, i := range []string{"0", "1", "2"} {
				s.says(t, "listens "+i)
				if got := greeting(t, network, addr); got != i+"\n" {
					t.Fatalf("got %q", got)
				}
			}
		})
	}
}

func TestBindTwice(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			k := keeper(t)
			addr := freePort(t)
			if network == "unix" {
				addr = "@" + t.TempDir()
			}
			first := runSpecial(t, k, "twice", network, addr)
			first.says(t, "true")
			await(t, k, Listening, first.Generation)
			k.Serve(first.Generation)
			second := runSpecial(t, k, "twice", network, addr)
			second.says(t, "true")
		})
	}
}

// Two sockets at one address are two kept ones, each of which the next
// generation has, so that no client waits in a queue that nobody looks into.
func TestReusePort(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	inodes := func(s *special) [2]string {
		var all [2]string
		for i := range all {
			line, err := s.output.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			all[i] = line
		}
		return all
	}
	first := runSpecial(t, k, "reuse", "tcp", addr)
	before := inodes(first)
	await(t, k, Listening, first.Generation)
	k.Serve(first.Generation)
	second := runSpecial(t, k, "reuse", "tcp", addr)
	if after := inodes(second); after != before {
		t.Errorf("listens on %q after %q", after, before)
	}
	await(t, k, Listening, second.Generation)
}

// until waits until the keeper is in a state.
func until(t *testing.T, k *Keeper, is func(*state) bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	answer := make(chan bool)
	for {
		k.tell(func(s *state) { answer <- is(s) })
		if <-answer {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the keeper does not come into the state")
		}
	}
}
