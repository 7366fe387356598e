package supervisor

import (
	"net/http"
	"os"
	"time"
)

// StatusVersion is the version of the JSON form of Status. Fields may be added
// to a version; one that goes away or changes its meaning makes a new version.
const StatusVersion = 1

// Status is a snapshot of a Supervisor, as Status, StatusHandler and the admin
// socket give it. Times are the machine's clock, durations are in seconds.
type Status struct {
	Version    int       `json:"version"`            // StatusVersion
	Time       time.Time `json:"time"`               // of the snapshot
	PID        int       `json:"pid"`                // in its own PID namespace
	Generation int       `json:"generation"`         // 1 for the first process
	Phase      Phase     `json:"phase"`              // what it does
	Since      time.Time `json:"since"`              // and since when
	Started    time.Time `json:"started"`            // when New was called
	Unready    string    `json:"unready,omitempty"`  // why ReadyHandler says 503; "" while it says 200
	Degraded   string    `json:"degraded,omitempty"` // what an operator has to mend although it serves

	Program     Program          `json:"program"`
	Listeners   []ListenerStatus `json:"listeners"`
	Connections Connections      `json:"connections"` // of all listeners
	Upgrades    Upgrades         `json:"upgrades"`
	Trouble     *Trouble         `json:"trouble,omitempty"` // the last thing that went wrong in this process

	Older    *Neighbour `json:"older,omitempty"`          // the generation before, while it still drains
	Newer    *Neighbour `json:"newer,omitempty"`          // the one that has replaced this process
	Deadline *time.Time `json:"drain_deadline,omitempty"` // when a drain cuts what is left

	Drain *DrainReport `json:"drain,omitempty"` // the drain that goes on or was the last
}

// Phase is what a process does. The texts are stable.
type Phase string

// The phases of a process.
const (
	PhaseStarting  Phase = "starting" // it does not accept yet
	PhaseServing   Phase = "serving"
	PhaseUpgrading Phase = "upgrading" // it serves, and the next generation is on its way
	PhaseDraining  Phase = "draining"  // it was replaced and finishes what it has
	PhaseStopping  Phase = "stopping"  // it was asked to stop
)

// Phases lists all phases in their order.
func Phases() []Phase {
	return []Phase{PhaseStarting, PhaseServing, PhaseUpgrading, PhaseDraining, PhaseStopping}
}

// Connections counts open connections by what they do.
type Connections struct {
	New      int `json:"new"`      // no complete request yet: handshakes and headers on their way
	Idle     int `json:"idle"`     // between two requests
	Active   int `json:"active"`   // a request in flight, or HTTP/2
	Hijacked int `json:"hijacked"` // WebSockets and the like
}

// Total is the sum of all states.
func (c Connections) Total() int { return c.New + c.Idle + c.Active + c.Hijacked }

// ListenerStatus is one listening socket, or one for datagrams, which has no
// connections.
type ListenerStatus struct {
	Name        string      `json:"name"`
	Network     string      `json:"network"`
	Address     string      `json:"address"`           // that it is bound to
	Backlog     *Backlog    `json:"backlog,omitempty"` // TCP on Linux only
	Connections Connections `json:"connections"`
}

// Backlog is the kernel's queue of a listening socket.
type Backlog struct {
	Length int `json:"length"` // connections that wait for accept
	Limit  int `json:"limit"`  // when it is full, clients wait longer and longer
}

// Upgrades counts the upgrades of all generations, from the first one on.
type Upgrades struct {
	Succeeded int            `json:"succeeded"`            // those that were taken back included
	Failed    map[string]int `json:"failed,omitempty"`     // by Reason
	Refused   int            `json:"refused"`              // asked for when there could be none
	Current   *UpgradeRecord `json:"current,omitempty"`    // the one under way
	NotBefore *time.Time     `json:"not_before,omitempty"` // when a binary that has failed again and again is tried next; another one is at once
	Last      *UpgradeRecord `json:"last,omitempty"`       // the last one that was tried, maybe by the generation before
}

// UpgradeRecord is one upgrade, seen from the old process.
type UpgradeRecord struct {
	Begun       time.Time `json:"begun"`
	TookSeconds float64   `json:"took_seconds"`     // 0 while it is under way
	Generation  int       `json:"generation"`       // that was to take over
	PID         int       `json:"pid,omitempty"`    // of the new process, 0 if it was never started
	Outcome     Outcome   `json:"outcome"`          // "" while it is under way
	Steps       []Step    `json:"steps,omitempty"`  // that it went through
	Reason      Reason    `json:"reason,omitempty"` // why it failed, for machines
	Error       string    `json:"error,omitempty"`  // and for people
}

