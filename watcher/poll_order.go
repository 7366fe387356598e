package watcher

import (
	"context"
	"path/filepath"
	"slices"
	"time"
)

// An order is who is looked at when. At what is near, every time: the files of
// which the program is made, those that changed last, for they will change next,
// and the folders of both, which show what comes, goes, and is renamed over
// something else. What is far takes turns.
type order struct {
	nearFolders, farFolders []*polledFolder
	near, far               []*polledFile
}

const (
	busy        = 64 // so many files that changed last are near
	busyFolders = 32 // and so many folders
	// mostInputs bounds how many more are near, which for a thousand takes about
	// a hundredth of a core; in a larger program those that changed last.
	mostInputs = 1000

	// The others are looked at for as long as a look may take, and longer if else
	// one of them would have to wait for more than a round.
	share         = 100 // a look takes this part of the pause while somebody works
	shortestRound = 1750 * time.Millisecond
	longestRound  = 30 * time.Second
	// A round takes this part of the time since something was found: who works
	// now is not to wait, who is away is not to pay.
	roundPart = 30
	// Where looking is slow, a round takes as long as it takes.
	slowShare = 5
	// A handful of changes is somebody's save. After more, such as from git, it takes
	// a look at everything to tell whether that goes on, for so long at most.
	handful      = 4
	longestCheck = 250 * time.Millisecond
)

// preference tells what is likely to change. It may be called by any goroutine.
type preference func(path string) bool

// likely is for a program of which the inputs are not known yet.
func likely(path string) bool {
	switch filepath.Base(path) {
	case "go.mod", "go.sum", "go.work":
		return true
	}
	return filepath.Ext(path) == ".go"
}

func (p *poller) isInput(path string) bool {
	if p.asked != nil {
		return (*p.asked)(path)
	}
	return likely(path)
}

// askAnew takes another preference to heart.
func (p *poller) askAnew() {
	is := p.prefers.Load()
	if is == p.asked {
		return
	}
	p.asked, p.order = is, nil
	for _, folder := range p.folders {
		for _, f := range folder.names {
			f.input = f.isFile() && p.isInput(f.path)
		}
	}
}

// inOrder returns the order, made anew if it has to be. All of it is sorted, last
// changed first, so that turns go on where they were.
func (p *poller) inOrder() *order {
	if p.order != nil {
		return p.order
	}
	files := make([]*polledFile, 0, len(p.singles))
	folders := make([]*polledFolder, 0, len(p.folders))
	for _, f := range p.singles {
		files = append(files, f)
	}
	for _, folder := range p.folders {
		folder.near = false
		folders = append(folders, folder)
		for _, f := range folder.names {
			if f.isFile() {
				files = append(files, f)
			}
		}
	}
	slices.SortFunc(files, func(a, b *polledFile) int { return later(a.changed, b.changed, a.path, b.path) })
	slices.SortFunc(folders, func(a, b *polledFolder) int {
		return later(a.glance.changed(), b.glance.changed(), a.path, b.path)
	})
	p.order = &order{}
	p.order.takeFiles(files)
	p.order.takeFolders(folders)
	return p.order
}

func later(a, b time.Time, pathA, pathB string) int {
	if c := b.Compare(a); c != 0 {
		return c
	}
	if pathA < pathB {
		return -1
	}
	return 1
}

func (o *order) takeFiles(files []*polledFile) {
	inputs := 0
	for i, f := range files {
		if f.input && f.folder != nil {
			f.folder.near = true // even if there are too many files
			inputs++
		}
		if i >= busy && f.folder != nil && (!f.input || inputs > mostInputs) {
			o.far = append(o.far, f)
			continue
		}
		o.near = append(o.near, f)
		if f.folder != nil {
			f.folder.near = true
		}
	}
}

func (o *order) takeFolders(folders []*polledFolder) {
	for i, f := range folders {
		f.near = i < busyFolders || f.near && len(o.nearFolders) < mostInputs
		if f.near {
			o.nearFolders = append(o.nearFolders, f)
		} else {
			o.farFolders = append(o.farFolders, f)
		}
	}
}

// takeTurns looks at what is far, at everything or for as long as there is time.
func (p *poller) takeTurns(ctx context.Context, o *order, everything bool) {
	all := len(o.farFolders) + len(o.far)
	round := p.round()
	least := int(int64(all)*int64(p.pause)/int64(round)) + 1
	enough := p.pause / share * shortestRound / round
	most := p.pause / slowShare
	if everything {
		least, most = all, longestCheck
	}
	for n := 0; n < all && ctx.Err() == nil; {
		if spent := time.Since(p.now); n >= least && spent > enough || spent > most {
			return
		}
		n += p.takeTurn(ctx, o)
	}
}

func (p *poller) round() time.Duration {
	return min(max(p.now.Sub(p.changed)/roundPart, shortestRound), longestRound)
}

// takeTurn looks at the next few, and returns how many these were.
func (p *poller) takeTurn(ctx context.Context, o *order) int {
	if p.turn >= len(o.farFolders)+len(o.far) {
		p.turn = 0
	}
	n := 0
	if p.turn < len(o.farFolders) {
		next := o.farFolders[p.turn:]
		n = min(some, len(next))
		p.lookAtFolders(ctx, next[:n], anyAge)
	} else {
		next := o.far[p.turn-len(o.farFolders):]
		n = min(some, len(next))
		p.lookAtFiles(ctx, next[:n], anyAge)
	}
	p.turn += n
	return n
}
