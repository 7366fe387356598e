package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/report"
)

func TestExtent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		cfg  config.Config
		want report.Extent
	}{
		{config.Config{}, report.All},
		{config.Config{LogMainOnly: true}, report.MainOnly},
		{config.Config{LogSilent: true}, report.Silent},
		{config.Config{LogSilent: true, LogMainOnly: true}, report.Silent},
	} {
		if got := extent(tc.cfg); got != tc.want {
			t.Errorf("%t, %t: %d, want %d", tc.cfg.LogSilent, tc.cfg.LogMainOnly, got, tc.want)
		}
	}
}

// twoBuilds is what a sink gets from the start to the second build.
func twoBuilds(sink event.Sink) {
	at := time.Date(2026, 3, 4, 12, 3, 11, 0, time.UTC)
	for _, e := range []event.Event{
		{Kind: event.Started, Package: ".", Message: "watching 1 folder"},
		{Kind: event.BuildStarted, Build: &event.Build{Number: 1}},
		{Kind: event.Reloaded, Generation: 1, PID: 7},
		{Kind: event.BuildStarted, Build: &event.Build{Number: 2}},
		{Kind: event.Reloaded, Generation: 2, PID: 8},
	} {
		e.Time = at
		sink(e)
	}
}

func TestWhatIsNoTerminalIsNotCleared(t *testing.T) {
	t.Parallel()
	banner := "shop"
	const lines = "▸ the program  (#1, pid 7) ready\n✔ reloaded  (#2)\n"
	for _, tc := range []struct {
		name, stdout, stderr string
		cfg                  config.Config
	}{
		{"text", "", "shop\n" + lines, config.Config{Banner: &banner}},
		{"time", "", "shop\n12:03:11 " + strings.ReplaceAll(lines, "\n✔", "\n12:03:11 ✔"), config.Config{Banner: &banner, LogTime: true}},
		{"silent", "", "", config.Config{LogSilent: true}},
		{"colour", "", "shop\n\x1b[34m▸ the program  (#1, pid 7) ready\x1b[0m\n\x1b[34m✔ reloaded  (#2)\x1b[0m\n",
			config.Config{Banner: &banner, Color: "always", Colors: config.Colors{Runner: "blue"}}},
		{"json", `{"v":0,"seq":0,"time":"2026-03-04T12:03:11Z","kind":"started","message":"watching 1 folder","package":"."}
{"v":0,"seq":0,"time":"2026-03-04T12:03:11Z","kind":"build-started","build":{"number":1}}
{"v":0,"seq":0,"time":"2026-03-04T12:03:11Z","kind":"reloaded","generation":1,"pid":7}
{"v":0,"seq":0,"time":"2026-03-04T12:03:11Z","kind":"build-started","build":{"number":2}}
{"v":0,"seq":0,"time":"2026-03-04T12:03:11Z","kind":"reloaded","generation":2,"pid":8}
`, "", config.Config{JSON: true, LogSilent: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := Invocation{Env: []string{"LANG=C.UTF-8"}, Stdout: create(t, "stdout"), Stderr: create(t, "stderr")}
			tc.cfg.ClearOnRebuild = true
			twoBuilds(in.sink(tc.cfg, &screen{}))
			if got := content(t, in.Stdout); got != tc.stdout {
				t.Errorf("standard output: %q, want %q", got, tc.stdout)
			}
			if got := content(t, in.Stderr); got != tc.stderr {
				t.Errorf("standard error: %q, want %q", got, tc.stderr)
			}
		})
	}
}

func create(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func content(t *testing.T, f *os.File) string {
	t.Helper()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
