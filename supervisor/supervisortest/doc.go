// Package supervisortest puts a server under load while it is upgraded, and
// accounts for each request.
//
// Its clients are strict: they never retry. That is why they are written on
// net.Conn, http.Request.Write and http.ReadResponse and not on http.Client,
// whose Transport sends a request again, unasked and unseen, when a reused
// connection turns out to be closed. With it, a server that cuts connections
// at each upgrade looks as good as one that does not. A caller on the other
// side of the network, in another language, or with a POST that must not be
// repeated, sees the difference. Only HTTP/2 is left to the Transport, whose
// one retry is what a GOAWAY allows (see Load.HTTP2).
//
// A request has failed when the dial or the handshake fails, when it cannot be
// written in full, when the connection ends or the time is up before the last
// byte of the response, when the response is malformed or not a 2xx, and when
// it is not the answer to what was sent: an upload has to be answered with its
// SHA-256, a download to end with it, a message to come back, events to count
// without a gap. A POST has failed that was not executed exactly once. Each
// failure is kept with its circumstances.
//
// Load describes the clients, its Run makes a Report. Program starts a server
// as a process and upgrades it by a signal or in any other way; its
// UpgradeUnderLoad does both at once. Handler is what all kinds of clients can
// ask; a server that mounts it in a test build needs nothing else:
//
//	program := supervisortest.Program{
//		Path:   "./myserver",
//		Env:    []string{"PORT=8080"},
//		Signal: syscall.SIGUSR2,
//		URL:    "http://127.0.0.1:8080",
//	}
//	load := supervisortest.Load{
//		URL:       program.URL,
//		KeepAlive: 32, NewConn: 8, Think: 10 * time.Millisecond,
//		WebSocket: 4, Events: 4,
//		Post: 4, OnceLog: "/tmp/executed",
//	}
//	report, _, err := program.UpgradeUnderLoad(ctx, load, 20)
//
// Fake is for the other kind of test: it stands in for the library in a test of
// a program's main, without processes and sockets.
//
// The package does not follow redirects or keep cookies, and does not measure
// throughput: a client waits for one response before it sends the next request,
// and one without a pace pauses for 10 ms after a failure. It does not see that
// a body without Content-Length and without chunks was cut short, because
// HTTP/1.1 gives such a body no end but that of the connection. It does not
// touch the state of the process that uses it.
package supervisortest
