package app

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/proc"
)

// A program may be run by something else: a shell with a pipeline, make, a
// debugger. That may end before the program has, which then still has the rest
// of the grace; or, as a debugger does, keep it in a process group of its own.

// wraps reports whether the process that we have started for g is not the
// program itself.
func (r *runner) wraps(g *generation) bool {
	file := strings.TrimSuffix(proc.Executable(g.group), " (deleted)") // replaced by a newer one
	program, err := filepath.EvalSymlinks(g.binary)
	return file != "" && (err != nil || file != program)
}

// leftBehind lists the processes of a generation that has been asked to end
// which what wrapped them has left behind.
func (r *runner) leftBehind(g *generation) []int {
	if !g.ending || !g.wraps {
		return nil
	}
	var left []int
	for _, pid := range append(proc.Group(g.group), g.tree...) {
		if !slices.Contains(left, pid) && r.ours(pid) {
			left = append(left, pid)
		}
	}
	return left
}

// ours reports whether pid, which may have been given to another process by now,
// is one of the session.
func (r *runner) ours(pid int) bool { return proc.HasEnv(pid, proc.SessionEnv, r.opts.Session.Token) }

// awaitRest reports e again when the processes that were left behind have ended.
func (r *runner) awaitRest(e exited, left []int) {
	r.background.Go(func() {
		for _, pid := range left {
			ended, forget, err := proc.Ended(pid)
			if err != nil {
				continue
			}
			select {
			case <-ended:
			case <-r.over:
				forget()
				return
			}
		}
		r.report(e)
	})
}

// killGeneration ends all processes of g at once, those too that had left its
// group when it was asked to end.
func (r *runner) killGeneration(g *generation) {
	tree := append(proc.Tree(g.group), g.tree...)
	proc.KillGroup(g.group)
	for _, pid := range tree {
		if r.ours(pid) {
			proc.Kill(pid)
		}
	}
}
