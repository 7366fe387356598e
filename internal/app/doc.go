// Package app is the user's program seen from outside: its generations, and
// the ways from one to the next.
//
// An App is told which binary should run. It starts it, or replaces what runs
// by it, in the gentlest way that the program allows, and reports what became
// of that as Events:
//
//   - supervised: the program embeds package supervisor. It gets SIGUSR2, starts
//     its successor itself and drains. The old generation serves until the new
//     one does; if that never happens it just goes on.
//   - kept: package sockets keeps the listening sockets of any other program. The
//     new generation starts beside the old one, and gets them when it binds; the
//     old one accepts no more once the new one listens, and is stopped when it
//     has answered what it had accepted. A program that cannot run twice is
//     stopped first, and its clients wait in the queues of the sockets.
//   - restart: where that is not possible, the program is stopped gracefully, then
//     the new one starts.
//
// App is the program's service manager in development. It listens on
// NOTIFY_SOCKET, keeps the listening sockets that the program stores with it
// (FDSTORE, sd_pid_notify_with_fds(3)) and hands them to a cold start as
// LISTEN_FDS, so that connections wait in their queues even over a crash.
//
// One goroutine, that of Run, owns all state. App does not decide when to
// reload, build, watch or print.
package app
