// Package service runs several programs beside each other: a Fleet starts its
// members in the order in which they wait for each other and stops them in the
// reverse one, and a Command is a member that is kept running.
//
// A Command is a line for the shell, in a process group of its own. It is started
// again when it crashes, after a pause that grows and that an edit of any file
// cuts short; an end with exit code 0 is no crash. Its standard input never ends,
// because tools such as Tailwind stop watching when it does. At the stop the group
// is asked (SIGTERM) and, after a grace, killed.
//
// All decisions about a Command are made by step, a pure function from a State and
// an Input to a State and Effects, as in package loop. What holds for all of it:
//
//   - One process group of a command at a time.
//   - A start is always behind the cue that it may, and never behind that to stop.
//   - From any state a stop and a kill end it.
//   - A command that has crashed is running, or a time is set at which it will be.
//   - Others are told that it is ready at most once.
//
// The failure of a member is its own affair. The package does not build, watch or
// print, and does not know what a member that is no Command does.
package service
