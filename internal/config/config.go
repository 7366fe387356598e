package config

import (
	"regexp"
	"time"
)

// Config is what ginreload was told to do. Paths are absolute and clean, except
// where a field says otherwise.
type Config struct {
	File   string // the configuration that was read, "" for none
	Dir    string // working directory: where commands run
	Root   string // folder that is watched, symbolic links resolved
	TmpDir string // "" without a file: ginreload then uses a folder of its own outside of the project

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
	ExcludeDir   []string         // relative to Root with slashes, exact
	ExcludeFile  []string         // path.Match patterns for the path relative to Root
	ExcludeRegex []*regexp.Regexp // see Relevant

	// Delay is the longest time that changes are collected before a build, a
	// ceiling and not Air's fixed sleep. 0 = let the watcher decide; so is a 0
	// in the file, which Air reads as 1 s.
	Delay time.Duration

	SendInterrupt bool
	KillDelay     time.Duration // 0 = not said

	EnvFiles    []string // absolute; read before each build, the last one wins, and what the environment has wins over all
	PreCmd      []string // shell commands before each build, run in Dir
	PostCmd     []string // shell commands at the end, while the program still runs
	StopOnError bool     // a PreCmd that fails ends the build
	BuildLog    string   // absolute; gets the output of a build that failed, "" for nowhere
	Strip       bool     // leave out what only debuggers need, for a faster build (default)
	CleanOnExit bool     // remove what ginreload and Cmd have made in TmpDir

	// Rerun starts the program again, RerunDelay after it has ended by itself.
	Rerun      bool
	RerunDelay time.Duration

	FollowSymlink bool          // watch folders behind symbolic links
	Poll          bool          // look at the files instead of waiting for events
	PollInterval  time.Duration // 0 = the watcher decides

	Rules []Rule // in their order; the first that matches a file has it

	LogTime, LogMainOnly, LogSilent bool // what of ginreload's own lines is shown
	Colors                          Colors
	ClearOnRebuild                  bool    // clear the screen before each build
	KeepScroll                      bool    // but not what was scrolled out of it (default)
	Banner                          *string // nil = ginreload's own first line, "" = none

	// How a program without package supervisor gives way to its next version.
	// Programs with it have a protocol of their own and need none of these.
	// Load fills in the defaults.
	Handoff string        // "auto" (default): keep its listening sockets where the system can; "restart": stop it, then start the next
	Overlap bool          // the next version starts while the old one serves (default); false: the old one is stopped first
	Ready   string        // "" (default): ready when it listens where the version before did; else when this http(s) URL, or path at its first TCP address, answers 2xx or 3xx
	Hold    time.Duration // how long clients wait while nothing serves before they get a 503 with the error (default 10 s); 0 = not at all

	Color   string // auto, always or never
	JSON    bool
	Verbose bool

	Operation Operation // of Upgrade and Status
	Supervise SuperviseCommand
	Topic     Command // of Help: the command that it is about, "" for ginreload itself

	Warnings []Warning // in the order of the file
}

// A Rule runs a command in Dir for changes that it matches, instead of a build.
type Rule struct {
	Name         string
	Cmd          string
	IncludeDir   []string // as in Config
	IncludeExt   []string
	IncludeFile  []string
	ExcludeRegex []*regexp.Regexp
	Delay        time.Duration // collects changes so long before it runs; 0 = not said
}

// Colors are the names of the colours for ginreload's own lines, "" for the
// default, "raw" for none.
type Colors struct{ Main, Watcher, Build, Runner string }

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
)

// Load reads the command line without the name of the program, and for Run the
// configuration file. dir is the absolute working directory. For the other
// commands only Dir, the three output fields Color, JSON and Verbose, and what is
// theirs are set; these are right also next to an error, so that it can be shown the way
// the user asked for.
func Load(args []string, env func(string) string, dir string) (Config, Command, error) {
	line, err := parseCommandLine(args)
	c := Config{
		Dir: dir, Color: line.color, JSON: line.json, Verbose: line.verbose,
		Operation: line.op, Supervise: line.supervise, Topic: line.topic,
	}
	if c.Color == "" {
		c.Color = "auto"
	}
	if err != nil {
		return c, Run, err
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
	if line.command != Run {
		return c, line.command, nil
	}
	err = c.load(line, env, dir)
	return c, Run, err
}

func (c *Config) load(line commandLine, env func(string) string, start string) error {
	explicit := ""
	if line.config != "" {
		explicit = absolute(c.Dir, line.config)
	}
	// A flag beats the environment: with --chdir the variable counts for nothing.
	if wd := env("air_wd"); wd != "" && line.chdir == "" {
		c.Dir = absolute(c.Dir, wd)
		if err := mustBeFolder(c.Dir); err != nil {
			return &Error{Message: "environment variable air_wd: " + err.Error(), Err: err}
		}
		c.Root = c.Dir
	}
	c.Package, c.Args = splitOperands(line, c.Dir)
	c.defaultHandoff()

	file := find(explicit, c.Dir)
	if file == "" {
		c.zeroConfiguration()
		line.handoff.override(c)
		return c.resolveRoot(nil, env)
	}
	c.File = file
	doc, err := read(file, display(start, file))
	if err != nil {
		return err
	}
	return c.apply(doc, line, env)
}

// apply sets what doc says and then what follows from it.
func (c *Config) apply(doc *document, line commandLine, env func(string) string) error {
	wd, blame := c.Root, doc
	if err := c.decode(doc); err != nil {
		return err
	}
	if wd != "" { // air_wd beats the file
		c.Root, blame = wd, nil
	}
	line.handoff.override(c)
	if line.color != "" {
		c.Color = line.color
	} else if colorInEnvironment(env) {
		c.Color = "auto" // the sink reads the environment, which beats the file
	}
	c.Warnings = append(doc.unhonoured(), doc.unknown()...)
	if err := c.resolveRoot(blame, env); err != nil {
		return err
	}
	c.resolvePaths(doc)
	c.completeBuild(doc)
	sortWarnings(c.Warnings)
	return nil
}

func colorInEnvironment(env func(string) string) bool {
	return env("NO_COLOR") != "" || env("CLICOLOR_FORCE") != "" || env("FORCE_COLOR") != ""
}
