package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRatioIsThatOfTheMedians(t *testing.T) {
	t.Parallel()
	results := []Result{{Tool: "loop"}, {Tool: "air"}}
	for _, ms := range []time.Duration{900, 1000, 5000, 1100} {
		results[0].add(turn{took: ms * time.Millisecond, requests: 10, failed: 1})
	}
	for _, ms := range []time.Duration{2500, 2000, 2100} {
		results[1].add(turn{took: ms * time.Millisecond, requests: 10})
	}
	compare(results)
	if l := results[0]; l.Median != 1050 || l.Min != 900 || l.Max != 5000 || l.ToAir != 0.5 || l.Failed != 4 || l.Requests != 40 {
		t.Errorf("loop: %+v", l)
	}
	var table bytes.Buffer
	if err := printTable(&table, results); err != nil {
		t.Fatal(err)
	}
	if got := table.String(); !strings.Contains(got, "4 / 40") || !strings.Contains(got, "0.50") {
		t.Errorf("table:\n%s", got)
	}
}

func TestSaveChangesTheCopyOnly(t *testing.T) {
	t.Parallel()
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	original := filepath.Join(root, "examples", "gin", "main.go")
	before, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorkspace(t.Context(), root, "examples/gin", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.save("hello, test"); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(filepath.Join(w.program, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(saved, []byte(`const greeting = "hello, test"`)) {
		t.Errorf("saved:\n%s", saved)
	}
	mod, err := os.ReadFile(filepath.Join(w.program, "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(mod, []byte(modulePath+" => "+root)) {
		t.Errorf("go.mod of the copy:\n%s", mod)
	}
	if after, err := os.ReadFile(original); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the original has changed (%v)", err)
	}
}
