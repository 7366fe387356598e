//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// tune sets the options that a behaviour asks for.
func (p *program) tune(opts *supervisor.Options) {
	opts.MaxBackoff = p.duration("backoff", -1) // most cases fail on purpose, again and again
	opts.Spread = p.duration("spread", 0)
	opts.StopDelay = p.duration("stopdelay", 0)
	opts.ProbePath = p.value("probe")
	opts.PIDFile = p.value("pidfile")
	if p.is("unready") {
		opts.Ready = func(context.Context) error { return errors.New("the database does not answer") }
	}
	if want := p.value("wants"); want != "" {
		opts.Probe = func(ctx context.Context, next *http.Client) error { return p.wants(ctx, next, want) }
	}
	p.log.path = filepath.Join(p.dir, "log")
	opts.OnReopen = func(context.Context) error { return p.log.reopen() }
	opts.OnReload = func(context.Context) error { return p.configure() }
}

// wants is a probe that asks for a version.
func (p *program) wants(ctx context.Context, next *http.Client, version string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://http/version", nil)
	if err != nil {
		return err
	}
	resp, err := next.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil && string(got) != version {
		err = fmt.Errorf("it is version %q, want %q", got, version)
	}
	return err
}

// health is what ProbePath asks for.
func (p *program) health(w http.ResponseWriter, r *http.Request) {
	switch {
	case p.is("unhealthy"):
		http.Error(w, "out of order", http.StatusInternalServerError)
	case p.is("sluggish"):
		<-r.Context().Done()
	}
}

// journal is a log file that can be rotated.
type journal struct {
	path string
	mu   sync.Mutex // guards file
	file *os.File
}

func (j *journal) reopen() error {
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		j.file.Close()
	}
	j.file = f
	return nil
}

func (j *journal) line(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		fmt.Fprintln(j.file, text)
	}
}

// configure reads the configuration, and keeps the old one if that is bad.
func (p *program) configure() error {
	text, err := os.ReadFile(filepath.Join(p.dir, "config"))
	if err != nil {
		return err
	}
	if strings.Contains(string(text), "bad") {
		return errors.New("config: bad is not a setting")
	}
	p.config.Store(string(text))
	return nil
}

// stateVersion is that of the state which generations hand on.
const stateVersion = 2

// state hands so many bytes to the next generation, and takes what the one
// before has handed on.
func (p *program) state() error {
	size, _ := strconv.ParseInt(p.value("state"), 10, 64)
	if size == 0 {
		return nil
	}
	version := stateVersion
	if p.is("old-schema") {
		version = 1
	}
	begun := time.Now()
	err := p.sup.Receive(context.Background(), "sessions", func(v int, r io.Reader) error {
		if v > version {
			return fmt.Errorf("state of version %d, this program knows %d", v, version)
		}
		n, err := io.Copy(io.Discard, r)
		fmt.Fprintf(p.out, "state of %d bytes in %v\n", n, time.Since(begun))
		return err
	})
	if err != nil && !errors.Is(err, supervisor.ErrNoState) {
		return err
	}
	return p.sup.Offer("sessions", version, func(_ context.Context, w io.Writer) error {
		fmt.Fprintln(p.out, "state is asked for")
		if p.is("corrupt") {
			io.CopyN(w, filler{}, size/2)
			return errors.New("the store is broken")
		}
		_, err := io.CopyN(w, filler{}, size)
		return err
	})
}

// ballast takes so many MiB of memory, and keeps them.
func (p *program) ballast() {
	n, _ := strconv.Atoi(p.value("ballast"))
	for range n {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		p.memory = append(p.memory, block)
	}
}
