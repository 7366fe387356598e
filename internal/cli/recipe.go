package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/project"
)

// made is how the program is built and run.
type made struct {
	builder.Recipe
	name    string // of what is built, for people
	scratch string
	command func(binary string) []string
	runs    bool // build.cmd runs what it builds; its program is kept in scratch

	search *project.Search // for the package, until find has its answer; else nil

	environment *environment // Program is the program's
	voice       *voice
	log         *buildLog
	cleaning    *cleaning        // Clean at the end, when nothing runs any more
	notes       []config.Warning // on how the configuration was understood
}

// recipe works out how to build and run what the configuration describes. It may
// still search for the package: find waits for that.
func recipe(ctx context.Context, cfg config.Config, session *proc.Session, env []string) (made, error) {
	m, err := outline(ctx, cfg, session.Dir, env)
	if err != nil {
		return m, err
	}
	m.complete(cfg, session.Env(env))
	m.scratch, err = scratch(cfg, session)
	m.cleaning.scratch = m.scratch
	if m.runs && !m.Nothing {
		m.Output = filepath.Join(m.scratch, "bin", programName(cfg.Dir, m.Packages[0]))
	}
	return m, err
}

// outline works out what follows from the configuration alone; dir is for what
// ginreload builds by itself. It may still search for the package, as recipe.
func outline(ctx context.Context, cfg config.Config, dir string, env []string) (made, error) {
	if cfg.Cmd != "" {
		return configured(cfg), nil
	}
	return ownRecipe(ctx, cfg, dir, env)
}

// complete adds what does not depend on how it is built. It comes before
// anything is made in tmp_dir.
func (m *made) complete(cfg config.Config, env []string) {
	m.voice = &voice{}
	m.log = &buildLog{path: cfg.BuildLog}
	m.cleaning = startCleaning(cfg, *m)
	m.environment = &environment{own: env, files: cfg.EnvFiles}
	if m.runs {
		m.environment.set = m.Set
	}
	m.Debug = !cfg.Strip || debugged(cfg)
	m.Linker, m.Direct, m.Cache = cfg.Linker, cfg.Direct, archives()
	m.Before = append(preCommands(cfg), m.Before...)
	m.Progress = m.voice.progress
	m.Environ = func() []string {
		_, problems := m.environment.Program()
		m.voice.problems(problems)
		env, _ := m.environment.Read()
		return env
	}
}

func preCommands(cfg config.Config) []builder.Command {
	var all []builder.Command
	for _, line := range cfg.PreCmd {
		all = append(all, builder.Command{Role: "pre_cmd", Line: line, Dir: cfg.Dir, Must: cfg.StopOnError})
	}
	return all
}

// ownRecipe builds the main package that was named or found, outside of the project.
func ownRecipe(ctx context.Context, cfg config.Config, dir string, env []string) (made, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return made{}, errNoGo
	}
	m := made{Recipe: builder.Recipe{Dir: cfg.Dir, Output: filepath.Join(dir, "bin")}}
	m.command = func(binary string) []string {
		if len(cfg.ArgsBin) > 0 {
			return throughShell(quote(binary), cfg.ArgsBin, cfg.Args, true)
		}
		return slices.Concat([]string{binary}, cfg.Args)
	}
	if cfg.Package == "" {
		var err error
		m.search, err = project.Seek(ctx, cfg.Dir, env)
		return m, err
	}
	err := project.Named(cfg.Dir, cfg.Package)
	m.ofPackage(cfg.Package)
	return m, err
}

// find waits until it is known which package is built. It does nothing if it is.
func (m *made) find() error {
	if m.search == nil {
		return nil
	}
	pkg, err := m.search.Main()
	m.search = nil
	if err == nil {
		m.ofPackage(pkg)
	}
	return err
}

// ofPackage completes what names the package. Output was the folder of it.
func (m *made) ofPackage(pkg string) {
	m.name, m.Packages = pkg, []string{pkg}
	m.Output = filepath.Join(m.Output, programName(m.Dir, pkg))
}

// programName is what the program of a package is called.
func programName(dir, pkg string) string {
	name := strings.TrimSuffix(filepath.Base(filepath.Join(dir, filepath.FromSlash(pkg))), ".go")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name
}

