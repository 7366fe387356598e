package direct

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A node is a package that may have to be compiled: one with sources outside of
// GOROOT and the module cache, or one that imports such a package.
type node struct {
	path      string // import path
	dir       string
	own       bool // its sources may change
	plain     bool // compile is all that it takes
	compile   command
	folder    string // of its action in the script: $WORK/b001
	importcfg string
	embedcfg  string
	imports   []*node

	files    []string // that are compiled, absolute
	patterns []string
	embedded []string

	shape   digest // of the folder, when the record was taken
	source  digest // of what is compiled now
	seen    []reading
	key     digest // of what the archive was compiled from
	archive string
	export  digest // of what packages that import it see
	whole   digest
}

// readCommand takes a compile apart.
func (n *node) readCommand(c command) {
	at := slices.Index(c.args, "-pack")
	if at < 0 {
		return // with nothing after it there is no place for files
	}
	n.plain = true
	var flags []string
	for i := 1; i < at; i++ {
		flag, _, _ := strings.Cut(c.args[i], "=")
		switch flag {
		case "-symabis", "-asmhdr":
			n.plain = false
		case "-c":
			continue // depends on what else is compiled at the time
		}
		if c.args[i-1] == "-buildid" {
			c.args[i] = neutralID
		}
		flags = append(flags, c.args[i])
	}
	for _, file := range c.args[at+1:] {
		if strings.HasPrefix(file, "-") { // -asmhdr follows -pack
			n.plain = false
			continue
		}
		if !filepath.IsAbs(file) {
			n.plain = false // made by cgo
			continue
		}
		n.dir = filepath.Dir(file)
		n.files = append(n.files, file)
	}
	n.compile = command{c.env, append([]string{c.args[0]}, flags...)}
	if n.compile.in(n.folder, "").strange() != "" {
		n.plain = false
	}
}

// take adds what go list says.
func (n *node) take(l listed) error {
	if n.plain = n.plain && !l.foreign(); !n.plain {
		n.files = nil
		for _, name := range slices.Concat(l.GoFiles, l.CgoFiles) {
			n.files = append(n.files, filepath.Join(l.Dir, name))
		}
	}
	if n.plain && (n.dir != l.Dir || len(n.files) != len(l.GoFiles)) || len(n.embedded) != len(l.EmbedFiles) {
		return fmt.Errorf("record the build: %s has changed meanwhile", n.path)
	}
	n.dir, n.archive, n.patterns = l.Dir, l.Export, l.EmbedPatterns
	return nil
}

// readEmbedded takes the files out of the embedcfg.
func (n *node) readEmbedded() error {
	if n.embedcfg == "" {
		return nil
	}
	var cfg struct{ Files map[string]string }
	if err := json.Unmarshal([]byte(n.embedcfg), &cfg); err != nil {
		return fmt.Errorf("%w: what %s embeds is not understood: %w", ErrUnsupported, n.path, err)
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Files)) {
		n.embedded = append(n.embedded, cfg.Files[name])
	}
	return nil
}

// sources are the files that are compiled, if they may change.
func (n *node) sources() []string {
	if !n.own {
		return nil
	}
	return slices.Concat(n.files, n.embedded)
}

// wanted is the key of an archive that is made now.
func (n *node) wanted() digest {
	h := sha256.New()
	h.Write(n.source[:])
	for _, other := range n.imports {
		h.Write(other.export[:])
	}
	return digest(h.Sum(nil))
}

func (d *disk) shapeOf(n *node) (digest, error) {
	if !n.own {
		return digest{}, nil
	}
	return d.shape(n.dir, n.patterns)
}

// readSources looks at what is compiled now.
func (d *disk) readSources(n *node) error {
	h := sha256.New()
	n.seen = n.seen[:0]
	for _, file := range n.sources() {
		r, err := d.file(file)
		if err != nil {
			return err
		}
		n.seen = append(n.seen, r)
		h.Write(r.content[:])
	}
	n.source = digest(h.Sum(nil))
	return nil
}

// untouched tells whether the sources are still those that were looked at.
func (n *node) untouched() bool {
	for i, file := range n.sources() {
		info, err := os.Stat(file)
		if err != nil || !n.seen[i].of(info) {
			return false
		}
	}
	return true
}
