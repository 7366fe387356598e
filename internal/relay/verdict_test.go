package relay

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestLooksLikeRequest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		bytes string
		want  Verdict
	}{
		{"", NotYet},
		{"G", NotYet},
		{"PO", NotYet},
		{"GET", NotYet},
		{"GET ", NotYet},
		{"GET /", Yes},
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Yes},
		{"GET / HTTP/1.0\n", Yes},
		{"POST /a/very/long/path?with=a&query=that&does=not&end=within&the=peek", Yes},
		{"OPTIONS *", NotYet},
		{"OPTIONS * HTTP/1.1\r\n", Yes},
		{"GET http", NotYet},
		{"GET http://host/ HTTP/1.1\r\n", Yes},
		{"CONNECT host:443 HTTP/1.1\r\n", Yes},
		{"M-SEARCH * HTTP/1.1\r\n", Yes},
		{"\r\n", NotYet},
		{"\r\nGET / HTTP/1.1\r\n", Yes},
		{"\r\n\r\n\r\n", No},

		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", No}, // TLS, ClientHello
		{"\x17\x03\x03\x00\x13", No},                         // TLS, application data
		{"\x15\x03\x03", No},                                 // TLS, alert
		{"PRI", NotYet},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", No},
		{"PRI ", No},
		{"\x00\x00\x12\x04\x00\x00\x00\x00\x00", No}, // HTTP/2, SETTINGS
		{"\x00\x00G ET /", No},
		{"\x81\x85abcd", No}, // WebSocket, text
		{"\x89\x80abcd", No}, // WebSocket, ping
		{"\x01\x85abcd", No}, // WebSocket, text with more to come
		{"GET key\r\n", No},  // memcached and Redis, over a tunnel
		{"PING\r\n", No},
		{"EHLO example.org\r\n", No},
		{"GET  / HTTP/1.1\r\n", No},
		{"GET / HTTP/2.0\r\n", No},
		{"GET /\r\n", No}, // HTTP/0.9
		{" GET / HTTP/1.1\r\n", No},
		{"1a\r\nchunk\r\n", No},
		{`{"a": 1}`, No},
		{strings.Repeat("A", 33), No},
		{"GET " + strings.Repeat("a", 17), No},
	} {
		if got := LooksLikeRequest([]byte(test.bytes)); got != test.want {
			t.Errorf("%q: verdict %d, want %d", test.bytes, got, test.want)
		}
	}
}

// Whatever net/http reads as a request looks like one, in every part of it, and
// nobody has to wait for more than a few bytes.
func FuzzLooksLikeRequest(f *testing.F) {
	for _, seed := range []string{get, "OPTIONS * HTTP/1.1\r\n\r\n", "GET http://a/ HTTP/1.0\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
		"\r\n" + get, "PRI * HTTP/2.0\r\n\r\n", "\x16\x03\x01", "GET key\r\n", "\x81\x85abcd"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		verdict := LooksLikeRequest(b)
		if verdict == NotYet && len(b) >= undecided {
			t.Errorf("%q: not decided", b)
		}
		for i := range b {
			switch part := LooksLikeRequest(b[:i]); {
			case part == No && verdict != No:
				t.Errorf("%q is no request, and with more it may be", b[:i])
			case part == Yes && verdict == NotYet:
				t.Errorf("%q is a request, and with more it may be none", b[:i])
			}
		}
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		if err != nil || req.ProtoMajor != 1 || req.Method == "PRI" || len(req.Method) > longestMethod {
			return
		}
		if scheme, _, _ := strings.Cut(req.RequestURI, ":"); req.Method != http.MethodConnect && req.RequestURI[0] != '/' && len(scheme) > longestScheme {
			return
		}
		if verdict != Yes {
			t.Errorf("%q is a request: verdict %d", b, verdict)
		}
	})
}
