package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	burstSaves = 50
	burstPace  = 100 * time.Millisecond
)

// burst saves more often than can be built.
func (b bench) burst(ctx context.Context) (figures []Figure, err error) {
	p, err := b.newProgram(httpImport)
	if err != nil {
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
	one, _, err := s.saveEvery(ctx, p, 3, 5*time.Second)
	if err != nil {
		return nil, err
	}
	single := one.Seconds() / 3
	cpu, lines, err := s.saveEvery(ctx, p, burstSaves, burstPace)
	if err != nil {
		return nil, err
	}
	answer, err := p.answer()
	if err != nil {
		return nil, err
	}
	served := "yes"
	if answer != fmt.Sprint("hello ", burstSaves) {
		served = fmt.Sprintf("no, but %q", answer)
	}
	reloads := count(lines, "reloaded")
	if reloads == 0 {
		return nil, errors.New("nothing was reloaded")
	}
	each := cpu.Seconds() / float64(reloads)
	what := fmt.Sprintf("%d saves in %v", burstSaves, burstSaves*burstPace)
	return []Figure{
		{what + ": builds begun, and reloads served", "", fmt.Sprintf("%d, %d", count(lines, "build-started"), reloads)},
		{what + ": most builds at once", "1", fmt.Sprint(atOnce(lines))},
		{what + ": the last state is served", "yes", served},
		{what + ": CPU for each reload that is served", "≤ 2 × one build's", fmt.Sprintf("%.2f s, %.1f × %.2f s", each, each/single, single)},
	}, nil
}

// saveEvery returns what all processes have used from the first save until all
// is at rest again.
func (s *session) saveEvery(ctx context.Context, p *program, saves int, pace time.Duration) (time.Duration, []line, error) {
	before, err := s.Usage()
	if err != nil {
		return 0, nil, err
	}
	again := time.NewTicker(pace)
	defer again.Stop()
	for i := range saves {
		if err := p.write("main.go", server(fmt.Sprint("hello ", i+1), httpImport, "")); err != nil {
			return 0, nil, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return 0, nil, context.Cause(ctx)
		}
	}
	lines, after, err := s.calm(ctx)
	if err == nil && count(lines, "build-started") > count(lines, "build-finished") {
		// The machine is so busy that a build looked like rest.
		_, err = s.await(ctx, func(l line) bool {
			lines = append(lines, l)
			return l.Kind == "reloaded"
		})
		more, used, calmErr := s.calm(ctx)
		lines, after, err = append(lines, more...), used, errors.Join(err, calmErr)
	}
	return after.CPU - before.CPU, lines, err
}

// atOnce is how many builds had begun and not ended at a moment.
func atOnce(lines []line) int {
	now, most := 0, 0
	for _, l := range lines {
		switch l.Kind {
		case "build-started":
			now++
		case "build-finished":
			now--
		}
		most = max(most, now)
	}
	return most
}
