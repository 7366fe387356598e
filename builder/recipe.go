package builder

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Recipe says how the program is made.
type Recipe struct {
	Dir      string   // folder in which the command runs; absolute
	Packages []string // what go build builds: "./cmd/api", or files of one package; empty: the package in Dir
	Output   string   // where the program is published or, with Shell, left by the command; relative to Dir if not absolute

	// Before are commands that each build begins with, in their order. After one
	// that fails, those of the same Role are left out.
	Before []Command

	// Flags are the user's own go build flags, without -o and -C. They come
	// first and win: -ldflags=-s -w is added only if neither they nor GOFLAGS
	// hold -ldflags, -race, -msan, -asan or a -gcflags with -N (whoever asks
	// for these wants to look inside), and -buildvcs=false only if neither
	// holds -buildvcs.
	Flags []string

	// Shell, when set, is the command that makes the program, run by /bin/sh -c
	// (Windows: cmd /C). Packages and Flags are unused then. Output may be empty:
	// nobody knows what it makes, and whenever it succeeds that is a new program.
	Shell string

	// Nothing says that no program is made, as with one that runs from its
	// sources. A build is what stands in Before, and what follows is new.
	Nothing bool

	// Debug keeps in the program what only debuggers need: the linker is not told
	// to strip, neither by flag nor by GOFLAGS.
	Debug bool

	// Linker is what the C compiler is told to link a program with that has C in
	// it, as -fuse-ld names it: "mold". "default" tells it nothing, and so does
	// whatever the user has to say to linkers himself (-ldflags, -buildmode,
	// -fuse-ld in CC or CGO_LDFLAGS). "" or "auto" is the fastest that is
	// installed of mold and gold. It is for Linux and has no effect with
	// Shell, nor before there is a program at Output that was linked like that.
	Linker string

	// Direct lets compile and link be run without go build when an edit is of the
	// kind for which that makes the same program (builder/internal/direct). It is
	// prepared in the background after go build has made one; see Builder.Close.
	Direct bool

	// Cache is a folder for what such builds may find again in another session:
	// archives of packages without what the linker does not need, about two
	// thirds of their size. What has not been used for five days is removed. It is
	// made if it is not there; several Builders may share it. Empty: none are kept
	// or used.
	Cache string

	Env []string // the environment; nil: that of this process when New is called
	Set []string // NAME=value on top of Env

	// Environ is asked for the environment before each build, instead of Env.
	Environ func() []string

	// Diagnosed is told what is wrong with the code while it is built, each thing
	// once: what does not parse in the files that Build was given, at once and in
	// the words of the compiler, and whatever else go build prints, as it does.
	// It is called from one goroutine at a time, while Build runs, and never with
	// Shell. Result.Diagnostics has all of it again that still holds.
	Diagnosed func([]Diagnostic)

	// Member says whether a Go file is built into the program, its build
	// constraints aside: of others errors are told by the command only. nil: those
	// are that lie in a folder which Packages names.
	Member func(path string) bool

	// Progress is told what commands of the shell do, as they do it, and not
	// what go build does. It is called from one goroutine at a time.
	Progress func(Progress)
}

// A Command is run by the shell, as Recipe.Shell is.
type Command struct {
	Role string // what the caller calls it; "" is Recipe.Shell
	Line string
	Dir  string // absolute; "": Recipe.Dir
	Must bool   // without its success there is no build
}

// ErrNoDir says that Recipe.Dir is not there any more, or is not a folder.
var ErrNoDir = errors.New("no such folder")

// ErrNoToolchain says that there is no go command in the PATH of the recipe.
var ErrNoToolchain = errors.New("no go command")

func (r Recipe) check(scratch string) error {
	if !filepath.IsAbs(r.Dir) {
		return fmt.Errorf("recipe: Dir %q is not an absolute path; name the folder in full", r.Dir)
	}
	if r.Output == "" && r.Shell == "" && !r.Nothing {
		return errors.New("recipe: Output is empty; name the file at which the program is published")
	}
	if !filepath.IsAbs(scratch) {
		return fmt.Errorf("scratch folder %q is not an absolute path; name the folder in full", scratch)
	}
	info, err := os.Stat(scratch)
	if err != nil {
		return fmt.Errorf("look at scratch folder: %w; make it first", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("scratch %s is not a folder; name a folder that nothing else uses", scratch)
	}
	return nil
}

// environ is what every command of the recipe sees.
func (r Recipe) environ() []string {
	env := r.Env
	if r.Environ != nil {
		env = r.Environ()
	}
	return append(env[:len(env):len(env)], r.Set...)
}

func findGo(env []string) (string, error) {
	path := variable(env, "PATH")
	if tool := lookPath(env, "go"); tool != "" {
		return tool, nil
	}
	return "", fmt.Errorf("%w: looked in PATH=%q; install Go from https://go.dev/dl or add its bin folder to PATH", ErrNoToolchain, path)
}

// lookPath looks for a command in the PATH of env, which need not be that of
// this process: the recipe may set its own. It is "" if there is none.
func lookPath(env []string, name string) string {
	for _, dir := range filepath.SplitList(variable(env, "PATH")) {
		// As in os/exec, a relative entry is not trusted.
		if !filepath.IsAbs(dir) {
			continue
		}
		if file, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return file
		}
	}
	return ""
}

// variable is the value of an environment variable; the last one counts. Windows
// spells PATH as Path, hence the second look that ignores case.
func variable(env []string, name string) string {
	value, folded := "", ""
	found := false
	for _, entry := range env {
		key, v, _ := strings.Cut(entry, "=")
		switch {
		case key == name:
			value, found = v, true
		case strings.EqualFold(key, name):
			folded = v
		}
	}
	if found {
		return value
	}
	return folded
}
