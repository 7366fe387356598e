package supervisortest

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// Load says which clients are to ask a server, and how. The zero value of each
// field but URL has a meaning; a count of zero means no client of that kind.
type Load struct {
	URL  string // where the server is, for example http://127.0.0.1:8080
	Path string // what all clients but Slow and Upload ask for; "/" if empty

	// KeepAlive clients reuse a connection and pause for Think between the end
	// of a response and the next request.
	KeepAlive int
	Think     time.Duration

	// Idle clients are keep-alive clients with a long pause, which leaves their
	// connections idle nearly all the time. 2 s if IdleThink is zero.
	Idle      int
	IdleThink time.Duration

	// NewConn clients open a connection for each request, and ask the server to
	// close it. Every is the pace of each: a request starts that long after the
	// one before it started, or at once if that took longer.
	NewConn int
	Every   time.Duration

	// Slow clients ask for something that takes long, on connections that they
	// reuse. They start one after the other, so that they do not keep step.
	Slow     int
	SlowPath string // "/slow?ms=700" if empty

	// Upload clients send a chunked body in pieces over about 200 ms, on
	// connections that they reuse. The answer has to contain the SHA-256 of the
	// body in lower case hexadecimal.
	Upload     int
	UploadPath string // "/upload" if empty

	// NoticeClose makes the clients that reuse a connection look, right before
	// they write a request, whether the server has closed it by then. If it has,
	// they open another one, which Report.ClosedIdle counts, and nothing has
	// failed. Real clients do look, but none can rule out that the close arrives
	// with the request under way. Left false, such a request is written and
	// fails. It has no effect on Windows.
	NoticeClose bool

	// Timeout limits a request, from the dial to the last byte of the response;
	// 10 s if zero.
	Timeout time.Duration
}

// Kind is a kind of client.
type Kind string

// The kinds of clients that a Load has.
const (
	KeepAlive Kind = "keep-alive"
	Idle      Kind = "idle"
	NewConn   Kind = "new-conn"
	Slow      Kind = "slow"
	Upload    Kind = "upload"
)

const (
	idleThink    = 2 * time.Second
	slowStagger  = 150 * time.Millisecond
	timeout      = 10 * time.Second
	afterFailure = 10 * time.Millisecond
)

// Run starts the clients and returns when ctx is done and the requests that
// were in flight by then have ended; none is cut short. It may be called more
// than once, also at the same time.
func (l Load) Run(ctx context.Context) *Report {
	clients, err := l.clients()
	if err != nil {
		return &Report{
			Requests: 1, Failed: 1,
			ByCause:  map[Cause]int{Dial: 1},
			Failures: []Failure{{Cause: Dial, At: time.Now(), Err: err}},
		}
	}
	start := time.Now()
	var running sync.WaitGroup
	for _, c := range clients {
		running.Go(func() { c.run(ctx) })
	}
	running.Wait()
	return newReport(start, clients)
}

func (l Load) clients() ([]*client, error) {
	base, err := url.Parse(l.URL)
	if err != nil {
		return nil, fmt.Errorf("parse the URL of the load: %w", err)
	}
	if base.Scheme != "http" || base.Port() == "" {
		return nil, fmt.Errorf("the URL of the load is %q, not http://HOST:PORT", l.URL)
	}
	path := cmp.Or(l.Path, "/")
	kinds := []struct {
		client
		count   int
		stagger time.Duration
	}{
		{client: client{kind: KeepAlive, path: path, think: l.Think, answers: true}, count: l.KeepAlive},
		{client: client{kind: Idle, path: path, think: cmp.Or(l.IdleThink, idleThink), answers: true}, count: l.Idle},
		{client: client{kind: NewConn, path: path, every: l.Every, answers: true, once: true}, count: l.NewConn},
		{client: client{kind: Slow, path: cmp.Or(l.SlowPath, "/slow?ms=700")}, count: l.Slow, stagger: slowStagger},
		{client: client{kind: Upload, path: cmp.Or(l.UploadPath, "/upload"), upload: true}, count: l.Upload},
	}
	var clients []*client
	for _, k := range kinds {
		for i := range k.count {
			c := k.client
			c.host = base.Host
			c.noticeClose = l.NoticeClose
			c.timeout = cmp.Or(l.Timeout, timeout)
			c.wait = time.Duration(i) * k.stagger
			c.tally = newTally()
			clients = append(clients, &c)
		}
	}
	return clients, nil
}
