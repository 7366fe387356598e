// Package lean makes archives of Go packages smaller for the linker: Shrink copies
// one without what a program that is linked with -w takes nothing of.
//
// That is what compilers read, the export data, and what debuggers read, the DWARF
// of each function and type. The linker skips the latter, but not for free: it
// looks at each symbol and looks up each name in all packages, which takes it
// about a sixth of its time.
//
// An object file (cmd/internal/goobj) is tables of symbols and of what they refer
// to, by number. Other packages use these numbers, and so does the data of
// functions, so that each symbol keeps its own: what is DWARF stays as an empty
// symbol without a name.
//
// The format belongs to one version of Go. Shrink refuses what it does not know,
// and whoever uses what it has made has to see for himself that the linker makes
// the same program of it: nothing but that proves that nothing was lost.
//
// The package does not:
//
//   - decide when DWARF is not wanted;
//   - change members that are not Go object files, such as those of cgo.
package lean
