package supervisortest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatAPOSTMayHaveDone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fate     fate
		executed int
		cause    Cause
		posts    Posts
	}{
		{answered, 0, Missing, Posts{Answered: 1, Missing: 1}},
		{answered, 1, "", Posts{Answered: 1, Once: 1}},
		{answered, 2, Repeated, Posts{Answered: 1, Repeated: 1}},
		{unanswered, 0, "", Posts{Unanswered: 1}},
		{unanswered, 1, "", Posts{Unanswered: 1, Stray: 1}},
		{unanswered, 2, Repeated, Posts{Unanswered: 1, Stray: 1, Repeated: 1}},
		{refused, 0, "", Posts{}},
		{refused, 1, Repeated, Posts{Repeated: 1}},
	} {
		var p Posts
		if cause := p.add(tc.fate, tc.executed); cause != tc.cause || p != tc.posts {
			t.Errorf("fate %d, executed %d times: %q, %+v", tc.fate, tc.executed, cause, p)
		}
	}
}

func TestLedgerIsComparedWithTheLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "once")
	c := &client{kind: Post, ledger: &ledger{prefix: "run-7-"}, tally: newTally()}
	for _, f := range []fate{answered, answered, unanswered, answered} {
		c.ledger.next()
		c.ledger.settle(f)
	}
	log := "run-7-0\nanother-7-1\nrun-7-2\nrun-7-3\nrun-7-3\nrun-7-" // the last one was cut short
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	var p Posts
	p.settle(c, newExecutions(path))
	if want := (Posts{Answered: 3, Once: 1, Missing: 1, Repeated: 1, Unanswered: 1, Stray: 1}); p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	if c.tally.failed != 2 || c.tally.causes[Missing] != 1 || c.tally.causes[Repeated] != 1 {
		t.Errorf("failures: %v", c.tally.failures)
	}
}

func TestLogThatCannotBeReadIsAFailure(t *testing.T) {
	t.Parallel()
	c := &client{kind: Post, ledger: &ledger{prefix: "run-0-", fates: []fate{answered}}, tally: newTally()}
	var p Posts
	p.settle(c, newExecutions(t.TempDir()))
	if c.tally.failed != 1 {
		t.Errorf("failures: %v", c.tally.failures)
	}
}

func TestOnceExecutesWholeRequestsWithAnID(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "once")
	once := Once(path)
	post := func(id, body string, length int64) int {
		r := httptest.NewRequest(http.MethodPost, "/", &cutShort{strings.NewReader(body), length})
		r.Header.Set(IDHeader, id)
		w := httptest.NewRecorder()
		once.ServeHTTP(w, r)
		return w.Code
	}
	for _, tc := range []struct {
		id     string
		length int64 // that arrives, of 4
		want   int
	}{{"a", 4, 204}, {"", 4, 400}, {"b", 3, 400}, {"a", 4, 204}} {
		if got := post(tc.id, "body", tc.length); got != tc.want {
			t.Errorf("id %q, %d bytes: %d, want %d", tc.id, tc.length, got, tc.want)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "a\na\n" {
		t.Errorf("log: %q, %v", text, err)
	}
}

// cutShort is a body that ends too early, as net/http reports it.
type cutShort struct {
	r    *strings.Reader
	left int64
}

func (c *cutShort) Read(p []byte) (int, error) {
	if c.r.Len() == 0 {
		return 0, io.EOF
	}
	if c.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
