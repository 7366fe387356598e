// Package convert makes the settings of a first .air.toml out of what is there:
// the project itself (Project), or what another tool was told (Read), which is
// a file or a command line of wgo, reflex, modd, CompileDaemon, fresh or gin.
//
// Each tool has one file with a function from text to tasks or settings. What a
// tool does beside the program becomes a rule where .air.toml can say so; what
// it cannot say is a Note. Nothing is dropped without one, unless it only
// concerns how the other tool prints.
//
// It is pure: it does not read or write files, run anything or look at the
// system. Commands are taken to be for a POSIX shell.
package convert
