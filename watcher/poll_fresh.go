package watcher

import (
	"maps"
	"time"
)

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
		if f.wait *= 3; f.wait < 2*clockStep {
			p.fresh[path] = fresh{p.now.Add(f.wait), f.wait}
		} else {
			delete(p.fresh, path)
		}
		if folder, ok := p.folders[path]; ok {
			p.listAnyhow(folder)
		} else {
			p.found.note(path, Write, p.now)
		}
	}
}
