package gitignore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Tree answers for all paths of the file system, most of all those below its root.
// It reads files when they are first needed, and keeps what they say until Forget.
// Its methods may be called from several goroutines.
type Tree struct {
	root   string // where files count from if there is no repository, else ""
	start  string // the root that was given
	global string
	outer  []string
	list   func() []string

	mu      sync.Mutex
	levels  map[string]*level // by folder
	tracked []string          // below start; nil if nobody has asked yet
}

// Match is the line by which git ignores a path.
type Match struct {
	Path    string // what the line matches: the path that was asked about, or a folder above it
	File    string // absolute
	Line    int
	Pattern string // as it was written
}

// level is what holds in one folder.
type level struct {
	folder  string
	above   *level // nil at the top of a repository
	files   []file // of this folder, the strongest first
	ignored *Match // the folder itself is, and all in it
	outside bool   // of any repository: nothing is ignored
}

// New returns the tree for an absolute root without links. global is the user's
// own file, "" for none. list returns what Tracked does, and is called when it is
// needed; nil: nothing is tracked.
func New(root, global string, list func() []string) *Tree {
	t := &Tree{start: root, global: global, list: list, levels: make(map[string]*level)}
	top := repository(root)
	if top == "" {
		t.root = root
	}
	t.outer = t.findOuter(top)
	return t
}

// Forget has everything read again.
func (t *Tree) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.levels)
	t.tracked = nil
}

// Match reports by what git ignores an absolute path, if it does. A file that is
// tracked is not ignored, whatever matches, and neither is a folder that holds one.
func (t *Tree) Match(path string, folder bool) (Match, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m, ok := t.level(filepath.Dir(path)).match(path, folder)
	if !ok || t.tracks(path, folder) {
		return Match{}, false
	}
	return m, true
}

// tracks asks for the list when it is first needed: most projects ignore something,
// and many nothing that anybody asks about.
func (t *Tree) tracks(path string, folder bool) bool {
	below, ok := strings.CutPrefix(path, t.start+string(filepath.Separator))
	if !ok || t.list == nil {
		return false
	}
	if t.tracked == nil {
		t.tracked = append([]string{}, t.list()...)
	}
	below = filepath.ToSlash(below)
	if folder {
		below += "/"
	}
	i, found := slices.BinarySearch(t.tracked, below)
	return found || folder && i < len(t.tracked) && strings.HasPrefix(t.tracked[i], below)
}

// Outer returns the files in the root and outside of it that count for what is in
// the root. Those of the repository need not exist yet. The user's own must: the
// home folder may be one that cannot be read.
func (t *Tree) Outer() []string { return t.outer }

func (t *Tree) findOuter(top string) []string {
	var files []string
	if _, err := os.Stat(t.global); t.global != "" && err == nil {
		files = append(files, t.global)
	}
	files = append(files, filepath.Join(t.start, name))
	if top == "" {
		return files
	}
	if exclude := excludeFile(top); exclude != "" {
		files = append(files, exclude)
	}
	for folder := t.start; folder != top; {
		folder = filepath.Dir(folder)
		files = append(files, filepath.Join(folder, name))
	}
	return files
}

// name is that of the file in each folder.
const name = ".gitignore"

func (t *Tree) level(folder string) *level {
	l, ok := t.levels[folder]
	if !ok {
		l = t.read(folder)
		t.levels[folder] = l
	}
	return l
}

func (t *Tree) read(folder string) *level {
	l := &level{folder: folder}
	if parent := filepath.Dir(folder); parent != folder {
		l.above = t.level(parent)
		if m, ok := l.above.match(folder, true); ok {
			l.ignored = &m
			return l
		}
	}
	outside := l.above == nil || l.above.outside
	if !outside || folder == t.root {
		l.add(filepath.Join(folder, name))
	}
	// A repository within has a file of its own as a rule: that spares a look into
	// each of thousands of folders.
	switch {
	case (outside || len(l.files) > 0) && isTop(folder):
		l.above, l.files = nil, nil
		l.add(filepath.Join(folder, name), excludeFile(folder), t.global)
	case folder == t.root:
		l.above = nil
		l.add(t.global)
	default:
		l.outside = outside
	}
	return l
}

func (l *level) add(paths ...string) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // as git does
		}
		if f := parseFile(path, string(text)); len(f.rules) > 0 {
			l.files = append(l.files, f)
		}
	}
}

// match asks about a path in the level's folder.
func (l *level) match(path string, folder bool) (Match, bool) {
	if l.ignored != nil {
		return *l.ignored, true
	}
	// At the top of a repository the user's own file comes last, and it is for
	// all of the repository, as are the others there.
	for at := l; at != nil && !at.outside; at = at.above {
		if len(at.files) == 0 {
			continue
		}
		below := filepath.ToSlash(strings.TrimPrefix(path[len(at.folder):], string(filepath.Separator)))
		for i := range at.files {
			if r := at.files[i].find(below, folder); r != nil {
				return Match{Path: path, File: at.files[i].path, Line: r.line, Pattern: r.text}, !r.negated
			}
		}
	}
	return Match{}, false
}

// String is the place and the pattern: "web/.gitignore:3 dist/".
func (m Match) String() string { return fmt.Sprintf("%s:%d %s", m.File, m.Line, m.Pattern) }
