package app

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/creack/pty"
)

// tailSize is how much of the program's recent output is kept for hints.
const tailSize = 16 << 10

// Console connects the program's output with ginreload's own. All generations
// share it. On a terminal they get a pseudo-terminal, so that they colour
// their output as if they were alone; else one pipe for each stream.
type Console struct {
	out, err *os.File // for the program
	copiers  sync.WaitGroup
	resized  chan os.Signal

	mu   sync.Mutex // guards tail
	tail []byte
}

// OpenConsole starts copying to stdout and stderr. terminal is the terminal
// that stdout is, nil if it is none.
func OpenConsole(stdout, stderr io.Writer, terminal *os.File) (*Console, error) {
	c := &Console{}
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
	c.copiers.Go(func() {
		defer from.Close()
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				to.Write(buf[:n])
				c.keep(buf[:n])
			}
			if err != nil {
				return // EIO is how the master of a pty says end of file
			}
		}
	})
}

func (c *Console) keep(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tail = append(c.tail, p...)
	c.tail = c.tail[max(0, len(c.tail)-tailSize):]
}

// mark forgets what was printed before a new generation starts.
func (c *Console) mark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tail = nil
}

func (c *Console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.tail)
}

func (c *Console) files() (stdout, stderr *os.File) { return c.out, c.err }

// Close ends the copying once the program, which must have ended, has had its
// last words.
func (c *Console) Close() {
	c.unfollow()
	c.out.Close()
	if c.err != c.out {
		c.err.Close()
	}
	c.copiers.Wait()
}
