// Package command runs the commands of the configuration beside build and
// program: those of rules, and those of the end.
//
// Such a command is a line for the shell, in a process group of its own and with
// an empty standard input. Run returns when the shell has ended, or was killed
// with the whole group because its context is done. What it leaves behind in the
// background goes on until the session ends, but is listened to for a moment
// only.
//
// It does not decide which command runs when, and does not print: each line of
// output goes to a function of the caller.
package command
