package builder

import (
	"bytes"
	"context"
	"os"
	"time"
)

// Stage says how far a command of the shell is.
type Stage int

const (
	Begun   Stage = iota + 1
	Printed       // it has printed a line
	Ended         // it, and whatever it may still print
)

// A Progress is one thing that a command of the shell does.
type Progress struct {
	Stage   Stage
	Command Command
	Text    string           // Printed: the line without its end, as a terminal would leave it
	Elapsed time.Duration    // Ended
	State   *os.ProcessState // Ended: how; nil if it was killed with the build, or if there is Err
	Err     error            // Ended: why it could not be run, or not be killed
}

// shell runs a command of the shell and tells about it.
func (b *Builder) shell(ctx context.Context, env []string, temp string, c Command) (finished, error) {
	tell := b.recipe.Progress
	if tell == nil {
		tell = func(Progress) {}
	}
	if c.Dir == "" {
		c.Dir = b.recipe.Dir
	}
	goflags := b.shellGoflags(ctx, env, c)
	cmd := shellCommand(ctx, c.Line)
	cmd.Dir = c.Dir
	cmd.Env = append(env[:len(env):len(env)], append(goflags, "GOTMPDIR="+temp, "PWD="+c.Dir)...)

	tell(Progress{Stage: Begun, Command: c})
	said := &lines{say: func(line string) { tell(Progress{Stage: Printed, Command: c, Text: line}) }}
	ran, err := run(ctx, cmd, said)
	said.end()
	tell(Progress{Stage: Ended, Command: c, Elapsed: ran.elapsed, State: ran.state, Err: err})
	return ran, err
}

// longestLine is where a line is cut that has no end.
const longestLine = 64 << 10

// lines says what is written to it line by line.
type lines struct {
	say  func(string)
	open []byte // the line that has no end yet
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		line, rest, whole := bytes.Cut(p, []byte("\n"))
		if room := longestLine - len(l.open); len(line) >= room {
			line, rest, whole = p[:room], p[room:], true
		}
		l.open = append(l.open, line...)
		if whole {
			l.flush()
		}
		p = rest
	}
	return n, nil
}

// end says the last line if it has no end.
func (l *lines) end() {
	if len(l.open) > 0 {
		l.flush()
	}
}

// flush leaves out what a terminal would have written over, as do those who
// show how far they are.
func (l *lines) flush() {
	line := bytes.TrimRight(l.open, "\r")
	line = line[bytes.LastIndexByte(line, '\r')+1:]
	l.open = l.open[:0]
	l.say(string(line))
}
