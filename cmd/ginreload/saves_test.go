//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// onlyOne is a go command that holds a lock, with all its children, while it
// builds, and writes down when somebody else holds it: builds are counted from
// outside.
const onlyOne = `#!/bin/sh
if [ "$1" = build ]; then
	exec 9>>%[1]s/lock
	echo build >>%[1]s/builds
	flock -n 9 || echo two at once >>%[1]s/violations
fi
exec %[2]s "$@"
`

func TestFiftySavesNeverBuildTwiceAtOnce(t *testing.T) {
	if _, err := exec.LookPath("flock"); err != nil {
		t.Skip("needs flock, from util-linux")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	write(t, filepath.Join(bin, "go"), fmt.Sprintf(onlyOne, bin, goTool))
	if err := os.Chmod(filepath.Join(bin, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))

	dir := tiny(t)
	file := filepath.Join(dir, "main.go")
	g := start(t, dir)
	g.awaitKind(event.Reloaded)
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Fifty saves in five seconds, as somebody who saves while typing.
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	for i := 1; i <= 50; i++ {
		<-pace.C
		replace(t, file, []byte(strings.Replace(string(source), "version 1\"", fmt.Sprintf("version 1.%d\"", i), 1)))
	}
	last := "hello, version 1.50"
	g.await("the last state", func(e event.Event) bool {
		if e.Kind != event.Reloaded {
			return false
		}
		got, err := g.get("/")
		return err == nil && got == last
	})
	if text, err := os.ReadFile(filepath.Join(bin, "violations")); err == nil {
		t.Errorf("builds ran side by side:\n%s", text)
	}
	builds, err := os.ReadFile(filepath.Join(bin, "builds"))
	if err != nil {
		t.Fatal(err)
	}
	reloads := len(g.all(event.Reloaded)) - 1
	t.Logf("50 saves: %d builds started, %d reloads", strings.Count(string(builds), "build\n"), reloads)
	if reloads < 2 {
		t.Errorf("%d reloads in five seconds of saving: it starves", reloads)
	}
}

// Each way in which editors and tools write a file leads to one reload.
func TestEveryWayOfSavingReloadsOnce(t *testing.T) {
	dir := tiny(t)
	write(t, filepath.Join(dir, "part", "part.go"), "package part\n\nconst Text = \"part 0\"\n")
	edit(t, filepath.Join(dir, "main.go"), "\t\"github.com", "\t\"example.com/tiny/part\"\n\n\t\"github.com")
	edit(t, filepath.Join(dir, "main.go"), "const greeting = \"hello, version 1\"", "const greeting = part.Text")
	g := start(t, dir)
	g.awaitKind(event.Reloaded)
	file := filepath.Join(dir, "part", "part.go")
	source := func(n int) []byte { return fmt.Appendf(nil, "package part\n\nconst Text = \"part %d\"\n", n) }

	// A way that takes several steps may be interrupted for longer than the quiet
	// window, on a busy machine; then a build of the state in between is started,
	// and cancelled or failed. There is one reload all the same.
	const steps, oneStep = false, true
	ways := []struct {
		name  string
		whole bool
		save  func(text []byte)
	}{
		{"write in place", oneStep, func(text []byte) { inPlace(t, file, os.O_WRONLY, text) }},
		{"truncate and write", steps, func(text []byte) { inPlace(t, file, os.O_WRONLY|os.O_TRUNC, text) }},
		{"truncate, and write later", steps, func(text []byte) {
			f, err := os.OpenFile(file, os.O_WRONLY|os.O_TRUNC, 0)
			if err != nil {
				t.Fatal(err)
			}
			// Longer than the quiet window, as over a slow disk.
			pause := time.NewTimer(80 * time.Millisecond)
			<-pause.C
			if _, err := f.Write(text); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}},
		{"temporary file renamed over it, as VS Code and JetBrains do", oneStep, func(text []byte) {
			write(t, file+".tmp12345", string(text))
			rename(t, file+".tmp12345", file)
		}},
		{"___jb_tmp___ and ___jb_old___, as JetBrains does", steps, func(text []byte) {
			write(t, file+"___jb_tmp___", string(text))
			rename(t, file, file+"___jb_old___")
			rename(t, file+"___jb_tmp___", file)
			remove(t, file+"___jb_old___")
		}},
		{"vim: 4913, backup, new file", steps, func(text []byte) {
			probe := filepath.Join(filepath.Dir(file), "4913")
			write(t, probe, "")
			remove(t, probe)
			rename(t, file, file+"~")
			write(t, file, string(text))
			remove(t, file+"~")
		}},
		{"emacs: lock, backup that stays, new file", steps, func(text []byte) {
			lock := filepath.Join(filepath.Dir(file), ".#part.go")
			if err := os.Symlink("somebody@host.1:2", lock); err != nil {
				t.Fatal(err)
			}
			rename(t, file, file+"~")
			write(t, file, string(text))
			remove(t, lock)
		}},
		{"sed -i", oneStep, func(text []byte) {
			_, number, _ := strings.Cut(strings.TrimSpace(string(text)), "\"part ")
			run := exec.Command("sed", "-i", "s/part [0-9][0-9]*/part "+strings.Trim(number, "\"")+"/", file)
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
		}},
		{"removed and written anew", steps, func(text []byte) { remove(t, file); write(t, file, string(text)) }},
		{"gofmt -w", oneStep, func(text []byte) {
			// Unformatted: two changes that may come as one, so only the second counts.
			outside := filepath.Join(t.TempDir(), "part.go")
			write(t, outside, strings.Replace(string(text), "const Text", "const   Text", 1))
			run := exec.Command("gofmt", "-w", outside)
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
			rename(t, outside, file)
		}},
		{"the folder is moved away and another one moved in", steps, func(text []byte) {
			away, in := t.TempDir(), t.TempDir()
			write(t, filepath.Join(in, "new", "part.go"), string(text))
			rename(t, filepath.Dir(file), filepath.Join(away, "old"))
			rename(t, filepath.Join(in, "new"), filepath.Dir(file))
		}},
		{"written in the folder that was moved in", steps, func(text []byte) { inPlace(t, file, os.O_WRONLY|os.O_TRUNC, text) }},
	}
	for i, way := range ways {
		before := len(g.all(event.BuildStarted))
		way.save(source(i + 1))
		e := g.awaitKind(event.Reloaded, event.ReloadFailed)
		if e.Kind != event.Reloaded {
			t.Fatalf("%s: %s", way.name, text(e))
		}
		g.expect(fmt.Sprint("part ", i+1))
		t.Logf("%s: answered after %.0f ms", way.name, e.Timings.Total)
		if builds := len(g.all(event.BuildStarted)) - before; builds != 1 && way.whole {
			t.Errorf("%s: %d builds", way.name, builds)
		}
	}
	// Whatever the last ways may still have in store comes before this one.
	edit(t, file, "part ", "the end ")
	g.awaitKind(event.Reloaded)
	if reloads := len(g.all(event.Reloaded)); reloads != len(ways)+2 {
		t.Errorf("%d reloads for %d saves", reloads-1, len(ways)+1)
	}

	// And what must lead to nothing: the same content again, and droppings.
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, file, text)
	inPlace(t, file, os.O_WRONLY|os.O_TRUNC, text)
	write(t, filepath.Join(dir, ".main.go.swp"), "x")
	write(t, filepath.Join(dir, "#main.go#"), "x")
	write(t, filepath.Join(dir, "main.go~"), "x")
	write(t, filepath.Join(dir, "notes.md"), "x")
	edit(t, file, "the end ", "the very end ")
	g.awaitKind(event.Reloaded)
	if reloads := len(g.all(event.Reloaded)); reloads != len(ways)+3 {
		t.Errorf("%d reloads, %d expected: something counted that is no change", reloads, len(ways)+3)
	}
}

func inPlace(t *testing.T, file string, flags int, text []byte) {
	t.Helper()
	f, err := os.OpenFile(file, flags, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(len(text))); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
