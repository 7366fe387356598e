// Command targets measures what ginreload has to reach besides speed: what it
// costs while nothing happens, on large trees, when many files change at once,
// and how soon a mistake is shown.
//
//	go run ./internal/bench/targets [-only idle,memory,tree,checkout,burst,mistakes] [-idle 60s] [-reloads 500]
//	                                [-files 100000] [-folders 5000] [-changed 2000] [-n 9] [-json]
//
// It prints a table: what was measured, what the target is, and the figure. It
// judges nothing, since absolute times mean little on a shared machine. Each
// measurement runs ginreload on a generated program in a temporary folder; the
// program answers on a socket and needs next to no time to be built. All
// of it takes about eight minutes. It runs on Linux and needs git.
//
// What the kernel says of a process is out of /proc: CPU time in steps of 10 ms,
// the time on a processor by the scheduler's count, and how often a thread gave
// up the processor, which it does once each time that it has been woken.
//
// Events tell when builds begin and end; a witness from outside that never two
// run at once is a test of cmd/ginreload.
package main
