// Package relay carries the requests of client connections, which a former
// generation of a program had accepted, to whichever generation serves now.
//
// The owner of the listening sockets calls Take with a connection that is idle,
// or whose next request lies unread in the kernel. From then on every request
// on it goes over an upstream connection of its own, which is dialled with the
// first bytes of the client. Bytes pass in both directions as they are; no
// header is added, changed or left out.
//
// # When a connection moves
//
// Replaced says that another generation serves. Call it when the former one
// accepts no more, and before it is stopped: a dial that it still accepts counts
// as one to the new generation.
//
// A connection is at rest when the last byte that moved was one of an answer,
// or when nothing has moved yet. The client's next bytes decide: if its upstream
// is older than Replaced and they look like a request, they go to a new upstream
// and the old one is closed; whatever else (a WebSocket, a tunnel, the rest of a
// body) stays with the old one. When the dial fails they go to the old upstream
// if there still is one, and else the client is closed without an answer.
//
// # When an upstream ends
//
// At rest and with the last answer complete, the client is kept and gets a new
// upstream with its next request. If it sends none for 5 s and Replaced does not
// come either, it is closed: the server was done with it. To know that an answer is
// complete its head and its chunks are followed; without this the end of a
// stream that was cut, or of a body without length, would never reach the
// client. In all other cases the end is passed on: the client gets what was
// sent and then the end of the stream, also after a reset, and is closed when it
// closes too, or after 5 s.
//
// A client that shuts down its sending side gets its answer to the end. One that
// is gone takes its upstream with it.
//
// # What it does not
//
// It does not speak TLS or HTTP/2, repeat a request, answer one itself, limit
// the time of anything but what is said above and below, or know the
// generations other than by Replaced.
//
// It does not follow requests, so pipelining has a limit: a client that sends a
// request before it has the whole answer to the one before, and does so while
// the generation is replaced, may lose the answers that are outstanding. Bytes
// that look like a request but are none (a tunnel that carries HTTP/1, a body
// that goes on after the server has begun to answer) can be taken for one, and
// the remainder of a body that the server has answered before it arrived makes
// the next request stay with the old upstream.
//
// It does not know the address of an upstream before the dial has returned, nor
// ever one of a unix socket; see Relay.Owns.
//
// # Cost
//
// Two goroutines and 4 KB of buffers for a connection that is idle, up to 64 KB
// more while much is under way. A client that does not read stops its upstream
// from sending, and nobody else.
package relay
