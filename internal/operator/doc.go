// Package operator is `ginreload upgrade` and `ginreload status`: it finds a
// program that runs under package supervisor, asks it over its admin socket,
// and tells a person what came of it.
//
// The program was built with a library of its own, older or newer than this
// command, so the two share a conversation (lines of JSON, unknown fields are
// ignored) and no code. On Linux the socket is an abstract one whose name holds
// the PID namespace and the PID; on other Unix systems it lies in a folder of
// its user. Windows has none.
//
// It does not start or kill processes. The one signal that it sends is SIGUSR2,
// and only to a process that is seen to embed the library.
package operator
