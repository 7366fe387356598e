package watcher

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// The conformance suite plays the scripts of testdata/conformance on both sources
// and awaits exactly the sets that the scripts say. README.md there has the
// language.

// scenario is one case: what is done, and what sets come of it.
type scenario struct {
	name  string
	lines []line
}

type line struct {
	at    string // file:number
	on    string // the only source that it is for, "" for both
	text  string
	words []string
}

func TestConformance(t *testing.T) {
	names, err := filepath.Glob("testdata/conformance/*.txt")
	must(t, err)
	for _, on := range origins {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range names {
				scripts, err := readScripts(name)
				must(t, err)
				name := strings.TrimSuffix(filepath.Base(name), ".txt")
				t.Run(name, func(t *testing.T) { playAll(t, on, scripts) })
			}
		})
	}
}

// playAll plays many scripts at once: nearly all of the time goes into waiting for
// the disk to be quiet, whatever -parallel says.
func playAll(t *testing.T, on origin, scripts []scenario) {
	var all sync.WaitGroup
	room := make(chan struct{}, 16)
	for _, s := range scripts {
		dir := scratch(t)
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			p := &player{on: on, dir: filepath.Join(dir, "root"), ctx: t.Context()}
			err := p.play(s)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Logf("%s: not here: %v", s.name, err)
			} else if err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
		})
	}
	all.Wait()
}

// scratch returns a new folder, in memory where the system has a place for that: a
// disk may take longer for a thousand files than it is to be quiet.
func scratch(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "watcher")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

func readScripts(name string) (all []scenario, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, content := range strings.Split(string(text), "\n") {
		at := fmt.Sprintf("%s:%d", filepath.Base(name), i+1)
		content = strings.TrimSpace(content)
		if title, ok := strings.CutPrefix(content, "== "); ok {
			all = append(all, scenario{name: title})
		} else if content != "" && content[0] != '#' {
			l := line{at: at, text: content}
			if on, text, ok := strings.Cut(content, ": "); ok && !strings.Contains(on, " ") {
				l.on, l.text = on, text
			}
			if l.words, err = wordsOf(l.text); err != nil {
				return nil, fmt.Errorf("%s: %w", at, err)
			}
			s := &all[len(all)-1]
			s.lines = append(s.lines, l)
		}
	}
	return all, nil
}

// wordsOf splits at spaces, except in what is quoted as in Go.
func wordsOf(text string) (words []string, err error) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		word, rest, _ := strings.Cut(text, " ")
		if text[0] == '"' {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return nil, err
			}
			if word, err = strconv.Unquote(quoted); err != nil {
				return nil, err
			}
			rest = text[len(quoted):]
		}
		words, text = append(words, word), rest
	}
	return words, nil
}

// player plays one script below a folder of its own.
type player struct {
	on      origin
	dir     string // the root
	ctx     context.Context
	opts    Options
	leaky   *leaky
	w       *Watcher
	result  chan error  // of Run
	sets    int         // sentinels written
	checked bool        // nothing was done since the last look at what came
	acts    atomic.Bool // something is being done, and its set cannot be complete
	mounts  []string
}

func (p *player) play(s scenario) (err error) {
	p.opts = Options{Roots: []string{p.dir}, Quiet: 250 * time.Millisecond, Ceiling: 20 * time.Second, Busy: p.acts.Load, budget: patience}
	p.on.set(&p.opts)
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(p.ctx)
	p.ctx = ctx
	defer func() {
		cancel()
		for _, mount := range p.mounts {
			_ = unmount(mount) // unless the script has done it
		}
		if p.result != nil {
			err = errors.Join(err, <-p.result)
		}
	}()
	for _, l := range s.lines {
		if l.on != "" && l.on != p.on.name {
			continue
		}
		if err := p.do(l); err != nil {
			return fmt.Errorf("%s: %s: %w", l.at, l.text, err)
		}
	}
	if !p.checked {
		return errors.New("the script does not end with what it awaits")
	}
	return nil
}

func (p *player) do(l line) error {
	verb, args := l.words[0], l.words[1:]
	p.checked = false
	// On a busy machine what belongs together may take longer than the quiet time.
	p.acts.Store(!slices.Contains([]string{"set", "nothing", "ends", "half"}, verb))
	switch verb {
	case "watch":
		return p.start(args)
	case "set":
		p.checked = true
		return p.expect(strings.TrimSpace(strings.TrimPrefix(l.text, verb)))
	case "nothing":
		p.checked = true
		return p.expectNothing()
	case "ends":
		p.checked = true
		return p.expectEnd()
	case "also":
		p.w.Also(p.paths(args))
	case "lose":
		return p.lose()
	case "overflow":
		p.leaky.errors <- fsnotify.ErrEventOverflow
	default:
		do, ok := deeds[verb]
		if !ok {
			return errors.New("unknown verb")
		}
		return do(p, args)
	}
	return nil
}

// start starts the watcher.
func (p *player) start(args []string) (err error) {
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "follow":
			p.opts.FollowSymlinks = true
		case "ignore":
			p.opts.Ignore = func(path string, dir bool) bool {
				match, _ := filepath.Match(value, filepath.Base(path))
				return match
			}
		case "root":
			p.opts.Roots = append(p.opts.Roots, p.path(value))
		case "ceiling":
			p.opts.Ceiling, err = time.ParseDuration(value)
		case "quiet":
			p.opts.Quiet, err = time.ParseDuration(value)
		case "file":
			p.opts.Files = append(p.opts.Files, p.path(value))
		default:
			err = fmt.Errorf("unknown option %s", name)
		}
		if err != nil {
			return err
		}
	}
	p.leaky = &leaky{errors: make(chan error)}
	w, err := newWatcher(p.opts, p.leaky.open)
	if err != nil {
		return err
	}
	p.w, p.result = w, make(chan error, 1)
	go func() { p.result <- w.Run(p.ctx) }()
	return nil
}

// lose loses all events from here to the next overflow. There is none to lose when
// the watcher polls, and so nothing that overflows.
func (p *player) lose() error {
	if p.on.polls {
		return errors.New("only events can be lost")
	}
	p.leaky.leak.Store(true)
	return nil
}

func (p *player) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *player) paths(names []string) (paths []string) {
	for _, name := range names {
		paths = append(paths, p.path(name))
	}
	return paths
}

func (p *player) next() (ChangeSet, error) {
	select {
	case set, ok := <-p.w.Changes():
		if !ok {
			return set, errors.New("the watcher ended")
		}
		return set, nil
	case <-time.After(patience):
		return ChangeSet{}, errors.New("no set came")
	}
}

// expect awaits a set, as text, or as a number of changes that are all alike.
func (p *player) expect(want string) error {
	set, err := p.next()
	if err != nil {
		return err
	}
	if p.on.polls { // who polls cannot know a rename from a removal
		want = strings.ReplaceAll(want, "rename", "remove")
	}
	if got := p.show(set); got != want && count(set) != want {
		return fmt.Errorf("got %.300s", got)
	}
	return nil
}

// expectNothing asserts that there was no change, by making one.
func (p *player) expectNothing() error {
	p.sets++
	name := fmt.Sprint("sentinel", p.sets)
	if err := os.WriteFile(p.path(name), nil, 0o644); err != nil {
		return err
	}
	return p.expect("create " + name)
}

// expectEnd awaits that Run cannot go on for want of a root.
func (p *player) expectEnd() error {
	if set, err := p.next(); err == nil {
		return fmt.Errorf("got %s", p.show(set))
	}
	err := <-p.result
	p.result = nil
	if root := (*RootError)(nil); !errors.As(err, &root) {
		return fmt.Errorf("got %v", err)
	}
	return nil
}

func (p *player) show(s ChangeSet) string {
	var all []string
	for _, c := range s.Changes {
		name, _ := filepath.Rel(p.dir, c.Path)
		name = filepath.ToSlash(name)
		if quoted := strconv.QuoteToASCII(name); strings.ContainsAny(name, " ,") || quoted != `"`+name+`"` {
			name = quoted
		}
		all = append(all, c.Op.String()+" "+name)
	}
	return strings.Join(all, ", ")
}

// count is "2000 write" if that is what the set consists of.
func count(s ChangeSet) string {
	if len(s.Changes) == 0 || slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Op != s.Changes[0].Op }) {
		return ""
	}
	return fmt.Sprintf("%d %s", len(s.Changes), s.Changes[0].Op)
}
