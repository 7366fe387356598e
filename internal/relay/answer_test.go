package relay

import "testing"

func TestAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, request, answer string
		want                  bool
	}{
		{"length", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
		{"length, cut", get, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", false},
		{"no body", get, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
		{"no content", get, "HTTP/1.1 204 No Content\r\n\r\n", true},
		{"not modified", get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true},
		{"head", "HEAD / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true},
		{"head, cut", get, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", false},
		{"chunks", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n2\r\n0\n\r\n0\r\n\r\n", true},
		{"chunks, cut behind what looks like the last", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\r\n0\r\n\r\n", false},
		{"chunks, none", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false},
		{"chunks and a trailer", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n", true},
		{"chunks and half a trailer", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n", false},
		{"bad chunk", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n0\r\n\r\n", false},
		{"endless chunk", get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n0\r\n\r\n", false},
		{"until the end", get, "HTTP/1.1 200 OK\r\n\r\nbody", false},
		{"close", get, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false},
		{"1.0", get, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false},
		{"1.0 that keeps alive", get, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", true},
		{"continue", get, "HTTP/1.1 100 Continue\r\n\r\n", false},
		{"continue and the answer", get, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
		{"two", get + get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
		{"one and a half", get + get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", false},
		{"upgrade", get, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", false},
		{"tunnel", "CONNECT a:1 HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false},
		{"other", get, "\x81\x05hello", false},
		{"contradiction", get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var whole, bytes answer
			whole.begin([]byte(test.request))
			bytes.begin([]byte(test.request))
			whole.follow([]byte(test.answer))
			for i := range test.answer {
				bytes.follow([]byte(test.answer[i : i+1]))
			}
			if whole.complete() != test.want {
				t.Errorf("complete: %v", !test.want)
			}
			if bytes.complete() != test.want {
				t.Errorf("complete, byte for byte: %v", !test.want)
			}
		})
	}
}
