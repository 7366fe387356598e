package supervisortest

import (
	"cmp"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Kind is a kind of client.
type Kind string

// The kinds of clients that a Load has.
const (
	KeepAlive  Kind = "keep-alive"
	Busy       Kind = "busy"
	Idle       Kind = "idle"
	NewConn    Kind = "new-conn"
	Slow       Kind = "slow"
	Upload     Kind = "upload"
	Post       Kind = "post"
	TLS        Kind = "tls"
	SlowHeader Kind = "slow-header"
	HTTP2      Kind = "http2"
	H2C        Kind = "h2c"
	WebSocket  Kind = "websocket"
	Events     Kind = "sse"
	Download   Kind = "download"
	LongUpload Kind = "long-upload"
	Unix       Kind = "unix"
)

const (
	idleThink      = 2 * time.Second
	stagger        = 150 * time.Millisecond
	timeout        = 10 * time.Second
	afterFailure   = 10 * time.Millisecond
	transferTime   = 10 * time.Second
	handshakePause = 100 * time.Millisecond
	headerPause    = 20 * time.Millisecond
	streams        = 4
	longPieces     = 100
)

var (
	shortUpload = pace{8, 25 * time.Millisecond}
	errNoLog    = errors.New("no OnceLog, in which the server writes what POSTs it has executed")
	errNoPath   = errors.New("no UnixPath, at which the server listens")
)

// target is a server's address, and what its paths begin with.
type target struct{ host, below string }

func parseTarget(text, scheme string) (target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return target{}, fmt.Errorf("parse the URL of the load: %w", err)
	}
	if u.Scheme != scheme || u.Port() == "" {
		return target{}, fmt.Errorf("the URL of the load is %q, not %s://HOST:PORT", text, scheme)
	}
	return target{u.Host, strings.TrimSuffix(u.Path, "/")}, nil
}

// plan makes the clients of a Load.
type plan struct {
	Load
	http, https target
	run         string // what the ids of its POSTs begin with
	clients     []*client
}

func (l Load) clients() ([]*client, error) {
	p := plan{Load: l, run: rand.Text()}
	var err error
	if l.URL != "" || l.TLS+l.HTTP2+l.Unix == 0 {
		if p.http, err = parseTarget(l.URL, "http"); err != nil {
			return nil, err
		}
	}
	if l.TLS+l.HTTP2 > 0 {
		if p.https, err = parseTarget(l.TLSURL, "https"); err != nil {
			return nil, err
		}
	}
	switch {
	case l.Post > 0 && l.OnceLog == "":
		return nil, errNoLog
	case l.Unix > 0 && l.UnixPath == "":
		return nil, errNoPath
	}
	p.simple()
	p.slow()
	p.secure()
	p.long()
	return p.clients, nil
}

// add adds n clients that are like c and begin to ask one after the other.
func (p *plan) add(n int, stagger time.Duration, c client, session func(i int, l *ledger) session) {
	for i := range n {
		each := c
		each.wait = time.Duration(i) * stagger
		each.tally = newTally()
		each.ledger = &ledger{prefix: fmt.Sprintf("%s-%d-", p.run, len(p.clients))}
		each.session = session(i, each.ledger)
		p.clients = append(p.clients, &each)
	}
}

// plain is a session without anything special.
func (p *plan) plain(path string) plain {
	return plain{
		network: "tcp", addr: p.http.host, host: p.http.host, path: p.http.below + path,
		timeout: cmp.Or(p.Timeout, timeout), noticeClose: p.NoticeClose,
	}
}

func (p *plan) path() string { return cmp.Or(p.Path, "/") }

