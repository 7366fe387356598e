package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ginreload/ginreload/internal/bench/job"
)

const treeIdle = 10 * time.Second

// tree starts ginreload in a module with many files that have nothing to do
// with the program, twice, since it may remember something of the first time.
func (b bench) tree(ctx context.Context) ([]Figure, error) {
	p, err := b.newProgram("")
	if err != nil {
		return nil, err
	}
	if err := b.plant(p); err != nil {
		return nil, err
	}
	tree := fmt.Sprintf("%d files in %d folders", b.files, b.folders)
	var figures []Figure
	for _, which := range []string{"first", "second"} {
		began, err := b.begin(ctx, p)
		if err != nil {
			return nil, err
		}
		of := fmt.Sprintf("%s, %s start", tree, which)
		figures = append(figures,
			Figure{of + ": until it watches", "≤ 0.5 s when the import graph is known", fmt.Sprintf("%.2f s", began.watching.Seconds())},
			Figure{of + ": until the program answers", "", fmt.Sprintf("%.2f s", began.answering.Seconds())},
			Figure{of + ": resident memory", "≤ 40 MB", fmt.Sprintf("%.1f MB", float64(began.memory)/1e6)},
			Figure{fmt.Sprintf("%s: idle CPU over %v", of, treeIdle), "0.0 s", began.idle},
		)
	}
	return figures, nil
}

// plant makes folders in two layers, every other file of them one of Go.
func (b bench) plant(p *program) error {
	for i := range b.files {
		folder := i % b.folders
		name := fmt.Sprintf("tree/d%02d/d%04d/f%d", folder%100, folder, i)
		text := "text\n"
		if i%2 == 0 {
			name += ".go"
			text = fmt.Sprintf("package d%04d\n\nconst f%d = %d\n", folder, i, i)
		} else {
			name += ".txt"
		}
		if err := p.write(name, text); err != nil {
			return err
		}
	}
	return nil
}

type beginning struct {
	watching, answering time.Duration
	memory              int64
	idle                string
}

func (b bench) begin(ctx context.Context, p *program) (found beginning, err error) {
	s, err := b.start(p, "--json")
	if err != nil {
		return found, err
	}
	defer func() {
		_, stopErr := s.stop()
		err = errors.Join(err, stopErr)
	}()
	// It is published when the watches are in place.
	started, err := s.awaitKind(ctx, "started")
	if err != nil {
		return found, err
	}
	reloaded, err := s.awaitKind(ctx, "reloaded")
	if err != nil {
		return found, err
	}
	if _, _, err := s.calm(ctx); err != nil {
		return found, err
	}
	idle, err := s.leaveAlone(ctx, treeIdle)
	if err != nil {
		return found, err
	}
	own, err := job.Process(s.PID())
	return beginning{started.at.Sub(s.began), reloaded.at.Sub(s.began), own.Memory, idle}, err
}
