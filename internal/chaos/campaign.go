//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// outcome is how a trial went.
type outcome string

const (
	passed        outcome = "passed"
	failed        outcome = "failed"
	notApplicable outcome = "does not apply"
)

// result is one trial of a case.
type result struct {
	fault
	round   int
	outcome outcome
	figure  string
	err     error
	said    string // by the programs of a trial that failed
	took    time.Duration
}

// trialLimit is for one trial; no case comes near it.
const trialLimit = 2 * time.Minute

// campaign runs cases, some of them at the same time.
type campaign struct {
	options
	binary string
	sinks  []func(result) // called by one goroutine at a time

	mu      sync.Mutex // guards all below
	results []result
}

func (c *campaign) run(ctx context.Context, all []fault) []result {
	if c.duration > 0 {
		timed, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.duration)
		defer cancel()
		for round := 0; timed.Err() == nil && ctx.Err() == nil; round++ {
			c.round(ctx, timed.Done(), all, round)
		}
		return c.results
	}
	c.round(ctx, nil, all, 0)
	return c.results
}

// round runs each case once, unless over is closed before its turn.
func (c *campaign) round(ctx context.Context, over <-chan struct{}, all []fault, round int) {
	turns := make(chan fault)
	var workers sync.WaitGroup
	for range c.parallel {
		workers.Go(func() {
			for f := range turns {
				c.report(c.try(ctx, f, round))
			}
		})
	}
	begins := func() bool {
		select {
		case <-ctx.Done():
			return false
		case <-over:
			return false
		default:
			return true
		}
	}
	for _, f := range all {
		if f.run == nil && round == 0 {
			c.report(result{fault: f, outcome: notApplicable, figure: f.na})
		}
		if f.run != nil && !f.alone && begins() {
			turns <- f
		}
	}
	close(turns)
	workers.Wait()
	for _, f := range all {
		if f.run != nil && f.alone && begins() {
			c.report(c.try(ctx, f, round))
		}
	}
}

func (c *campaign) report(r result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results = append(c.results, r)
	for _, sink := range c.sinks {
		sink(r)
	}
}

// try runs one trial in a folder and with random numbers of its own, so that
// neither depends on which other cases run.
func (c *campaign) try(ctx context.Context, f fault, round int) result {
	ctx, cancel := context.WithTimeout(ctx, trialLimit)
	defer cancel()
	begun := time.Now()
	t := &trial{
		ctx: ctx, binary: c.binary, slack: c.slack,
		rng: rand.New(rand.NewPCG(c.seed, uint64(f.number)<<32|uint64(round))),
	}
	r := result{fault: f, round: round, outcome: passed}
	r.figure, r.err = t.run(f.run)
	r.took = time.Since(begun)
	if r.err != nil {
		r.outcome, r.said = failed, t.said()
	}
	return r
}
