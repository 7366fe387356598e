// Package outage is what a client gets while nothing serves: instead of a
// connection that hangs, a 503 that shows why the program is down.
//
// Serve answers on listeners of which nobody else accepts. Every request, of
// whatever method, gets status 503 with "Retry-After: 1", "Connection: close",
// "Cache-Control: no-store", "X-Ginreload: down" and the page: HTML, JSON or
// plain text, whichever the client says that it prefers, and plain text if it
// says nothing. The page is asked for with each request, since one failure may
// follow another. HTML needs nothing from elsewhere, shows errors as text, and
// loads the program's page as soon as there is one, without JavaScript every two
// seconds. The answer to anything but GET and HEAD is not loaded again by itself.
//
// HTTP/2 in the clear gets the same over HTTP/2, and gRPC the status
// UNAVAILABLE. TLS gets an alert, because there is no certificate to answer with.
//
// A body that the client sends is read and thrown away after the answer, up to
// 256 MB and 10 s: a client that is closed while it sends may lose the answer to
// the reset. One that asks first (Expect: 100-continue) is spared the sending.
//
// Connections have 5 s for the head of their request, heads 64 KB. There are at
// most 256 connections; further ones wait in the queue of the kernel.
//
// # What it does not
//
// It does not decide that nothing serves, wait for the program to come back, or
// pass anything on to it. It knows no TLS, answers no HTTP/1 connection twice,
// and logs nothing.
package outage
