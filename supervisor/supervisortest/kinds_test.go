package supervisortest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// site is a handler served in every way that a Load knows.
type site struct {
	load supervisortest.Load // for what it serves, without clients
}

func serve(t *testing.T, handler http.Handler) site {
	t.Helper()
	plain := httptest.NewUnstartedServer(handler)
	plain.Config.Protocols = new(http.Protocols)
	plain.Config.Protocols.SetHTTP1(true)
	plain.Config.Protocols.SetUnencryptedHTTP2(true)
	plain.Start()
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	dir, err := os.MkdirTemp("", "load") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ln, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	local := httptest.NewUnstartedServer(handler)
	local.Listener.Close()
	local.Listener = ln
	local.Start()
	t.Cleanup(local.Close)

	config := secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	return site{supervisortest.Load{
		URL: plain.URL, TLSURL: secure.URL, TLSConfig: config, UnixPath: ln.Addr().String(),
		Think: time.Millisecond, Every: 5 * time.Millisecond, TransferTime: 300 * time.Millisecond, Timeout: 20 * time.Second,
	}}
}

func (s site) run(t *testing.T, d time.Duration) *supervisortest.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	return s.load.Run(ctx)
}

func TestHandlerServesEveryKind(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "once")
	s := serve(t, supervisortest.Handler(log))
	s.load.KeepAlive, s.load.Busy, s.load.Idle, s.load.NewConn, s.load.Slow, s.load.Upload = 1, 1, 1, 1, 1, 1
	s.load.Post, s.load.TLS, s.load.SlowHeader, s.load.HTTP2, s.load.H2C = 2, 1, 2, 1, 1
	s.load.WebSocket, s.load.Events, s.load.Download, s.load.LongUpload, s.load.Unix = 1, 1, 1, 1, 1
	s.load.OnceLog = log
	report := s.run(t, time.Second)
	if report.Failed != 0 || report.Crossed != 0 {
		t.Errorf("a good server failed:\n%v", report)
	}
	for _, kind := range []supervisortest.Kind{
		supervisortest.KeepAlive, supervisortest.Busy, supervisortest.Idle, supervisortest.NewConn, supervisortest.Slow,
		supervisortest.Upload, supervisortest.Post, supervisortest.TLS, supervisortest.SlowHeader, supervisortest.HTTP2, supervisortest.H2C,
		supervisortest.WebSocket, supervisortest.Events, supervisortest.Download, supervisortest.LongUpload, supervisortest.Unix,
	} {
		if report.ByKind[kind].Requests == 0 {
			t.Errorf("%s asked nothing", kind)
		}
	}
	if p := report.Posts; p.Answered == 0 || p.Once != p.Answered || p.Unanswered != 0 {
		t.Error(p)
	}
	if len(report.Answers) != 1 || report.Answers[fmt.Sprint(os.Getpid())].Count == 0 {
		t.Errorf("answers: %v", report.Answers)
	}
	t.Log(report)
}

func TestPathOfURLComesFirst(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "once")
	s := serve(t, http.StripPrefix("/below", supervisortest.Handler(log)))
	s.load.URL, s.load.TLSURL = s.load.URL+"/below/", s.load.TLSURL+"/below"
	s.load.KeepAlive, s.load.Post, s.load.TLS, s.load.HTTP2, s.load.H2C, s.load.WebSocket, s.load.Events = 1, 1, 1, 1, 1, 1, 1
	s.load.OnceLog = log
	if report := s.run(t, 200*time.Millisecond); report.Failed != 0 {
		t.Error(report)
	}
}

// misbehaviour is what a server does, and what the clients call it.
type misbehaviour struct {
	load    func(*supervisortest.Load)
	handler http.HandlerFunc
	causes  []supervisortest.Cause // any of them; which one is up to the kernel
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// panicking ends the connection, or on HTTP/2 the stream, without an answer.
func panicking(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// speaking accepts a WebSocket and does something with it.
func speaking(do func(ctx context.Context, ws *websocket.Conn) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		do(r.Context(), ws)
	}
}

func sending(events string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, events)
		http.NewResponseController(w).Flush()
	}
}

