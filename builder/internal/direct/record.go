package direct

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// ErrUnsupported says that programs of this kind are left to go build.
var ErrUnsupported = errors.New("it takes go build")

// A Request says what go build would be asked for.
type Request struct {
	Dir      string
	Env      []string
	Tool     string   // the go command
	Flags    []string // all of them but -o
	Packages []string
	Store    string // folder for archives; empty, and of this Record alone
	Jobs     int    // how many packages are compiled at once
	Run      Runner
}

// A Runner runs a command in Request.Dir. An error means that it could not be
// run, or that ctx has ended.
type Runner func(ctx context.Context, env []string, args ...string) (Ran, error)

// Ran is a command that has ended.
type Ran struct {
	Output string // of both streams
	OK     bool
}

// A Record is what go build knows about a program: how each package is compiled,
// how all is linked, and what its cache has of it. It is used by one goroutine at
// a time.
type Record struct {
	request  Request
	settled  []string // what the go command decided itself and sets for the tools
	goenv    map[string]string
	guards   map[string]digest // files whose change changes everything
	archives map[string]string // of the packages that cannot change, by import path
	nodes    []*node           // the packages that can, each after those that it imports
	main     string
	link     command
	linkcfg  string
	linked   digest // of the archives of the last link, and what it made
	content  string
	lean     map[string]string // smaller archives, by those whose place they take in a link
	usual    bool              // the link was refused with these, or with what stood in for the C compiler
	disk     disk
}

// decisions are variables that the go command settles from its own sources too,
// and sets for the tools.
var decisions = []string{
	"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOFIPS140",
	"GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM",
}

// Take asks the go command how it would build the program from nothing, and where
// its cache has the packages. Nothing is built but what the cache lacks. An error
// is ErrUnsupported if there is no use in another try.
func Take(ctx context.Context, request Request) (*Record, error) {
	r := &Record{request: request, guards: make(map[string]digest), archives: make(map[string]string), disk: disk{make(map[string]reading)}}
	if err := r.askEnvironment(ctx); err != nil {
		return nil, err
	}
	// Without -o, go build would look at what lies where it would put the program.
	printed, err := r.ask(ctx, "build", "-n", "-a", "-o", filepath.Join(request.Store, "program"))
	if err != nil {
		return nil, err
	}
	s, err := readScript(printed)
	if err != nil {
		return nil, err
	}
	if err := r.lay(s); err != nil {
		return nil, err
	}
	begun := time.Now()
	before, err := r.sources()
	if err != nil {
		return nil, err
	}
	listed, err := r.ask(ctx, "list", "-export", "-deps", "-json="+strings.Join(fields, ","))
	if err != nil {
		return nil, err
	}
	if err := r.join(listed); err != nil {
		return nil, err
	}
	// What the cache has is known to be of these sources only if they did not
	// change meanwhile.
	if err := r.settle(); err != nil {
		return nil, err
	}
	return r, r.quiet(before, begun)
}

func (r *Record) askEnvironment(ctx context.Context) error {
	args := append([]string{r.request.Tool, "env", "-json", "GOTOOLDIR", "GOMODCACHE", "GOMOD", "GOWORK", "GOENV"}, decisions...)
	ran, err := r.request.Run(ctx, r.request.Env, args...)
	if err == nil && !ran.OK {
		err = errors.New(ran.Output)
	}
	if err == nil {
		err = json.Unmarshal([]byte(ran.Output), &r.goenv)
	}
	if err != nil {
		return fmt.Errorf("record the build: ask go env: %w", err)
	}
	for _, name := range decisions {
		if value := r.goenv[name]; value != "" {
			r.settled = append(r.settled, name+"="+value)
		}
	}
	switch r.goenv["GOOS"] {
	case "linux", "freebsd", "netbsd", "openbsd", "dragonfly":
		return nil
	}
	return fmt.Errorf("%w: its files are not ELF", ErrUnsupported)
}