// configured builds and runs what .air.toml says.
func configured(cfg config.Config) made {
	cmd := understand(cfg.Dir, cfg.Cmd)
	if cmd.runs && !namesProgram(cfg) {
		return program(cfg, cmd)
	}
	if cmd.runs {
		// It has to end, as something that it makes is to be run.
		cmd = buildCommand{Recipe: builder.Recipe{Dir: cfg.Dir, Shell: cfg.Cmd}}
	}
	m := made{name: cfg.Cmd, Recipe: cmd.Recipe}
	if m.Shell == "" && len(m.Before) == 0 {
		m.name = strings.Join(m.Packages, " ")
	}
	if m.Output == "" {
		m.Output = likelyOutput(cfg, onPath)
	}
	if m.Output == "" {
		// Nobody knows what it makes, so nobody can put that in its place.
		m.Recipe = builder.Recipe{Dir: cfg.Dir, Shell: cfg.Cmd}
	}
	m.command = func(string) []string {
		// Only now that it is built a program can be told from a command line.
		p := cfg.Program(exists)
		if p.Line != "" {
			return throughShell(p.Line, p.Words, cfg.Args, false)
		}
		path := p.Path
		if filepath.IsAbs(path) && !exists(path) && exists(m.Output) {
			path = m.Output // bin may be no more than Air's default
		}
		if found, err := exec.LookPath(path); err == nil {
			path = found
		}
		if len(p.Words) == 0 {
			return slices.Concat([]string{path}, cfg.Args)
		}
		return throughShell(quote(path), p.Words, cfg.Args, true)
	}
	return m
}

// program runs what build.cmd runs. Air takes that for a build which does not
// end, so bin and the like never came to mean anything.
func program(cfg config.Config, cmd buildCommand) made {
	m := made{name: cfg.Cmd, Recipe: cmd.Recipe, runs: true}
	m.command = func(binary string) []string { return slices.Concat([]string{binary}, cmd.args, cfg.Args) }
	if m.Nothing {
		m.command = func(string) []string { return throughShell(cfg.Cmd, nil, cfg.Args, false) }
		m.notes = append(m.notes, config.Warning{File: cfg.File,
			Message: "build.cmd runs the program in a way that cannot be taken apart: each change starts it again as a whole",
			Hint:    "a plain go build with -o, or a plain go run, is built while the old version serves"})
	}
	if len(cfg.ArgsBin) > 0 {
		m.notes = append(m.notes, config.Warning{File: cfg.File,
			Message: "build.cmd runs the program itself, so build.args_bin is not used", Hint: "write the arguments into build.cmd"})
	}
	return m
}

func onPath(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// throughShell has sh expand and split words, as Air does; args are passed on
// untouched. With replace, the program takes the place of the shell.
func throughShell(line string, words, args []string, replace bool) []string {
	if len(words) > 0 {
		line += " " + strings.Join(words, " ")
	}
	if runtime.GOOS == "windows" {
		return slices.Concat([]string{"cmd", "/C", line}, args)
	}
	if len(args) > 0 {
		line += ` "$@"`
	}
	if replace {
		line = "exec " + line
	}
	return slices.Concat([]string{"/bin/sh", "-c", line, "sh"}, args)
}

// quote makes one word of a path for sh.
func quote(path string) string {
	if runtime.GOOS == "windows" {
		return `"` + path + `"`
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// scratch is the folder for unfinished builds: beside the program, so that
// publishing it is a rename.
func scratch(cfg config.Config, session *proc.Session) (string, error) {
	if cfg.TmpDir == "" {
		dir := filepath.Join(session.Dir, "build")
		return dir, os.Mkdir(dir, 0o700)
	}
	if err := os.MkdirAll(cfg.TmpDir, 0o755); err != nil {
		return "", badTmpDir(cfg, err)
	}
	dir, err := os.MkdirTemp(cfg.TmpDir, ".ginreload-")
	if err != nil {
		return "", badTmpDir(cfg, err)
	}
	session.Remember(proc.LeftPath, dir)
	return dir, nil
}

func badTmpDir(cfg config.Config, err error) error {
	return &config.Error{File: cfg.File, Message: "tmp_dir: " + err.Error(), Err: err,
		Hint: "name a folder that can be written in tmp_dir, or move away what is in its place"}
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// archives is the folder for what builds may find again in another session, "" if
// there is no place for that.
func archives() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "ginreload", "archives")
}
