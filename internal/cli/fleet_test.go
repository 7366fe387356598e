package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/inputs"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/watcher"
)

// parts are a graph: a program is made of these files.
type parts []string

func (p parts) Input(path string) (graph.Input, bool) {
	return graph.Input{Kind: "file", Chain: []string{"main"}}, slices.Contains(p, path)
}
func (p parts) WhyNot(string) string  { return "not a part" }
func (p parts) Altered([]string) bool { return false }

// newFleet is one of Go services that are made of files below the root, and one
// command. told gets the name of each service that hears of a change.
func newFleet(t *testing.T, root string, services map[string][]string) (f *fleet, told func() string) {
	cfg := config.Config{Dir: root, Root: root, IncludeExt: []string{"go", "html"}, TestdataDir: "testdata"}
	without := ignores(t.Context(), cfg, nil)
	f = &fleet{stages: &stages{cfg: cfg, here: root, ignore: without}, commands: []sidecar{{edits: make(chan struct{}, 1)}}}
	heard := make(chan string, 100)
	for _, name := range []string{"api", "worker"} {
		s := config.Service{Name: name, EnvFiles: []string{filepath.Join(root, name+".env")}}
		u := &unit{
			stages:  &stages{cfg: cfg.Of(s), here: root, ignore: without},
			changes: make(chan watcher.ChangeSet), decisions: make(chan plan.Decision), over: make(chan struct{}),
		}
		u.cfg.EnvFiles = s.EnvFiles
		var files parts
		for _, file := range services[name] {
			files = append(files, filepath.Join(root, file))
		}
		u.inputs = inputs.New(func(context.Context, time.Time) (inputs.Graph, func(), error) { return files, func() {}, nil })
		u.heard(event.Event{Kind: event.BuildFinished, Build: &event.Build{Outcome: event.Same}})
		t.Cleanup(func() { close(u.over) })
		go func() {
			for {
				select {
				case <-u.changes:
					heard <- fmt.Sprintf("%s %s", name, (<-u.decisions).Action)
				case <-u.over:
					return
				}
			}
		}()
		f.units = append(f.units, u)
		f.cfg.Services = append(f.cfg.Services, s)
	}
	return f, func() string {
		synctest.Wait()
		var all []string
		for len(heard) > 0 {
			all = append(all, <-heard)
		}
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
}

func TestChangesGoToTheServicesThatTheyAreFor(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f, told := newFleet(t, root, map[string][]string{
			"api": {"shop/shop.go", "cmd/api/main.go"}, "worker": {"shop/shop.go", "cmd/worker/main.go"},
		})
		synctest.Wait() // for the graphs
		for _, c := range []struct {
			file, told string
			all        plan.Action
			edited     bool
		}{
			{"shop/shop.go", "api rebuild, worker rebuild", plan.Rebuild, true},
			{"cmd/worker/main.go", "worker rebuild", plan.Rebuild, true},
			{"cmd/other/main.go", "", plan.Ignore, true},
			{"api.env", "api restart", plan.Restart, true},
			{"README.md", "", plan.Ignore, false},
			{"index.html", "api restart, worker restart", plan.Restart, true},
		} {
			before := f.changes.Load()
			d := f.decide(watcher.ChangeSet{Changes: []watcher.Change{{Path: filepath.Join(root, c.file), Op: watcher.Write}}})
			edited := false
			select {
			case <-f.commands[0].edits:
				edited = true
			default:
			}
			if got := told(); got != c.told || d.Action != c.all || edited != c.edited || f.changes.Load() == before {
				t.Errorf("%s: told %q, decided %s, edited %t; want %q, %s, %t", c.file, got, d.Action, edited, c.told, c.all, c.edited)
			}
		}
		f.decide(watcher.ChangeSet{Overflow: true})
		if got := told(); got != "api rebuild, worker rebuild" {
			t.Errorf("after lost events: told %q", got)
		}
	})
}
