package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/convert"
	"github.com/ginreload/ginreload/internal/project"
)

// initialise writes a first configuration, and says what stands in it and what
// comes next.
func initialise(in Invocation, cfg config.Config) error {
	binary := "./tmp/main"
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if cfg.Init.From != "" {
		return initialiseFrom(in, cfg, binary)
	}
	pkg, err := mainPackage(in, cfg)
	if err != nil {
		return err
	}
	found := project.Look(in.context(), cfg.Dir, pkg, in.Env)
	name, err := config.WriteInit(cfg.Dir, convert.Project(found, binary))
	if err != nil {
		return err
	}
	said := ""
	if pkg != "" {
		said = ": it builds " + pkg
	}
	if summary := convert.Summary(found); summary != "" {
		said += "; found " + summary
	}
	fmt.Fprintf(in.Stdout, "wrote %s%s\n", filepath.Base(name), said)
	if found.Tailwind.Found && found.Tailwind.Command == "" {
		fmt.Fprintln(in.Stdout, "Tailwind is used, but no script of package.json says how: add its command to build.pre_cmd")
	}
	next(in, pkg == "", found.TmpUnignored)
	return nil
}

// next says what to do now.
func next(in Invocation, nothing, unignored bool) {
	if nothing {
		fmt.Fprintln(in.Stdout, "no main package was found: correct build.cmd, then start ginreload (or air) here")
		return
	}
	if unignored {
		fmt.Fprintln(in.Stdout, "git does not ignore tmp, which the program is built in: echo tmp/ >> .gitignore")
	}
	fmt.Fprintln(in.Stdout, "start ginreload (or air) here to use it")
}

// mainPackage is the one that was named, or found; "" without a module or a
// main package, as there may be one later.
func mainPackage(in Invocation, cfg config.Config) (string, error) {
	if pkg := cfg.Init.Package; pkg != "" {
		if filepath.IsLocal(pkg) && pkg != "." && !strings.HasPrefix(pkg, "./") && !strings.Contains(strings.Split(pkg, "/")[0], ".") {
			pkg = "./" + pkg // no package of the standard library is a program that is developed here
		}
		return pkg, project.Named(cfg.Dir, pkg)
	}
	pkg, err := project.Main(in.context(), cfg.Dir, in.Env)
	several := (*project.Several)(nil)
	if errors.As(err, &several) {
		return "", &config.UsageError{Message: err.Error(), Err: err,
			Hint: "say which: ginreload init " + strings.Join(several.Packages, "   or   ginreload init ")}
	}
	if err != nil {
		return "", nil
	}
	return pkg, nil
}

// initialiseFrom converts the configuration of another tool.
func initialiseFrom(in Invocation, cfg config.Config, binary string) error {
	name, text := cfg.Init.From, []byte(nil)
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(cfg.Dir, file)
	}
	text, err := os.ReadFile(file)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(name, " "):
		name, text = "", []byte(name)
	default:
		return &config.Error{File: name, Message: "read what --from names: " + withoutPath(err).Error(), Err: err,
			Hint: "a command line goes in quotes: --from 'wgo run ./cmd/api'"}
	}
	result, err := convert.Read(name, text, binary)
	if err != nil {
		return err
	}
	written, err := config.WriteInit(cfg.Dir, result.Settings)
	if err != nil {
		return err
	}
	fmt.Fprintf(in.Stdout, "wrote %s from what %s was told\n", filepath.Base(written), result.Tool)
	for _, note := range result.Notes {
		fmt.Fprintln(in.Stdout, note)
	}
	fmt.Fprintln(in.Stdout, "start ginreload (or air) here to use it")
	return nil
}

func withoutPath(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}