func (r *Record) ask(ctx context.Context, verb string, flags ...string) (string, error) {
	args := append([]string{r.request.Tool, verb}, flags...)
	args = append(append(args, r.request.Flags...), r.request.Packages...)
	ran, err := r.request.Run(ctx, r.request.Env, args...)
	if err == nil && !ran.OK {
		err = errors.New(ran.Output)
	}
	if err != nil {
		return "", fmt.Errorf("record the build: ask go %s: %w", verb, err)
	}
	return ran.Output, nil
}

// listed is what go list says about a package.
type listed struct {
	ImportPath, Dir, Export   string
	GoFiles, CgoFiles         []string
	EmbedPatterns, EmbedFiles []string
	Module                    *struct{ Path, Dir, GoMod string }

	CFiles, CXXFiles, MFiles, FFiles, SFiles, SwigFiles, SwigCXXFiles, SysoFiles []string
}

var fields = []string{
	"ImportPath", "Dir", "Export", "GoFiles", "CgoFiles", "EmbedPatterns", "EmbedFiles", "Module",
	"CFiles", "CXXFiles", "MFiles", "FFiles", "SFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles",
}

// foreign tells whether there is more to the package than compile.
func (l listed) foreign() bool {
	for _, files := range [][]string{l.CgoFiles, l.CFiles, l.CXXFiles, l.MFiles, l.FFiles, l.SFiles, l.SwigFiles, l.SwigCXXFiles, l.SysoFiles} {
		if len(files) > 0 {
			return true
		}
	}
	return false
}

// join adds what go list says to what go build has printed.
func (r *Record) join(text string) error {
	nodes := make(map[string]*node)
	for _, n := range r.nodes {
		nodes[n.path] = n
	}
	var others []listed
	modules := make(map[string]string)
	for dec := json.NewDecoder(strings.NewReader(text)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("record the build: read what go list says: %w", err)
		}
		n := nodes[l.ImportPath]
		if n == nil {
			r.archives[l.ImportPath] = l.Export
			others = append(others, l)
			continue
		}
		if err := n.take(l); err != nil {
			return err
		}
		n.own = r.mayChange(n.dir)
		if n.own && l.Module != nil {
			if l.Module.Dir != "" {
				modules[l.Module.Path] = l.Module.Dir
			}
			r.guardModule(n.dir, l.Module.Dir, l.Module.GoMod)
		}
		delete(nodes, l.ImportPath)
	}
	for path := range nodes {
		return fmt.Errorf("record the build: go list does not know %s", path)
	}
	for _, l := range others {
		for path, dir := range modules {
			if below, ok := strings.CutPrefix(l.ImportPath, path+"/"); ok {
				r.watch(filepath.Join(dir, below)) // there it would be found instead
			}
		}
	}
	return nil
}

// settle takes the state in which all this holds.
func (r *Record) settle() error {
	r.guardToolchain()
	if err := r.lock(); err != nil {
		return fmt.Errorf("record the build: %w", err)
	}
	for _, n := range r.nodes {
		var err error
		if n.shape, err = r.disk.shapeOf(n); err != nil {
			return fmt.Errorf("record the build: %w", err)
		}
		if err = r.disk.readSources(n); err != nil {
			return fmt.Errorf("record the build: %w", err)
		}
		if n.export, n.whole, err = archiveSums(n.archive); err != nil {
			return fmt.Errorf("record the build: %w", err)
		}
		n.key = n.wanted()
	}
	return nil
}

// quiet is an error if a source has changed since it was looked at before or, not
// having been known then, since the time.
func (r *Record) quiet(before map[string]digest, begun time.Time) error {
	for _, n := range r.nodes {
		for _, file := range n.sources() {
			now, err := r.disk.file(file)
			if err != nil {
				return fmt.Errorf("record the build: %w", err)
			}
			content, ok := before[file]
			if ok && content != now.content || !ok && now.time.After(begun) {
				return fmt.Errorf("record the build: %s has changed meanwhile", file)
			}
		}
	}
	return nil
}

// sources are the states of all files that are known to be compiled.
func (r *Record) sources() (map[string]digest, error) {
	all := make(map[string]digest)
	for _, n := range r.nodes {
		for _, file := range n.sources() {
			now, err := r.disk.file(file)
			if err != nil {
				return nil, fmt.Errorf("record the build: %w", err)
			}
			all[file] = now.content
		}
	}
	return all, nil
}
