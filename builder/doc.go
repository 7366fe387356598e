// Package builder makes the program: one cancellable build at a time, which
// ends in an artifact or in diagnostics.
//
// A Recipe says how the program is made, by `go build` or by any other command.
// A Builder carries it out in a scratch folder and publishes the binary at
// Recipe.Output by renaming it into place, so that Output is at every moment
// absent or a whole program, and a program that runs from it is not disturbed.
// A build that fails or is cancelled leaves Output as it was.
//
// A program that does not compile is a Result, not an error. An error means
// that the build could not be run: there is no toolchain, the disk is full, a
// folder is gone. Its text says what was tried and what to do next.
//
// What go build is given:
//
//   - -buildvcs=false and -ldflags='-s -w', unless the user's flags or GOFLAGS
//     settle the matter (see Recipe.Flags);
//   - GOTMPDIR, and TMPDIR for the linker and the C compiler, inside scratch,
//     even if the user has set them: the finished binary is then renamed
//     instead of copied, and a killed build leaves nothing behind elsewhere;
//   - in -ldflags also a fast linker for programs with C in them (see Recipe.Linker);
//   - a hard link to the published binary as its output file, so that it
//     recognizes a program that is up to date and does not link it again.
//
// What is wrong with the code is told while it is built (see Recipe.Diagnosed), and
// in full by the Result. Of two go builds, the second of which is there since a
// fast linker has failed, the Result is that of the second.
//
// A command of the shell builds as it likes, but GOFLAGS, in its environment,
// has -buildvcs=false and -ldflags=-s, unless GOFLAGS, the command line, or a
// Makefile or script that it names settle the matter. What such commands print is
// passed on line by line; it is a pipe, so most of them colour nothing.
//
// Cancelling kills the whole process group of the build, and Build returns when
// nothing of it runs any more. The scratch folder is emptied after every build.
//
// The package does not:
//
//   - watch files, start the program, or decide when to build;
//   - print, log, or keep a history of builds;
//   - alter the environment of this process;
//   - keep a Shell command from writing into a program that is running, or
//     wait for processes that such a command leaves behind when it ends;
//   - end a build whose owner was killed: it runs to its end, unpublished, and
//     the next New on the same scratch folder clears what it left;
//   - parse the output of -json; go build -work has no effect on it.
package builder
