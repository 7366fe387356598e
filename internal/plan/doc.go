// Package plan decides what a change of files leads to, and why. It is pure:
// no clock, no disk, no state.
//
// It does not build, restart or print.
package plan
