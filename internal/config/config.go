package config

import (
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// Config is what ginreload was told to do. Paths are absolute and clean, except
// where a field says otherwise.
type Config struct {
	File   string // the configuration that was read, "" for none
	Dir    string // working directory: where commands run
	Root   string // folder that is watched, symbolic links resolved
	TmpDir string // "" when nothing asks for one: ginreload then uses a folder of its own outside of the project

	// FindRoot is true when nothing describes the project: Root is Dir then for
	// want of anything better, and no other path depends on it.
	FindRoot bool

	Package string   // main package as given on the command line, "" = find it
	Args    []string // arguments for the program from the command line, to be passed on untouched

	Cmd        string   // shell command that builds, run in Dir; "" = ginreload builds the main package itself
	Bin        string   // as written; Program resolves it
	Entrypoint []string // program, absolute or a bare word for PATH, and its arguments
	FullBin    string   // shell command that runs the program, in Dir
	ArgsBin    []string // words for the shell, appended to what Bin, Entrypoint or FullBin say

	IncludeExt   []string         // extensions without the dot; "*" is every file
	IncludeDir   []string         // relative to Root with slashes; outside of Root: watched as well
	IncludeFile  []string         // relative to Root with slashes
	ExcludeDir   []string         // relative to Root with slashes; exact, or patterns such as "web/*/dist" and "**/gen"
	ExcludeFile  []string         // path.Match patterns for the path relative to Root
	ExcludeRegex []*regexp.Regexp // see Relevant
	TestdataDir  string           // relative to Root with slashes; never watched

	ExcludeUnchanged bool // nothing depends on it: files written with the content that they had never count
	DangerousRoot    bool // watch the home folder, or /, if that is asked for

	// Delay is the longest time that changes are collected before a build, a
	// ceiling and not Air's fixed sleep. 0 = let the watcher decide; so is a 0
	// in the file, which Air reads as 1 s.
	Delay time.Duration

	SendInterrupt bool
	KillDelay     time.Duration // 0 = not said; Air then kills at once

	EnvFiles    []string // absolute; read before each build, the last one wins, and what the environment has wins over all
	PreCmd      []string // shell commands before each build, run in Dir
	PostCmd     []string // shell commands at the end, while the program still runs
	StopOnError bool     // a PreCmd that fails ends the build
	BuildLog    string   // absolute; gets the output of a build that failed; "" without a TmpDir
	Strip       bool     // leave out what only debuggers need, for a faster build (default)
	Linker      string   // of programs with C in them: "auto", "default" or what -fuse-ld takes, such as "mold"
	CleanOnExit bool     // remove what ginreload and Cmd have made in TmpDir

	// Rerun starts the program again, RerunDelay after it has ended by itself.
	Rerun      bool
	RerunDelay time.Duration

	Gitignore     bool          // what git ignores does not matter, unless the build reads it or a key names it (default)
	FollowSymlink bool          // watch folders behind symbolic links
	Poll          bool          // look at all files instead of waiting for events; without it where the file system calls for it, see EventsOnly
	PollInterval  time.Duration // 0 = the watcher decides

	Rules []Rule // in their order; the first that matches a file has it

	// Services are run instead of one program, in this order: each comes after
	// all that it waits for. Only names those of them that are, all if it is empty.
	Services []Service
	Only     []string

	LogTime, LogMainOnly, LogSilent bool // what of ginreload's own lines is shown
	Colors                          Colors
	ClearOnRebuild                  bool    // clear the screen before each build
	KeepScroll                      bool    // but not what was scrolled out of it (default); Air cannot be told otherwise in the file
	Banner                          *string // nil = ginreload's own first line, "" = none

	Proxy Proxy // not honoured yet

	// How a program without package supervisor gives way to its next version.
	// Programs with it have a protocol of their own and need none of these.
	// Load fills in the defaults.
	Handoff string        // "auto" (default): keep its listening sockets where the system can; "restart": stop it, then start the next
	Overlap bool          // the next version starts while the old one serves (default); false: the old one is stopped first
	Ready   string        // "" (default): ready when it listens where the version before did; else when this http(s) URL, or path at its first TCP address, answers 2xx or 3xx
	Hold    time.Duration // how long clients wait while nothing serves before they get a 503 with the error (default 10 s); 0 = not at all

	Test     bool     // run the tests that a change may break
	TestArgs []string // for go test, besides the flags of the build

	Color   string // auto, always or never
	JSON    bool
	Verbose bool

	Operation Operation // of Upgrade and Status
	Supervise SuperviseCommand
	Init      InitCommand
	Explained []string // files of Explain; absolute
	Topic     Command  // of Help: the command that it is about, "" for ginreload itself

	Warnings []Warning // in the order of the file
	Notes    []Warning // of Check: what has no effect, or is not what it looks like
	Errors   []*Error  // of Check: all of the file's; Load has returned the first

	said  map[string]assigned   // of each setting
	rules []map[string]assigned // of each rule

	services []writtenService // all of the file
	order    []string         // their names, each behind those that it waits for
}

// Colors are the names of the colours for ginreload's own lines: those of Air,
// "raw" for none, "" for ginreload's own choice. Nothing depends on App.
type Colors struct{ Main, Watcher, Build, Runner, App string }

// Proxy is what Air's proxy with its browser reload was told.
type Proxy struct {
	Enabled            bool
	ProxyPort, AppPort int
	AppStartTimeout    time.Duration // 0 = not said
}

// Command is what the command line asks for.
type Command string

// The commands.
const (
	Run       Command = "run"
	Init      Command = "init"
	Version   Command = "version"
	Help      Command = "help"
	Upgrade   Command = "upgrade"
	Status    Command = "status"
	Supervise Command = "supervise"
	Check     Command = "check"
	Explain   Command = "explain"
	Doctor    Command = "doctor"
)

// Load reads the command line without the name of the program, the environment,
// and for Run, Check and Doctor the configuration file. dir is the absolute working
// directory. For Explain it is as for Run. For the other commands only Dir, the three
// output fields Color, JSON and Verbose, and what is theirs are set; these are
// right also next to an error, so that it can be shown the way the user asked
// for. For Check and Doctor, what could be made of a configuration is there next to its error.
func Load(args []string, env func(string) string, dir string) (Config, Command, error) {
	return loadFor(runtime.GOOS, args, env, dir)
}

func loadFor(platform string, args []string, env func(string) string, dir string) (Config, Command, error) {
	line, err := parseCommandLine(args)
	c := Config{
		Dir: dir, Color: line.color(), JSON: line.json, Verbose: line.verbose,
		Operation: line.op, Supervise: line.supervise, Init: line.first, Topic: line.topic,
	}
	if err != nil {
		return c, line.command, err
	}
	if line.chdir != "" {
		c.Dir = absolute(dir, line.chdir)
		if err := mustBeFolder(c.Dir); err != nil {
			return c, line.command, &UsageError{Message: "--chdir: " + err.Error(), Err: err}
		}
	}
	if line.op.PIDFile != "" {
		c.Operation.PIDFile = absolute(c.Dir, line.op.PIDFile)
	}
	for _, file := range line.explained {
		c.Explained = append(c.Explained, absolute(c.Dir, filepath.FromSlash(file)))
	}
	if line.command == Run || line.command == Check || line.command == Explain || line.command == Doctor {
		err = c.load(line, env, dir, platform)
	}
	return c, line.command, err
}

// load reads all layers, and then works out what follows from them.
func (c *Config) load(line commandLine, env func(string) string, start, platform string) error {
	explicit := ""
	if line.config != "" {
		explicit = absolute(c.Dir, line.config)
	}
	// A flag beats the environment: with --chdir the variable counts for nothing.
	wd := env("air_wd")
	if line.chdir != "" {
		wd = ""
	}
	if wd != "" {
		c.Dir = absolute(c.Dir, wd)
		if err := mustBeFolder(c.Dir); err != nil {
			return &Error{Message: "environment variable air_wd: " + err.Error(), Err: err}
		}
	}
	var doc *document
	if c.File = findFile(explicit, c.Dir); c.File != "" {
		var err error
		if doc, err = read(c.File, display(start, c.File)); err != nil {
			return err
		}
	}
	inEnvironment, wrong := variables(env)
	flags := line.statements()
	described := doc != nil || describes(inEnvironment) || describes(flags)
	c.sayDefaults(described)
	if doc != nil {
		c.sayFile(doc, platform)
		c.Warnings = doc.unknown()
		c.sayInventions(doc)
	}
	c.sayAll(inEnvironment)
	c.sayAll(flags)
	if wd != "" { // as with Air, it beats all that names a root
		c.restate("root", c.Dir, origin{place: "env air_wd"})
	}
	if name := colorInEnvironment(env); name != "" && !c.saidOnSpot("color.mode") {
		c.restate("color.mode", "auto", origin{place: "env " + name}) // the sink reads it
	}
	if len(c.Errors) > 0 {
		wrong = c.Errors[0]
	}
	if err := c.complete(line, env, described, platform); wrong == nil {
		wrong = err
	}
	return wrong
}

// saidOnSpot reports whether a variable or a flag sets a key.
func (c *Config) saidOnSpot(name string) bool {
	from := c.said[name].origin
	return from.doc == nil && from.place != byDefault
}

// complete makes of what was said what holds.
func (c *Config) complete(line commandLine, env func(string) string, described bool, platform string) error {
	c.Package, c.Args = splitOperands(line, c.Dir)
	c.completeBuild(platform)
	c.FindRoot = !described && !c.isSaid("root")
	if err := c.resolveRoot(env); err != nil {
		return err
	}
	c.warnOfRegexps()
	c.resolvePaths()
	if err := c.completeServices(); err != nil {
		return err
	}
	c.warnOfChoices()
	sortWarnings(c.Warnings)
	if line.command == Check || line.command == Doctor {
		c.Notes = c.notes()
		sortWarnings(c.Notes)
	}
	return nil
}

func colorInEnvironment(env func(string) string) string {
	for _, name := range []string{"NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"} {
		if env(name) != "" {
			return name
		}
	}
	return ""
}
