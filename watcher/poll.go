package watcher

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A poller is a source without a kernel behind it: it looks at what it knows and
// says what differs from the last look. It belongs to the owner of the tree, who
// has it look while no set is being collected, and once more before a set is
// taken for complete. So it needs no goroutine, and cannot be late for itself.
//
// Looking at a file is one system call, of which ten thousand take some hundredth
// of a second, more on a file system that asks another machine. So not everything
// is looked at every time. Folders are, which shows what comes, goes, and is
// renamed over something else; of the files that are written in place, those are
// that changed last, for they will change next. The others take turns.
type poller struct {
	pause   time.Duration // between the beginnings of two looks
	wants   func(path string, kind fs.FileMode) bool
	folders map[string]*polledFolder
	singles map[string]*polledFile // added one by one, there or not
	fresh   map[string]fresh
	files   []*polledFile // all of them, last changed first; nil if to be collected
	turn    int           // in files: whose turn it is
	changed time.Time     // when something was last found
	now     time.Time     // when this look began
	relists int           // so many folders may be listed again in this look
	found   *batch        // of this look; nil while what is there is no news
}

const (
	// DefaultPollInterval leaves room for the look itself, and for a machine that
	// is busy, within the third of a second that still feels immediate.
	DefaultPollInterval = 250 * time.Millisecond
	minPollInterval     = 50 * time.Millisecond

	busy = 128 // so many files that changed last are looked at every time
	// The others are looked at for as long as a look may take, and longer if else
	// one of them would have to wait for more than a round.
	share         = 100 // a look takes this part of the pause
	shortestRound = time.Second
	longestRound  = 2 * time.Second
	// A round takes this part of the time since something was found: who works
	// now is not to wait, who is away is not to pay.
	roundPart = 30
)

func newPoller(pause time.Duration, wants func(string, fs.FileMode) bool) *poller {
	return &poller{pause: pause, wants: wants}
}

// open starts over with nothing known.
func (p *poller) open() (source, error) {
	p.folders = make(map[string]*polledFolder)
	p.singles = make(map[string]*polledFile)
	p.fresh = make(map[string]fresh)
	p.files, p.changed = nil, time.Now()
	return source{
		add:       p.addFolder,
		watchFile: p.watchFile,
		leaveFile: p.leaveFile,
		remove:    p.remove,
		look:      p.look,
		close:     func() error { return nil },
	}, nil
}

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
	if err := p.list(f); err != nil {
		return err
	}
	if p.now.Sub(is.changed()).Abs() < clockStep {
		p.keepFresh(path)
	}
	p.folders[path], p.files = f, nil
	return nil
}

func (p *poller) remove(path string) error {
	if _, ok := p.folders[path]; !ok {
		return fsnotify.ErrNonExistentWatch
	}
	delete(p.folders, path)
	p.files = nil
	return nil
}

func (p *poller) watchFile(path string) {
	f := &polledFile{path: path, changed: time.Now()} // so that it is among the first
	f.glance, _ = glanceAtLink(path)
	p.singles[path], p.files = f, nil
}

func (p *poller) leaveFile(path string) {
	delete(p.singles, path)
	p.files = nil
}

// look returns what differs from the look before. Unless it is for everything,
// files that have not changed for long may not be looked at.
func (p *poller) look(ctx context.Context, everything bool) batch {
	var found batch
	p.now, p.found = time.Now(), &found
	p.relists = 1 + len(p.folders)*int(p.pause)/int(relist)
	p.doubtFresh()
	for _, f := range p.folders {
		if ctx.Err() != nil {
			break
		}
		p.lookAtFolder(f)
	}
	files := p.inOrder()
	first := min(busy, len(files))
	for _, f := range files[:first] {
		p.lookAtFile(f)
	}
	p.takeTurns(ctx, files[first:], everything)
	p.found = nil
	if len(found.events) > 0 {
		p.changed, p.files = p.now, nil
	}
	return found
}

// inOrder returns all files, last changed first.
func (p *poller) inOrder() []*polledFile {
	if p.files == nil {
		p.files = slices.AppendSeq(make([]*polledFile, 0, 64), maps.Values(p.singles))
		for _, folder := range p.folders {
			for _, f := range folder.names {
				if f.watched {
					p.files = append(p.files, f)
				}
			}
		}
		slices.SortFunc(p.files, func(a, b *polledFile) int { return b.changed.Compare(a.changed) })
	}
	return p.files
}

func (p *poller) takeTurns(ctx context.Context, files []*polledFile, everything bool) {
	least := len(files)
	if !everything {
		round := min(max(p.now.Sub(p.changed)/roundPart, shortestRound), longestRound)
		least = int(int64(len(files))*int64(p.pause)/int64(round)) + 1
	}
	for n := range files {
		const some = 32 // asking for the time is not free either
		if n >= least && n%some == 0 && time.Since(p.now) > p.pause/share {
			return
		}
		if ctx.Err() != nil {
			return
		}
		p.turn = (p.turn + 1) % len(files)
		p.lookAtFile(files[p.turn])
	}
}

// note tells of a difference.
func (p *poller) note(path string, op Op) {
	if p.found != nil {
		p.found.note(path, op, p.now)
		p.keepFresh(path)
	}
}

// fresh is what may change again without looking different: as often as you like
// within one step of the clock of its file system, if the size stays. So what has
// changed is in doubt again later, in growing distances, until that is over.
type fresh struct {
	due  time.Time
	wait time.Duration
}

// clockStep is the longest there is, that of FAT.
const clockStep = 2 * time.Second

func (p *poller) keepFresh(path string) { p.fresh[path] = fresh{p.now.Add(p.pause), p.pause} }

func (p *poller) doubtFresh() {
	for path, f := range maps.Clone(p.fresh) {
		if p.now.Before(f.due) {
			continue
		}
		if folder, ok := p.folders[path]; ok {
			folder.glance = glance{}
		} else {
			p.found.note(path, Write, p.now)
		}
		if f.wait *= 3; f.wait < 2*clockStep {
			p.fresh[path] = fresh{p.now.Add(f.wait), f.wait}
		} else {
			delete(p.fresh, path)
		}
	}
}
