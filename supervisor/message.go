package supervisor

import (
	"fmt"
	"net"
)

// message is one line of the conversation between two generations. One field
// is set. Both sides ignore what they do not know, so that a
// generation can talk to the one before it and the one after it.
type message struct {
	Welcome  *welcome  `json:"welcome,omitempty"`  // old → new, first
	Hello    *hello    `json:"hello,omitempty"`    // new → old, from New
	Want     string    `json:"want,omitempty"`     // new → old: hand me this state
	State    *state    `json:"state,omitempty"`    // old → new, with a descriptor: here it is
	Whole    *whole    `json:"whole,omitempty"`    // old → new: that was all of it
	Got      string    `json:"got,omitempty"`      // new → old: I have it and can use it
	Prepared *prepared `json:"prepared,omitempty"` // new → old, from Run: ready to serve
	Failed   string    `json:"failed,omitempty"`   // new → old, instead of it: why not
	Commit   bool      `json:"commit,omitempty"`   // old → new: accept
	Accepts  bool      `json:"accepts,omitempty"`  // new → old: I do
	Abort    bool      `json:"abort,omitempty"`    // old → new: you are not wanted any more
	Main     bool      `json:"main,omitempty"`     // old → new: the service manager knows you
	Conn     string    `json:"conn,omitempty"`     // old → new, with a descriptor: a connection of this listener
	Probe    string    `json:"probe,omitempty"`    // old → new, with a descriptor: a connection of ours to this listener of yours
	Early    []byte    `json:"early,omitempty"`    // with Conn: read of its next request already
	History  *history  `json:"history,omitempty"`  // old → new, before the commit and after it: what your status goes on from
	Leave    bool      `json:"leave,omitempty"`    // old → new: I am empty; report ready to tableflip
	Reopen   bool      `json:"reopen,omitempty"`   // new → old: the log files were moved
	Hasten   bool      `json:"hasten,omitempty"`   // new → old: the next upgrade waits for you
	Bye      bool      `json:"bye,omitempty"`      // new → old: I was asked to stop, do not take up again
	Asked    string    `json:"asked,omitempty"`    // old → new: I was asked for this, too late to do it
}

// carries reports whether a descriptor comes with m.
func (m message) carries() bool {
	return m.Conn != "" || m.Probe != "" || m.State != nil && m.State.Err == ""
}

// What a process can be asked for.
const (
	toUpgrade = "upgrade"
	toStop    = "stop"
)

// protocol is the version of the conversation. A generation speaks it with one
// of the same version only: fields may be added under it, but none may come to
// mean something else.
const protocol = 1

type welcome struct {
	Protocol   int    `json:"protocol"`
	Generation int    `json:"generation"`
	Slots      []slot `json:"slots"`               // the sockets, in the order of their files
	OOMScore   int    `json:"oom_score,omitempty"` // to go back to; raised until the commit
}

// slot names a socket that is passed.
type slot struct {
	Name    string `json:"name"`
	Network string `json:"network"`
	Addr    string `json:"addr"`            // that it is bound to
	Sized   bool   `json:"sized,omitempty"` // the length of its queue is ours to choose
	Node    string `json:"node,omitempty"`  // identity of its path, if that is ours to remove
}

func (s slot) bound() net.Addr {
	switch s.Network {
	case "tcp":
		if a, err := net.ResolveTCPAddr(s.Network, s.Addr); err == nil {
			return a
		}
	case "udp":
		if a, err := net.ResolveUDPAddr(s.Network, s.Addr); err == nil {
			return a
		}
	case "unix", "unixgram", "unixpacket":
		return &net.UnixAddr{Name: s.Addr, Net: s.Network}
	}
	return nil
}

type hello struct {
	Protocol int `json:"protocol"`
	PID      int `json:"pid"`
}

// prepared says what the new process does with the listeners.
type prepared struct {
	Serves  []service `json:"serves"`  // those with a server
	Claimed []string  `json:"claimed"` // those of the old one that it keeps, under the names that they have there
	Probe   string    `json:"probe"`   // path that its probe is to ask for, "" for none
}

// service is a listener with a server.
type service struct {
	Name string `json:"name"`
	Was  string `json:"was"`  // its name in the old process, "" if that has it not
	HTTP bool   `json:"http"` // it speaks HTTP/1 in the clear, so a probe needs no more than a connection
	TLS  bool   `json:"tls"`
}

// state is what one generation leaves to the next; the descriptor is a pipe
// with it or the file itself.
type state struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Err     string `json:"err,omitempty"` // why there is none
}

// whole ends the state of that name.
type whole struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Err  string `json:"err,omitempty"` // why it is not whole after all
}

// incompatible is the error for a process that speaks another version.
func incompatible(theirs int) error {
	return fmt.Errorf("it speaks version %d of the hand-over, this binary version %d; stop the program and start it afresh", theirs, protocol)
}

// Names of the files that tableflip carries. Listeners are passed as plain
// files, because tableflip unlinks the path of a unix socket whenever it drops
// a listener, also when the process that dropped it was not yet in charge.
const (
	controlFile = "ginreload-control"
	stderrFile  = "ginreload-stderr"
	tapFile     = "ginreload-tap"
	pidFile     = "ginreload-pid"
	slotPrefix  = "ginreload-slot-"
)
