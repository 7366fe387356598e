package builder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// workPrefix begins the name of the folder in scratch that each build has.
const workPrefix = "build-"

// A Builder carries out one recipe, one build at a time. Its methods may be
// called from several goroutines.
type Builder struct {
	recipe  Recipe
	scratch string
	tool    string // the go command; may be empty with Shell and Nothing

	// turn holds a token while a build runs. Whoever put it there owns all below.
	turn    chan struct{}
	seed    string // program in scratch that go build is to find instead of the one at Output, if any
	left    fingerprint
	early   *early // what of this build was told
	linking linking
	short   shortcut
	quiet   time.Duration // before a build is recorded

	toolchain toolchain // has a lock of its own
}

// New prepares to carry out recipe. The folder scratch must exist and be used
// by nothing else while the Builder is in use; it is best placed on the file
// system of recipe.Output, and leftovers in it of a session that was killed are
// removed. The error is ErrNoToolchain if the recipe needs go and there is none.
func New(recipe Recipe, scratch string) (*Builder, error) {
	if err := recipe.check(scratch); err != nil {
		return nil, err
	}
	if recipe.Output != "" && !filepath.IsAbs(recipe.Output) {
		recipe.Output = filepath.Join(recipe.Dir, recipe.Output)
	}
	if recipe.Env == nil {
		recipe.Env = os.Environ()
	}
	b := &Builder{recipe: recipe, scratch: scratch, turn: make(chan struct{}, 1), quiet: quiet}
	tool, err := findGo(recipe.environ())
	if err != nil && recipe.Shell == "" && !recipe.Nothing {
		return nil, err
	}
	b.tool = tool
	return b, b.clearScratch()
}

// Tool returns the go command that builds, "" if there is none.
func (b *Builder) Tool() string { return b.tool }

func (b *Builder) clearScratch() error {
	old, err := os.ReadDir(b.scratch)
	if err != nil {
		return fmt.Errorf("look for old builds in the scratch folder: %w", err)
	}
	for _, entry := range old {
		if name := entry.Name(); name != seedName && !strings.HasPrefix(name, workPrefix) && !strings.HasPrefix(name, storePrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(b.scratch, entry.Name())); err != nil {
			return fmt.Errorf("remove what an earlier session left: %w; remove it or use another scratch folder", err)
		}
	}
	return nil
}

// Build makes the program. If a build is under way it waits for that to end,
// or for ctx. When ctx ends, the build is killed with everything that it has
// started, and Build returns Canceled once all of that is gone; a build that
// has ended by then but is not published yet is not published any more.
//
// The files changed, absolute paths, are why it is made again; what does not
// parse in them is told to Recipe.Diagnosed at once.
func (b *Builder) Build(ctx context.Context, changed ...string) (Result, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return Result{Outcome: Canceled, Artifact: artifactAt(b.recipe.Output)}, nil
	}
	started := time.Now()
	b.early = newEarly(b.recipe.Diagnosed)
	env := b.recipe.environ()
	b.parse(ctx, env, changed)
	result, err := b.build(ctx, env)
	result.Artifact = artifactAt(b.recipe.Output)
	result.Elapsed = time.Since(started)
	return result, err
}

func (b *Builder) build(ctx context.Context, env []string) (Result, error) {
	if ctx.Err() != nil {
		return Result{Outcome: Canceled}, nil
	}
	if info, err := os.Stat(b.recipe.Dir); err != nil {
		return Result{}, fmt.Errorf("enter the folder of the program: %w: %w; restore it or start again elsewhere", ErrNoDir, err)
	} else if !info.IsDir() {
		return Result{}, fmt.Errorf("enter the folder of the program: %w: %s is a file", ErrNoDir, b.recipe.Dir)
	}
	work, err := os.MkdirTemp(b.scratch, workPrefix)
	if err != nil {
		return Result{}, explain("make a scratch folder", err)
	}
	// What cannot be removed is left to the next New.
	defer os.RemoveAll(work)
	temp := filepath.Join(work, "tmp")
	if err := os.Mkdir(temp, 0o777); err != nil {
		return Result{}, explain("make a scratch folder", err)
	}

	begun, over, err := b.before(ctx, env, temp)
	if over {
		return begun, err
	}
	result, err := b.produce(ctx, env, work, temp)
	result.Output = begun.Output + result.Output
	result.Command += begun.Command
	return result, err
}

func (b *Builder) produce(ctx context.Context, env []string, work, temp string) (Result, error) {
	switch {
	case b.recipe.Nothing:
		return Result{Outcome: Built}, nil
	case b.recipe.Shell != "":
		return b.runShell(ctx, env, temp)
	}
	return b.runGo(ctx, env, work, temp)
}

// conclude turns a command that did not succeed into an outcome. It is false
// if the command succeeded and there is something to publish.
func conclude(ctx context.Context, ran finished) (Result, bool, error) {
	result := Result{Output: ran.output, Command: ran.elapsed}
	switch {
	case ctx.Err() != nil:
		result.Outcome = Canceled
		return result, true, nil
	case !ran.state.Success():
		if machine := machineTrouble(ran); machine != nil {
			return result, true, machine
		}
		result.Outcome = Failed
		result.Diagnostics = ParseDiagnostics(ran.output)
		return result, true, nil
	}
	return result, false, nil
}
