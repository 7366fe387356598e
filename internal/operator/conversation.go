package operator

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// patience is how long a program may take for an answer that needs no waiting.
const patience = 5 * time.Second

// request and answer are the lines of the conversation, as far as this command
// understands them; package supervisor describes it in admin.go.
type request struct {
	Version        int     `json:"version"`
	Command        string  `json:"command"`
	Wait           bool    `json:"wait,omitempty"`
	TimeoutSeconds float64 `json:"timeout_seconds,omitempty"`
}

type answer struct {
	Status json.RawMessage `json:"status"` // as it is, for --json
	Event  *step           `json:"event"`
	Result *result         `json:"result"`
	Error  *refusal        `json:"error"`
}

type step struct {
	Kind       string  `json:"kind"`
	Generation int     `json:"generation"`
	PID        int     `json:"pid"`
	Seconds    float64 `json:"seconds"`
	Text       string  `json:"text"`
	Error      string  `json:"error"`
}

type result struct {
	PID          int     `json:"pid"`
	Generation   int     `json:"generation"`
	TotalSeconds float64 `json:"total_seconds"`
}

type refusal struct {
	Reason string   `json:"reason"`
	Text   string   `json:"text"`
	PID    int      `json:"pid"`
	Status string   `json:"status"`
	Stderr []string `json:"stderr"`
	Stack  []string `json:"stack"`
	Newer  int      `json:"newer"`

	Generation int `json:"generation"`
}

// conversation is one request and its answers.
type conversation struct {
	nc   net.Conn
	scan *bufio.Scanner
	end  func() bool
}

// ask sends a request to a process. It fails with errNoSocket if that has no
// admin socket that can be reached from here.
func ask(ctx context.Context, p process, r request) (*conversation, error) {
	dial, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	nc, err := connect(dial, p)
	if err != nil {
		return nil, err
	}
	r.Version = 1
	line, err := json.Marshal(r)
	if err != nil {
		nc.Close()
		return nil, err
	}
	c := &conversation{nc: nc, scan: bufio.NewScanner(nc)}
	c.scan.Buffer(nil, 4<<20) // many listeners make a long status
	// The end of ctx ends a read that waits.
	c.end = context.AfterFunc(ctx, func() { nc.SetDeadline(time.Unix(1, 0)) })
	nc.SetWriteDeadline(time.Now().Add(patience))
	// Whoever does not let us in may have hung up by now, and said why.
	nc.Write(append(line, '\n'))
	return c, nil
}

// next returns the next answer. io.EOF says that the process has gone.
func (c *conversation) next() (answer, error) {
	if !c.scan.Scan() {
		if err := c.scan.Err(); err != nil {
			return answer{}, err
		}
		return answer{}, io.EOF
	}
	var a answer
	if err := json.Unmarshal(c.scan.Bytes(), &a); err != nil {
		return a, fmt.Errorf("understand the answer: %w", err)
	}
	return a, nil
}

func (c *conversation) close() {
	c.end()
	c.nc.Close()
}

// errNoSocket says that nobody listens where the admin socket would be.
var errNoSocket = errors.New("no admin socket")

// report asks for the status of a process.
func report(ctx context.Context, p process) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := ask(ctx, p, request{Command: "status"})
	if err != nil {
		return answer{}, err
	}
	defer c.close()
	a, err := c.next()
	if ctx.Err() != nil {
		return a, fmt.Errorf("process %d has not answered for %v: %w", p.pid, patience, errSilent)
	}
	return a, err
}
