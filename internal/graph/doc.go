// Package graph knows what a program is made of: it asks the go command once,
// and then answers for any file whether a change of it would change the program,
// and through which imports.
//
// # Contract
//
//   - A Graph is a value: it never changes and may be asked by any goroutine. What
//     depends on the disk as it is now, the build constraints of a file, is looked
//     up when it is asked for.
//   - Input errs to one side only: a file of which it says no leaves what go build
//     makes as it is, provided that nothing is Altered since the Graph was loaded.
//   - A file that is not there counts if it would be a part of the program that
//     was there when the Graph was loaded, or may have come and gone since.
//   - What go build itself does not look at is no input: headers outside of the
//     folder of their package, libraries that #cgo LDFLAGS names, the module cache
//     and the toolchain, which do not change.
//
// It does not watch, build, or decide what a change leads to; and it keeps
// nothing up to date: whoever holds a Graph loads another one.
package graph
