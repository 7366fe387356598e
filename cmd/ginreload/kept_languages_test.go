//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// Servers in other languages are programs like any other: full_bin says how
// they run, and their sockets are kept.
func TestOtherLanguagesReloadWithoutARefusal(t *testing.T) {
	for _, c := range []struct {
		name, tool, file string
		load             func(*supervisortest.Load)
	}{
		// What it answers closes the connection, as HTTP/1.0 does.
		{"python", "python3", "server.py", func(*supervisortest.Load) {}},
		{"node", "node", "server.js", func(l *supervisortest.Load) {
			l.KeepAlive, l.Think = 4, 10*time.Millisecond
			l.Idle, l.IdleThink = 2, 500*time.Millisecond
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			needs(t, c.tool)
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(repository(), "testdata", "apps", c.name))); err != nil {
				t.Fatal(err)
			}
			g := start(t, dir)
			g.awaitKind(event.Reloaded)
			g.awaitPort(g.port) // Python may take longer to begin than ginreload waits for
			g.expect("hello, version 1")
			load := supervisortest.Load{
				URL:     g.url(),
				NewConn: 2, Every: 20 * time.Millisecond,
				Slow: 2, SlowPath: "/slow?ms=700",
				Upload: 2,
			}
			c.load(&load)
			report := during(t, load, func() {
				for version := 2; version <= 6; version++ {
					edit(t, filepath.Join(dir, c.file), fmt.Sprint("version ", version-1), fmt.Sprint("version ", version))
					e := g.awaitKind(event.Reloaded, event.ReloadFailed)
					if e.Kind != event.Reloaded || e.Handoff != "kept" {
						t.Fatalf("version %d: %s", version, text(e))
					}
					g.expect(fmt.Sprint("hello, version ", version))
				}
				(&stage{g}).awaitGone()
			})
			nobodyFailed(t, report)
			logDrains(t, g.seen)
			interrupt(t, g)
			<-g.gone()
			g.checkNothingLeft()
		})
	}
}

// needs skips the test without a tool, unless none may be missing.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("GINRELOAD_REQUIRE_TOOLS") == "1" {
		t.Fatalf("needs %s", tool)
	}
	t.Skipf("needs %s", tool)
}
