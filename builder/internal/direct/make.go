package direct

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// An Outcome says how far a Record led.
type Outcome int

const (
	Linked    Outcome = iota + 1 // there is a new program
	Unchanged                    // it would be the published one
	Failed                       // the compiler refuses the code
	Unable                       // go build has to be asked
)

// A Result is what Make came to. The zero Result goes with an error.
type Result struct {
	Outcome Outcome
	Output  string // what go build would have printed
	Why     string // for Unable
}

func unable(format string, args ...any) Result {
	return Result{Outcome: Unable, Why: fmt.Sprintf(format, args...)}
}

// An Order is for one build.
type Order struct {
	Env       []string
	Work      string // an empty folder for this build
	Out       string // where the program goes
	Published string // content part of the build ID of the program that is published; may be empty
}

// Make compiles what has changed and links the program, or finds that it takes go
// build. An error means that ctx has ended or that a tool could not be run.
func (r *Record) Make(ctx context.Context, o Order) (Result, error) {
	if why := r.current(o.Env); why != "" {
		return unable("%s", why), nil
	}
	if result := r.look(); result.Outcome != 0 {
		return result, nil
	}
	if result, err := r.compileAll(ctx, o); err != nil || result.Outcome != 0 {
		return result, err
	}
	state := r.state()
	if state == r.linked && r.content != "" && r.content == o.Published {
		return Result{Outcome: Unchanged}, nil
	}
	return r.linkAll(ctx, o, state)
}

// look reads the sources, and finds what only go build can deal with.
func (r *Record) look() Result {
	for _, n := range r.nodes {
		shape, err := r.disk.shapeOf(n)
		if err != nil {
			return unable("%v", err)
		}
		if shape != n.shape {
			return unable("imports, directives or files of %s have changed", n.path)
		}
		if err := r.disk.readSources(n); err != nil {
			return unable("%v", err)
		}
	}
	return Result{}
}

// A compiling is one node on the way to be up to date.
type compiling struct {
	done   chan struct{}
	ok     bool
	result Result
	err    error
}

// compileAll brings all archives up to date. Each node waits for those that it
// imports, and goes on only if they are.
func (r *Record) compileAll(ctx context.Context, o Order) (Result, error) {
	all := make(map[*node]*compiling, len(r.nodes))
	for _, n := range r.nodes {
		all[n] = &compiling{done: make(chan struct{})}
	}
	turns := make(chan struct{}, max(r.request.Jobs, 1))
	var wg sync.WaitGroup
	for i, n := range r.nodes {
		wg.Go(func() {
			c := all[n]
			defer close(c.done)
			for _, other := range n.imports {
				<-all[other].done
				if !all[other].ok {
					return
				}
			}
			if n.wanted() == n.key {
				c.ok = true
				return
			}
			turns <- struct{}{}
			defer func() { <-turns }()
			c.result, c.err = r.compile(ctx, n, o, i)
			c.ok = c.err == nil && c.result.Outcome == 0
		})
	}
	wg.Wait()

	var failed Result
	for _, n := range r.nodes {
		c := all[n]
		switch {
		case c.err != nil:
			return Result{}, c.err
		case c.result.Outcome == Unable:
			return c.result, nil
		case c.result.Outcome == Failed:
			failed.Outcome = Failed
			failed.Output += c.result.Output
		}
	}
	return failed, nil
}

func (r *Record) compile(ctx context.Context, n *node, o Order, number int) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if !n.plain {
		return unable("%s has more than Go in it", n.path), nil
	}
	folder := filepath.Join(o.Work, fmt.Sprintf("b%03d", number))
	if err := os.Mkdir(folder, 0o777); err != nil {
		return unable("%v", err), nil
	}
	for name, text := range map[string]string{"importcfg": r.importcfg(n.importcfg, n.imports, nil), "embedcfg": n.embedcfg} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			return unable("%v", err), nil
		}
	}
	c := n.compile.in(n.folder, folder)
	if jobs := runtime.GOMAXPROCS(0); jobs > 1 {
		c.args = append(c.args, fmt.Sprintf("-c=%d", jobs))
	}
	c.args = append(append(c.args, "-pack"), n.files...)
	ran, err := r.request.Run(ctx, r.environ(o, c.env), c.args...)
	switch {
	case err != nil:
		return Result{}, err
	case !ran.OK && doubtful(ran.Output):
		return unable("the compiler could not compile %s", n.path), nil
	case !ran.OK:
		return Result{Outcome: Failed, Output: report(r.request.Dir, n, ran.Output)}, nil
	case ran.Output != "":
		return unable("the compiler has something to say about %s", n.path), nil
	}
	if err := n.keep(filepath.Join(folder, "_pkg_.a"), filepath.Join(r.request.Store, filepath.Base(o.Work)+fmt.Sprintf("-%03d.a", number))); err != nil {
		return unable("%v", err), nil
	}
	return Result{}, nil
}

// keep takes a new archive into the store, in the place of the one before.
func (n *node) keep(archive, stored string) error {
	export, whole, err := archiveSums(archive)
	if err != nil {
		return err
	}
	if err := os.Rename(archive, stored); err != nil {
		return err
	}
	if filepath.Dir(n.archive) == filepath.Dir(stored) {
		_ = os.Remove(n.archive) // the store is emptied with the record
	}
	n.archive, n.export, n.whole, n.key = stored, export, whole, n.wanted()
	if !n.untouched() {
		n.key = digest{} // nobody knows which version the compiler has read
	}
	return nil
}
