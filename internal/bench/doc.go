// Command bench measures how long it takes from the save of a file until the
// new code answers, and how many requests fail meanwhile: for ginreload, for
// Air, and for the shell loop that has the least to do.
//
//	go run ./internal/bench [-n 8] [-tools ginreload,air,loop] [-air PATH] [-example examples/gin] [-json]
//
// Absolute times are not stable on a shared machine, so the tools run side by
// side, each on a copy of the example of its own, and take turns: one save with
// the first, one with the second, and so on, n times. The tool whose turn it is
// has a request on a new connection every 5 ms as load. What counts is the
// ratio to Air in one run.
//
// It does not tune the tools: each runs with its defaults, with its output sent
// to a file. It does not measure memory or CPU. It runs on Linux.
package main
