package watcher

import (
	"errors"
	"io/fs"
	"syscall"
)

// sources are where a watcher has its changes from: from the kernel, and from
// looking where a file system needs that. The kernel's events are there in any
// case, since what is changed on this machine is known at once by them.
type sources struct {
	poller  *poller
	open    func() (source, error)                   // of events
	scratch string                                   // where the canary is still to be written, "" for nowhere
	silent  func(kernel source, scratch string) bool // the canary's answer
	tell    func(FileSystem)
	known   map[device]FileSystem // by what was asked so far
}

// choose makes of the options where changes come from.
func (w *Watcher) choose(opts Options) {
	p := newPoller(opts.PollInterval, func(path string, kind fs.FileMode) bool {
		if kind.IsDir() {
			return w.tree.enters(path)
		}
		return w.tree.concerns(path, kind)
	})
	p.prefers = &w.prefers
	switch {
	case opts.Poll:
		w.open = p.open
	case !opts.EventsOnly:
		s := &sources{
			poller: p, open: w.open, scratch: opts.Scratch, silent: isSilent, tell: opts.Polled, known: make(map[device]FileSystem),
		}
		w.open = s.source
	}
}

// source opens that of the kernel, and the poller next to it.
func (s *sources) source() (source, error) {
	kernel, err := s.open()
	polled, _ := s.poller.open()
	if isUnsupported(err) {
		s.say(FileSystem{Polls: true, Why: "this kernel, or what emulates it, has no events for files"})
		return polled, nil
	}
	if err != nil || kernel.polls() {
		return kernel, err
	}
	if s.scratch != "" {
		s.try(kernel, s.scratch)
		s.scratch = ""
	}
	kernel.poller, kernel.needs = s.poller, s.needs
	return kernel, nil
}

// isUnsupported reports that there are no events at all, as for programs of another
// processor, or in a sandbox that does not allow the calls.
func isUnsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES)
}

func (s *sources) needs(folder string, id identity) bool {
	on, ok := s.known[id.device()]
	if !ok {
		on = FileSystemOf(folder)
		s.known[id.device()] = on
		s.say(on)
	}
	return on.Polls
}

func (s *sources) say(on FileSystem) {
	if on.Polls && s.tell != nil {
		s.tell(on)
	}
}
