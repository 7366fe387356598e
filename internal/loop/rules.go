package loop

import (
	"slices"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// Rule is a command that runs for changes instead of a build.
type Rule struct {
	Name  string
	Line  string        // for the shell
	Delay time.Duration // collects changes before it runs
}

// Job is how far a rule has come.
type Job struct {
	Due     time.Time // for changes that it has not run for; zero: there are none
	Running bool
}

// Task is a command of the configuration: that of a rule or one of the end.
type Task struct {
	event.Run
	Rule int // its index, -1 for a command of the end
}

// Ran is the end of a Task.
type Ran struct {
	Task
	Exit    *event.Exit
	Message string // if it could not be run
}

func (t *transition) matched(m plan.Match) {
	rule := t.Settings.Rules[m.Rule]
	t.emit(event.Event{Kind: event.Changed, Files: m.Files, Action: "rule", Why: rule.Name})
	t.setJob(m.Rule, func(j *Job) {
		if j.Due.IsZero() {
			j.Due = t.at.Add(rule.Delay)
		}
	})
}

func (j Job) due(at time.Time) bool { return !j.Running && !j.Due.IsZero() && !at.Before(j.Due) }

// runRules starts each rule for which changes wait, unless it runs: then it is
// started once more when it has ended.
func (t *transition) runRules() {
	for i, j := range t.Jobs {
		if !j.due(t.at) {
			continue
		}
		t.setJob(i, func(j *Job) { *j = Job{Running: true} })
		t.run(Task{Rule: i, Run: event.Run{Role: "rule", Name: t.Settings.Rules[i].Name, Line: t.Settings.Rules[i].Line}})
	}
}

// setJob leaves the jobs of the State before alone.
func (t *transition) setJob(i int, set func(*Job)) {
	t.Jobs = slices.Clone(t.Jobs)
	set(&t.Jobs[i])
}

func (t *transition) run(task Task) {
	t.emit(event.Event{Kind: event.CommandBegun, Command: &task.Run})
	t.do(Effect{Run: &task})
}

func (t *transition) ran(r Ran) {
	e := event.Event{Kind: event.CommandEnded, Command: &r.Run, Exit: r.Exit, Message: r.Message}
	if r.Rule >= 0 {
		t.Echo.Ended = t.at
		t.setJob(r.Rule, func(j *Job) { j.Running = false })
	} else {
		t.posted()
	}
	if t.Stop != Running && (r.Rule >= 0 || t.Post.Skipped) {
		e.Exit = nil // it was called off
	}
	t.emit(e)
}
