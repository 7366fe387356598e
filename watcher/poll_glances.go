package watcher

import (
	"context"
	"slices"
	"sync"
	"time"
)

// sight is what came of looking at a path.
type sight struct {
	glance glance
	err    error
}

// age is how old what is seen may be. A file system of another machine answers for
// seconds with what it has heard before, unless it is told to ask.
type age int

const (
	anyAge age = iota
	newest
)

const (
	some   = 32 // this many are looked at between two questions for the time, which is not free either
	atOnce = 8
	slow   = 30 * time.Microsecond
)

func (p *poller) lookAtFiles(ctx context.Context, files []*polledFile, a age) {
	look := glanceAtLink
	if a == newest {
		look = glanceAtLinkNow
	}
	for chunk := range slices.Chunk(files, some) {
		if ctx.Err() != nil {
			return
		}
		p.paths = p.paths[:0]
		for _, f := range chunk {
			p.paths = append(p.paths, f.path)
		}
		for i, s := range p.glanceAll(look) {
			p.sawFile(chunk[i], s)
		}
	}
}

func (p *poller) lookAtFolders(ctx context.Context, folders []*polledFolder, a age) {
	look := glanceAt
	if a == newest {
		look = glanceAtNow
	}
	for chunk := range slices.Chunk(folders, some) {
		if ctx.Err() != nil {
			return
		}
		p.paths = p.paths[:0]
		for _, f := range chunk {
			p.paths = append(p.paths, f.path)
		}
		for i, s := range slices.Clone(p.glanceAll(look)) { // listing looks at files
			p.sawFolder(chunk[i], s)
		}
	}
}

// glanceAll looks at p.paths: at one after the other or, where that takes long, at
// several at once, for there it is waiting and no work. The result holds until
// it is called again.
func (p *poller) glanceAll(look func(string) (glance, error)) []sight {
	p.seen = slices.Grow(p.seen[:0], len(p.paths))[:len(p.paths)]
	paths, all := p.paths, p.seen
	every := 1
	if p.slow {
		every = min(atOnce, len(paths))
	}
	from := func(first int) {
		for i := first; i < len(paths); i += every {
			all[i].glance, all[i].err = look(paths[i])
		}
	}
	began := time.Now()
	if every == 1 {
		from(0)
	} else {
		var looking sync.WaitGroup
		for first := range every {
			looking.Go(func() { from(first) })
		}
		looking.Wait()
	}
	p.slow = time.Since(began)*time.Duration(every) > slow*time.Duration(len(paths))
	return all
}
