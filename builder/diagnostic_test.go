package builder_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

var update = flag.Bool("update", false, "run the toolchain on testdata/diagnostics and record what it says")

// TestParseDiagnostics reads testdata/diagnostics/*.txt: files of a broken
// module, the output of the toolchain for it (recorded with -update), and what
// is made of that. A case without a go.mod is output of foreign origin.
func TestParseDiagnostics(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/diagnostics/*.txt")
	check(t, err)
	if len(files) == 0 {
		t.Fatal("no cases")
	}
	run := func(t *testing.T, path string) {
		t.Parallel()
		text, err := os.ReadFile(path)
		check(t, err)
		c := parseCase(string(text))
		if *update {
			c.record(t)
		}
		got := render(builder.ParseDiagnostics(c.get("output")))
		if *update {
			c.set("diagnostics", got)
			check(t, os.WriteFile(path, []byte(c.String()), 0o666))
		}
		if want := c.get("diagnostics"); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { run(t, path) })
	}
}

func render(found []builder.Diagnostic) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%s | %s:%d:%d | x%d | %q\n", d.Package, d.File, d.Line, d.Column, d.Count, d.Message)
	}
	return b.String()
}

// A goldenCase is a list of sections, each introduced by "-- name --".
type goldenCase struct {
	note     string // may hold "command: ...", default go build
	sections []section
}

type section struct{ name, text string }

func parseCase(text string) *goldenCase {
	c := &goldenCase{}
	for line := range strings.Lines(text) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if name, ok2 := strings.CutSuffix(name, " --"); ok && ok2 {
			c.sections = append(c.sections, section{name: name})
		} else if n := len(c.sections); n > 0 {
			c.sections[n-1].text += line
		} else {
			c.note += line
		}
	}
	return c
}

func (c *goldenCase) get(name string) string {
	i := slices.IndexFunc(c.sections, func(s section) bool { return s.name == name })
	if i < 0 {
		return ""
	}
	return c.sections[i].text
}

func (c *goldenCase) set(name, text string) {
	i := slices.IndexFunc(c.sections, func(s section) bool { return s.name == name })
	if i < 0 {
		i = len(c.sections)
		c.sections = append(c.sections, section{name: name})
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	c.sections[i].text = text
}

func (c *goldenCase) String() string {
	var b strings.Builder
	b.WriteString(c.note)
	for _, s := range c.sections {
		fmt.Fprintf(&b, "-- %s --\n%s", s.name, s.text)
	}
	return b.String()
}

func (c *goldenCase) record(t *testing.T) {
	if c.get("go.mod") == "" && c.get("main.go") == "" {
		return
	}
	dir := t.TempDir()
	for _, s := range c.sections {
		if s.name != "output" && s.name != "diagnostics" {
			path := filepath.Join(dir, s.name)
			check(t, os.MkdirAll(filepath.Dir(path), 0o777))
			check(t, os.WriteFile(path, []byte(s.text), 0o666))
		}
	}
	words := strings.Fields("go build -o app")
	if _, command, ok := strings.Cut(c.note, "command: "); ok {
		words = strings.Fields(command)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOPROXY=off", "LC_ALL=C")
	output, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("the toolchain finds nothing wrong")
	}
	output = bytes.ReplaceAll(output, []byte(dir), []byte("/src/app"))
	root, err := exec.Command("go", "env", "GOROOT").Output()
	check(t, err)
	output = bytes.ReplaceAll(output, bytes.TrimSpace(root), []byte("/usr/local/go"))
	c.set("output", string(output))
}

func FuzzParseDiagnostics(f *testing.F) {
	files, err := filepath.Glob("testdata/diagnostics/*.txt")
	check(f, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		check(f, err)
		f.Add(parseCase(string(text)).get("output"))
	}
	f.Fuzz(func(t *testing.T, output string) {
		found := builder.ParseDiagnostics(output)
		total := 0
		seen := map[builder.Diagnostic]bool{}
		for _, d := range found {
			total += d.Count
			if d.Line < 0 || d.Column < 0 || d.Count < 1 {
				t.Errorf("numbers of %+v", d)
			}
			if d.Message == "" || d.File == "" && (d.Line > 0 || d.Column > 0) {
				t.Errorf("nothing in %+v", d)
			}
			d.Count = 0
			if seen[d] {
				t.Errorf("twice: %+v", d)
			}
			seen[d] = true
		}
		if lines := strings.Count(output, "\n") + 1; total > lines {
			t.Errorf("%d diagnostics in %d lines", total, lines)
		}
	})
}
