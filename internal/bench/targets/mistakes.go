package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// mistakes are what is appended to a program that is right.
var mistakes = []struct{ name, text, target string }{
	{"syntax error", "\nfunc broken( {\n", "≤ 60 ms"},
	{"type error", "\nvar broken int = \"text\"\n", "≤ go build's own time + 50 ms"},
}

// mistakes saves a program that does not compile, as often as told, and measures
// until the first line with a place in it is printed as text. go build tells the
// same in a copy, in turn with ginreload.
func (b bench) mistakes(ctx context.Context) (figures []Figure, err error) {
	p, err := b.newProgram(httpImport)
	if err != nil {
		return nil, err
	}
	twin, err := b.newProgram(httpImport)
	if err != nil {
		return nil, err
	}
	s, err := b.start(p)
	if err != nil {
		return nil, err
	}
	defer func() {
		_, stopErr := s.stop()
		err = errors.Join(err, stopErr)
	}()
	if _, err := s.await(ctx, containing("ready in")); err != nil {
		return nil, err
	}
	for _, m := range mistakes {
		var told, built []time.Duration
		for i := range b.saves {
			shown, err := s.mistake(ctx, p, i, m.text)
			if err != nil {
				return nil, err
			}
			own, err := twin.fail(ctx, i, m.text)
			if err != nil {
				return nil, err
			}
			told, built = append(told, shown), append(built, own)
		}
		figures = append(figures, Figure{
			fmt.Sprintf("%s, from the save until it is shown: median of %d", m.name, b.saves), m.target,
			fmt.Sprintf("%v (go build takes %v)", median(told), median(built)),
		})
	}
	return figures, nil
}

func containing(part string) func(line) bool {
	return func(l line) bool { return strings.Contains(l.text, part) }
}

// mistake leaves the program right again.
func (s *session) mistake(ctx context.Context, p *program, i int, text string) (time.Duration, error) {
	if _, _, err := s.calm(ctx); err != nil {
		return 0, err
	}
	greeting := fmt.Sprint("hello ", i, text)
	saved := time.Now()
	if err := p.write("main.go", server(greeting, httpImport, text)); err != nil {
		return 0, err
	}
	shown, err := s.await(ctx, containing("main.go:"))
	if err != nil {
		return 0, err
	}
	if _, _, err := s.calm(ctx); err != nil {
		return 0, err
	}
	if err := p.write("main.go", server(greeting, httpImport, "")); err != nil {
		return 0, err
	}
	_, err = s.await(ctx, containing("reloaded"))
	return shown.at.Sub(saved), err
}

// fail is how long go build takes to say so.
func (p *program) fail(ctx context.Context, i int, text string) (time.Duration, error) {
	if err := p.write("main.go", server(fmt.Sprint("hello ", i, text), httpImport, text)); err != nil {
		return 0, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", p.folder+".out", ".")
	build.Dir = p.folder
	began := time.Now()
	if err := build.Run(); err == nil {
		return 0, errors.New("go build did not fail")
	}
	return time.Since(began), context.Cause(ctx)
}

func median(values []time.Duration) time.Duration {
	slices.Sort(values)
	return values[len(values)/2].Round(time.Millisecond)
}
