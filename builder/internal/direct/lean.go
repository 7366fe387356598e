package direct

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ginreload/ginreload/builder/internal/lean"
)

// Lean has the linker read smaller archives from now on, which are kept in folder,
// if it is seen to make the same program of them. work is an empty folder, and
// published as in an Order. An error is ErrUnsupported if there is no use in
// another try.
func (r *Record) Lean(ctx context.Context, folder lean.Folder, work, published string) error {
	if !slices.Contains(r.link.args, "-s") && !slices.Contains(r.link.args, "-w") {
		return fmt.Errorf("%w: the program is to be debugged", ErrUnsupported)
	}
	smaller, err := r.shrink(ctx, folder)
	if err != nil {
		return err
	}
	o := Order{Env: r.request.Env, Work: work, Out: filepath.Join(work, "program")}
	defer os.Remove(o.Out)
	content, err := r.tryLink(ctx, o, smaller)
	if err == nil && content != published && content != r.content {
		// Somebody else has published, or go build links something else.
		var usual string
		if usual, err = r.tryLink(ctx, o, nil); usual != content {
			err = errors.Join(err, fmt.Errorf("%w: with smaller archives it is another program", ErrUnsupported))
		}
	}
	if err == nil {
		r.lean = smaller
	}
	return err
}

// shrink makes smaller archives of those that there are.
func (r *Record) shrink(ctx context.Context, folder lean.Folder) (map[string]string, error) {
	smaller := make(map[string]string)
	archives := slices.Collect(maps.Values(r.archives))
	for _, n := range r.nodes {
		archives = append(archives, n.archive)
	}
	for _, archive := range archives {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		small, err := folder.Shrunk(archive)
		switch {
		case err == nil:
			smaller[archive] = small
		case !errors.Is(err, lean.ErrUnknown):
			return nil, err
		}
	}
	if len(smaller) == 0 {
		return nil, fmt.Errorf("%w: no archive is known", ErrUnsupported)
	}
	return smaller, nil
}

// tryLink links a program that nobody is going to run.
func (r *Record) tryLink(ctx context.Context, o Order, smaller map[string]string) (content string, err error) {
	ran, id, err := r.runLink(ctx, o, r.state(), smaller)
	if err == nil && !ran.OK {
		err = fmt.Errorf("%w: the linker could not link the program: %s", ErrUnsupported, ran.Output)
	}
	if err != nil {
		return "", err
	}
	return stampProgram(o.Out, id)
}
