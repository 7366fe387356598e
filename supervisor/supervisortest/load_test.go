package supervisortest_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everyKind has each kind of client.
func everyKind(url string) supervisortest.Load {
	return supervisortest.Load{
		URL:       url,
		KeepAlive: 4, Think: time.Millisecond,
		Idle: 2, IdleThink: 20 * time.Millisecond,
		NewConn: 2, Every: 2 * time.Millisecond,
		Slow: 2, SlowPath: "/slow?ms=20",
		Upload: 2,
	}
}

// goodServer has the routes that a Load asks for.
func goodServer() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		d, err := time.ParseDuration(r.FormValue("ms") + "ms")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		<-time.After(d)
	})
	mux.HandleFunc("POST /upload", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.New()
		n, _ := io.Copy(sum, r.Body)
		fmt.Fprintf(w, "%d %x", n, sum.Sum(nil))
	})
	return mux
}

// runFor runs the load until the handler has been asked n times.
func runFor(t *testing.T, n int64, handler http.Handler, load func(url string) supervisortest.Load) *supervisortest.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == n {
			cancel()
		}
		handler.ServeHTTP(w, r)
	}))
	defer srv.Close()
	report := load(srv.URL).Run(ctx)
	if asked.Load() < n {
		t.Fatalf("%d requests reached the server, not %d:\n%v", asked.Load(), n, report)
	}
	return report
}

func TestGoodServerLosesNothing(t *testing.T) {
	t.Parallel()
	report := runFor(t, 600, goodServer(), everyKind)
	if report.Failed != 0 {
		t.Errorf("a good server failed:\n%v", report)
	}
	for _, kind := range []supervisortest.Kind{
		supervisortest.KeepAlive, supervisortest.Idle, supervisortest.NewConn, supervisortest.Slow, supervisortest.Upload,
	} {
		share := report.ByKind[kind]
		if share.Requests == 0 {
			t.Errorf("%s asked nothing", kind)
		}
		if l := share.Latency; l.P50 <= 0 || l.P50 > l.P99 || l.P99 > l.Max {
			t.Errorf("%s: latency %v", kind, l)
		}
	}
	if a := report.Answers["hello"]; a.Count == 0 || a.Last.Before(a.First) || len(report.Answers) != 1 {
		t.Errorf("answers: %v", report.Answers)
	}
	reused := report.ByKind[supervisortest.KeepAlive].Requests + report.ByKind[supervisortest.Idle].Requests
	if unshared := report.Requests - reused; report.Connections > unshared+6 {
		t.Errorf("%d connections for %d requests: nothing was reused", report.Connections, report.Requests)
	}
}

func TestConnectionCloseIsHonoured(t *testing.T) {
	t.Parallel()
	good := goodServer()
	report := runFor(t, 300, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		good.ServeHTTP(w, r)
	}), everyKind)
	if report.Failed != 0 {
		t.Errorf("a server that says that it closes failed:\n%v", report)
	}
	if report.ToldToClose == 0 || report.Connections < report.ToldToClose {
		t.Errorf("%d connections, told to close %d times", report.Connections, report.ToldToClose)
	}
}

func TestRequestInFlightIsFinished(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		<-time.After(50 * time.Millisecond) // the client must not use this time to hang up
		io.WriteString(w, "finished")
	}))
	defer srv.Close()
	report := supervisortest.Load{URL: srv.URL, KeepAlive: 1}.Run(ctx)
	if report.Requests != 1 || report.Failed != 0 || report.Answers["finished"].Count != 1 {
		t.Errorf("the last request was not finished:\n%v", report)
	}
}

// raw answers with bytes of its own and ends the connection.
func raw(response string, end func(*net.TCPConn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(c, response)
		end(c.(*net.TCPConn))
	}
}

func closeConn(c *net.TCPConn) { c.Close() }

