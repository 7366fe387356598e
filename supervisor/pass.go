package supervisor

import (
	"fmt"
	"os"
)

// heirloom is a socket that goes from generation to generation.
type heirloom interface {
	slot() slot
	file() (*os.File, error)
}

func (l *Listener) slot() slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slot{
		Name: l.name, Network: l.Addr().Network(), Addr: l.Addr().String(),
		Sized: l.sized || l.refusing, Node: l.node,
	}
}

func (l *Listener) file() (*os.File, error) { return l.socket.File() }

// pass puts all sockets into tableflip's hands, and returns what they are.
func (s *Supervisor) pass() ([]slot, error) {
	var slots []slot
	for _, h := range s.heirlooms() {
		sl := h.slot()
		f, err := h.file()
		if err != nil {
			return nil, fmt.Errorf("pass socket %s: %w", sl.Name, err)
		}
		err = s.flip.AddFile(fmt.Sprint(slotPrefix, len(slots)), f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("pass socket %s: %w", sl.Name, err)
		}
		slots = append(slots, sl)
	}
	return slots, nil
}

func (s *Supervisor) heirlooms() []heirloom {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heirloomsLocked()
}

func (s *Supervisor) heirloomsLocked() []heirloom {
	var all []heirloom
	for _, l := range s.listeners {
		all = append(all, l)
	}
	for _, p := range s.packets {
		all = append(all, p)
	}
	return all
}

// unlink removes the paths of unix sockets at the end of the last generation,
// unless a service manager keeps the sockets. A path that no generation has
// made belongs to whoever made the socket, and one that is another file by now
// to whoever made that.
func (s *Supervisor) unlink() {
	if stored() {
		return
	}
	for _, h := range s.heirlooms() {
		if sl := h.slot(); sl.Node != "" && node(sl.Addr) == sl.Node {
			os.Remove(sl.Addr)
		}
	}
}
