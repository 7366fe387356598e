// Command bench measures how long it takes from the save of a file until the
// new code answers, how many requests fail meanwhile, and what that costs: for
// ginreload, for other tools, and for the shell loop that has the least to do.
//
//	go run ./internal/bench [-n 8] [-programs gin,many,cgo] [-tools ginreload,air,reflex,modd,entr,loop]
//	                        [-air PATH] [-json] [-plot FILE.svg] [-from FILE.json]
//
// It prints a table for each of three programs: examples/gin; one of 300
// packages in layers, of which an edit makes 26 be compiled anew; and
// one with Gin, gorm and sqlite, which the system's linker links. Tools that are
// not installed are left out, and it is said how to install them. All of it
// takes about half an hour, most of it for the first builds.
//
// Absolute times are not stable on a shared machine, so the tools run side by
// side, each on a copy of the program of its own, and take turns in an order
// that is drawn anew each time: one save with the one, one with the other, and
// so on, n times. A tool begins when the one before it is at rest. The one whose
// turn it is has a request on a new connection every 5 ms as load; the time ends
// with the first of them that the new code answers. What counts are the ratios to
// Air and to the loop in one run.
//
// CPU time is that of the tool, of all that it starts, and of the program, from
// one turn to the next, out of /proc/PID/stat; the table has the median. Peak
// memory is the most resident memory of all these processes together that a
// look every 100 ms has seen, with shared pages counted for each process.
//
// It does not tune the tools: each runs as its documentation shows it, with its
// output sent to a file. The loop strips its binary, as ginreload does; the
// others do not. To compare ginreload with itself, give it flags:
//
//	go run ./internal/bench -tools 'ginreload,ginreload --handoff=restart'
//
// It runs on Linux.
package main
