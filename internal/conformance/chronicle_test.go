//go:build unix

package conformance

import (
	"bufio"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// chronicle is all that happened in a case, in the order in which the test
// heard of it. Several goroutines write it, the steps read it.
type chronicle struct {
	mu      sync.Mutex
	entries []entry
	more    chan struct{} // closed and replaced with each entry
	begun   time.Time
}

type entry struct {
	from source
	text string
	who  *witness // of what a witness says
	at   time.Duration
}

type source string

const (
	test   source = "test"   // a step that does something
	said   source = "said"   // by a witness: start, up, signal, say, forge, gone
	output source = "output" // a line that the tool or the program printed
	events source = "event"  // of ginreload
	exit   source = "exit"   // of the tool
)

// witness is a program or command that the tool has started.
type witness struct {
	name, pid, cwd string
	args, env      []string
	conn           net.Conn
	program, gone  bool // guarded by chronicle.mu
}

func newChronicle() *chronicle {
	return &chronicle{more: make(chan struct{}), begun: time.Now()}
}

func (c *chronicle) add(from source, text string, who *witness) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(from, text, who)
}

func (c *chronicle) addLocked(from source, text string, who *witness) {
	c.entries = append(c.entries, entry{from, text, who, time.Since(c.begun)})
	close(c.more)
	c.more = make(chan struct{})
}

func (c *chronicle) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// await returns when holds does, which it is asked after each entry, with
// those since mark; an error when it never does.
func (c *chronicle) await(patience time.Duration, mark int, what string, holds func([]entry) bool) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		c.mu.Lock()
		ok, more := holds(c.entries[mark:]), c.more
		c.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-more:
		case <-late.C:
			return fmt.Errorf("waited %v for %s", patience, what)
		}
	}
}

func (c *chronicle) since(mark int) []entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]entry(nil), c.entries[mark:]...)
}

func (c *chronicle) String() string {
	var b strings.Builder
	for _, e := range c.since(0) {
		fmt.Fprintf(&b, "%8.3f %-6s %s\n", e.at.Seconds(), e.from, e.text)
	}
	return b.String()
}

// living returns the programs that have not ended; with all, commands too.
func (c *chronicle) livingLocked(all bool) (living []string) {
	for _, e := range c.entries {
		if e.from == said && e.who != nil && !e.who.gone && (all || e.who.program) && opening(e.text) {
			living = append(living, fmt.Sprintf("%s (%s)", e.text, e.who.pid))
		}
	}
	return living
}

func (c *chronicle) hasGone(w *witness) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return w.gone
}

func opening(text string) bool {
	verb, _, _ := strings.Cut(text, " ")
	return verb == "start" || verb == "hang"
}

// listen hears witnesses until ln is closed.
func (c *chronicle) listen(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go c.hear(conn)
	}
}

func (c *chronicle) hear(conn net.Conn) {
	defer conn.Close()
	w := &witness{conn: conn}
	for scan := bufio.NewScanner(conn); scan.Scan(); {
		words := unquoted(scan.Text())
		text := strings.Join(words, " ")
		c.mu.Lock()
		switch words[0] {
		case "start":
			w.program, w.name, w.pid, w.cwd = true, words[1], words[2], words[3]
			w.args, w.env = unquoted(words[4]), unquoted(words[5])
			text = "start " + w.name
		case "up":
			text = "up " + w.name
		case "finished":
			text = "finished " + w.name
		case "busy":
		case "signal":
			text = "signal " + w.name + " " + words[1]
		default:
			w.name = text
		}
		c.addLocked(said, text, w)
		c.mu.Unlock()
		if _, err := conn.Write([]byte("k")); err != nil {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w.gone = true
	c.addLocked(said, "gone "+w.name, w)
}

func unquoted(line string) []string {
	if line == "" {
		return nil
	}
	words := strings.Split(line, "\t")
	for i, word := range words {
		if text, err := strconv.Unquote(word); err == nil {
			words[i] = text
		}
	}
	return words
}

// count says how often a line of this source matches.
func count(entries []entry, from source, pattern string) int {
	re, n := regexp.MustCompile(pattern), 0
	for _, e := range entries {
		if e.from == from && re.MatchString(e.text) {
			n++
		}
	}
	return n
}

// forget takes away what later steps would take for their own.
func (c *chronicle) forget(from source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.entries {
		if c.entries[i].from == from {
			c.entries[i].from = test
		}
	}
}
