package outage

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient is how long a test waits for what has to happen.
const patient = 30 * time.Second

var crashed = Page{"#3 crashed: exit code 2", "panic: \x1b[31mboom\x1b[0m\n\n\tmain.go:7 <script>alert(1)</script>"}

// start serves a page on a port of its own, and closes at the end of the test.
func start(t *testing.T, page Page, places int) (*Server, string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serve([]net.Listener{ln}, func() Page { return page }, places)
	t.Cleanup(func() {
		select {
		case <-s.closing:
		default:
			s.Close()
		}
	})
	return s, ln.Addr().String()
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patient))
	return c
}

// ask sends a head and returns the answer, and expects the end behind it.
func ask(t *testing.T, addr, method, head string) (*http.Response, string) {
	t.Helper()
	c := dial(t, addr)
	fmt.Fprintf(c, "%s / HTTP/1.1\r\nHost: test\r\n%s\r\n", method, head)
	return answer(t, c, method)
}

func answer(t *testing.T, c net.Conn, method string) (*http.Response, string) {
	t.Helper()
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil {
		t.Errorf("behind the answer: %q, %v", rest, err)
	}
	return res, string(body)
}

func TestEveryMethod(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"} {
		res, body := ask(t, addr, method, "Content-Length: 0\r\n")
		if res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", method, res.StatusCode)
		}
		for name, want := range map[string]string{"Retry-After": "1", "Cache-Control": "no-store", "X-Ginreload": "down",
			"Content-Type": "text/plain; charset=utf-8"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", method, name, got, want)
			}
		}
		if !res.Close {
			t.Errorf("%s: no Connection: close", method)
		}
		if method != "HEAD" && !strings.Contains(body, crashed.Headline) {
			t.Errorf("%s: body %q", method, body)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)

	_, text := ask(t, addr, "GET", "")
	want := "ginreload: #3 crashed: exit code 2\n\npanic: boom\n\n\tmain.go:7 <script>alert(1)</script>\n\n" + adviceAgain + "\n"
	if text != want {
		t.Errorf("text:\n%s\nwant:\n%s", text, want)
	}

	res, text := ask(t, addr, "GET", "Accept: application/json\r\n")
	var got struct{ Error, Detail, Advice string }
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Error != crashed.Headline || !strings.HasPrefix(got.Detail, "panic: boom\n") || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("JSON %+v, %v", got, res.Header)
	}

	const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
	res, text = ask(t, addr, "GET", browser)
	if strings.Contains(text, "<script>alert") || !strings.Contains(text, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("not escaped:\n%s", text)
	}
	for _, part := range []string{"<h1>#3 crashed: exit code 2</h1>", adviceLoads, "http-equiv=\"refresh\"", "name=\"viewport\"", "prefers-color-scheme: dark",
		`!== "\` + strings.TrimSuffix(res.Header.Get("ETag"), `"`)} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
	for _, from := range []string{"src=", "href=", "url(", "@import"} {
		if strings.Contains(text, from) {
			t.Errorf("needs something from elsewhere: %s", from)
		}
	}

	_, text = ask(t, addr, "POST", browser+"Content-Length: 0\r\n")
	if strings.Contains(text, "location.reload") || strings.Contains(text, "refresh") || !strings.Contains(text, adviceAgain) {
		t.Errorf("the answer to a POST loads again:\n%s", text)
	}
}

// What stands in a script has to stay there.
func TestHeadlineInHTML(t *testing.T) {
	t.Parallel()
	page := Page{Headline: "</title></script><script>alert(1)</script>\nX: y"}.clean()
	if html := string(render(typeHTML, page, true)); strings.Contains(html, "<script>alert") || strings.Count(html, "<script>") != 1 {
		t.Errorf("not escaped:\n%s", html)
	}
	if html := string(render(typeHTML, Page{}.clean(), true)); !strings.Contains(html, "<h1>the program does not run</h1>") {
		t.Errorf("without a headline:\n%s", html)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"a\x1b[1;31mb\x1b[0mc", "abc"},
		{"\x1b]0;title\x07text", "text"},
		{"\x1b]0;title\x1b\\text", "text"},
		{"a\x00b\x08c\rd\u009be", "abcde"},
		{"tab\tline\nend\n\n", "tab\tline\nend"},
		{"bad \xff byte", "bad  byte"},
		{strings.Repeat("x", longestDetail+1), strings.Repeat("x", longestDetail) + "\n…"},
	} {
		if got := (Page{Detail: test.text}).clean().Detail; got != test.want {
			t.Errorf("%.40q became %.40q, want %.40q", test.text, got, test.want)
		}
	}
}

func TestPreferred(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                    typeText,
		"*/*":                                 typeText,
		"text/html":                           typeHTML,
		"application/json":                    typeJSON,
		"application/json, text/plain, */*":   typeJSON,
		"text/html;q=0.5, application/json":   typeJSON,
		"text/html, application/json;q=0.9":   typeHTML,
		"text/html;q=0, text/plain;q=0.1":     typeText,
		"image/png, text/html;q=0.3, garbage": typeHTML,
		"text/event-stream":                   typeText,
		";;;,,":                               typeText,
	} {
		if got := preferred([]string{accept}); got != want {
			t.Errorf("%q gets %s, want %s", accept, got, want)
		}
	}
}

