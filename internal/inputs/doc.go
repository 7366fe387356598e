// Package inputs keeps what is known of the files that a program is made of up to
// date, in the background, and says how certain that is.
//
// # Contract
//
//   - A Graph is loaded after a build that went well, when its reload is over, so
//     that neither waits for it, and only if there is none yet or the one that
//     there is may be wrong. One is loaded at a time; a build calls it off.
//   - One that cannot be loaded leaves the last one in place.
//   - From a change that may make other files a part of the program, until a graph
//     was loaded that knows of it, nothing is Certain: also while the code is broken.
//
// It does not watch files, and does not decide what a change leads to.
package inputs