func resetConn(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

const wholeResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func keepAliveOnly(url string) supervisortest.Load {
	return supervisortest.Load{URL: url, KeepAlive: 2, Think: 2 * time.Millisecond, Timeout: 5 * time.Second}
}

func TestMisbehaviourIsSeen(t *testing.T) {
	t.Parallel()
	uploadOnly := func(url string) supervisortest.Load { return supervisortest.Load{URL: url, Upload: 2} }
	cases := map[string]struct {
		handler http.Handler
		load    func(string) supervisortest.Load
		causes  []supervisortest.Cause // any of them; which one is up to the kernel
		reused  bool
	}{
		"closed while idle": {raw(wholeResponse, closeConn), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.EOF, supervisortest.Reset, supervisortest.Write}, true},
		"closed unanswered": {raw("", closeConn), keepAliveOnly, []supervisortest.Cause{supervisortest.EOF}, false},
		"reset":             {raw("", resetConn), keepAliveOnly, []supervisortest.Cause{supervisortest.Reset}, false},
		"reset in the body": {raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", resetConn), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.Reset}, false},
		"cut in the headers": {raw("HTTP/1.1 200 OK\r\nContent-Le", closeConn), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.Truncated}, false},
		"cut in the body": {raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", closeConn), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.Truncated}, false},
		"cut in a chunk": {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok", closeConn), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.Truncated}, false},
		"not HTTP": {raw("SSH-2.0-server\r\n\r\n", closeConn), keepAliveOnly, []supervisortest.Cause{supervisortest.Malformed}, false},
		"status 500": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), keepAliveOnly,
			[]supervisortest.Cause{supervisortest.Status}, false},
		"no answer in time": {http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
			func(url string) supervisortest.Load {
				return supervisortest.Load{URL: url, KeepAlive: 2, Timeout: 20 * time.Millisecond}
			},
			[]supervisortest.Cause{supervisortest.Timeout}, false},
		"wrong echo": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, "thank you")
		}), uploadOnly, []supervisortest.Cause{supervisortest.Echo}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := runFor(t, 4, tc.handler, tc.load)
			seen := 0
			for _, cause := range tc.causes {
				seen += report.ByCause[cause]
			}
			if seen == 0 || seen != report.Failed || len(report.Failures) != report.Failed {
				t.Fatalf("%d failures are of %v:\n%v", seen, tc.causes, report)
			}
			for _, f := range report.Failures {
				if f.Err == nil || f.Reused() != tc.reused || f.Written == 0 || f.At.Before(report.Start) {
					t.Errorf("failure: %v", f)
				}
			}
		})
	}
}

func TestRefusedIsSeen(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + ln.Addr().String()
	ln.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	report := supervisortest.Load{URL: url, KeepAlive: 1, NewConn: 1}.Run(ctx)
	if report.Failed == 0 || report.Failed != report.Requests || report.ByCause[supervisortest.Dial] != report.Failed {
		t.Errorf("refused connections:\n%v", report)
	}
	if report.Requests > 20 {
		t.Errorf("%d requests in 50 ms: clients do not pause after a failure", report.Requests)
	}
}

func TestNoticedCloseIsNoFailure(t *testing.T) {
	t.Parallel()
	report := runFor(t, 20, raw(wholeResponse, closeConn), func(url string) supervisortest.Load {
		load := keepAliveOnly(url)
		load.Think, load.NoticeClose = 30*time.Millisecond, true
		return load
	})
	if report.ClosedIdle == 0 || report.ClosedIdle+report.Failed < report.Requests-2 || report.Failed > report.Requests/4 {
		t.Errorf("closes while idle were not noticed:\n%v", report)
	}
}

// A server that now and then closes an idle connection is caught although most
// of its answers are good.
func TestSeldomCloseIsSeen(t *testing.T) {
	t.Parallel()
	good := goodServer()
	var asked atomic.Int64
	report := runFor(t, 400, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%50 == 0 {
			raw(wholeResponse, closeConn)(w, r)
			return
		}
		good.ServeHTTP(w, r)
	}), keepAliveOnly)
	if report.Failed < 5 || report.Failed > 8 {
		t.Errorf("%d failures, not one for each of about 8 closed connections:\n%v", report.Failed, report)
	}
}

func TestUnusableURLFails(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "127.0.0.1:80", "https://127.0.0.1:443", "http://127.0.0.1", "http://%"} {
		if report := (supervisortest.Load{URL: url, KeepAlive: 1}).Run(t.Context()); report.Failed != 1 {
			t.Errorf("%q: %v", url, report)
		}
	}
}

func TestLoadLastsAsLongAsWhatItIsFor(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case asked <- struct{}{}:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	broke := errors.New("the deployment broke")
	report, err := supervisortest.Load{URL: srv.URL, NewConn: 1}.During(t.Context(), func(context.Context) error {
		for range 3 {
			<-asked
		}
		go func() { // what is asked until the load has ended
			for {
				select {
				case <-asked:
				case <-t.Context().Done():
					return
				}
			}
		}()
		return broke
	})
	if !errors.Is(err, broke) || report.Requests < 3 || report.Failed != 0 {
		t.Error(report, err)
	}
}
