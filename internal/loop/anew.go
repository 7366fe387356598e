package loop

import "github.com/ginreload/ginreload/internal/event"

// anew has the program started once more that was built last. A build that runs,
// or is about to, makes the program for that.
func (t *transition) anew(c Changed) {
	if t.Stop != Running {
		return
	}
	t.Rerun.Quick = 0
	cause := t.renewed(Cause{Files: c.Files, First: c.First, Settled: t.at, Started: t.at})
	t.Anew = &cause
}

// restart does so once no build runs, also after one that has failed.
func (t *transition) restart() {
	if t.Anew != nil && t.Build.Number == 0 {
		t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Files: t.Anew.Files, Message: "nothing is to be built, the program is started once more"})
		t.candidate(Built{Binary: t.Binary}, *t.Anew)
	}
}

// renewed adds to a cause the changes for which the program was to be started
// once more, as it is now.
func (t *transition) renewed(c Cause) Cause {
	if t.Anew != nil {
		c = t.Anew.join(c)
		t.Anew = nil
	}
	return c
}
