//go:build linux

package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// The test binary is also the program, as the command is.
func TestMain(m *testing.M) {
	if dir := os.Getenv(programEnv); dir != "" {
		os.Exit((&program{dir: dir}).main())
	}
	goleak.VerifyTestMain(m)
}

// The reference has 58 cases. A number without a case would be forgotten.
func TestEveryNumberHasACase(t *testing.T) {
	t.Parallel()
	const last, least = 58, 45
	numbers := make(map[int]bool)
	for _, f := range faults() {
		if f.number < 1 || f.number > last {
			t.Errorf("%v: there is no such number", f)
		}
		if f.name == "" || f.inject == "" {
			t.Errorf("%v does not say what it does", f)
		}
		if (f.run == nil) == (f.na == "") || (f.run == nil) != (f.pass == "") {
			t.Errorf("%v: either it runs and says what passes, or it says why not", f)
		}
		numbers[f.number] = numbers[f.number] || f.run != nil
	}
	run := 0
	for n := 1; n <= last; n++ {
		runs, known := numbers[n]
		if !known {
			t.Errorf("case %d is missing", n)
		}
		if runs {
			run++
		}
	}
	if run < least {
		t.Errorf("%d cases run, want %d", run, least)
	}
}

// A few fast cases, so that neither they nor the command rot.
func TestSmoke(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-seed", "1", "-slack", "100", "-run", "^(2|9|25|37|56) ", "-v"}, &out, io.Discard)
	t.Log(out.String())
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "5 cases passed, 0 failed") {
		t.Error("not all cases ran")
	}
}

// A case has to be able to fail.
func TestFailureIsReported(t *testing.T) {
	t.Parallel()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &campaign{options: options{seed: 1, parallel: 1, slack: 100, only: regexp.MustCompile("")}, binary: binary}
	results := c.run(t.Context(), []fault{
		{number: 1, run: func(t *trial) string {
			t.start().watch.limit = 0
			return ""
		}},
		{number: 2, run: func(t *trial) string {
			s := t.start()
			s.watch.mu.Lock()
			s.watch.tcp.lost++
			s.watch.mu.Unlock()
			return ""
		}},
		{number: 3, run: func(t *trial) string {
			t.together(2, func(i int) { t.failf("number %d", i) })
			return ""
		}},
	})
	for i, want := range []string{"1 generations at the same time", "probes over tcp failed", "number "} {
		if results[i].outcome != failed || !strings.Contains(results[i].words(), want) {
			t.Errorf("%s %s, want a failure with %q", results[i].outcome, results[i].words(), want)
		}
	}
	if verdict(results) == nil {
		t.Error("the verdict is good")
	}
}