func TestMisbehaviourOfEachKindIsSeen(t *testing.T) {
	t.Parallel()
	socket := func(l *supervisortest.Load) { l.WebSocket = 1 }
	stream := func(l *supervisortest.Load) { l.Events = 1 }
	download := func(l *supervisortest.Load) { l.Download = 1 }
	multiplexed := func(l *supervisortest.Load) { l.HTTP2 = 1 }
	for name, tc := range map[string]misbehaviour{
		"socket: no upgrade": {socket, status(404), []supervisortest.Cause{supervisortest.Status}},
		"socket: cut": {socket, speaking(func(ctx context.Context, ws *websocket.Conn) error {
			return ws.CloseNow()
		}), []supervisortest.Cause{supervisortest.EOF, supervisortest.Truncated, supervisortest.Reset, supervisortest.Write}},
		"socket: closed normally": {socket, speaking(func(ctx context.Context, ws *websocket.Conn) error {
			return ws.Close(websocket.StatusNormalClosure, "")
		}), []supervisortest.Cause{supervisortest.Status}},
		"socket: another message": {socket, speaking(func(ctx context.Context, ws *websocket.Conn) error {
			_, _, err := ws.Read(ctx)
			return errors.Join(err, ws.Write(ctx, websocket.MessageText, []byte("no")))
		}), []supervisortest.Cause{supervisortest.Echo}},
		"socket: no message": {socket, speaking(func(ctx context.Context, ws *websocket.Conn) error {
			if _, _, err := ws.Read(ctx); err != nil {
				return err
			}
			_, _, err := ws.Read(ctx)
			return err
		}), []supervisortest.Cause{supervisortest.Timeout}},
		"events: gap":       {stream, sending("id: 1\n\nid: 3\n\n"), []supervisortest.Cause{supervisortest.Echo}},
		"events: none":      {stream, sending("retry: 3\n\n"), []supervisortest.Cause{supervisortest.Echo}},
		"events: cut":       {stream, func(w http.ResponseWriter, r *http.Request) { sending("id: 1\n\n")(w, r); panicking(w, r) }, []supervisortest.Cause{supervisortest.Truncated}},
		"events: silence":   {stream, func(w http.ResponseWriter, r *http.Request) { sending("id: 1\n\n")(w, r); <-r.Context().Done() }, []supervisortest.Cause{supervisortest.Timeout}},
		"download: no seal": {download, sending("short"), []supervisortest.Cause{supervisortest.Echo}},
		"download: wrong seal": {download, sending("data" + strings.Repeat("0", 64)),
			[]supervisortest.Cause{supervisortest.Echo}},
		"download: cut":       {download, func(w http.ResponseWriter, r *http.Request) { sending("data")(w, r); panicking(w, r) }, []supervisortest.Cause{supervisortest.Truncated}},
		"http2: stream reset": {multiplexed, panicking, []supervisortest.Cause{supervisortest.Stream}},
		"http2: status":       {multiplexed, status(500), []supervisortest.Cause{supervisortest.Status}},
		"http2: no answer":    {multiplexed, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, []supervisortest.Cause{supervisortest.Timeout}},
		"post: not executed": {func(l *supervisortest.Load) { l.Post = 1 }, status(204),
			[]supervisortest.Cause{supervisortest.Missing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var asked atomic.Int64
			s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 4 {
					cancel()
				}
				tc.handler(w, r)
			}))
			tc.load(&s.load)
			s.load.TransferTime = time.Millisecond
			if slices.Contains(tc.causes, supervisortest.Timeout) {
				s.load.Timeout = 200 * time.Millisecond
			}
			s.load.OnceLog = filepath.Join(t.TempDir(), "none")
			report := s.load.Run(ctx)
			seen := 0
			for _, cause := range tc.causes {
				seen += report.ByCause[cause]
			}
			if seen == 0 || seen != report.Failed {
				t.Errorf("%d failures are of %v:\n%v", seen, tc.causes, report)
			}
		})
	}
}

func TestRepeatedPOSTIsSeen(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "once")
	once := supervisortest.Once(log)
	var asked atomic.Int64
	report := runFor(t, 60, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%20 == 0 {
			once.ServeHTTP(httptest.NewRecorder(), r) // as a proxy does that retries
		}
		once.ServeHTTP(w, r)
	}), func(url string) supervisortest.Load {
		return supervisortest.Load{URL: url, Post: 3, OnceLog: log, Think: time.Millisecond}
	})
	if report.Posts.Repeated < 3 || report.ByCause[supervisortest.Repeated] != report.Posts.Repeated || report.Failed != report.Posts.Repeated {
		t.Errorf("POSTs that were executed twice:\n%v", report)
	}
}

// Whoever closes with 1001 or 1012 and ends streams between two events is going
// away in good order.
func TestGoodbyeIsNoFailure(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/events", sending("id: 1\n\nid: 2\n\n"))
	mux.Handle("/websocket", speaking(func(ctx context.Context, ws *websocket.Conn) error {
		kind, text, err := ws.Read(ctx)
		return errors.Join(err, ws.Write(ctx, kind, text), ws.Close(websocket.StatusGoingAway, ""))
	}))
	report := runFor(t, 40, mux, func(url string) supervisortest.Load {
		return supervisortest.Load{URL: url, WebSocket: 2, Events: 2, Think: 10 * time.Millisecond}
	})
	if report.Failed != 0 || report.ToldToClose == 0 || report.Streams == 0 {
		t.Error(report)
	}
}

func TestUnusableLoadFails(t *testing.T) {
	t.Parallel()
	url := "http://127.0.0.1:1"
	for name, load := range map[string]supervisortest.Load{
		"no log":  {URL: url, Post: 1},
		"no path": {URL: url, Unix: 1},
		"no TLS":  {URL: url, TLS: 1},
		"not TLS": {URL: url, TLSURL: url, HTTP2: 1},
	} {
		if report := load.Run(t.Context()); report.Failed != 1 || report.Requests != 1 {
			t.Errorf("%s: %v", name, report)
		}
	}
}
