package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/convert"
	"github.com/ginreload/ginreload/internal/operator"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/project"
)

// errShown marks an error that a sink has shown already.
var errShown = errors.New("shown")

// errNoGo takes the place of an error with its own advice.
var errNoGo = fmt.Errorf("%w in PATH", builder.ErrNoToolchain)

// hintFor returns what a user can do about an error that ended everything.
func hintFor(err error) string {
	var usage *config.UsageError
	var bad *config.Error
	var foreign *convert.Error
	var several *project.Several
	var missing *project.Missing
	var operation *operator.Failure
	var machine *builder.MachineError
	switch {
	case errors.As(err, &usage):
		return usage.Hint
	case errors.As(err, &bad):
		return bad.Hint
	case errors.As(err, &foreign):
		return foreign.Hint
	case errors.As(err, &operation):
		return operation.Hint
	case errors.As(err, &machine) && machine.Trouble == builder.DiskFull:
		return "make room, or build on another disk: TMPDIR, tmp_dir in .air.toml and GOCACHE say where"
	case errors.As(err, &machine):
		return machine.Hint()
	case errors.Is(err, builder.ErrNoToolchain):
		return "install Go from https://go.dev/dl, or add its bin folder to PATH"
	case errors.Is(err, proc.ErrNoTempDir):
		return "set TMPDIR to a folder that can be written, on a disk with room"
	case errors.As(err, &several):
		return "say which: ginreload " + strings.Join(several.Packages, "   or   ginreload ")
	case errors.Is(err, project.ErrNoModule):
		return "run ginreload in the folder of your program, or make a module of it: go mod init example.com/name"
	case errors.As(err, &missing):
		return "without a package, ginreload finds it or lists what there is; an argument for the program goes after two dashes: ginreload -- " + missing.Package
	case errors.Is(err, project.ErrNoMain):
		return "name the folder of the main package: ginreload ./path/to/it"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full: make room, or set TMPDIR to a folder on another disk"
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return "choose a folder that can be written: tmp_dir in .air.toml, or TMPDIR"
	}
	return ""
}

// sourceOf returns the line of the configuration that an error is about.
func sourceOf(err error) string {
	var bad *config.Error
	if errors.As(err, &bad) {
		return strings.TrimSpace(bad.Source)
	}
	return ""
}
