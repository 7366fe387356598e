package graph

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRandomEdits holds the one promise that must never be broken: what go build
// makes is the same after a change of files of which the graph says that they are
// no inputs. The go command itself is asked, for the build IDs of all packages,
// which it makes of all that goes into them. More steps, and others:
//
//	GRAPH_STEPS=500 GRAPH_SEED=7 go test -run TestRandomEdits ./internal/graph
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	steps, seed := setting("GRAPH_STEPS", 8), setting("GRAPH_SEED", 1)
	w := newWorkshop(t, uint64(seed))
	spared := 0
	for step := range steps {
		changed, what := w.edit()
		w.doubt = w.doubt || w.graph.Altered(changed)
		counts := w.doubt || slices.ContainsFunc(changed, func(file string) bool { _, ok := w.graph.Input(file); return ok })
		before := w.made
		w.build()
		if !counts {
			spared++
			if w.made != before {
				t.Fatalf("step %d, seed %d: after %s, which is no input, the program was\n%s\nand is\n%s", step, seed, what, before, w.made)
			}
		}
	}
	if spared == 0 || spared == steps {
		t.Errorf("%d of %d steps changed no input: the test says nothing", spared, steps)
	}
	t.Logf("%d of %d steps changed no input", spared, steps)
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// workshop is a module that changes, and what is known of it.
type workshop struct {
	t     *testing.T
	r     *rand.Rand
	query Query
	graph *Graph
	doubt bool
	made  string // the build IDs, or that it cannot be built
}

const packages = 5 // p0 to p4, each of which may import those after it

func newWorkshop(t *testing.T, seed uint64) *workshop {
	dir := unpack(t, "-- go.mod --\nmodule example.com/m\ngo 1.25\n-- main.go --\npackage main\n\nimport _ \"example.com/m/p0\"\n\nfunc main() {}\n")
	w := &workshop{t: t, r: rand.New(rand.NewPCG(seed, 0)), query: query(t, dir)}
	w.query.Env = append(w.query.Env, "CGO_ENABLED=0")
	w.query.Flags = []string{"-tags=dev"}
	for n := range packages {
		w.write(n, "main", w.source(n))
		w.file(n, "static/a.txt", "text")
	}
	w.build()
	w.graph = load(t, w.query)
	return w
}

// build is what ginreload does: a graph is loaded if the one before may be wrong,
// and if the build went well.
func (w *workshop) build() {
	args := slices.Concat([]string{"list", "-export", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.BuildID}}{{end}}"}, w.query.Flags)
	cmd := exec.CommandContext(w.t.Context(), w.query.Tool, args...)
	cmd.Dir, cmd.Env = w.query.Dir, w.query.Env
	out, err := cmd.Output()
	if err != nil {
		w.made = "broken"
		return
	}
	w.made = string(out)
	if w.doubt {
		w.graph, w.doubt = load(w.t, w.query), false
	}
}

// edit changes one file or two, and says what it did.
func (w *workshop) edit() (changed []string, what string) {
	for range 1 + w.r.IntN(2) {
		n := w.r.IntN(packages)
		switch w.r.IntN(8) {
		case 0, 1:
			changed = append(changed, w.write(n, "main", w.source(n)))
		case 2:
			changed = append(changed, w.write(n, w.one("x", "y_windows", "z_linux", "x_test", "_hidden"), w.constrained(n)))
		case 3:
			changed = append(changed, w.remove(n, w.one("x.go", "z_linux.go", "static/b.txt", "static/sub/c.txt", "asm.s", "x.h")))
		case 4:
			changed = append(changed, w.file(n, w.one("static/a.txt", "static/b.txt", "static/.c", "static/sub/c.txt", "static/sub/_d", "other/e.txt"), w.word()))
		case 5:
			changed = append(changed, w.file(n, w.one("README.md", "x.h", "asm_arm64.s", "static.go.bak"), w.one("", "// "+w.word())))
		case 6:
			changed = append(changed, w.write(n, "main", "package"+w.one(" p", "", " p\n\nvar x int = \"\"")+"\n"), w.write(n, "main", w.source(n)))
		case 7:
			changed = append(changed, w.write(n, "main", "package p\n\nimport _ \"example.com/m/late\"\n"))
			if w.r.IntN(2) == 0 {
				changed = append(changed, w.write(-1, "late", w.one("package late\n", "package late\n\nvar "+w.word()+" int\n")))
			}
		}
	}
	return changed, fmt.Sprintf("a change of %s", changed)
}

// source is a file that imports some of the packages behind it, and embeds something.
func (w *workshop) source(n int) string {
	text := "package p\n\nimport (\n\t_ \"embed\"\n"
	for later := n + 1; later < packages; later++ {
		if w.r.IntN(2) == 0 {
			text += fmt.Sprintf("\t_ \"example.com/m/p%d\"\n", later)
		}
	}
	text += ")\n\nconst " + w.word() + " = 1\n"
	if w.r.IntN(2) == 0 {
		text = strings.Replace(text, "_ \"embed\"", "\"embed\"", 1) + "\n//go:embed " + w.one("static", "all:static", "static/*.txt", "static/a.txt") + "\nvar files embed.FS\n"
	}
	return text
}

func (w *workshop) constrained(n int) string {
	return w.one("", "//go:build dev\n\n", "//go:build !dev\n\n", "//go:build ignore\n\n", "//go:build linux && go1.20\n\n") + w.source(n)
}

func (w *workshop) one(of ...string) string { return of[w.r.IntN(len(of))] }
func (w *workshop) word() string            { return "word" + strconv.Itoa(w.r.IntN(1000)) }

func (w *workshop) path(n int, name string) string {
	folder := "p" + strconv.Itoa(n)
	if n < 0 {
		folder = "late"
	}
	return filepath.Join(w.query.Dir, folder, filepath.FromSlash(name))
}

func (w *workshop) write(n int, name, text string) string {
	// Two files may not declare the same.
	text = strings.ReplaceAll(text, "var files", "var files"+strconv.Itoa(len(name)))
	return w.file(n, name+".go", text)
}

func (w *workshop) file(n int, name, text string) string {
	write(w.t, w.path(n, name), text)
	return w.path(n, name)
}

func (w *workshop) remove(n int, name string) string {
	os.Remove(w.path(n, name))
	return w.path(n, name)
}
