// Package config turns Air's .air.toml and the command line into one Config.
//
// Precedence, from low to high: defaults, the file, its section [build.<os>],
// variables GINRELOAD_*, flags; the variable air_wd beats all that names a root,
// as with Air. A package named on the command line beats what the file and the
// environment say of a build. One table has all settings; Values tells of each
// what holds and where that was said. An empty string says nothing, an empty
// list is one, and so are 0 and false, which Air takes for nothing said.
//
// A file that Air understands is understood here; where ginreload differs on
// purpose, the field of Config says so. Everything that is asked for and does
// not get done is a Warning; everything that cannot be meant is an *Error with
// the position in the file, or a *UsageError. What has merely no effect is a
// note, for those who check. The section [ginreload] is not Air's, which passes
// over it: one file serves both.
//
// The working directory is Dir: commands and bin are relative to it, as are
// root and --config. Root is what is watched: tmp_dir, entrypoint and the
// include and exclude keys are relative to it. The folder of the file plays no
// part, and nothing changes the working directory of the process.
//
// It does not print, exit, watch, build, run commands or look at the import
// graph; it does not guess the main package, and it writes one file only, the
// one that WriteInit makes. It reads the file, asks the file system whether the
// named folders exist, and nothing else. It keeps no state: every function may
// be called from several goroutines.
package config
