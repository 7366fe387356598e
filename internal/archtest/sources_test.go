package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// calls that the sources do without. A name that ends in an asterisk stands for
// all that begin so.
var calls = []struct {
	names   string
	inTests bool // the rule holds in tests too
	except  map[string]string
	why     string
}{
	{"os.Exit log.Fatal*", false,
		map[string]string{
			"cmd/ginreload/main.go":             "the process is main's",
			"internal/bench/main.go":            "a command of its own, for developers",
			"internal/bench/targets/main.go":    "the same",
			"internal/bench/throughput/main.go": "the same",
			"internal/chaos/main.go":            "the same, and the program that it starts",
		},
		"whoever ends the process skips what others have deferred; an exit code travels in an error"},
	{"time.Sleep", true,
		map[string]string{
			"supervisor/supervisortest/slow.go": "readers and writers that net/http and crypto/tls call: they have no context, and slowness is what they are for",
		},
		"a sleep is deaf to the end of what it waits for, and in a test either too short or too long: wait for the event"},
	{"time.After time.Tick", false, nil,
		"timers have an owner that stops them; one of these lives until it fires, in a loop once for each turn"},
	{"fmt.Print* log.Print*", false, nil,
		"only sinks print, and standard output belongs to the program that is being developed"},
	{"os.Chdir", true,
		map[string]string{
			"supervisor/hazards_program_test.go": "a program that is started by the tests and, as a daemon does, leaves the folder that it was started in",
		},
		"the working directory is the process's; pass a folder"},
}

const longest = 400

// vague is what a file or package is called that has no subject of its own.
var vague = []string{"util", "utils", "common", "helper", "helpers", "types", "misc"}

func TestSources(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	for _, file := range sources(t) {
		text, err := os.ReadFile(filepath.Join(root(t), file))
		if err != nil {
			t.Fatal(err)
		}
		test := strings.HasSuffix(file, "_test.go")
		for _, part := range strings.FieldsFunc(strings.TrimSuffix(file, ".go"), func(r rune) bool { return r == '/' || r == '_' }) {
			if slices.Contains(vague, part) {
				t.Errorf("%s: %q is not a subject; what has no better name belongs elsewhere", file, part)
			}
		}
		if n := bytes.Count(text, []byte("\n")); n > longest && !test {
			t.Errorf("%s has %d lines, more than %d: it is about two things", file, n, longest)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has a func init: what happens should have a caller, an order and an error", file)
			}
		}
		for _, name := range called(parsed) {
			for _, c := range calls {
				if !matches(c.names, name) || (test && !c.inTests) {
					continue
				}
				if _, ok := c.except[file]; ok {
					used[file+name] = true
					continue
				}
				t.Errorf("%s uses %s: %s", file, name, c.why)
			}
		}
	}
	for _, c := range calls {
		for file := range c.except {
			if !slices.ContainsFunc(strings.Fields(c.names), func(name string) bool { return used[file+name] }) {
				t.Errorf("%s does without %s now: take away its exception", file, c.names)
			}
		}
	}
}

// sources lists the Go files of the module but for test data, and for the
// examples, which show how others write servers.
func sources(t *testing.T) []string {
	t.Helper()
	top := root(t)
	var files []string
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != top && (strings.HasPrefix(name, ".") || name == "testdata" || path == filepath.Join(top, "examples")) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") {
			rel, err := filepath.Rel(top, path)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(fmt.Errorf("list the sources: %w", err))
	}
	return files
}

// called returns what a file uses of other packages, as "time.Sleep".
func called(file *ast.File) []string {
	imported := make(map[string]string) // name in the file → last element of the path
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		base := path[strings.LastIndex(path, "/")+1:]
		name := base
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if !strings.Contains(path, ".") {
			imported[name] = base
		}
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && imported[x.Name] != "" {
				names = append(names, imported[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func matches(patterns, name string) bool {
	for _, p := range strings.Fields(patterns) {
		if prefix, all := strings.CutSuffix(p, "*"); name == p || all && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
