// Package sockets keeps the listening sockets of a program that knows nothing
// of it, from one process of the program to the next.
//
// A Keeper starts each generation under a seccomp filter that reports its
// calls of bind, listen and unlink (seccomp_unotify(2)). When a generation
// listens, the Keeper duplicates the socket; when a later one binds the same
// address, it is given that very socket instead of an error. So two
// generations listen on one queue, the kernel's, which outlives both, and no
// client is refused.
//
// To end a generation without a loss the Keeper parks it: its listening sockets
// are taken out of its epoll sets, from outside, and put back if it has to
// take up again. So it pays nothing for each connection that it accepts. What
// waits in accept itself rather than in epoll (a blocking call) is reported by
// the filter and held. Then the Keeper looks at the connections that are left:
// TCP_INFO tells a request under way. An HTTP/1 connection at rest is parked
// as well, and carried to the next generation by package relay when its next
// request arrives.
//
// A Keeper hands a program only what an earlier generation of the same program
// has opened, at the address that it asks for; it opens nothing by itself. It
// leaves alone: port 0, datagrams, sockets that were bound before the program
// was started, and programs of another architecture than its own.
//
// It does not decide when to replace a program, does not start, signal or
// reap processes, and prints nothing. It works on Linux (amd64, arm64; 5.10 or
// newer) where the kernel allows what it needs; Open says why if not.
package sockets
