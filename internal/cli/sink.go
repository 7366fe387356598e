package cli

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/report"
)

// sink chooses what the user sees: text on standard error, or JSON on standard
// output, which then belongs to the events alone.
func (in Invocation) sink(cfg config.Config, screen *screen) event.Sink {
	if cfg.JSON {
		return report.JSON(in.Stdout)
	}
	sink := report.Terminal(screen.report(in.Stderr), report.Options{
		Version:  version(),
		Banner:   cfg.Banner,
		Color:    report.ColorEnabled(cfg.Color, isTerminal(in.Stderr), in.getenv),
		Colors:   report.Colors{Main: cfg.Colors.Main, Watcher: cfg.Colors.Watcher, Build: cfg.Colors.Build, Runner: cfg.Colors.Runner},
		ASCII:    report.ASCII(in.getenv),
		Verbose:  cfg.Verbose,
		Timeless: !cfg.LogTime,
		Extent:   extent(cfg),
		Services: serviceNames(cfg),
	})
	if terminal := in.terminal(); cfg.ClearOnRebuild && terminal != nil {
		return wipe(screen, terminal, cfg.KeepScroll, len(cfg.Services) > 0, sink)
	}
	return sink
}

func extent(cfg config.Config) report.Extent {
	switch {
	case cfg.LogSilent:
		return report.Silent
	case cfg.LogMainOnly:
		return report.MainOnly
	}
	return report.All
}

// wipe clears the terminal before each build but the first, and once for all
// services.
func wipe(screen *screen, terminal io.Writer, keepScroll, several bool, sink event.Sink) event.Sink {
	return func(e event.Event) {
		build := e.Kind == event.BuildStarted && e.Build != nil && e.Build.Number > 1 && e.Service == ""
		change := several && e.Kind == event.Changed && e.Service == "" && (e.Action == "rebuild" || e.Action == "restart")
		if build || change {
			screen.clear(terminal, keepScroll)
		}
		sink(e)
	}
}

// terminal is the one that the user looks at, nil if there is none that can be
// cleared.
func (in Invocation) terminal() *os.File {
	if in.getenv("TERM") == "dumb" {
		return nil
	}
	for _, f := range []*os.File{in.Stderr, in.Stdout} {
		if isTerminal(f) {
			return f
		}
	}
	return nil
}

func isTerminal(f *os.File) bool { return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()) }
