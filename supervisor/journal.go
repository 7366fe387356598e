package supervisor

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// followed is how many events may wait for one who follows the journal. An
// upgrade has about ten; whoever does not read them must not hold it up.
const followed = 64

// journal is the fold of all events: what the status shows of the past. Its zero
// value is that of a process that starts.
type journal struct {
	mu        sync.Mutex // guards all below
	phase     Phase      // "" for PhaseStarting
	since     time.Time  // when that began, zero for the start of the process
	drain     time.Time  // when the drain began, zero outside of one
	degraded  string
	trouble   Trouble
	notBefore time.Time // when this binary is tried again, zero if it is at once
	newer     int       // PID of the process that has replaced this one, 0 for none
	current   *UpgradeRecord
	history   history // of this generation
	before    history // of those before it
	followers []chan Event
}

// history is what one generation tells the next, so that counters go on where
// they were: to whoever scrapes them, all generations are one program.
type history struct {
	Succeeded int            `json:"succeeded"`
	Failed    map[string]int `json:"failed,omitempty"`
	Refused   int            `json:"refused"`
	Last      *UpgradeRecord `json:"last,omitempty"`
}

// record is called by emit, for one event after the other or at the same time.
func (j *journal) record(e Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.followers {
		select {
		case c <- e:
		default:
		}
	}
	if e.Err != nil {
		j.trouble = Trouble{Time: e.Time, Step: string(e.Kind), Text: e.Err.Error()}
	}
	switch e.Kind {
	case EventServing, EventTookOver:
		j.enterLocked(PhaseServing, e.Time)
	case EventStopping:
		j.enterLocked(PhaseStopping, e.Time)
	case EventDraining:
		j.drain = e.Time
		j.enterLocked(PhaseDraining, e.Time)
	case EventRefused:
		j.history.Refused++
	default:
		j.upgradeLocked(e)
	}
}

// upgradeLocked records the steps of an upgrade.
func (j *journal) upgradeLocked(e Event) {
	switch e.Kind {
	case EventBegun:
		j.notBefore = time.Time{}
		j.current = &UpgradeRecord{Begun: e.Time, Generation: e.Generation + 1}
		j.enterLocked(PhaseUpgrading, e.Time)
	case EventChecked, EventStarted, EventState, EventPrepared, EventProbed, EventCommitted:
		if j.current != nil {
			j.current.step(e)
		}
	case EventReplaced:
		j.newer = e.PID
		j.history.Succeeded++
		j.endLocked(e, OutcomeUpgraded)
		j.enterLocked(PhaseDraining, e.Time)
	case EventFailed:
		j.failLocked(ReasonOf(e.Err))
		j.endLocked(e, OutcomeFailed)
		j.enterLocked(PhaseServing, e.Time)
	case EventTookUpAgain:
		j.newer, j.drain = 0, time.Time{}
		j.degraded = fmt.Sprintf("process %d died right after it had taken over; generation %d serves again", e.PID, e.Generation)
		j.failLocked(ReasonDied)
		if j.history.Last != nil {
			j.history.Last.Outcome, j.history.Last.Reason = OutcomeTakenBack, ReasonDied
		}
		j.enterLocked(PhaseServing, e.Time)
	}
}

// enterLocked notes a phase. A stop is final, whatever an upgrade reports meanwhile.
func (j *journal) enterLocked(p Phase, at time.Time) {
	if p == j.phase || j.phase == PhaseStopping {
		return
	}
	j.phase, j.since = p, at
}

func (j *journal) failLocked(reason Reason) {
	if j.history.Failed == nil {
		j.history.Failed = make(map[string]int)
	}
	j.history.Failed[string(reason)]++
}

// endLocked closes the record of the upgrade under way.
func (j *journal) endLocked(e Event, outcome Outcome) {
	u := j.current
	if u == nil {
		u = &UpgradeRecord{Begun: e.Time.Add(-e.Took), Generation: e.Generation + 1}
	}
	j.current = nil
	u.TookSeconds, u.Outcome = e.Time.Sub(u.Begun).Seconds(), outcome
	if e.PID != 0 {
		u.PID = e.PID
	}
	if e.Err != nil {
		u.Reason, u.Error = ReasonOf(e.Err), e.Err.Error()
		var failed *UpgradeError
		if errors.As(e.Err, &failed) && failed.PID != 0 {
			u.PID = failed.PID
		}
	}
	j.history.Last = u
}

// pause notes when a binary that has failed is tried again.
func (j *journal) pause(until time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notBefore = until
}

// past returns what the next generation is told when it serves.
func (j *journal) past() history {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.sumLocked()
}

// preview is past as it will be if the upgrade under way succeeds. The next
// generation has it before it accepts, so that its status is never without.
func (j *journal) preview(pid int) history {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.sumLocked()
	h.Succeeded++
	if u := j.current.clone(); u != nil {
		u.PID, u.Outcome, u.TookSeconds = pid, OutcomeUpgraded, time.Since(u.Begun).Seconds()
		h.Last = u
	}
	return h
}

// inherit notes what the generation before this one has told last.
func (j *journal) inherit(h history) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.before = h
}

// sumLocked is the history of all generations.
func (j *journal) sumLocked() history {
	h := j.before.clone()
	h.Succeeded += j.history.Succeeded
	h.Refused += j.history.Refused
	for reason, n := range j.history.Failed {
		if h.Failed == nil {
			h.Failed = make(map[string]int)
		}
		h.Failed[reason] += n
	}
	if j.history.Last != nil {
		h.Last = j.history.Last.clone()
	}
	return h
}

// follow returns the events from now on, until stop is called.
func (j *journal) follow() (events <-chan Event, stop func()) {
	c := make(chan Event, followed)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.followers = append(j.followers, c)
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.followers = slices.DeleteFunc(j.followers, func(other chan Event) bool { return other == c })
	}
}

func (h history) clone() history {
	h.Failed = maps.Clone(h.Failed)
	h.Last = h.Last.clone()
	return h
}

func (u *UpgradeRecord) clone() *UpgradeRecord {
	if u == nil {
		return nil
	}
	c := *u
	c.Steps = slices.Clone(u.Steps)
	return &c
}

func (u *UpgradeRecord) step(e Event) {
	u.Steps = append(u.Steps, Step{Name: string(e.Kind), Seconds: e.Took.Seconds()})
	if e.PID != 0 {
		u.PID = e.PID
	}
}
