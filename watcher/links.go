package watcher

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A link that is followed changes when something changes far from it: another
// link on the way, or what is at its end. These places are its trail. Each is
// watched as a single file is, whether it exists or not, and an event there casts
// doubt on the link as if it had been one of its own.

// links are those that are followed.
type links struct {
	trails map[string][]string        // link → its trail
	over   map[string]map[string]bool // place → the links that lead over it
}

func newLinks() links {
	return links{trails: make(map[string][]string), over: make(map[string]map[string]bool)}
}

// followLink watches the trail of a path, of which there is none if it is no link.
func (t *tree) followLink(path string) {
	if !t.follows {
		return
	}
	// What changed before its place was watched has to be seen by looking again.
	// The bound is for links that somebody changes all the time.
	for range 3 {
		trail := trailOf(path)
		if slices.Equal(trail, t.links.trails[path]) {
			return
		}
		t.setTrail(path, trail)
	}
}

func (t *tree) setTrail(link string, trail []string) {
	before := t.links.trails[link]
	if len(trail) == 0 {
		delete(t.links.trails, link)
	} else {
		t.links.trails[link] = trail
	}
	for _, place := range trail {
		if t.links.over[place] == nil {
			t.links.over[place] = make(map[string]bool)
		}
		t.links.over[place][link] = true
		if _, ok := t.anchors.of[place]; !ok {
			t.anchors.of[place] = ""
			t.anchorFile(place)
		}
	}
	for _, place := range before {
		if slices.Contains(trail, place) {
			continue
		}
		delete(t.links.over[place], link)
		if len(t.links.over[place]) == 0 {
			delete(t.links.over, place)
			t.forgetPlace(place)
		}
	}
}

// forgetPlace is for a place that no link leads over any more, or that is flat no more.
func (t *tree) forgetPlace(place string) {
	if t.singles[place] || t.flat[place] || len(t.links.over[place]) > 0 {
		return
	}
	if anchor := t.anchors.of[place]; anchor != "" {
		t.drop(place, anchor)
	}
	delete(t.anchors.of, place)
}

// mostHops is as many as the kernel goes (path_resolution(7)).
const mostHops = 40

// trailOf returns the links that a link leads over, after itself, and the end, or
// the first place where there is nothing. Folders on the way are not part of it.
func trailOf(link string) (trail []string) {
	at, err := filepath.EvalSymlinks(filepath.Dir(link))
	if err != nil {
		return nil // with that folder the link is gone too
	}
	todo := []string{filepath.Base(link)}
	hops := 0
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if name == ".." {
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, name)
		info, err := os.Lstat(next)
		if err != nil {
			at = next
			break
		}
		if info.Mode()&os.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := os.Readlink(next)
		if err != nil || hops == mostHops {
			return trail
		}
		if hops++; hops > 1 {
			trail = append(trail, next)
		}
		if filepath.IsAbs(target) {
			volume := filepath.VolumeName(target)
			at, target = volume+string(filepath.Separator), target[len(volume):]
		}
		todo = append(namesIn(target), todo...)
	}
	if hops == 0 {
		return nil
	}
	return append(trail, at)
}

func namesIn(path string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(path, isSeparator), func(name string) bool { return name == "." })
}

func isSeparator(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }
