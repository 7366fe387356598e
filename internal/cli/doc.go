// Package cli is the command line: it reads the configuration, connects the
// stages with the loop and turns what comes out into an exit code.
//
// It decides nothing about builds and reloads, and does not end the process.
package cli
