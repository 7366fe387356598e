package command

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
)

// Command is one command of the configuration.
type Command struct {
	Session *proc.Session // to which its processes belong
	Line    string        // for the shell
	Args    []string      // instead of Line: the program, looked up in PATH, and its arguments
	Dir     string
	Env     []string
}

const (
	// lastWords is how long output is awaited after the end of a command, which
	// may have left behind a process that holds the stream.
	lastWords = time.Second
	// longestLine is where a longer one is cut in two.
	longestLine = 64 << 10
)

// Run runs c and hands each line that it prints to say, which is called by one
// goroutine and no more once Run has returned. The error says that c could not
// be started.
func Run(ctx context.Context, c Command, say func(line string)) (proc.Exit, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return proc.Exit{}, fmt.Errorf("make a pipe for the output: %w", err)
	}
	// One stream for both keeps the lines in order.
	p, err := proc.Start(proc.Command{Line: c.Line, Args: c.Args, Dir: c.Dir, Env: c.Session.Env(c.Env), Stdout: w, Stderr: w})
	w.Close()
	if err != nil {
		r.Close()
		return proc.Exit{}, err
	}
	c.Session.Remember(proc.LeftGroup, fmt.Sprint(p.PID()))
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines(r, say)
	}()
	select {
	case <-p.Done():
	case <-ctx.Done():
		proc.KillGroup(p.PID())
		<-p.Done()
	}
	hurry := time.AfterFunc(lastWords, func() { r.Close() })
	<-read
	if hurry.Stop() {
		r.Close()
	}
	return p.Exit(), nil
}

func lines(r io.Reader, say func(string)) {
	buffered := bufio.NewReaderSize(r, longestLine)
	for {
		line, _, err := buffered.ReadLine()
		if err != nil {
			return
		}
		say(string(bytes.TrimSuffix(line, []byte("\r"))))
	}
}
