// Package conformance holds what a user of Air may expect of ginreload, as
// cases in our own words. It has tests only.
//
// A case is data: files, a configuration, flags, and steps that do something
// or wait for something. Three kinds:
//
//   - loadings: what internal/config makes of a file and a command line;
//   - filterings: which changes of files matter;
//   - cases: a tool that runs in a project of its own, and is watched through
//     the programs and commands that it starts (testdata/witness): each says
//     to the test that it has started, listens, hears a signal, and its
//     connection ends when it does. So no step waits for time.
//
// testdata/air of this repository has whole configurations, modelled on those
// of real projects; each is loaded and run.
//
// With AIR=path of Air's binary the filterings and cases are run with Air as
// well, and the test prints where the two differ. Where that is intended the
// case has the key phrase of its row in docs/migrating-from-air.md; where it is
// not, the test fails.
//
//	go test ./internal/conformance
//	go test ./internal/conformance -run 'TestCases/stop'   one group
//	AIR=$HOME/go/bin/air go test -v ./internal/conformance
package conformance