// Outcome is how an upgrade ended. The texts are stable.
type Outcome string

// The outcomes of an upgrade.
const (
	OutcomeUpgraded  Outcome = "upgraded"
	OutcomeFailed    Outcome = "failed"     // the old process has served on all the time
	OutcomeTakenBack Outcome = "taken back" // the new process died after it had taken over, and the old one serves again
)

// Step is one step of an upgrade; Name is that of its EventKind.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Trouble is something that went wrong.
type Trouble struct {
	Time time.Time `json:"time"`
	Step string    `json:"step"` // the EventKind
	Text string    `json:"text"`
}

// Neighbour is another generation of this program that is still there. What it
// does is known best by itself: ask its admin socket.
type Neighbour struct {
	PID        int       `json:"pid"`
	Generation int       `json:"generation"`
	Since      time.Time `json:"since"` // when the newer of the two took over
}

// Status returns a snapshot. It walks over the table of connections, so its
// cost grows with their number.
func (s *Supervisor) Status() Status {
	st := Status{
		Version: StatusVersion, Time: time.Now(), PID: os.Getpid(), Generation: s.generation,
		Started: s.start, Program: s.program.status(),
	}
	perListener := s.conns.perListener()
	for _, l := range s.allListeners() {
		n := perListener[l]
		st.Listeners = append(st.Listeners, ListenerStatus{
			Name: l.name, Network: l.Addr().Network(), Address: l.Addr().String(), Backlog: l.backlog(), Connections: n,
		})
		st.Connections.New += n.New
		st.Connections.Idle += n.Idle
		st.Connections.Active += n.Active
		st.Connections.Hijacked += n.Hijacked
	}
	for _, p := range s.allPackets() {
		st.Listeners = append(st.Listeners, ListenerStatus{
			Name: p.name, Network: p.LocalAddr().Network(), Address: p.LocalAddr().String(),
		})
	}
	s.journal.describe(&st, s.opts.DrainTimeout)
	st.Unready = s.unready(st.Phase)
	if r, ok := s.LastDrain(); ok {
		st.Drain = &r
	}
	if p := s.predecessor; p != nil && !p.isGone() && st.Phase != PhaseStarting {
		st.Older = &Neighbour{PID: p.pid, Generation: s.generation - 1, Since: st.Since}
	}
	return st
}

// describe fills in what the journal knows.
func (j *journal) describe(st *Status, drainTimeout time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.sumLocked()
	st.Phase, st.Since, st.Degraded = PhaseStarting, st.Started, j.degraded
	if j.phase != "" {
		st.Phase, st.Since = j.phase, j.since
	}
	st.Upgrades = Upgrades{Succeeded: h.Succeeded, Failed: h.Failed, Refused: h.Refused, Current: j.current.clone(), Last: h.Last}
	if !j.notBefore.IsZero() {
		until := j.notBefore
		st.Upgrades.NotBefore = &until
	}
	if !j.trouble.Time.IsZero() {
		t := j.trouble
		st.Trouble = &t
	}
	if !j.drain.IsZero() {
		end := j.drain.Add(drainTimeout)
		st.Deadline = &end
	}
	if j.newer != 0 {
		st.Newer = &Neighbour{PID: j.newer, Generation: st.Generation + 1, Since: j.since}
	}
}

// unready says why this process should get no new connections, "" if it should.
func (s *Supervisor) unready(p Phase) string {
	switch {
	case s.Ready():
		return ""
	case p == PhaseStarting:
		return string(p)
	}
	return string(PhaseStopping)
}

// perListener counts the open connections.
func (t *conns) perListener() map[*Listener]Connections {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[*Listener]Connections)
	for c := range t.open {
		n := all[c.origin]
		switch http.ConnState(c.state.Load()) {
		case http.StateNew:
			n.New++
		case http.StateIdle:
			if _, begun := c.requested(); begun {
				n.New++
			} else {
				n.Idle++
			}
		case http.StateHijacked:
			n.Hijacked++
		default:
			n.Active++
		}
		all[c.origin] = n
	}
	return all
}
