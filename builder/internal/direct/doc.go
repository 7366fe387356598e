// Package direct makes a program as go build would, without go build: it runs
// compile and link themselves, with what go build said beforehand that it would
// run them with.
//
// Before a build, go build loads all packages of the program, and hashes what each
// is made from. For an edit inside of functions that is most of what it does
// beside the link. Take asks it once, in advance, and the Record that it returns
// then makes the program of edits that change neither which packages there are nor
// how they are compiled:
//
//   - the files that a package consists of, what they import, their build
//     constraints and directives, and the names of what they embed are as before;
//   - so are go.mod, go.sum, go.work, vendor, the environment and the toolchain;
//   - whatever changed is in packages of Go alone: no cgo, no assembly.
//
// Of these nothing is assumed: Make looks at all of it, each time, and anything
// else ends with Unable, which leaves all as it was. A package is compiled again
// when its sources have changed or the export data of one that it imports.
//
// The program is the one that go build makes, byte for byte, but for the first
// three of the four parts of its build ID and the GNU build ID, which the linker
// makes of them. So go build never takes it for its own, and sees by the last part
// that it is the same.
//
// What is compiled is kept in Request.Store and not in go's build cache.
//
// The package does not:
//
//   - build for systems whose programs are not ELF files, or with profiles;
//   - decide which flags of go build may stand in a Request;
//   - publish the program.
package direct
