// Command ginreload builds and runs a Go server, and again on every change of
// its files, without losing a request.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/ginreload/ginreload/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ginreload: find the current folder:", err)
		return 1
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return cli.Main(cli.Invocation{
		Args: os.Args[1:], Env: os.Environ(), Dir: dir,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals,
	})
}
