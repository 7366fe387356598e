package builder

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrNoArtifact says that the command succeeded without making a program.
var ErrNoArtifact = errors.New("no program was made")

// runShell runs a command that leaves its program at Output by itself. Whether
// it made a new one is seen by the contents, as neither the time of the file nor
// its inode says so: `go build` sets the time of a program that is up to date.
// They are compared with what the build before has left, and not with what is
// there now: Recipe.Before may have made it.
func (b *Builder) runShell(ctx context.Context, env []string, temp string) (Result, error) {
	output := b.recipe.Output
	before := b.left
	if before.file == nil {
		before = before.of(output)
	}
	started := time.Now()

	ran, err := b.shell(ctx, env, temp, Command{Line: b.recipe.Shell})
	if err != nil {
		return Result{}, err
	}
	result, over, err := conclude(ctx, ran)
	if over {
		return result, err
	}
	result.Outcome = Built
	if output == "" {
		return result, nil
	}

	b.left = before.of(output)
	if b.left.file == nil || !b.left.file.Mode().IsRegular() {
		result.Outcome = 0
		return result, fmt.Errorf("run %q: %w: it succeeded, but there is no file at %s%s; let the command write that file, or name the one that it writes as the output",
			b.recipe.Shell, ErrNoArtifact, output, b.written(started))
	}
	if before.file != nil && before.sum == b.left.sum && before.file.Size() == b.left.file.Size() && isProgram(output) {
		result.Outcome = Same
	}
	return result, nil
}

// isProgram tells a program that was compiled from a script, which may run
// what the command has made, or read what has changed, without being changed.
func isProgram(path string) bool {
	magic, err := firstBytes(path)
	return err == nil && isObject(magic)
}

// written names programs that appeared during the command where a wrong path
// would have put them, for the text of an error.
func (b *Builder) written(since time.Time) string {
	var found []string
	for _, dir := range []string{filepath.Dir(b.recipe.Output), b.recipe.Dir} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			// Times of files come from a clock that lags behind by up to a tick.
			info, err := entry.Info()
			if err == nil && info.Mode().IsRegular() && info.ModTime().After(since.Add(-10*time.Millisecond)) && !slices.Contains(found, path) {
				found = append(found, path)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return " (it wrote " + strings.Join(found[:min(len(found), 5)], ", ") + ")"
}

// A fingerprint is what a file held when it was looked at.
type fingerprint struct {
	file os.FileInfo // nil: no file
	seed maphash.Seed
	sum  uint64
}

// of is the fingerprint of path now. A file whose inode, size and time are those
// of f is not read again.
func (f fingerprint) of(path string) fingerprint {
	info, err := os.Stat(path)
	if err != nil {
		return fingerprint{seed: f.seed}
	}
	if f.file != nil && os.SameFile(f.file, info) && f.file.Size() == info.Size() && f.file.ModTime().Equal(info.ModTime()) {
		return f
	}
	if f.seed == (maphash.Seed{}) {
		f.seed = maphash.MakeSeed()
	}
	f.file = info
	f.sum = 0
	file, err := os.Open(path)
	if err != nil {
		return f
	}
	defer file.Close()
	var h maphash.Hash
	h.SetSeed(f.seed)
	if _, err := io.Copy(&h, file); err == nil {
		f.sum = h.Sum64()
	}
	return f
}
