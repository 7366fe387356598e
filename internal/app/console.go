package app

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/creack/pty"
)

// tailSize is how much of the program's recent output is kept for hints.
const tailSize = 16 << 10

// Console connects the program's output with ginreload's own. All generations
// share it. On a terminal they get a pseudo-terminal, so that they colour
// their output as if they were alone; else one pipe for each stream.
type Console struct {
	out, err *os.File // for the program
	readers  []*os.File
	copiers  sync.WaitGroup
	resized  chan os.Signal

	mu      sync.Mutex // guards the two below
	tail    []byte
	unshown int        // bytes in tail that are not written to the user yet
	kept    *sync.Cond // tail grew, was written, or its stream ended
}

// OpenConsole starts copying to stdout and stderr. terminal is the terminal
// that stdout is, nil if it is none.
func OpenConsole(stdout, stderr io.Writer, terminal *os.File) (*Console, error) {
	c := &Console{}
	c.kept = sync.NewCond(&c.mu)
	if terminal != nil {
		if master, slave, err := pty.Open(); err == nil {
			c.out, c.err = slave, slave
			c.follow(terminal, master)
			c.copy(master, stdout)
			return c, nil
		}
	}
	for _, stream := range []struct {
		file **os.File
		to   io.Writer
	}{{&c.out, stdout}, {&c.err, stderr}} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("make a pipe for the program's output: %w", err)
		}
		*stream.file = w
		c.copy(r, stream.to)
	}
	return c, nil
}

func (c *Console) copy(from *os.File, to io.Writer) {
	c.readers = append(c.readers, from)
	c.copiers.Go(func() {
		defer from.Close()
		buf := make([]byte, 32<<10)
		for {
			n, err := c.read(from, buf)
			if n > 0 {
				to.Write(buf[:n])
				c.shown(n)
			}
			if err != nil {
				return // EIO is how the master of a pty says end of file
			}
		}
	})
}

// readThenKeep is read where a wait cannot be kept out of the call.
func (c *Console) readThenKeep(from *os.File, buf []byte) (int, error) {
	n, err := from.Read(buf)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keepLocked(buf[:n])
	return n, err
}

func (c *Console) keepLocked(p []byte) {
	c.unshown += len(p)
	c.tail = append(c.tail, p...)
	c.tail = c.tail[max(0, len(c.tail)-tailSize):]
	c.kept.Broadcast()
}

func (c *Console) shown(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unshown -= n
	c.kept.Broadcast()
}

// mark forgets what was printed before a new generation starts.
func (c *Console) mark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tail = nil
}

// patienceForWords is how long text waits for the last words of a program. One
// that has left a child behind, which prints all the time, is never done.
const patienceForWords = 500 * time.Millisecond

// text returns the recent output with all that has been written by now, and has
// it shown first: a process may be known to have ended before its last words are
// read, and the user is to read them before what ginreload says about the end.
func (c *Console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := time.Now().Add(patienceForWords)
	patience := time.AfterFunc(patienceForWords, c.kept.Broadcast)
	defer patience.Stop()
	for (c.unshown > 0 || c.unread()) && time.Now().Before(deadline) {
		c.kept.Wait()
	}
	return string(c.tail)
}

// unread reports whether the program has written something that nobody has read.
func (c *Console) unread() bool {
	for _, r := range c.readers {
		if unreadBytes(r) > 0 {
			return true
		}
	}
	return false
}

// Files are what a program is given as its streams.
func (c *Console) Files() (stdout, stderr *os.File) { return c.out, c.err }

// Settle returns when what has been written by now is shown, or too much is.
func (c *Console) Settle() { c.text() }

// Close ends the copying once the program, which must have ended, has had its
// last words. A process that it left behind may hold the stream open; nobody
// waits for that one.
func (c *Console) Close() {
	c.unfollow()
	c.out.Close()
	if c.err != c.out {
		c.err.Close()
	}
	hurry := time.AfterFunc(time.Second, func() {
		for _, r := range c.readers {
			r.Close()
		}
	})
	defer hurry.Stop()
	c.copiers.Wait()
}
