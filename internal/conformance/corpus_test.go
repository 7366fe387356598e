//go:build unix

package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/config"
)

const corpus = "../../testdata/air"

// TestCorpusIsComplete keeps the files and the shapes that run them together.
func TestCorpusIsComplete(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(corpus, "*.toml"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d configurations in %s, want 40; %v", len(files), corpus, err)
	}
	known := map[string]bool{}
	for _, s := range shapes() {
		known[s.name] = true
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".toml")
		if !known[name] {
			t.Errorf("%s is run by no shape", file)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("there is no %s.toml", name)
	}
}

// TestCorpusLoads compares the warnings with the first comment of each file.
func TestCorpusLoads(t *testing.T) {
	t.Parallel()
	for _, c := range shapes() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, err := layOut(t, c.laidOut(t))
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := config.Load(c.args, func(string) string { return "" }, dir)
			if err != nil {
				t.Fatal(err)
			}
			want := warned(t, read(t, c.name))
			for _, w := range got.Warnings {
				if i := indexOfIn(want, w.Message); i < 0 {
					t.Errorf("unexpected: %v → %s", w, w.Hint)
				}
			}
			for _, key := range want {
				found := false
				for _, w := range got.Warnings {
					found = found || strings.Contains(w.Message, key)
				}
				if !found {
					t.Errorf("no warning about %s", key)
				}
			}
		})
	}
}

func indexOfIn(keys []string, text string) int {
	for i, key := range keys {
		if strings.Contains(text, key) {
			return i
		}
	}
	return -1
}

// warned reads the comment "# warns: a, b" or "# warns: nothing".
func warned(t *testing.T, text string) []string {
	t.Helper()
	_, line, ok := strings.Cut(text, "# warns: ")
	line, _, _ = strings.Cut(line, "\n")
	line = strings.TrimSpace(line)
	switch {
	case !ok:
		t.Fatal("no comment says which warnings there are")
	case line == "nothing":
		return nil
	}
	return strings.Split(line, ", ")
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(corpus, name+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCorpusRuns starts each configuration, edits, and stops.
func TestCorpusRuns(t *testing.T) {
	t.Parallel()
	for i, c := range shapes() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && i%3 != 0 {
				t.Skip("one of three")
			}
			check(t, c.laidOut(t))
		})
	}
}

// laidOut puts the configuration where the shape wants it: .air.toml, unless
// its files have a place for it.
func (c Case) laidOut(t *testing.T) Case {
	t.Helper()
	files := map[string]string{}
	placed := false
	for name, text := range c.files {
		if text == theConfiguration {
			text, placed = read(t, c.name), true
		}
		files[name] = text
	}
	c.files = files
	if c.config = read(t, c.name); placed {
		c.files[".air.toml"] = gone
	}
	return c
}

// theConfiguration stands for the text of the configuration itself.
const theConfiguration = "\x00configuration"
