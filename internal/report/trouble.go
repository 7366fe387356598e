package report

import (
	"strings"
	"sync"

	"github.com/ginreload/ginreload/internal/event"
)

// Trouble remembers why the newest code does not serve, in the words of the
// terminal. Its methods may be called from any goroutine.
type Trouble struct {
	terminal *terminal

	mu   sync.Mutex // guards text
	text string
}

// NewTrouble returns a Trouble that knows of none.
func NewTrouble(version string) *Trouble {
	return &Trouble{terminal: newTerminal(Options{Version: version})}
}

// Show is a sink.
func (t *Trouble) Show(e event.Event) {
	if e.Kind == event.Output || e.Kind == event.Diagnosed {
		return // nobody who asks later has seen it: the failed build has to show it
	}
	text := t.terminal.whole(e)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Kind == event.Reloaded:
		t.text = ""
	case e.Kind == event.ReloadFailed, e.Kind == event.AppExited, e.Kind == event.BuildFinished && text != "" && e.Build.Outcome != event.Same:
		t.text = text
	}
}

// Text returns what is wrong in one line, and the rest of it; both are "" if
// nothing is.
func (t *Trouble) Text() (headline, detail string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	headline, detail, _ = strings.Cut(t.text, "\n")
	if words := strings.SplitN(headline, " ", 3); len(words) == 3 {
		headline = words[2] // without the time and the symbol
	}
	return headline, strings.TrimRight(detail, "\n")
}
