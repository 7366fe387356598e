package supervisor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// The admin socket: how `ginreload status` and `ginreload upgrade` speak to a
// process that knows nothing of them. One request for each connection, a line
// of JSON; the answer is one line or more. Both sides ignore fields that they
// do not know.

// AdminVersion is the version of the conversation on the admin socket.
const AdminVersion = 1

// A request is a short line that comes at once.
const (
	adminPatience = 5 * time.Second
	adminLongest  = 64 << 10
)

// adminRequest is what an operator asks for.
type adminRequest struct {
	Version int    `json:"version"`
	Command string `json:"command"` // "status" or "upgrade"
	// Of an upgrade: its result is waited for. Without that, one that finds
	// another one under way is queued as if by a signal.
	Wait bool `json:"wait,omitempty"`
	// Of an upgrade: when it is called off if it is not committed, in seconds; 0 for never.
	TimeoutSeconds float64 `json:"timeout_seconds,omitempty"`
}

// adminAnswer is one line. One field besides the version is set. A status has
// one line, an upgrade any number of events and at the end result or error.
type adminAnswer struct {
	Version int          `json:"version"`
	Status  *Status      `json:"status,omitempty"`
	Event   *adminEvent  `json:"event,omitempty"`
	Result  *adminResult `json:"result,omitempty"`
	Error   *adminError  `json:"error,omitempty"`
}

type adminEvent struct {
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"`
	Generation int       `json:"generation"`
	PID        int       `json:"pid,omitempty"`
	Seconds    float64   `json:"seconds,omitempty"`
	Text       string    `json:"text,omitempty"`
	Error      string    `json:"error,omitempty"`
}

type adminResult struct {
	PID             int     `json:"pid"`
	Generation      int     `json:"generation"`
	PreparedSeconds float64 `json:"prepared_seconds"`
	TotalSeconds    float64 `json:"total_seconds"`
}

type adminError struct {
	Reason Reason   `json:"reason"`
	Text   string   `json:"text"`
	PID    int      `json:"pid,omitempty"`    // of the new process
	Status string   `json:"status,omitempty"` // how it ended
	Stderr []string `json:"stderr,omitempty"` // what it said last
	Stack  []string `json:"stack,omitempty"`  // where its main goroutine was
	Newer  int      `json:"newer,omitempty"`  // PID of the process to ask instead

	Generation int `json:"generation"` // of the process that answers
}

// admin answers operators for as long as Run does.
type admin struct {
	sup *Supervisor
	ln  net.Listener // nil if there is none

	all sync.WaitGroup

	mu     sync.Mutex // guards all below
	open   map[net.Conn]struct{}
	closed bool
}

// openAdmin starts to answer. Without a socket the program runs as well, so a
// failure is only logged.
func (s *Supervisor) openAdmin(ctx context.Context) *admin {
	a := &admin{sup: s, open: make(map[net.Conn]struct{})}
	if s.opts.NoAdmin {
		return a
	}
	ln, err := listenAdmin()
	switch {
	case errors.Is(err, ErrNotSupported):
		return a
	case err != nil:
		s.log(slog.LevelWarn, "no admin socket, so ginreload upgrade and status cannot reach this process; signals still work", "error", err)
		return a
	}
	a.ln = ln
	a.all.Go(func() { a.accept(ctx) })
	return a
}

// close ends everything when the last answers are given; those that wait for an
// upgrade have got theirs, since Run is over.
func (a *admin) close() {
	if a.ln == nil {
		return
	}
	a.ln.Close()
	a.mu.Lock()
	a.closed = true
	for nc := range a.open {
		nc.SetReadDeadline(past)
		nc.SetWriteDeadline(time.Now().Add(time.Second))
	}
	a.mu.Unlock()
	a.all.Wait()
}

func (a *admin) accept(ctx context.Context) {
	for {
		nc, err := a.ln.Accept()
		if err != nil {
			return
		}
		a.mu.Lock()
		if a.closed {
			a.mu.Unlock()
			nc.Close()
			return
		}
		a.open[nc] = struct{}{}
		a.all.Go(func() { a.converse(ctx, nc) })
		a.mu.Unlock()
	}
}

// converse deals with one connection.
func (a *admin) converse(ctx context.Context, nc net.Conn) {
	defer func() {
		nc.Close()
		a.mu.Lock()
		delete(a.open, nc)
		a.mu.Unlock()
	}()
	if err := admitted(nc); err != nil {
		a.sup.log(slog.LevelWarn, "admin socket: caller refused", "error", err)
		a.say(nc, adminAnswer{Error: &adminError{Reason: ReasonForbidden, Text: err.Error()}})
		return
	}
	nc.SetReadDeadline(time.Now().Add(adminPatience))
	line, err := bufio.NewReader(io.LimitReader(nc, adminLongest)).ReadBytes('\n')
	if err != nil {
		return // nobody who could be answered
	}
	var req adminRequest
	if err := json.Unmarshal(line, &req); err != nil {
		a.say(nc, adminAnswer{Error: &adminError{Reason: ReasonOther, Text: fmt.Sprintf("read the request: %v", err)}})
		return
	}
	switch req.Command {
	case "status":
		st := a.sup.Status()
		a.say(nc, adminAnswer{Status: &st})
	case "upgrade":
		a.upgrade(ctx, nc, req)
	default:
		a.say(nc, adminAnswer{Error: &adminError{
			Reason: ReasonOther, Text: fmt.Sprintf("the command %q is not known to this version of the supervisor, which knows status and upgrade", req.Command),
		}})
	}
}

func (a *admin) say(nc net.Conn, answer adminAnswer) {
	answer.Version = AdminVersion
	if answer.Error != nil {
		answer.Error.Generation = a.sup.generation
	}
	line, err := json.Marshal(answer)
	if err != nil {
		a.sup.log(slog.LevelWarn, "admin socket: write the answer", "error", err)
		return
	}
	a.mu.Lock()
	if !a.closed {
		nc.SetWriteDeadline(time.Now().Add(adminPatience))
	}
	a.mu.Unlock()
	nc.Write(append(line, '\n')) // whoever does not read is not told
}
