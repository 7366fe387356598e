package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAtOnce(t *testing.T) {
	t.Parallel()
	for kinds, want := range map[string]int{
		"": 0,
		"build-started build-finished reloaded build-started":               1,
		"build-started build-started build-finished build-finished":         2,
		"build-started build-finished build-started build-started reloaded": 2,
	} {
		var lines []line
		for _, kind := range strings.Fields(kinds) {
			lines = append(lines, line{Kind: kind})
		}
		if got := atOnce(lines); got != want {
			t.Errorf("%q: %d at once, want %d", kinds, got, want)
		}
	}
}

func TestMedianIsOneOfTheTimes(t *testing.T) {
	t.Parallel()
	if got := median([]time.Duration{9 * time.Second, time.Second, 2 * time.Second}); got != 2*time.Second {
		t.Errorf("the median is %v", got)
	}
}

// One mistake is for a parser, the other one is not.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for behind, right := range map[string]bool{"": true, mistakes[0].text: false, mistakes[1].text: true} {
		_, err := parser.ParseFile(token.NewFileSet(), "main.go", server("hello", httpImport, behind), parser.AllErrors)
		if (err == nil) != right {
			t.Errorf("with %q: %v", behind, err)
		}
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	a, err := threads(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if a.threads < 2 || a.running <= 0 || a.woken < 1 {
		t.Errorf("this test has %+v", a)
	}
}

func TestEventsAndOtherLines(t *testing.T) {
	t.Parallel()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{lines: make(chan line, 3)}
	if _, err := io.WriteString(in, "text\n{\"kind\":\"build-finished\",\"build\":{\"number\":1}}\n{\"kind\"\n"); err != nil {
		t.Fatal(err)
	}
	in.Close()
	s.read(out)
	for _, want := range []string{"", "build-finished", ""} {
		if l := <-s.lines; l.Kind != want || l.text == "" {
			t.Errorf("got %+v, want an event %q", l, want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for arguments, wrong := range map[string]bool{
		"": false, "-only idle,burst": false, "-only sleep": true, "-n 0": true, "-idle 1": true,
	} {
		var told bytes.Buffer
		if _, err := parse(strings.Fields(arguments), &told); (err != nil) != wrong {
			t.Errorf("%q: %v", arguments, err)
		}
	}
}
