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
}

// recipe works out how to build and run what the configuration describes.
func recipe(ctx context.Context, cfg config.Config, session *proc.Session, env []string) (made, error) {
	var m made
	var err error
	if cfg.Cmd == "" {
		m, err = ownRecipe(ctx, cfg, session, env)
	} else {
		m, err = configured(cfg)
	}
	if err != nil {
		return m, err
	}
	m.Env = session.Env(env)
	m.scratch, err = scratch(cfg, session)
	return m, err
}

// ownRecipe builds the main package that was named or found, outside of the project.
func ownRecipe(ctx context.Context, cfg config.Config, session *proc.Session, env []string) (made, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return made{}, errNoGo
	}
	pkg := cfg.Package
	if pkg == "" {
		var err error
		if pkg, err = project.Main(ctx, cfg.Dir, env); err != nil {
			return made{}, err
		}
	} else if err := project.Named(cfg.Dir, pkg); err != nil {
		return made{}, err
	}
	name := strings.TrimSuffix(filepath.Base(filepath.Join(cfg.Dir, filepath.FromSlash(pkg))), ".go")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	m := made{name: pkg, Recipe: builder.Recipe{
		Dir: cfg.Dir, Packages: []string{pkg}, Output: filepath.Join(session.Dir, "bin", name),
	}}
	m.command = func(binary string) []string {
		if len(cfg.ArgsBin) > 0 {
			return throughShell(quote(binary), cfg.ArgsBin, cfg.Args, true)
		}
		return slices.Concat([]string{binary}, cfg.Args)
	}
	return m, nil
}

// configured builds and runs what .air.toml says.
func configured(cfg config.Config) (made, error) {
	m := made{name: cfg.Cmd}
	program := cfg.Program(exists)
	if r, ok := builder.ParseGoBuild(cfg.Dir, cfg.Cmd); ok {
		m.Recipe = r
		m.name = strings.Join(r.Packages, " ")
	} else {
		m.Recipe = builder.Recipe{Dir: cfg.Dir, Shell: cfg.Cmd}
	}
	if m.Output == "" {
		m.Output = program.Path
	}
	if m.Output == "" && cfg.Bin != "" {
		m.Output = filepath.Join(cfg.Dir, cfg.Bin)
	}
	if m.Output == "" {
		return m, &config.Error{File: cfg.File, Message: "build.cmd: cannot tell which file it makes",
			Hint: "name it with build.bin, or with -o in build.cmd"}
	}
	if !filepath.IsAbs(m.Output) {
		m.Output = filepath.Join(cfg.Dir, m.Output)
	}
	m.command = func(string) []string {
		// Only now that it is built a program can be told from a command line.
		p := cfg.Program(exists)
		if p.Line != "" {
			return throughShell(p.Line, p.Words, cfg.Args, false)
		}
		path := p.Path
		if found, err := exec.LookPath(path); err == nil {
			path = found
		}
		if len(p.Words) == 0 {
			return slices.Concat([]string{path}, cfg.Args)
		}
		return throughShell(quote(path), p.Words, cfg.Args, true)
	}
	return m, nil
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