func (p *plan) simple() {
	reused := func(int, *ledger) session {
		s := p.plain(p.path())
		s.answers = true
		return &s
	}
	p.add(p.KeepAlive, 0, client{kind: KeepAlive, think: p.Think}, reused)
	p.add(p.Busy, 0, client{kind: Busy}, reused)
	p.add(p.Idle, 0, client{kind: Idle, think: cmp.Or(p.IdleThink, idleThink)}, reused)
	p.add(p.NewConn, 0, client{kind: NewConn, every: p.Every}, func(int, *ledger) session {
		s := p.plain(p.path())
		s.answers, s.once = true, true
		return &s
	})
	p.add(p.Post, 0, client{kind: Post, think: p.Think}, func(_ int, l *ledger) session {
		s := p.plain(p.oncePath())
		s.ledger = l
		return &s
	})
	p.add(p.Unix, 0, client{kind: Unix, think: p.Think}, func(int, *ledger) session {
		s := p.plain(p.path())
		s.network, s.addr, s.host, s.answers = "unix", p.UnixPath, "unix", true
		return &s
	})
}

func (p *plan) oncePath() string { return cmp.Or(p.OncePath, "/once") }

func (p *plan) slow() {
	p.add(p.Slow, stagger, client{kind: Slow}, func(int, *ledger) session {
		s := p.plain(cmp.Or(p.SlowPath, "/slow?ms=700"))
		return &s
	})
	p.add(p.Upload, 0, client{kind: Upload}, func(int, *ledger) session {
		s := p.plain(cmp.Or(p.UploadPath, "/upload"))
		s.upload = &shortUpload
		return &s
	})
	p.add(p.SlowHeader, stagger, client{kind: SlowHeader}, func(i int, _ *ledger) session {
		s := p.plain(p.path())
		s.dribble, s.once = headerPause, i%2 == 0
		return &s
	})
}

func (p *plan) secure() {
	config := &tls.Config{}
	if p.TLSConfig != nil {
		config = p.TLSConfig.Clone()
	}
	if u := (&url.URL{Host: p.https.host}); config.ServerName == "" {
		config.ServerName = u.Hostname()
	}
	h1 := config.Clone()
	h1.NextProtos = []string{"http/1.1"}
	p.add(p.TLS, 0, client{kind: TLS, every: p.Every}, func(int, *ledger) session {
		s := p.plain(p.path())
		s.addr, s.host, s.path = p.https.host, p.https.host, p.https.below+p.path()
		s.secure, s.lag, s.once, s.answers = h1, handshakePause, true, true
		return &s
	})
	p.multiplex(HTTP2, p.HTTP2, "https", p.https, config)
	p.multiplex(H2C, p.H2C, "http", p.http, nil)
}

func (p *plan) multiplex(kind Kind, n int, scheme string, to target, config *tls.Config) {
	each := cmp.Or(p.Streams, streams)
	base := scheme + "://" + to.host + to.below
	for range n {
		shared := newMultiplexed(each, config)
		p.add(each, 0, client{kind: kind, think: p.Think}, func(i int, l *ledger) session {
			s := &stream{multiplexed: shared, timeout: cmp.Or(p.Timeout, timeout), url: base + p.path(), answers: true}
			if i%2 == 1 && p.OnceLog != "" {
				s.url, s.ledger, s.answers = base+p.oncePath(), l, false
			}
			return s
		})
	}
}

func (p *plan) long() {
	last := cmp.Or(p.TransferTime, transferTime)
	p.add(p.WebSocket, 0, client{kind: WebSocket, think: p.Think}, func(int, *ledger) session {
		return &socket{host: p.http.host, path: p.http.below + cmp.Or(p.WebSocketPath, "/websocket"), timeout: cmp.Or(p.Timeout, timeout)}
	})
	p.add(p.Events, 0, client{kind: Events, think: p.Think}, func(int, *ledger) session {
		return &events{p.plain(cmp.Or(p.EventsPath, "/events"))}
	})
	p.add(p.Download, stagger, client{kind: Download}, func(int, *ledger) session {
		s := p.plain(cmp.Or(p.DownloadPath, fmt.Sprint("/download?ms=", last.Milliseconds())))
		s.sealed, s.timeout = true, s.timeout+last
		return &s
	})
	p.add(p.LongUpload, stagger, client{kind: LongUpload}, func(int, *ledger) session {
		s := p.plain(cmp.Or(p.UploadPath, "/upload"))
		s.upload, s.timeout = &pace{longPieces, last / longPieces}, s.timeout+last
		return &s
	})
}
