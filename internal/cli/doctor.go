package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/doctor"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/project"
	"github.com/ginreload/ginreload/internal/report"
	"github.com/ginreload/ginreload/internal/sockets"
	"github.com/ginreload/ginreload/watcher"
)

// patience is how long examine waits for what it starts; without a cache the
// standard library is built.
const patience = 2 * time.Minute

// examine says what of machine and project is slow or does not work. err is what
// config.Load has returned next to cfg.
func examine(in Invocation, cfg config.Config, err error) int {
	var usage *config.UsageError
	if errors.As(err, &usage) {
		return in.fail(err)
	}
	if cfg.FindRoot {
		cfg.Root = project.Root(cfg.Dir)
	}
	ctx, cancel := context.WithTimeout(in.context(), patience)
	defer cancel()
	machine := doctor.Local(runtime.GOOS, in.Env, liesOn, proc.PortOwner, sockets.Possible)
	findings := doctor.Findings(doctor.Gather(ctx, machine, doctor.Project{
		Dir: cfg.Dir, Root: cfg.Root, Folders: folders(ctx, cfg, in.Env), Polls: cfg.Poll,
		Config: verdict(cfg, err), Ports: ports(cfg, in), Terminal: in.surroundings(cfg),
	}))
	if cfg.JSON {
		text, err := doctor.JSON(findings)
		if err != nil {
			return in.fail(fmt.Errorf("write what was found: %w", err))
		}
		in.Stdout.Write(text)
	} else {
		io.WriteString(in.Stdout, doctor.Text(findings, report.ASCII(in.getenv)))
	}
	if !doctor.Healthy(findings) {
		return 1
	}
	return 0
}

// verdict is what check says, in one line.
func verdict(cfg config.Config, err error) doctor.Config {
	v := doctor.Config{File: filepath.Base(cfg.File), Errors: len(cfg.Errors), Warnings: len(cfg.Warnings), Notes: len(cfg.Notes)}
	if cfg.File == "" {
		v.File = ""
	}
	switch {
	case len(cfg.Errors) > 0:
		v.First = cfg.Errors[0].Error()
	case err != nil:
		v.Errors, v.First = 1, err.Error()
	case len(cfg.Warnings) > 0:
		v.First = cfg.Warnings[0].String()
	case len(cfg.Notes) > 0:
		v.First = cfg.Notes[0].String()
	}
	return v
}

// folders counts what a run would watch.
func folders(ctx context.Context, cfg config.Config, env []string) int {
	left, n := ignores(ctx, cfg, env), 0
	for _, root := range cfg.Roots() {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || !d.IsDir():
				return nil // what cannot be read is told by a run
			case path != root && (cfg.Ignored(path, true) || left.Left(path, true)):
				return fs.SkipDir
			}
			n++
			return nil
		})
	}
	return n
}

// ports are those that the program is going to listen on, as far as somebody says
// so: else 8080, which is Gin's own.
func ports(cfg config.Config, in Invocation) []doctor.Port {
	env, _ := (&environment{own: in.Env, files: cfg.EnvFiles}).Read()
	in.Env = env
	if port, err := strconv.Atoi(in.getenv("PORT")); err == nil && port > 0 && port < 1<<16 {
		return []doctor.Port{{Number: port, Why: "PORT"}}
	}
	if port := cfg.Proxy.AppPort; port > 0 {
		return []doctor.Port{{Number: port, Why: "proxy.app_port"}}
	}
	return []doctor.Port{{Number: 8080, Why: "what Gin listens on by default"}}
}

// liesOn asks the watcher, which is the one to act on it.
func liesOn(folder string) doctor.FileSystem {
	on := watcher.FileSystemOf(folder)
	return doctor.FileSystem{Type: on.Type, Polls: on.Polls, Why: on.Why}
}

func (in Invocation) surroundings(cfg config.Config) doctor.Terminal {
	is := isTerminal(in.Stderr)
	return doctor.Terminal{
		Is: is, Type: in.getenv("TERM"),
		Color: report.ColorEnabled(cfg.Color, is, in.getenv), ASCII: report.ASCII(in.getenv),
	}
}
