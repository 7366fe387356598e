//go:build unix

package supervisor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/ginreload/ginreload/supervisor"
)

// choose sets the options that the behaviour asks for.
func (a *app) choose(opts *supervisor.Options) {
	opts.ProbePath = a.value("probe")
	if path := a.value("pidfile"); path != "" {
		opts.PIDFile = filepath.Join(a.dir, path)
	}
	if a.is("unready") {
		opts.Ready = func(context.Context) error { return errors.New("the database has another schema") }
	}
	if a.is("readygate") {
		opts.Ready = func(context.Context) error { a.gate("ready"); return nil }
	}
	if a.is("veto") {
		opts.BeforeUpgrade = func(_ context.Context, path string) error { return errors.New("not signed: " + filepath.Base(path)) }
	}
	if word := a.value("selfcheck"); word != "" {
		opts.SelfCheck = []string{selfCheck, word}
	}
	if a.is("look") {
		opts.Probe = func(ctx context.Context, next *http.Client) error {
			resp, err := next.Get("http://http/pid")
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			fmt.Printf("looked at %s from %d\n", text, os.Getpid())
			return err
		}
	}
	if a.is("signals") {
		opts.OnReload = func(context.Context) error { fmt.Println("reload", os.Getpid()); return errors.New("bad config") }
		opts.OnReopen = func(context.Context) error { fmt.Println("reopen", os.Getpid()); return nil }
	}
}

// selfCheck is the command of the program that looks at its configuration.
const selfCheck = "check-configuration"

// pass takes what the process before this one leaves, and offers it to the next.
//
//	state=NUMBER   the version that this program writes and the latest that it reads
//	broken         what it writes breaks off
//	state file     the same for an open file
func (a *app) pass() error {
	if a.value("state") == "" {
		return nil
	}
	var version int
	fmt.Sscan(a.value("state"), &version)
	visits := map[string]int{"visits": 0}
	err := a.sup.Receive(context.Background(), "visits", func(v int, r io.Reader) error {
		if v > version {
			return fmt.Errorf("version %d is newer than mine", v)
		}
		return json.NewDecoder(r).Decode(&visits)
	})
	if err != nil && !errors.Is(err, supervisor.ErrNoState) && !a.is("careless") {
		return err
	}
	fmt.Println("received", visits["visits"], err)
	visits["visits"]++
	err = a.sup.Offer("visits", version, func(_ context.Context, w io.Writer) error {
		if a.is("broken") {
			io.WriteString(w, `{"visits":1`)
			return errors.New("half of it is locked")
		}
		if err := json.NewEncoder(w).Encode(visits); err != nil {
			return err
		}
		// More than a pipe holds, which the reader need not look at.
		_, err := io.WriteString(w, strings.Repeat(" ", 1<<20))
		return err
	})
	return errors.Join(err, a.passFile())
}

func (a *app) passFile() error {
	_, f, err := a.sup.ReceiveFile(context.Background(), "journal")
	if errors.Is(err, supervisor.ErrNoState) {
		f, err = os.CreateTemp(a.dir, "journal")
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(f, "generation", a.sup.Generation())
	text, _ := os.ReadFile(f.Name())
	if where, err := filepath.Glob(filepath.Join(a.dir, "journal*")); err == nil && len(where) == 1 {
		text, _ = os.ReadFile(where[0])
	}
	fmt.Printf("journal %q\n", text)
	return a.sup.OfferFile("journal", 1, f)
}
