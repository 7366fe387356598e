package watcher

import (
	"context"
	"io/fs"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A poller is a source without a kernel behind it: it looks at what it knows and
// says what differs from the last look. It belongs to the owner of the tree, who
// has it look while no set is being collected, and once more before a set is
// taken for complete. So it needs no goroutine, and cannot be late for itself.
//
// Looking at a file is one system call, of one to three microseconds, and of
// hundreds where another machine is asked. That is all that polling costs (names
// relative to open folders save a seventh of it, and would keep these from being
// unmounted), so what counts is how few are made: see order.
type poller struct {
	pause   time.Duration                            // between the beginnings of two looks
	wants   func(path string, kind fs.FileMode) bool // also asked about folders
	prefers *atomic.Pointer[preference]
	asked   *preference // what the inputs are known by
	folders map[string]*polledFolder
	singles map[string]*polledFile // added one by one, there or not
	fresh   map[string]fresh
	order   *order    // nil if to be made
	turn    int       // in order: whose turn it is
	changed time.Time // when something was last found
	now     time.Time // when this look began
	relists int       // so many folders may be listed again in this look
	blind   bool      // the time of a folder does not tell what comes and goes in it
	slow    bool      // looking takes long
	many    bool      // more than a handful was found since a look found nothing
	found   *batch    // of this look; nil while what is there is no news

	paths []string // scratch of glanceAll
	seen  []sight  // likewise
}

const (
	// DefaultPollInterval leaves room for the look itself, and for a machine that
	// is busy, within the third of a second that still feels immediate.
	DefaultPollInterval = 250 * time.Millisecond
	minPollInterval     = 50 * time.Millisecond
)

func newPoller(pause time.Duration, wants func(string, fs.FileMode) bool) *poller {
	return &poller{pause: pause, wants: wants, prefers: new(atomic.Pointer[preference])}
}

// open starts over with nothing known.
func (p *poller) open() (source, error) {
	p.folders = make(map[string]*polledFolder)
	p.singles = make(map[string]*polledFile)
	p.fresh = make(map[string]fresh)
	p.order, p.changed = nil, time.Now()
	return source{poller: p, add: p.addFolder, remove: p.remove, close: func() error { return nil }}, nil
}

// idle reports whether there is nothing to look at.
func (p *poller) idle() bool { return len(p.folders)+len(p.singles) == 0 }

func (p *poller) addFolder(path string) error {
	is, err := glanceAt(path)
	if err == nil && !is.kind.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return err
	}
	f := &polledFolder{path: path, glance: is, names: make(map[string]*polledFile)}
	p.now = time.Now()
	if err := p.list(f, true); err != nil {
		return err
	}
	if p.now.Sub(is.changed()).Abs() < clockStep {
		p.keepFresh(path)
	}
	p.folders[path], p.order = f, nil
	return nil
}

func (p *poller) remove(path string) error {
	if _, ok := p.folders[path]; !ok {
		return fsnotify.ErrNonExistentWatch
	}
	delete(p.folders, path)
	p.order = nil
	return nil
}

func (p *poller) watchFile(path string) {
	f := &polledFile{path: path, changed: time.Now()}
	f.glance, _ = glanceAtLink(path)
	p.singles[path], p.order = f, nil
}

func (p *poller) leaveFile(path string) {
	delete(p.singles, path)
	p.order = nil
}

// look returns what differs from the look before. Unless it is for everything,
// files that are not likely to change may not be looked at.
func (p *poller) look(ctx context.Context, everything bool) batch {
	var found batch
	p.now, p.found = time.Now(), &found
	p.askAnew()
	p.relists = 1 + len(p.folders)*int(p.pause)/int(relist)
	p.doubtFresh()
	o := p.inOrder()
	p.lookAtFolders(ctx, o.nearFolders, newest)
	p.lookAtFiles(ctx, o.near, newest)
	p.takeTurns(ctx, o, everything)
	p.found = nil
	p.many = len(found.events) > 0 && (p.many || len(found.events) > handful)
	if len(found.events) > 0 {
		p.changed, p.order = p.now, nil
	}
	return found
}

// note tells of a difference.
func (p *poller) note(path string, op Op) {
	if p.found != nil {
		p.found.note(path, op, p.now)
		p.keepFresh(path)
	}
}
