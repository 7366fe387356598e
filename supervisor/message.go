package supervisor

import "net"

// message is one line of the conversation between two generations. One field
// is set. Both sides ignore what they do not know, so that a
// generation can talk to the one before it and the one after it.
type message struct {
	Welcome  *welcome `json:"welcome,omitempty"`  // old → new, first
	Hello    *hello   `json:"hello,omitempty"`    // new → old, from New
	Prepared []string `json:"prepared,omitempty"` // new → old, from Run: set up to serve these listeners
	Commit   bool     `json:"commit,omitempty"`   // old → new: accept
	Abort    bool     `json:"abort,omitempty"`    // old → new: you are not wanted any more
	Main     bool     `json:"main,omitempty"`     // old → new: the service manager knows you
	Conn     string   `json:"conn,omitempty"`     // old → new, with a descriptor: a connection of this listener
	Early    []byte   `json:"early,omitempty"`    // with Conn: read of its next request already
	Hasten   bool     `json:"hasten,omitempty"`   // new → old: the next upgrade waits for you
	Bye      bool     `json:"bye,omitempty"`      // new → old: I was asked to stop, do not take up again
	Asked    string   `json:"asked,omitempty"`    // old → new: I was asked for this, too late to do it
}

// What a process can be asked for.
const (
	toUpgrade = "upgrade"
	toStop    = "stop"
)

// protocol is the version of the conversation.
const protocol = 1

type welcome struct {
	Protocol   int    `json:"protocol"`
	Generation int    `json:"generation"`
	Slots      []slot `json:"slots"` // the listeners, in the order of their files
}

// slot names a listener that is passed.
type slot struct {
	Name    string `json:"name"`
	Network string `json:"network"`
	Addr    string `json:"addr"` // that it is bound to
}

func (s slot) bound() net.Addr {
	if s.Network == "unix" {
		return &net.UnixAddr{Name: s.Addr, Net: s.Network}
	}
	a, err := net.ResolveTCPAddr(s.Network, s.Addr)
	if err != nil {
		return nil
	}
	return a
}

type hello struct {
	Protocol int `json:"protocol"`
	PID      int `json:"pid"`
}

// Names of the files that tableflip carries. Listeners are passed as plain
// files, because tableflip unlinks the path of a unix socket whenever it drops
// a listener, also when the process that dropped it was not yet in charge.
const (
	controlFile = "ginreload-control"
	stderrFile  = "ginreload-stderr"
	tapFile     = "ginreload-tap"
	slotPrefix  = "ginreload-slot-"
)
