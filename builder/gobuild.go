package builder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// runGo runs go build with its output in the scratch folder work, and publishes
// what it made.
func (b *Builder) runGo(ctx context.Context, env []string, work, temp string) (Result, error) {
	if err := b.checkOutput(); err != nil {
		return Result{}, err
	}
	env = append(env[:len(env):len(env)], "GOTMPDIR="+temp, tempVariable+"="+temp)
	goflags, err := b.goflags(ctx, env)
	if err != nil {
		return Result{}, err
	}

	out := filepath.Join(work, filepath.Base(b.recipe.Output))
	tried, over, err := b.runDirect(ctx, env, work, out)
	if over {
		return tried, err
	}
	left := b.recipe.room(b.recipe.Flags, goflags)
	result, err := b.goBuild(ctx, env, temp, out, left)
	result.Detour = tried.Detour
	if err == nil && b.recipe.Direct && (result.Outcome == Built || result.Outcome == Same) {
		linker, _ := b.linker(ctx, env, temp, left) // that the next build takes
		b.prepareDirect(env, goflags, b.flags(left, linker))
	}
	return result, err
}

// flags are those of the recipe and ours.
func (b *Builder) flags(left room, linker string) []string {
	return slices.Concat(b.recipe.Flags, left.flags("-s -w", linker))
}

func (b *Builder) goBuild(ctx context.Context, env []string, temp, out string, left room) (Result, error) {
	planted := b.plant(out)
	ran, notice, err := b.tryLinkers(ctx, env, temp, left, func(linker string) []string {
		return slices.Concat([]string{"build"}, b.flags(left, linker), []string{"-o", out}, b.recipe.Packages)
	})
	planted.restore(out)
	if err != nil {
		return Result{}, err
	}
	result, over, err := conclude(ctx, ran)
	result.Notice = notice
	if over {
		return result, err
	}
	if refused, err := checkProgram(out, b.recipe); err != nil || refused.Message != "" {
		if err == nil {
			result.Outcome = Failed
			result.Diagnostics = []Diagnostic{refused}
		}
		return result, err
	}
	result.Outcome, err = b.publish(out)
	return result, err
}

func (b *Builder) command(ctx context.Context, env []string, live io.Writer, name string, args ...string) (finished, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	// Without PWD, cmd/go names files by another path than the user's own
	// when Dir is reached through a symbolic link.
	cmd.Dir, cmd.Env = b.recipe.Dir, append(env, "PWD="+b.recipe.Dir)
	ran, err := run(ctx, cmd, live)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w; install Go from https://go.dev/dl or restart with its new place in PATH", ErrNoToolchain, err)
	}
	return ran, err
}

// checkProgram sees to what go build calls a success but nobody can start.
func checkProgram(out string, recipe Recipe) (Diagnostic, error) {
	magic, err := firstBytes(out)
	if errors.Is(err, fs.ErrNotExist) {
		return Diagnostic{}, fmt.Errorf("run go build %s: %w: it wrote no file; name one main package",
			strings.Join(recipe.Packages, " "), ErrNoArtifact)
	}
	if err != nil {
		return Diagnostic{}, explain("read the new program", err)
	}
	if strings.HasPrefix(magic, archiveMagic) {
		return Diagnostic{
			Message: "not a main package: go build made an archive, not a program; name the package that has func main, such as ./cmd/app",
			Count:   1,
		}, nil
	}
	return Diagnostic{}, nil
}

// A planting is the hard link to the published program that go build finds at
// the place of its output. cmd/go reads the build ID of that file and, if it is
// the one that it is about to make, links nothing. Otherwise it renames or
// copies over the name after removing it: it never writes into the file
// (moveOrCopyFile and CopyFile in shell.go of cmd/go, package work). It does set
// the time of a file that is up to date (BuildInstallFunc), which would change
// the published one as well and is undone here.
type planting struct {
	file os.FileInfo
	time time.Time
}

func (b *Builder) plant(out string) planting {
	source := b.recipe.Output
	if b.seed != "" {
		source = b.seed
	}
	info, err := os.Lstat(source)
	if err != nil || !info.Mode().IsRegular() || !linkSeed(source, out) {
		return planting{}
	}
	return planting{info, info.ModTime()}
}

func (p planting) restore(out string) {
	if p.file == nil {
		return
	}
	if now, err := os.Lstat(out); err == nil && os.SameFile(now, p.file) && !now.ModTime().Equal(p.time) {
		// At worst the published program looks newer than it is.
		_ = os.Chtimes(out, time.Time{}, p.time)
	}
}
