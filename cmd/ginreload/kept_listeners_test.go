//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// Whatever a program listens on, the next version gets it, and nobody is refused.
func TestEveryWayOfListening(t *testing.T) {
	binary := actor(t)
	path := filepath.Join(shortDir(t), "socket")
	abstract := "@ginreload-" + freePort(t)
	tcp := "tcp 127.0.0.1:$PORT"
	for _, c := range []struct {
		name string
		with func(*part)
		load func(*supervisortest.Load)
	}{
		{"all interfaces, as r.Run has it", func(p *part) { p.Listen = []string{"tcp :$PORT"} }, nil},
		{"IPv4 and IPv6 side by side", func(p *part) { p.Listen = []string{"tcp4 0.0.0.0:$PORT", "tcp6 [::]:$PORT"} }, nil},
		{"two ports", func(p *part) { p.Listen = []string{tcp, "tcp 127.0.0.1:" + freePort(t)} }, nil},
		{"a port of the kernel's choice as well", func(p *part) { p.Listen = []string{tcp, "tcp 127.0.0.1:0"} }, nil},
		{"a path that it clears away", func(p *part) { p.Listen, p.Clear = []string{"unix " + path + "1", tcp}, true },
			func(l *supervisortest.Load) { l.Unix, l.UnixPath = 4, path+"1" }},
		{"a path", func(p *part) { p.Listen = []string{"unix " + path + "2", tcp} },
			func(l *supervisortest.Load) { l.Unix, l.UnixPath = 4, path+"2" }},
		{"an abstract socket", func(p *part) { p.Listen = []string{"unix " + abstract, tcp} },
			func(l *supervisortest.Load) { l.Unix, l.UnixPath = 4, abstract }},
		{"SO_REUSEPORT twice", func(p *part) { p.Listen = []string{"shared 127.0.0.1:$PORT", "shared 127.0.0.1:$PORT"} }, nil},
		{"late", func(p *part) { p.Late = 500 }, nil},
		{"in children", func(p *part) { p.Prefork = 2 }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name != "a path" {
				t.Skip("a variation")
			}
			t.Parallel()
			first := ordinary(1)
			c.with(&first)
			s := perform(t, binary, first)
			load := strict(s.url())
			load.Busy = 0
			if c.load != nil {
				c.load(&load)
				awaitListener(t, "unix", load.UnixPath)
			}
			awaitListener(t, "tcp", "127.0.0.1:"+s.port)
			s.expect(first.Text)
			report := during(t, load, func() {
				for version := 2; version <= 4; version++ {
					next := first
					next.Text = ordinary(version).Text
					s.play(next)
					s.awaitText(next.Text)
				}
				s.awaitGone()
			})
			answeredBy(t, report, "hello, version 1", "hello, version 2", "hello, version 3", "hello, version 4")
			nobodyFailed(t, report)
			if load.Unix > 0 && report.ByKind[supervisortest.Unix].Requests == 0 {
				t.Error("nobody asked at the unix socket")
			}
			logDrains(t, s.seen)
			interrupt(t, s.tool)
			<-s.gone()
			s.checkNothingLeft()
			if _, err := os.Lstat(load.UnixPath); err == nil {
				t.Errorf("%s is left", load.UnixPath)
			}
		})
	}
}

// shortDir is a folder whose name leaves room in the address of a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kept")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Ports come and go with versions. What nobody opens any more refuses when the
// version that had it is gone.
func TestPortsThatChange(t *testing.T) {
	binary := actor(t)
	const main, one, two = "tcp 127.0.0.1:$PORT", "tcp 127.0.0.1:ONE", "tcp 127.0.0.1:TWO"
	for _, c := range []struct {
		name           string
		before, after  []string
		opened, closed string
	}{
		{"one less", []string{main, one}, []string{main}, "", "ONE"},
		{"one more", []string{main}, []string{main, one}, "ONE", ""},
		{"another one", []string{main, one}, []string{main, two}, "TWO", "ONE"},
		{"from one interface to all", []string{main, one}, []string{main, "tcp :ONE"}, "ONE", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ports := map[string]string{"ONE": freePort(t), "TWO": freePort(t)}
			as := func(version int, names []string) part {
				p := part{Text: fmt.Sprint("hello, version ", version)}
				for _, name := range names {
					p.Listen = append(p.Listen, strings.NewReplacer("ONE", ports["ONE"], "TWO", ports["TWO"]).Replace(name))
				}
				return p
			}
			s := perform(t, binary, as(1, c.before))
			report := during(t, strict(s.url()), func() {
				s.play(as(2, c.after))
				s.expect("hello, version 2")
				s.awaitGone()
			})
			nobodyFailed(t, report)
			if c.opened != "" {
				expectAt(t, ports[c.opened], "hello, version 2")
			}
			if c.closed != "" {
				awaitRefusal(t, ports[c.closed])
			}
		})
	}
}

// The one port that there is may change as well; nobody asks at the new one yet.
func TestPortThatChanges(t *testing.T) {
	other := freePort(t)
	s := perform(t, actor(t), ordinary(1))
	s.play(part{Text: "hello, version 2", Listen: []string{"tcp 127.0.0.1:" + other}})
	expectAt(t, other, "hello, version 2")
	awaitRefusal(t, s.port)
	s.play(ordinary(3))
	s.expect("hello, version 3")
}

// What is opened on demand is the next version's when that opens it.
func TestListenerOnDemand(t *testing.T) {
	port := freePort(t)
	first := ordinary(1)
	first.OnDemand = "tcp 127.0.0.1:" + port
	s := perform(t, actor(t), first)
	if _, err := s.get("/open"); err != nil {
		t.Fatal(err)
	}
	expectAt(t, port, "hello, version 1")
	next := first
	next.Text = "hello, version 2"
	report := during(t, strict(s.url()), func() { s.play(next) })
	nobodyFailed(t, report)
	if _, err := s.get("/open"); err != nil {
		t.Fatal(err)
	}
	expectAt(t, port, "hello, version 2")
	s.awaitGone()
	expectAt(t, port, "hello, version 2")
}

// expectAt asks the program at another of its ports.
func expectAt(t *testing.T, port, want string) {
	t.Helper()
	nc, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(nc, "GET / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(nc)
	if err != nil || len(answer) < len(want) || string(answer[len(answer)-len(want):]) != want {
		t.Fatalf("port %s: %q, %v, want %q", port, answer, err, want)
	}
}

// awaitText asks until want is answered. A child of a version that was replaced
// may come to accept only then, and does so until it is found.
func (s *stage) awaitText(want string) {
	s.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	got, err := s.get("/")
	for end := time.Now().Add(30 * time.Second); got != want && time.Now().Before(end); got, err = s.get("/") {
		if err != nil {
			s.t.Fatal(err)
		}
		<-look.C
	}
	if got != want {
		s.t.Fatalf("got %q, %v, want %q", got, err, want)
	}
}

// awaitListener waits for a listener that the first version opens after another
// one: it is taken for ready with its first.
func awaitListener(t *testing.T, network, address string) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-look.C {
		if nc, err := net.Dial(network, address); err == nil {
			nc.Close()
			return
		}
	}
	t.Fatalf("nobody listens at %s", address)
}

func awaitRefusal(t *testing.T, port string) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-look.C {
		nc, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return
		}
		nc.Close()
	}
	t.Errorf("port %s still accepts", port)
}
