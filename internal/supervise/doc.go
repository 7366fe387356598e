// Package supervise is the stable parent of a program that replaces its own
// process: for PID 1 of a container, for supervisord, and for whatever else
// takes the end of the process that it started for the end of the program.
//
// The parent starts the program, learns over NOTIFY_SOCKET which process is
// the main one (READY=1 and MAINPID=, as package supervisor says them), passes
// signals on to that one, reaps whatever ends below it, and returns the exit
// code of the last main process once no generation is left.
//
//   - HUP, USR1 and WINCH go to the main process; so does USR2, once the
//     program has announced a supervisor, since by default USR2 kills.
//   - TERM, INT and QUIT go to every generation. To one that drains the first
//     means nothing new, and a second one ends it, as it ends the main process.
//   - Below another service manager the program's READY, RELOADING, STOPPING,
//     STATUS, WATCHDOG and the like are passed on without MAINPID: for that
//     manager the parent is the main process.
//
// With Restart the parent also keeps the listening sockets that the program
// stores (FDSTORE=1), and starts a program that has crashed again with them.
// Without, it owns nothing but the notify socket. The program has a process
// group of its own, so that a signal of the terminal reaches it once.
//
// It does not build, watch, log in the program's place, limit its start or its
// stop unless told so, or end processes that are no generation and outlive the
// program. It works on Linux, where it can become the parent of orphans
// (PR_SET_CHILD_SUBREAPER); elsewhere Run returns ErrNotSupported. If the
// parent is killed with SIGKILL, the program is not told and serves on, unless
// Leash is set; where the parent is PID 1 the kernel ends all with it.
package supervise
