// Package ignore says what of a tree cannot matter, besides what the configuration
// leaves out: what git ignores, and folders that are certain to hold no sources.
//
// # The rule
//
// What git ignores does not matter, unless the build reads it or somebody has
// named it. In detail, and in doubt in favour of watching:
//
//   - A file that the go command compiles by its name (Options.Counts) counts,
//     whatever git says: generated code is often ignored and always compiled in.
//   - So does a file that a //go:embed directive takes in. The Go files in the
//     folders above it are asked, under all build tags, so that this holds before
//     the first build, while the code is broken, and for any command that builds.
//   - So does what the configuration names: Options.Names and Options.Counts.
//   - Any other file that git ignores is quiet.
//   - A folder that git ignores is entered all the same if something in it counts,
//     or if it is small: up to 1 000 files and folders with all below. So code that
//     is generated later is seen. Left out is what is large and has nothing that
//     counts among the first 20 000: data, uploads, the output of other tools.
//     Below an ignored folder that is entered, all folders are.
//
// Folders are certain to hold no sources by their name (__pycache__,
// bower_components) or by a file that says so: CACHEDIR.TAG with its signature
// marks a cache in a folder that git ignores, pyvenv.cfg in venv or env a Python environment. Hidden folders and node_modules
// are left out by the configuration already.
//
// # Live
//
// Answers are taken from the disk as it is. Changed says whether paths that have
// changed may have changed an answer; then whoever watches has to ask again.
//
// It does not watch, and knows neither configuration nor import graph: it is
// given functions. All methods may be called by several goroutines.
package ignore
