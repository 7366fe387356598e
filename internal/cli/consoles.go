package cli

import (
	"io"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
)

// openConsoles gives each service streams of its own.
func (f *fleet) openConsoles(screen *screen) error {
	open := func(name string) (*app.Console, error) {
		return openConsole(f.in, f.cfg, func(to io.Writer) io.Writer {
			l := &stream{labels: f.labels, service: name, to: screen.program(to)}
			f.streams[name] = append(f.streams[name], l)
			return l
		})
	}
	var err error
	for i := range f.commands {
		if f.commands[i].console, err = open(f.commands[i].Name); err != nil {
			return err
		}
	}
	for _, u := range f.units {
		if u.console, err = open(u.name); err != nil {
			return err
		}
	}
	return nil
}

func (f *fleet) closeConsoles() {
	for _, c := range f.commands {
		if c.console != nil {
			c.console.Close()
		}
	}
	for _, u := range f.units {
		if u.console != nil {
			u.console.Close()
		}
	}
	for name := range f.streams {
		f.flush(name)
	}
}

func (f *fleet) flush(service string) {
	for _, l := range f.streams[service] {
		l.flush()
	}
}

// endLines has the last words of a process shown before it is told that it has
// ended, also those without an end of line.
func (f *fleet) endLines(sink event.Sink) event.Sink {
	return func(e event.Event) {
		switch e.Kind {
		case event.AppExited, event.AppGone, event.ReloadFailed, event.CommandEnded:
			f.flush(e.Service)
		}
		sink(e)
	}
}
