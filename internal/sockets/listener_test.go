//go:build linux && (amd64 || arm64)

package sockets

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// keptInodes are the identities of the sockets that k keeps.
func keptInodes(k *Keeper) []uint64 {
	answer := make(chan []uint64)
	k.tell(func(s *state) {
		var all []uint64
		for _, o := range s.kept {
			all = append(all, o.inode)
		}
		answer <- all
	})
	return <-answer
}

// at returns a client for a server that listens there.
func at(network, addr string) *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}}
}

// A generation gets the socket of the one before it at exactly its address; one
// that is in the way of another address is given up when nobody has it.
func TestAddressOfTheNextGeneration(t *testing.T) {
	for name, test := range map[string]struct {
		network, host, nextNetwork, nextHost, dial string
		same                                       bool
	}{
		"v4":                     {"tcp4", "127.0.0.1", "tcp4", "127.0.0.1", "127.0.0.1", true},
		"v4 wildcard":            {"tcp4", "", "tcp4", "0.0.0.0", "127.0.0.1", true},
		"v6":                     {"tcp6", "::1", "tcp", "::1", "::1", true},
		"v6 only":                {"tcp6", "::", "tcp6", "", "::1", true},
		"dual stack":             {"tcp", "", "tcp", "::", "127.0.0.1", true},
		"address after wildcard": {"tcp", "", "tcp", "127.0.0.1", "127.0.0.1", false},
		"wildcard after address": {"tcp", "127.0.0.1", "tcp", "", "127.0.0.1", false},
		"v6 only after dual":     {"tcp", "", "tcp6", "::", "::1", false},
		"v4 wildcard after dual": {"tcp", "", "tcp4", "", "127.0.0.1", false},
		"other loopback address": {"tcp", "127.0.0.1", "tcp", "127.0.0.2", "127.0.0.2", false},
		"dual after v4 wildcard": {"tcp4", "", "tcp", "", "::1", false},
		"v4-mapped after the v4": {"tcp4", "127.0.0.1", "tcp", "::ffff:127.0.0.1", "127.0.0.1", true},
	} {
		t.Run(name, func(t *testing.T) {
			k := keeper(t)
			_, port, _ := net.SplitHostPort(freePort(t))
			first, cmd := run(t, k, "one", test.network, net.JoinHostPort(test.host, port))
			await(t, k, Listening, first)
			k.Serve(first)
			before := keptInodes(k)
			cmd.Process.Kill()
			cmd.Wait()
			k.Gone(first)
			second, _ := run(t, k, "two", test.nextNetwork, net.JoinHostPort(test.nextHost, port))
			await(t, k, Listening, second)
			k.Serve(second)
			after := keptInodes(k)
			if same := len(after) == 1 && after[0] == before[0]; same != test.same {
				t.Errorf("keeps %d after %d", after, before)
			}
			if got := get(t, at("tcp", net.JoinHostPort(test.dial, port)), "http://x"); got != "two" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestUnixSocket(t *testing.T) {
	k := keeper(t)
	t.Chdir(t.TempDir())
	path, err := filepath.Abs("socket")
	if err != nil {
		t.Fatal(err)
	}
	first := runSpecial(t, k, "polite", "unix", "socket") // relative
	first.says(t, "listens")
	await(t, k, Listening, first.Generation)
	k.Serve(first.Generation)
	second := runSpecial(t, k, "polite", "unix", path)
	second.says(t, "listens")
	replace(t, k, first, second) // the first one unlinks the path
	if got := get(t, at("unix", path), "http://x"); got != second.pid() {
		t.Fatalf("%s has answered, not %s", got, second.pid())
	}

	// Somebody else takes the path: it is not ours any more.
	before := keptInodes(k)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	third := runSpecial(t, k, "polite", "unix", path)
	third.says(t, "listens")
	await(t, k, Listening, third.Generation)
	k.Serve(third.Generation)
	if got := get(t, at("unix", path), "http://x"); got != third.pid() {
		t.Fatalf("%s has answered, not %s", got, third.pid())
	}
	if after := keptInodes(k); len(after) != 1 || after[0] == before[0] {
		t.Errorf("keeps %d after %d", after, before)
	}
	k.Release()
	until(t, k, func(s *state) bool { return len(s.kept) == 0 })
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the path is left: %v", err)
	}
}

// A request on a unix socket is under way, however the program has written the path.
func TestUnixRequestUnderWay(t *testing.T) {
	k := keeper(t)
	t.Chdir(t.TempDir())
	g, _ := run(t, k, "one", "unix", "socket")
	await(t, k, Listening, g)
	k.Serve(g)
	answer := make(chan string)
	go func() { answer <- get(t, at("unix", "socket"), "http://x/slow") }()
	until(t, k, func(s *state) bool { return s.hasConnection(g) })
	k.Drain(g, 0, time.Hour)
	select {
	case got := <-answer:
		if got != "one" {
			t.Errorf("got %q", got)
		}
		await(t, k, Drained, g)
	case e := <-k.Events():
		t.Errorf("event %d before the answer", e.Kind)
		<-answer
	}
}

// hasConnection reports whether a process of g has accepted a client.
func (s *state) hasConnection(g *Generation) bool {
	p, err := open(g.pid)
	if err != nil {
		return false
	}
	defer p.close()
	all, _ := descriptors(g.pid)
	for _, d := range all {
		if own, err := p.duplicate(d.fd); err == nil {
			_, ok := s.accepted(g.pid, d, own)
			unix.Close(own)
			if ok {
				return true
			}
		}
	}
	return false
}

func TestPortZeroIsLeftAlone(t *testing.T) {
	k := keeper(t)
	s := runSpecial(t, k, "restless", "tcp", "127.0.0.1:0")
	s.says(t, "calls")
	s.says(t, "called")
	if all := keptInodes(k); len(all) != 0 {
		t.Errorf("keeps %d", all)
	}
}

// What the next generation does not open is closed after a time, and not before.
func TestListenerThatIsGivenUp(t *testing.T) {
	k := keeper(t)
	one, two := freePort(t), freePort(t)
	first, cmd := run(t, k, "one", "tcp", one)
	await(t, k, Listening, first)
	k.Serve(first)
	second, _ := run(t, k, "two", "tcp", two)
	await(t, k, Listening, second) // that is said after a second
	k.Hold(first)
	k.Serve(second)
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	k.Gone(first)
	if all := keptInodes(k); len(all) != 2 {
		t.Fatalf("keeps %d", all)
	}
	waits, err := net.Dial("tcp", one)
	if err != nil {
		t.Fatal(err)
	}
	defer waits.Close()
	waits.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := waits.Read(make([]byte, 1)); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("a client that waited sees %v", err)
	}
	if got := get(t, client(), "http://"+two); got != "two" {
		t.Errorf("got %q", got)
	}
}
