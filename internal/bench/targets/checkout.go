package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// filesEach is how many files a package of the checkout has.
const filesEach = 20

// checkout has git change many files of the program at once, there and back.
func (b bench) checkout(ctx context.Context) (figures []Figure, err error) {
	p, err := b.newProgram("")
	if err != nil {
		return nil, err
	}
	if err := b.commitTwo(ctx, p); err != nil {
		return nil, err
	}
	s, err := b.ready(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() {
		_, stopErr := s.stop()
		err = errors.Join(err, stopErr)
	}()
	var builds, took []string
	for _, branch := range []string{"one", "two", "one"} {
		began := time.Now()
		if err := git(ctx, p, "checkout", "-q", branch); err != nil {
			return nil, err
		}
		n := 0
		reloaded, err := s.await(ctx, func(l line) bool {
			if l.Kind == "build-started" {
				n++
			}
			return l.Kind == "reloaded"
		})
		if err != nil {
			return nil, err
		}
		rest, _, err := s.calm(ctx)
		if err != nil {
			return nil, err
		}
		if answer, err := p.answer(); err != nil || answer != "hello from "+branch {
			return nil, fmt.Errorf("after the checkout of %s the program says %q (%w)", branch, answer, err)
		}
		builds = append(builds, fmt.Sprint(n+count(rest, "build-started")))
		took = append(took, fmt.Sprintf("%.1f", reloaded.at.Sub(began).Seconds()))
	}
	what := fmt.Sprintf("git checkout that changes %d files", b.changed)
	return []Figure{
		{what + ", three times: builds", "1 each", strings.Join(builds, " / ")},
		{what + ": until the new code answers", "", strings.Join(took, " / ") + " s"},
	}, nil
}

func count(lines []line, kind string) int {
	n := 0
	for _, l := range lines {
		if l.Kind == kind {
			n++
		}
	}
	return n
}

// commitTwo makes two branches that differ in each file of the program, and
// leaves the second one checked out.
func (b bench) commitTwo(ctx context.Context, p *program) error {
	if err := git(ctx, p, "init", "-q"); err != nil {
		return err
	}
	for _, branch := range []string{"one", "two"} {
		var imports strings.Builder
		for i := range b.changed - 1 {
			name := fmt.Sprintf("p%03d", i/filesEach)
			if i%filesEach == 0 {
				fmt.Fprintf(&imports, "\n\t_ %q", "server/"+name)
			}
			text := fmt.Sprintf("package %s\n\n// V%d is of branch %s.\nfunc V%d() string { return %q }\n", name, i, branch, i, branch)
			if err := p.write(fmt.Sprintf("%s/f%d.go", name, i), text); err != nil {
				return err
			}
		}
		if err := p.write("main.go", server("hello from "+branch, imports.String(), "")); err != nil {
			return err
		}
		for _, arguments := range []string{"checkout -q -b " + branch, "add .", "commit -q -m " + branch} {
			if err := git(ctx, p, strings.Fields(arguments)...); err != nil {
				return err
			}
		}
	}
	return nil
}

func git(ctx context.Context, p *program, arguments ...string) error {
	cmd := exec.CommandContext(ctx, "git", append([]string{
		"-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false",
	}, arguments...)...)
	cmd.Dir = p.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w\n%s", strings.Join(arguments, " "), err, out)
	}
	return nil
}
