//go:build unix

package conformance

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// What there has to be a case for: the groups of behaviours of Air, what a
// drop-in has to mirror, improve, or must not break, and the traps that a
// survey of real configurations has found.
const topics = `
discovery types unknown safety smoke
entrypoint bin args precedence bin-arguments
platform init tmp tmp-rewriting kill-delay colour banner
cli cli-defaults cli-durations lists variables check
filters regex globs include-dir outside-root always-excluded symlinks poll unchanged
building keep stop-on-error one-build delay delay-ceiling zeros empty-lists rerun crash
pre-cmd post-cmd clean send-interrupt signals second processes wrappers
env-files environment log build-log output screen sh cwd-and-root
rules proxy guide
T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16 T17 T18 T19 T20 T21 T22 T23 T24 T25`

// topical is a case of any kind, for what all of them promise.
type topical struct{ name, covers, differs string }

func everything() (all []topical) {
	for _, g := range groups() {
		for _, c := range g.cases {
			all = append(all, topical{g.name + "/" + c.name, c.covers, c.differs})
		}
	}
	for _, l := range loadings() {
		all = append(all, topical{"loadings/" + l.name, l.covers, l.differs})
	}
	for _, f := range filterings() {
		all = append(all, topical{"filterings/" + f.name, f.covers, f.differs})
	}
	return all
}

func TestEachTopicHasACase(t *testing.T) {
	t.Parallel()
	const least = 140
	counts := map[string]int{}
	for _, topic := range strings.Fields(topics) {
		counts[topic] = 0
	}
	names := map[string]bool{}
	for _, c := range everything() {
		if names[c.name] {
			t.Errorf("%s is there twice", c.name)
		}
		names[c.name] = true
		if c.covers == "" {
			t.Errorf("%s does not say what it is about", c.name)
		}
		for _, topic := range strings.Fields(c.covers) {
			if _, ok := counts[topic]; !ok {
				t.Errorf("%s: %q is no topic", c.name, topic)
			}
			counts[topic]++
		}
	}
	var missing []string
	for topic, n := range counts {
		if n == 0 {
			missing = append(missing, topic)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("no case for %s", strings.Join(missing, ", "))
	}
	if n := len(everything()); n < least {
		t.Errorf("%d cases, want %d", n, least)
	}
	t.Logf("%d cases and %d configurations", len(everything()), len(shapes()))
}

// TestDifferencesAreDocumented holds the key phrase of each case against the
// migration table.
func TestDifferencesAreDocumented(t *testing.T) {
	t.Parallel()
	const page = "../../docs/migrating-from-air.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(fmt.Errorf("read the migration table: %w", err))
	}
	all := everything()
	for _, s := range shapes() {
		all = append(all, topical{name: "corpus/" + s.name, differs: s.differs})
	}
	for _, c := range all {
		if c.differs != "" && !strings.Contains(strings.ToLower(string(text)), strings.ToLower(c.differs)) {
			t.Errorf("%s: %s does not have %q", c.name, page, c.differs)
		}
	}
}
