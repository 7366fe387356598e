//go:build linux && (amd64 || arm64)

package sockets

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestJudge(t *testing.T) {
	now, before := time.Now(), time.Now().Add(-2*patient().quiet)
	for name, test := range map[string]struct {
		connection
		info unix.TCPInfo
		want condition
	}{
		"new, and nothing said": {
			connection{seen: now}, unix.TCPInfo{Last_data_recv: 3, Last_data_sent: 3}, resting,
		},
		"new, nothing said, and parked": {
			connection{seen: now, parked: true}, unix.TCPInfo{Last_data_recv: 3, Last_data_sent: 3}, idle,
		},
		"old, and nothing said": {
			connection{seen: before}, unix.TCPInfo{Last_data_recv: 3000, Last_data_sent: 3000}, idle,
		},
		"request unread": {
			connection{seen: before, unread: 1}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 2000}, busy,
		},
		"answer unsent": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 2000, Notsent_bytes: 1}, busy,
		},
		"first request read, nothing sent": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Last_data_recv: 9000, Last_data_sent: 9000}, busy,
		},
		"next request read, nothing sent since": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 160, Bytes_sent: 100, Last_data_recv: 2000, Last_data_sent: 3000}, busy,
		},
		"answered just now": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 10}, resting,
		},
		"answered within one tick": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 20, Last_data_sent: 20}, resting,
		},
		"answered long ago": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 2000}, idle,
		},
		"answered some time ago, or asked again, within one tick": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Data_segs_in: 2, Last_ack_recv: 2000, Last_data_recv: 2000, Last_data_sent: 2000}, resting,
		},
		"answered some time ago within one tick, and asked once only": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Data_segs_in: 1, Last_ack_recv: 2000, Last_data_recv: 2000, Last_data_sent: 2000}, idle,
		},
		"answered some time ago within one tick, and acknowledged later": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Data_segs_in: 2, Last_ack_recv: 1960, Last_data_recv: 2000, Last_data_sent: 2000}, idle,
		},
		"answered long ago, or asked again, within one tick": {
			connection{seen: before}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Data_segs_in: 2, Last_ack_recv: 10000, Last_data_recv: 10000, Last_data_sent: 10000}, idle,
		},
		"client has left, program has not noticed": {
			connection{seen: before, ended: true}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 2000}, busy,
		},
		"client has left, parked": {
			connection{seen: before, ended: true, parked: true}, unix.TCPInfo{Bytes_received: 80, Bytes_sent: 100, Last_data_recv: 3000, Last_data_sent: 2000}, idle,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.judge(&test.info, patient()); got != test.want {
				t.Errorf("got %d, not %d", got, test.want)
			}
		})
	}
}

func TestOtherProtocol(t *testing.T) {
	for text, want := range map[string]bool{
		"\x16\x03\x01\x02\x00\x01\x00\x01":             true,  // TLS: ClientHello
		"\x17\x03\x03\x00\x40abcdef":                   true,  // TLS: data
		"\x15\x03\x03\x00\x02\x01\x00":                 true,  // TLS: close_notify
		"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58": true,  // WebSocket: masked "Hello"
		"\x89\x80\x00\x00\x00\x00":                     true,  // WebSocket: ping
		"\x88\x82\x00\x00\x00\x00\x03\xe8":             true,  // WebSocket: close
		"\x81\x05Hello":                                false, // WebSocket of a server: not masked
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":             true,
		"\x00\x00\x00\x04\x00\x00\x00\x00\x00":         true, // HTTP/2: SETTINGS
		"\x00\x00\x08\x06\x00\x00\x00\x00\x00abcdefgh": true, // HTTP/2: PING
		"\x00\x00\x08\x20\x00\x00\x00\x00\x00abcdefgh": false,
		"GET / HTTP/1.1\r\n\r\n":                       false,
		"a=1&b=2":                                      false,
		"":                                             false,
		"\x16":                                         false, // too short to tell
		"5\r\nhello\r\n0\r\n\r\n":                      false, // a chunk of a body
	} {
		if got := otherProtocol([]byte(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
