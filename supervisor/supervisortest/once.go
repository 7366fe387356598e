package supervisortest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// IDHeader is the header in which each POST that is to be executed exactly once
// has its id. No two have the same.
const IDHeader = "X-Once-Id"

// Once executes POSTs by appending their id and a line feed to the file at
// path, which it creates. It answers 204 after that, and 400 to a request that
// did not arrive in full or has no id. Each id is one write to a file opened
// with O_APPEND, so several processes may have the same log; it should be on a
// local disk (open(2) on NFS).
//
// A server of another kind does the same: it reads the body to its end, appends
// the id once for each time that it does what the POST is for, and only then
// answers. Load.OnceLog is where the file is.
func Once(path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(IDHeader)
		if _, err := io.Copy(io.Discard, r.Body); err != nil || id == "" {
			http.Error(w, fmt.Sprintf("id %q, body: %v", id, err), http.StatusBadRequest)
			return
		}
		if err := appendLine(path, id); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func appendLine(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

// fate is what a client knows about a POST of its own.
type fate byte

const (
	unanswered fate = iota // nobody but the server knows
	answered               // it has to have been executed
	refused                // the server has said that it did not look at it
)

// ledger has the fates of the POSTs of one client, by their number.
type ledger struct {
	prefix string // of the ids
	fates  []fate
}

// next is the id of a new POST.
func (l *ledger) next() string {
	l.fates = append(l.fates, unanswered)
	return l.id(len(l.fates) - 1)
}

func (l *ledger) id(number int) string { return fmt.Sprint(l.prefix, number) }

// settle says what became of the last one.
func (l *ledger) settle(f fate) { l.fates[len(l.fates)-1] = f }

// Posts compares the POSTs that had an id with what was executed of them.
type Posts struct {
	Answered   int // with a 2xx
	Once       int // of these, executed exactly once
	Missing    int // answered, but not executed
	Repeated   int // executed more than once, or although a GOAWAY said that it would not be
	Unanswered int // failed, so that their clients cannot know whether they were executed
	Stray      int // of these, executed
}

// executions are how often a server has executed each id, from its log.
type executions func() (map[string]int, error)

// newExecutions reads the log when it is asked for the first time.
func newExecutions(path string) executions {
	return sync.OnceValues(func() (map[string]int, error) { return readLog(path) })
}

func readLog(path string) (map[string]int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was executed
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	counts := make(map[string]int)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		counts[strings.TrimSpace(lines.Text())]++
	}
	return counts, lines.Err()
}

// settle adds the POSTs of c, and makes failures of c of those that were not
// executed as they should have been.
func (p *Posts) settle(c *client, executed executions) {
	if len(c.ledger.fates) == 0 {
		return
	}
	counts, err := executed()
	if err != nil {
		c.tally.fail(Failure{Kind: c.kind, Cause: Missing, At: time.Now(), Err: fmt.Errorf("read the log of executed POSTs: %w", err)})
		return
	}
	for number, fate := range c.ledger.fates {
		id := c.ledger.id(number)
		if cause := p.add(fate, counts[id]); cause != "" {
			c.tally.fail(Failure{Kind: c.kind, Cause: cause, At: time.Now(), Err: fmt.Errorf("POST %s was executed %d times", id, counts[id])})
		}
	}
}

// add counts a POST that was executed n times, and says what is wrong with that.
func (p *Posts) add(f fate, n int) Cause {
	switch f {
	case answered:
		p.Answered++
	case unanswered:
		p.Unanswered++
		p.Stray += min(n, 1)
	}
	switch {
	case n > 1, n == 1 && f == refused:
		p.Repeated++
		return Repeated
	case n == 0 && f == answered:
		p.Missing++
		return Missing
	case f == answered:
		p.Once++
	}
	return ""
}

func (p Posts) String() string {
	return fmt.Sprintf("%d POSTs answered, %d executed once, %d missing, %d repeated; %d unanswered, of which %d executed",
		p.Answered, p.Once, p.Missing, p.Repeated, p.Unanswered, p.Stray)
}
