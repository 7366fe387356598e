package loop

import (
	"fmt"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// Stop is how far a stop has come.
type Stop int

// Stops.
const (
	Running   Stop = iota
	Finishing      // asked for; the commands of the end run, and so does the program
	Stopping       // the program was asked to end
	Killing        // it is killed
	Done
)

// postPatience is how long a command of the end runs before that is said. It
// has no limit: only its author knows what it has to wait for.
const postPatience = 5 * time.Second

// Post is how far the commands of the end have come.
type Post struct {
	Begun    int       // of them
	Line     string    // that runs, "" for none
	Patience time.Time // when it is said that it still does
	Skipped  bool      // no more of them are run
	Gone     bool      // the program has ended meanwhile
	Again    bool      // it is no end: everything begins anew, with another configuration
}

// interrupt stops everything, one step further each time it is asked for: the
// commands of the end and then the program, gently; without the rest of these
// commands; at once.
func (t *transition) interrupt(why string) {
	switch {
	case t.Stop == Running:
		t.emit(event.Event{Kind: event.Stopping, Message: why})
		t.close()
	case t.Post.Again:
		t.Post.Again = false
		t.emit(event.Event{Kind: event.Stopping, Message: why})
	case t.Stop == Finishing:
		t.emit(event.Event{Kind: event.Stopping, Message: "without the rest of post_cmd"})
		t.skip()
		t.Stop = Stopping
		t.do(Effect{StopApp: true})
	case t.Stop == Stopping:
		t.emit(event.Event{Kind: event.Stopping, Message: "at once"})
		t.skip()
		t.Stop = Killing
		t.do(Effect{KillApp: true})
	default:
		t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Message: "stopping already"})
	}
}

// reread begins anew, or tells why the new configuration is of no use.
func (t *transition) reread(c Changed) {
	t.emit(event.Event{Kind: event.Changed, Files: c.Reread, Action: "reread"})
	switch {
	case c.Refused != nil:
		t.emit(*c.Refused)
	case t.Stop == Running:
		t.emit(event.Event{Kind: event.Stopping, Message: "the configuration changed"})
		t.Post.Again = true
		t.close()
	}
}

// failure stops because a stage cannot go on.
func (t *transition) failure(message string) {
	t.emit(event.Event{Kind: event.Notice, Level: event.Error, Message: message})
	t.Post.Skipped, t.Post.Again = true, false
	if t.Stop == Running {
		t.emit(event.Event{Kind: event.Stopping})
		t.close()
	}
}

// close ends all but the program; conclude does the rest.
func (t *transition) close() {
	t.Stop = Finishing
	t.Pending, t.Anew, t.Built = nil, nil, nil
	if t.Build.Number != 0 && !t.Build.Canceled {
		t.Build.Canceled = true
		t.do(Effect{CancelBuild: true})
	}
	t.do(Effect{KillTasks: true})
	t.cancelTests()
}

// skip ends the commands of the end.
func (t *transition) skip() {
	t.Post.Skipped, t.Post.Patience = true, time.Time{}
	t.do(Effect{KillTasks: true})
}

// conclude takes the next step of a stop.
func (t *transition) conclude() {
	p := &t.Post
	switch {
	case t.Stop == Done:
	case p.Line != "" && !p.Skipped:
		if !p.Patience.IsZero() && !t.at.Before(p.Patience) {
			p.Patience = time.Time{}
			t.emit(event.Event{Kind: event.Notice, Level: event.Warn,
				Message: fmt.Sprintf("post_cmd %q has been running for %v", p.Line, postPatience), Hint: "Ctrl-C skips it"})
		}
	case t.posts():
		p.Line, p.Patience = t.Settings.Post[p.Begun], t.at.Add(postPatience)
		p.Begun++
		t.run(Task{Rule: -1, Run: event.Run{Role: "post_cmd", Line: p.Line}})
	case p.Gone:
		t.Stop = Done
		t.emit(event.Event{Kind: event.Stopped})
		t.do(Effect{Exit: true})
	case t.Stop == Finishing:
		t.Stop = Stopping
		t.do(Effect{StopApp: true})
	}
}

// posts reports whether there are commands of the end to be started.
func (t *transition) posts() bool {
	return t.Post.Begun < len(t.Settings.Post) && !t.Post.Skipped && !t.Post.Again
}

// posted notes the end of a command of the end.
func (t *transition) posted() { t.Post.Line, t.Post.Patience = "", time.Time{} }

// stopped notes that nothing of the program runs any more. Unless a stop was
// asked for, something has gone wrong and there is nothing left to do.
func (t *transition) stopped() {
	t.Post.Gone = true
	if t.Stop == Running {
		t.Post.Skipped = true
		t.close()
	}
	if t.posts() || t.Post.Line != "" && !t.Post.Skipped {
		t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Message: "nothing of the program runs any more"})
	}
}
