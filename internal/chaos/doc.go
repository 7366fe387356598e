//go:build linux

// Command chaos runs the fault cases that a graceful upgrade has to survive
// against a real program with package supervisor, and says for each whether it
// passed and with which figure.
//
//	go run ./internal/chaos [-seed N] [-duration D] [-slack F] [-run REGEXP] [-list] [-json] [-markdown]
//
// The command is also the program: it starts itself, and the behaviour file in
// the folder of a trial says what each generation is like. Moments are found by
// gates, which are FIFOs that a generation stops at until the case opens them,
// and by the events of the library. Where a moment is to be random, the seed
// decides it; it is printed first, and the same seed makes the same choices.
// What the kernel's scheduler makes of them it does not decide.
//
// While a case runs, probes connect and ask all the time, over TCP and over a
// unix socket, the generations that live are counted, and at the end the
// descriptors, the listening socket and the paths are looked at; see watch.go.
// Without a duration every case runs once. With one, rounds are repeated until
// it is over.
//
//	go run ./internal/chaos -compare
//
// puts the same clients on servers with supervisor, with tableflip's recipe,
// with overseer, endless and grace, upgrades each as often, breaks each
// one's binary, and prints what was lost.
//
// It does not set the clock of the machine, and does not simulate a kernel or a
// network. It runs on Linux.
package main
