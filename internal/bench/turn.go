package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

const (
	startWithin = 10 * time.Minute // the first build compiles all packages
	serveWithin = 90 * time.Second
	askEvery    = 2 * time.Millisecond
	askTimeout  = 500 * time.Millisecond
	loadEvery   = 5 * time.Millisecond
	memoryEvery = 50 * time.Millisecond

	// around is how long the load runs before a save, and after the first new
	// answer, where the old program may still be dying.
	around = 300 * time.Millisecond
)

// turn is one save and what came of it.
type turn struct {
	took             time.Duration
	requests, failed int
	cpu              time.Duration // since the turn before, until the tool was at rest again
	memory           int64         // the most at a moment, in bytes
}

var errNotServed = errors.New("the new code does not answer")

// turn saves under load.
func (c *contestant) turn(ctx context.Context, text string) (turn, error) {
	var report *supervisortest.Report
	var memory int64
	var memoryErr error
	loaded, endLoad := context.WithCancel(ctx)
	defer endLoad()
	var watching sync.WaitGroup
	watching.Go(func() {
		report = supervisortest.Load{URL: "http://" + c.addr(), NewConn: 1, Every: loadEvery}.Run(loaded)
	})
	watching.Go(func() { memory, memoryErr = c.Peak(loaded, memoryEvery) })

	took, err := c.timedSave(ctx, text)
	endLoad()
	watching.Wait()
	if err := errors.Join(err, memoryErr); err != nil {
		return turn{}, err
	}
	before := c.used.CPU
	if c.used, err = c.Settle(ctx, settleWithin); err != nil {
		return turn{}, err
	}
	return turn{took, report.Requests, report.Failed, c.used.CPU - before, memory}, nil
}

func (c *contestant) timedSave(ctx context.Context, text string) (time.Duration, error) {
	if err := rest(ctx); err != nil {
		return 0, err
	}
	saved := time.Now()
	if err := c.save(text); err != nil {
		return 0, err
	}
	if err := c.await(ctx, text, serveWithin); err != nil {
		return 0, err
	}
	took := time.Since(saved)
	return took, rest(ctx)
}

func rest(ctx context.Context) error {
	timer := time.NewTimer(around)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// await asks on a new connection each time until the answer is text.
func (w *workspace) await(ctx context.Context, text string, within time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("%w within %v", errNotServed, within))
	defer cancel()
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		if answer, err := ask(w.addr()); err == nil && answer == text {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func ask(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, askTimeout)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(askTimeout))
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", addr); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	return strings.TrimSpace(string(body)), err
}
