package supervisortest

import (
	"context"
	"crypto/tls"
	"sync"
	"time"
)

// Load says which clients are to ask a server, and how. The zero value of each
// field but URL has a meaning; a count of zero means no client of that kind.
// All kinds can be there at once. Where it says "a path", Handler answers there
// by default; a path in URL or TLSURL comes before each of them.
type Load struct {
	URL  string // where the server is, for example http://127.0.0.1:8080
	Path string // what is asked for where nothing else is said; "/" if empty

	// KeepAlive clients reuse a connection and pause for Think between the end
	// of a response and the next request.
	KeepAlive int
	Think     time.Duration

	// Busy clients are keep-alive clients without a pause.
	Busy int

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

	// Post clients send POSTs of 16 KB that must not be repeated, on connections
	// that they reuse, with Think in between. Each has an id in IDHeader. The
	// server appends the id to the file OnceLog when it executes the POST (see
	// Once). When the load has ended, Report.Posts says how often each was
	// executed. A Load with Post clients and without OnceLog fails.
	Post     int
	OncePath string // "/once" if empty
	OnceLog  string

	// TLS clients open a connection for each request, with a pause of 100 ms
	// between the ClientHello and the rest of the handshake, at the pace of
	// Every. They speak HTTP/1.1. TLSConfig says whom they trust; nil for what
	// the system trusts.
	TLS       int
	TLSURL    string // where TLS and HTTP2 clients connect to, for example https://127.0.0.1:8443
	TLSConfig *tls.Config

	// SlowHeader clients send the header of a request one byte every 20 ms. The
	// first, third and so on do so on a connection of its own for each request,
	// the others reuse theirs.
	SlowHeader int

	// HTTP2 and H2C are connections with Streams clients on each, which ask at
	// the same time with Think between two requests: HTTP2 over TLS, H2C in the
	// clear with prior knowledge at URL. Half of the streams GET Path. With
	// OnceLog set, the other half sends POSTs as Post clients do, with a body
	// that can be read only once; one that has crossed a GOAWAY is not repeated,
	// is counted in Share.Crossed, and must not have been executed.
	HTTP2, H2C int
	Streams    int // 4 if zero

	// WebSocket clients want each message back, with Think between two. A server
	// that goes away closes with the status 1001 or 1012, then they connect
	// again; every other end is a failure. A message that such a close answers
	// is counted in Share.Crossed.
	WebSocket     int
	WebSocketPath string // "/websocket" if empty

	// Events clients read server-sent events, whose ids have to count from 1,
	// with at most Timeout between two. A stream is one request. The server may
	// end it cleanly, then they ask again after Think.
	Events     int
	EventsPath string // "/events" if empty

	// Download clients read a body that takes TransferTime, and whose last 64
	// bytes are the SHA-256 of those before them in lower case hexadecimal.
	// LongUpload clients are Upload clients that take TransferTime. Both reuse
	// their connections, and start one after the other.
	Download     int
	DownloadPath string // "/download?ms=" with the milliseconds of TransferTime if empty
	LongUpload   int
	TransferTime time.Duration // 10 s if zero

	// Unix clients are keep-alive clients with Think at the socket UnixPath.
	Unix     int
	UnixPath string

	// NoticeClose makes the clients that reuse a connection look, right before
	// they write a request, whether the server has closed it by then. If it has,
	// they open another one, which Report.ClosedIdle counts, and nothing has
	// failed. Real clients do look, but none can rule out that the close arrives
	// with the request under way. Left false, such a request is written and
	// fails. It has no effect on Windows.
	NoticeClose bool

	// Timeout limits a request, from the dial to the last byte of the response;
	// 10 s if zero. Downloads and long uploads get TransferTime on top.
	Timeout time.Duration
}

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
	return newReport(start, clients, newExecutions(l.OnceLog))
}

// During runs the load until do has returned: a deployment, a fault, anything
// that clients should not notice. It returns what do returned, with the report.
func (l Load) During(ctx context.Context, do func(ctx context.Context) error) (*Report, error) {
	loaded, end := context.WithCancel(ctx)
	defer end()
	reports := make(chan *Report, 1)
	go func() { reports <- l.Run(loaded) }()
	err := do(ctx)
	end()
	return <-reports, err
}