// A client that sends all of its body before it reads gets the answer.
func TestBody(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	body := strings.Repeat("x", 5<<20)
	for _, head := range []string{
		fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", len(body)),
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		c := dial(t, addr)
		if strings.Contains(head, "chunked") {
			head += fmt.Sprintf("%x\r\n", len(body))
		}
		if _, err := io.WriteString(c, head+body); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(head, "chunked") {
			io.WriteString(c, "\r\n0\r\n\r\n")
		}
		if res, text := answer(t, c, "POST"); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, crashed.Headline) {
			t.Errorf("status %d, %q", res.StatusCode, text)
		}
	}
}

// A client that asks is told at once, and not to go on.
func TestExpect(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	res, _ := ask(t, addr, "POST", "Expect: 100-continue\r\nContent-Length: 1000000\r\n")
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", res.StatusCode)
	}
}

// The answer does not wait for the body.
func TestBodyThatDoesNotCome(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	for _, length := range []string{"Content-Length: 1000", "Transfer-Encoding: chunked"} {
		c := dial(t, addr)
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", length)
		c.SetReadDeadline(time.Now().Add(bodyTime / 2))
		if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
			t.Errorf("%s: %v", length, err)
		}
		c.Close()
	}
}

func TestLongHead(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	c := dial(t, addr)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nA: "+strings.Repeat("x", longestHead+8000)+"\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%v, %v", res, err)
	}
}

// A client that sends nothing does not stay for ever.
func TestSilent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes as long as the head of a request may")
	}
	_, addr := start(t, crashed, crowd)
	var all sync.WaitGroup
	for _, sent := range []string{"", "GET / HTTP/1.1\r\nHo"} {
		c := dial(t, addr)
		io.WriteString(c, sent)
		all.Go(func() {
			if _, err := io.ReadAll(c); err != nil {
				t.Errorf("after %q: %v", sent, err)
			}
		})
	}
	all.Wait()
}

func TestTLS(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	c := tls.Client(dial(t, addr), &tls.Config{ServerName: "test"})
	if err := c.Handshake(); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("the handshake: %v", err)
	}
}

// HTTP/2 with prior knowledge, as gRPC has it.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	_, addr := start(t, crashed, crowd)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	for kind, want := range map[string]int{"text/plain": http.StatusServiceUnavailable, "application/grpc+proto": http.StatusOK} {
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		res, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != want || res.ProtoMajor != 2 {
			t.Errorf("%s: status %d over %s, %v", kind, res.StatusCode, res.Proto, err)
		}
		if want == http.StatusOK {
			if res.Header.Get("Grpc-Status") != "14" || res.Header.Get("Grpc-Message") != "%233%20crashed:%20exit%20code%202" {
				t.Errorf("gRPC: %v", res.Header)
			}
		} else if !strings.Contains(string(body), crashed.Headline) {
			t.Errorf("body %q", body)
		}
	}
}

// Connections on which nothing was sent are returned as they are, and the
// others are answered.
func TestRelease(t *testing.T) {
	t.Parallel()
	s, addr := start(t, crashed, crowd)
	ahead := dial(t, addr)
	const others = 20
	for range others {
		ask(t, addr, "GET", "") // accepted after ahead
	}
	silent := s.Release()
	if len(silent) != 1 {
		t.Fatalf("%d connections were returned", len(silent))
	}
	defer silent[0].Close()
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the listener is open")
	}
	io.WriteString(ahead, "hello")
	got := make([]byte, 5)
	if _, err := io.ReadFull(silent[0], got); err != nil || string(got) != "hello" {
		t.Errorf("read %q, %v", got, err)
	}
	io.WriteString(silent[0], "back")
	if _, err := io.ReadFull(ahead, got[:4]); err != nil || string(got[:4]) != "back" {
		t.Errorf("read %q, %v", got[:4], err)
	}
}

// crossing is a connection to which bytes come while it is released.
type crossing struct {
	net.Conn
	meanwhile func()
	deadline  time.Time
}

func (c *crossing) Read(p []byte) (int, error) {
	c.meanwhile()
	return copy(p, "GET"), nil
}

func (c *crossing) SetReadDeadline(t time.Time) error {
	c.deadline = t
	return nil
}

func TestReleaseCrosses(t *testing.T) {
	t.Parallel()
	nc := &crossing{}
	c := &conn{Conn: nc}
	nc.meanwhile = c.release
	c.release()
	c.SetReadDeadline(time.Now().Add(patient))
	if nc.deadline.After(time.Now()) {
		t.Error("the server has taken back that it is to let go")
	}
	if n, err := c.Read(make([]byte, 10)); n != 3 || err != nil {
		t.Fatalf("read %d bytes, %v", n, err)
	}
	if nc.deadline.Before(time.Now()) {
		t.Error("a request that has begun has no time to come in full")
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s, addr := start(t, crashed, crowd)
	silent, half := dial(t, addr), dial(t, addr)
	io.WriteString(half, "GET / HT")
	ask(t, addr, "GET", "")
	s.Close()
	for _, c := range []net.Conn{silent, half} {
		if _, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a connection is left open")
		}
	}
}

// Those for whom there is no place wait in the queue, and are answered later.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const places = 4
	s, addr := start(t, crashed, places)
	var inside []net.Conn
	for range places {
		inside = append(inside, dial(t, addr))
	}
	var all sync.WaitGroup
	for range 100 {
		c := dial(t, addr)
		all.Go(func() {
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			if res, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
	s.mu.Lock()
	if n := len(s.conns); n > places {
		t.Errorf("%d connections at once", n)
	}
	s.mu.Unlock()
	for _, c := range inside {
		c.Close()
	}
	all.Wait()
}
