//go:build unix

package supervisor

import (
	"os"
	"sync"
	"syscall"
	"time"
)

// tap reads along with the stderr of a process that is being started, and
// passes everything on to the real one. tableflip gives the new process our
// own descriptor 2, so for the moment of the fork that is the tap; what this
// process writes meanwhile takes the same way and is not lost.
type tap struct {
	real   *os.File // our stderr
	reader *os.File
	writer int
	ended  chan struct{}

	mu      sync.Mutex // guards all below
	kept    []byte
	dumping bool // the new process was asked for its goroutines
}

// newTap returns nil if stderr is a terminal: the person in front of it reads
// the lines anyway, and the program would lose its colours.
func newTap() (*tap, error) {
	if onTerminal() {
		return nil, nil
	}
	// The runtime's own os.Pipe is non-blocking, and a program's stderr must not be.
	var p [2]int
	syscall.ForkLock.RLock()
	err := syscall.Pipe(p[:])
	if err == nil {
		syscall.CloseOnExec(p[0])
		syscall.CloseOnExec(p[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("pipe", err)
	}
	real, err := dupStderr()
	if err != nil {
		syscall.Close(p[0])
		syscall.Close(p[1])
		return nil, err
	}
	t := &tap{real: real, reader: os.NewFile(uintptr(p[0]), "stderr of the new process"), writer: p[1], ended: make(chan struct{})}
	if err := dup2(p[1], 2); err != nil {
		t.reader.Close()
		syscall.Close(p[1])
		real.Close()
		return nil, err
	}
	go t.copy()
	return t, nil
}

func (t *tap) copy() {
	defer close(t.ended)
	defer t.real.Close()
	defer t.reader.Close()
	buf := make([]byte, 4096)
	for {
		n, err := t.reader.Read(buf)
		if n > 0 {
			t.real.Write(buf[:n])
			t.keep(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// keep keeps the end of what comes, but the begin of a dump of goroutines: the
// main one is among the first, and there may be thousands.
func (t *tap) keep(text []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, text...)
	if t.dumping {
		t.kept = t.kept[:min(len(t.kept), tailSize+stacksSize)]
	} else {
		t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	}
}

// release makes descriptor 2 our stderr again; the new process keeps the tap.
func (t *tap) release() {
	if t == nil || t.writer < 0 {
		return
	}
	setStderr(t.real)
	syscall.Close(t.writer)
	t.writer = -1
}

// drain waits for the end of the tap. The new process has left it or is dead,
// so only a child of it could keep us.
func (t *tap) drain() {
	if t == nil {
		return
	}
	timeout := time.NewTimer(200 * time.Millisecond)
	defer timeout.Stop()
	select {
	case <-t.ended:
	case <-timeout.C:
	}
}

// keepMore makes room for the goroutines of the process.
func (t *tap) keepMore() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dumping = true
}

// lines returns the end of what the process wrote, and where its main
// goroutine was if it was made to print that.
func (t *tap) lines() (said, stack []string) {
	if t == nil {
		return nil, nil
	}
	t.drain()
	t.mu.Lock()
	defer t.mu.Unlock()
	return digest(string(t.kept))
}

func onTerminal() bool {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

func dupStderr() (*os.File, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(2)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "/dev/stderr"), nil
}

// setStderr makes f descriptor 2.
func setStderr(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var dupErr error
	if err := raw.Control(func(fd uintptr) { dupErr = dup2(int(fd), 2) }); err != nil {
		return err
	}
	return dupErr
}
