//go:build unix

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
)

// built runs builds of a configuration and keeps the events.
type built struct {
	*stages
	t    *testing.T
	seen []string
}

func newBuilt(t *testing.T, change func(*config.Config)) *built {
	t.Helper()
	cfg := described(t, change)
	write(t, filepath.Join(cfg.Dir, "go.mod"), "module example.com/app\n\ngo 1.25\n")
	write(t, filepath.Join(cfg.Dir, "main.go"), "package main\n\nfunc main() { println(1) }\n")
	m := configured(cfg)
	m.complete(cfg, append(os.Environ(), "OWN=own"))
	b := &built{t: t}
	made, err := builder.New(m.Recipe, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	b.stages = &stages{cfg: cfg, made: m, builder: made, compile: made.Build, hub: event.NewHub(b.see), here: cfg.Dir}
	return b
}

func (b *built) see(e event.Event) {
	text := strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.Message))
	if e.Command != nil {
		text = fmt.Sprint(e.Kind, " ", e.Command.Role, " ", e.Command.Line)
		if e.Kind == event.Output {
			text = fmt.Sprint(e.Command.Role, ": ", e.Message)
		}
	}
	if e.Exit != nil {
		text += fmt.Sprint(" ", e.Exit.Code, e.Exit.Signal)
	}
	b.seen = append(b.seen, text)
}

func (b *built) expect(outcome event.Outcome, want ...string) {
	b.t.Helper()
	got := b.build(b.t.Context(), 7, nil)
	if got.Number != 7 || got.Outcome != outcome || got.Binary == "" {
		b.t.Errorf("%+v, want %s", got, outcome)
	}
	if !slices.Equal(b.seen, want) {
		b.t.Errorf("told\n  %s\nwant\n  %s", strings.Join(b.seen, "\n  "), strings.Join(want, "\n  "))
	}
	b.seen = nil
}

func TestBuildTellsWhatItRuns(t *testing.T) {
	t.Parallel()
	b := newBuilt(t, func(c *config.Config) {
		c.Cmd = "echo first && go build -o ./tmp/main ."
		c.PreCmd = []string{"echo $OWN $A", "kill -TERM $$", "echo not run after one that failed"}
		c.EnvFiles = []string{filepath.Join(c.Dir, ".env")}
		c.BuildLog = filepath.Join(c.Dir, "logs", "errors.log")
	})
	write(t, b.cfg.EnvFiles[0], "A=file\nOWN=file\n")
	commands := []string{
		"command-begun pre_cmd echo $OWN $A", "pre_cmd: own file", "command-ended pre_cmd echo $OWN $A 0",
		"command-begun pre_cmd kill -TERM $$", "command-ended pre_cmd kill -TERM $$ -1SIGTERM",
		"command-begun cmd echo first", "cmd: first", "command-ended cmd echo first 0",
	}
	b.expect(event.Built, commands...)
	if there(b.cfg.BuildLog) {
		t.Error("a log without a failure")
	}

	write(t, b.cfg.EnvFiles[0], "A+=1\n")
	write(t, filepath.Join(b.cfg.Dir, "main.go"), "package main\n\nfunc main() { nothing() }\n")
	commands[1] = "pre_cmd: own"
	b.expect(event.Failed, append([]string{"notice " + b.cfg.EnvFiles[0] + ":1: cannot be read as NAME=value; the file is passed over"}, commands...)...)
	log, _ := os.ReadFile(b.cfg.BuildLog)
	if !strings.HasPrefix(string(log), "own\nfirst\n") || !strings.Contains(string(log), "undefined: nothing") {
		t.Errorf("log %q", log)
	}
}

func TestStopOnErrorEndsTheBuild(t *testing.T) {
	t.Parallel()
	b := newBuilt(t, func(c *config.Config) {
		c.Cmd, c.PreCmd, c.StopOnError = "go build -o ./tmp/main .", []string{"exit 3"}, true
	})
	b.expect(event.Failed, "command-begun pre_cmd exit 3", "command-ended pre_cmd exit 3 3")
	if there(b.made.Output) {
		t.Error("it was built")
	}
}

func TestBuildThatCannotBeRunIsInTheLog(t *testing.T) {
	t.Parallel()
	b := newBuilt(t, func(c *config.Config) {
		c.Cmd, c.BuildLog = "echo said", filepath.Join(c.TmpDir, "errors.log")
	})
	b.expect(event.Broken, "command-begun cmd echo said", "cmd: said", "command-ended cmd echo said 0")
	log, _ := os.ReadFile(b.cfg.BuildLog)
	if !strings.HasPrefix(string(log), "said\n") || !strings.Contains(string(log), b.made.Output) {
		t.Errorf("log %q", log)
	}
}
