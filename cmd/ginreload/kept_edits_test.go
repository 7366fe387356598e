//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// The main job for a program that knows nothing of ginreload, not one line of
// which is changed: no request is lost, and each version answers.
func TestEditsOfAnUnmodified(t *testing.T) {
	edits := edits(t)
	if testing.Short() {
		edits = 2
	}
	dir := example(t, "gin")
	g := start(t, dir)
	if first := g.awaitKind(event.Reloaded); first.Handoff != "start" {
		t.Fatalf("started as %s", text(first))
	}
	load := supervisortest.Load{
		URL:     g.url(),
		NewConn: 4, Every: 10 * time.Millisecond,
		Slow: 4, SlowPath: "/slow?ms=700",
		Upload:    4,
		KeepAlive: 8, Think: 10 * time.Millisecond,
		Busy: 2,
		Idle: 4, IdleThink: 500 * time.Millisecond,
	}
	report := during(t, load, func() {
		for version := 2; version < edits+2; version++ {
			edit(t, filepath.Join(dir, "main.go"), fmt.Sprintf("version %d\"", version-1), fmt.Sprintf("version %d\"", version))
			e := g.awaitKind(event.Reloaded, event.ReloadFailed)
			if e.Kind != event.Reloaded || e.Handoff != "kept" {
				t.Fatalf("version %d: %s", version, text(e))
			}
			g.expect(fmt.Sprintf("hello, version %d", version))
			t.Logf("version %d after %.0f ms (build %.0f, ready %.0f)", version, e.Timings.Total, e.Timings.Build, e.Timings.Ready)
		}
		(&stage{g}).awaitGone()
	})
	nobodyFailed(t, report)
	for version := 1; version < edits+2; version++ {
		answeredBy(t, report, fmt.Sprintf("hello, version %d", version))
	}
	logDrains(t, g.seen)
	interrupt(t, g)
	<-g.gone()
	g.checkNothingLeft()
}
