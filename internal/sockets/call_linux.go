//go:build amd64 || arm64

package sockets

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

func refused(err error) error { return fmt.Errorf("%w: %w", ErrRefused, err) }

// called answers a system call of the program. Whatever it is not sure about
// the kernel does as if nobody had looked.
func (s *state) called(g *Generation, c call) {
	if s.unable {
		g.notify.proceed(c)
		return
	}
	p, err := open(leader(int(c.tid)))
	if err != nil {
		g.notify.proceed(c)
		return
	}
	defer p.close()
	if !g.notify.waits(c) {
		return // whoever has that PID now, it is not the caller
	}
	g.join(p.pid)
	done := false
	switch c.nr {
	case unix.SYS_BIND:
		done, err = s.bind(g, p, c)
	case unix.SYS_LISTEN:
		done, err = s.listen(g, p, c)
	case unix.SYS_ACCEPT, unix.SYS_ACCEPT4:
		done, err = s.accept(g, p, c)
	case unix.SYS_UNLINKAT:
		done = s.unlink(g, p, c, int(int32(c.args[0])), c.args[1], c.args[2])
	case sysUnlink:
		done = s.unlink(g, p, c, unix.AT_FDCWD, c.args[0], 0)
	}
	if errors.Is(err, unix.EPERM) && !s.unable {
		s.unable = true
		s.release()
		s.emit(Event{Kind: Unable, Err: refused(err)})
	}
	if !done {
		g.notify.proceed(c)
	}
}

// bind gives the caller the kept socket of the address that it asks for.
func (s *state) bind(g *Generation, p process, c call) (done bool, err error) {
	fd, length := int(int32(c.args[0])), min(int(int32(c.args[2])), unix.SizeofSockaddrAny)
	if length <= 0 {
		return false, nil
	}
	raw, err := p.memory(c.args[1], length)
	if err != nil {
		return false, err
	}
	own, err := p.duplicate(fd)
	if err != nil {
		return false, err
	}
	defer unix.Close(own)
	if !isStream(own) {
		return false, nil
	}
	a, ok := parse(raw, func(path string) string { return p.resolve(unix.AT_FDCWD, path) })
	if !ok {
		g.leaveAlone(inodeOf(own)) // port 0
		return false, nil
	}
	a.single = a.tcp.Addr() == netip.IPv6Unspecified() && singleStack(own)
	k, again := s.free(g, a, inodeOf(own))
	switch {
	case again:
	case k == nil:
		s.makeRoom(a)
		return false, nil
	default:
		s.up() // the program will answer
		if err := g.notify.replace(c, k.fd, fd, p.closesOnExec(fd)); err != nil {
			return false, nil
		}
	}
	g.notify.answer(c, 0)
	return true, nil
}

// free finds the kept socket at a which g may have. again reports that the
// caller has it: a signal has interrupted the call after it was given.
func (s *state) free(g *Generation, a address, inode uint64) (k *kept, again bool) {
	for _, k := range slices.Clone(s.kept) {
		switch {
		case k.address != a:
		case k.inode == inode:
			return k, true
		case !isListening(k.fd), k.file() != "" && !k.reachable():
			s.drop(k) // shut down, or its path is somebody else's now
		case !g.has(k.inode):
			return k, false
		}
	}
	return nil, false
}

// makeRoom gives up sockets of which the kernel would say that they are in the
// way of a, if no process has them any more.
func (s *state) makeRoom(a address) {
	for _, k := range slices.Clone(s.kept) {
		if k.conflicts(a) && !slices.ContainsFunc(k.holders, func(g *Generation) bool { return g.has(k.inode) }) {
			s.drop(k)
		}
	}
}

// listen makes the socket listen, in the place of the caller, so that it is
// known when it does.
func (s *state) listen(g *Generation, p process, c call) (done bool, err error) {
	own, err := p.duplicate(int(int32(c.args[0])))
	if err != nil {
		return false, err
	}
	if k := s.byInode(inodeOf(own)); k != nil {
		unix.Close(own)
		g.notify.answer(c, 0)
		s.listens(g, k)
		return true, nil
	}
	a, ok := boundTo(own, func(path string) string { return p.resolve(unix.AT_FDCWD, path) })
	if !ok || !isStream(own) || g.alone[inodeOf(own)] {
		unix.Close(own)
		return false, nil
	}
	if err := unix.Listen(own, int(int32(c.args[1]))); err != nil {
		unix.Close(own)
		return false, nil // the kernel will tell the caller
	}
	g.notify.answer(c, 0)
	s.listens(g, s.keep(g, a, own))
	return true, nil
}

// accept holds a blocking call of a generation that is to accept no more.
func (s *state) accept(g *Generation, p process, c call) (done bool, err error) {
	g.blocks = true
	if !g.held {
		return false, nil
	}
	own, err := p.duplicate(int(int32(c.args[0])))
	if err != nil {
		return false, err
	}
	defer unix.Close(own)
	flags, _ := unix.FcntlInt(uintptr(own), unix.F_GETFL, 0)
	switch {
	case s.byInode(inodeOf(own)) == nil:
		return false, nil
	case flags&unix.O_NONBLOCK != 0:
		g.notify.answer(c, unix.EAGAIN)
	default:
		g.waiting = append(g.waiting, c)
	}
	return true, nil
}

// unlink lets the path of a kept socket be: the program clears it away before
// it listens, and Go does so when it closes a listener. Clients need it.
func (s *state) unlink(g *Generation, p process, c call, dir int, path, flags uint64) (done bool) {
	if flags&unix.AT_REMOVEDIR != 0 || !slices.ContainsFunc(s.kept, func(k *kept) bool { return k.file() != "" }) {
		return false
	}
	name, err := p.text(path)
	if err != nil {
		return false
	}
	for _, k := range s.kept {
		if k.file() != "" && filepath.Base(k.file()) == filepath.Base(name) && k.file() == p.resolve(dir, name) && k.reachable() {
			g.notify.answer(c, 0)
			return true
		}
	}
	return false
}
