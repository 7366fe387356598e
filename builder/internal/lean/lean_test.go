package lean

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program imports enough for generics, closures, assembly and many types.
const program = `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

type pair[K comparable, V any] struct {
	Key   K
	Value V
}

func main() {
	all := []pair[string, int]{{"b", 2}, {"a", 1}}
	slices.SortFunc(all, func(a, b pair[string, int]) int { return a.Value - b.Value })
	text, err := json.Marshal(all)
	fmt.Println(string(text), err, http.StatusText(404))
}
`

// archives compiles the program and returns where its packages are.
func archives(t testing.TB) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/program\n\ngo 1.25\n", "main.go": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := run(t, dir, "go", "list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}", ".")
	files := make(map[string]string)
	for line := range strings.Lines(out) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	return files
}

func run(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

func link(t testing.TB, files map[string]string) []byte {
	t.Helper()
	dir := t.TempDir()
	var cfg strings.Builder
	for path, file := range files {
		cfg.WriteString("packagefile " + path + "=" + file + "\n")
	}
	if err := os.WriteFile(filepath.Join(dir, "importcfg"), []byte(cfg.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "tool", "link", "-s", "-w", "-buildid=same", "-o", "program", "-importcfg", "importcfg", files["example.com/program"])
	text, err := os.ReadFile(filepath.Join(dir, "program"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheProgramIsTheSame(t *testing.T) {
	files := archives(t)
	smaller := make(map[string]string)
	var before, after int64
	folder := Folder(t.TempDir())
	for path, file := range files {
		small, err := folder.Shrunk(file)
		if err != nil {
			t.Fatal(err)
		}
		smaller[path] = small
		before, after = before+size(t, file), after+size(t, small)
	}
	if !bytes.Equal(link(t, files), link(t, smaller)) {
		t.Error("it is another program")
	}
	t.Logf("%d archives of %d MB became %d MB", len(files), before>>20, after>>20)
	if after > before*4/5 {
		t.Errorf("%d bytes became %d: what was taken out?", before, after)
	}
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestFolderMakesEachOnceAndForgetsWhatNobodyUses(t *testing.T) {
	folder := Folder(t.TempDir())
	archive := archives(t)["errors"]
	first, err := folder.Shrunk(archive)
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * renewAfter)
	if err := os.Chtimes(first, old, old); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := folder.Shrunk(archive)
	if err != nil || second != first {
		t.Fatalf("%s, %v, want %s", second, err, first)
	}
	after, err := os.Stat(first)
	if err != nil || !os.SameFile(before, after) || time.Since(after.ModTime()) > renewAfter {
		t.Errorf("made again, or not renewed: %v, %v", after.ModTime(), err)
	}

	if err := folder.Trim(time.Now().Add(keepFor - time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(first); err != nil {
		t.Errorf("removed too early: %v", err)
	}
	if err := folder.Trim(time.Now().Add(keepFor + time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(first); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("not removed: %v", err)
	}
}

func TestFolderLeavesNothingOfWhatItCannotShrink(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, strings.Repeat("0f", 32)+"-d")
	if err := os.WriteFile(odd, []byte("no archive"), 0o666); err != nil {
		t.Fatal(err)
	}
	folder := Folder(filepath.Join(dir, "lean"))
	for _, archive := range []string{odd, filepath.Join(dir, "main.a")} {
		if _, err := folder.Shrunk(archive); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", archive, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(string(folder), "*", "*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Whatever an archive holds, nothing is written beyond it, and what comes out of
// one that is understood is understood again.
func FuzzShrink(f *testing.F) {
	for path, file := range archives(f) {
		if path == "errors" || path == "internal/bytealg" || path == "unicode/utf8" {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		var once, twice bytes.Buffer
		if err := Shrink(&once, archive); err != nil {
			if !errors.Is(err, ErrUnknown) {
				t.Fatal(err)
			}
			return
		}
		if err := Shrink(&twice, once.Bytes()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Error("there was more to take out")
		}
	})
}
