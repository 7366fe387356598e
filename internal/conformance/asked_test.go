//go:build unix

package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFilteringsOfAir asks Air itself about the files of each filtering, and
// ginreload in the same way: each file is changed, and then another one that
// matters, and what the tool gives as its reasons is compared.
func TestFilteringsOfAir(t *testing.T) {
	t.Parallel()
	other := air()
	if other == nil {
		t.Skip("AIR does not name Air's binary")
	}
	for _, f := range filterings() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if f.only != "" {
				t.Skip(f.only)
			}
			want := map[string]bool{}
			for verdict, names := range map[bool]string{true: f.yes, false: f.no} {
				for _, name := range strings.Fields(names) {
					want[name] = verdict
				}
			}
			differing := strings.Fields(f.airYes + " " + f.airNo)
			for _, name := range differing {
				want[name] = !want[name]
			}
			if (len(differing) > 0) != (f.differs != "") {
				t.Errorf("what Air does otherwise is not said")
			}
			for _, name := range slices.Sorted(maps.Keys(want)) {
				got, err := f.ask(t, *other, name)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				} else if got != want[name] {
					t.Errorf("DIFFERS, and is not meant to: a change of %s leads to a build: %t", name, got)
				} else if slices.Contains(differing, name) {
					t.Logf("DIFFERS (%s): Air: a change of %s leads to a build: %t", f.differs, name, got)
				}
			}
		})
	}
}

// ask has Air judge one file: which of it and of a marker, which is changed
// afterwards and always matters, does it name? Its folders are watched by one
// goroutine each, which race, so that a no is asked for again.
func (f filtering) ask(t *testing.T, with tool, name string) (verdict bool, err error) {
	with.patience = 3 * time.Second
	judge := step{"judge " + name, func(s *scene) error {
		for range 5 {
			mark := s.log.len()
			if err := touch(name).do(s); err != nil {
				return err
			}
			if err := touch(marker).do(s); err != nil {
				return err
			}
			// Where the configuration silences everything, nothing is named.
			s.log.await(s.patience, mark, "", func(new []entry) bool { return s.named(new, name) || s.named(new, marker) })
			new := s.log.since(mark)
			if verdict = s.named(new, name); verdict || !s.named(new, marker) {
				return nil
			}
			if err := s.log.await(s.patience, mark, "the end of the build", func(new []entry) bool { return count(new, output, "^running") > 0 }); err != nil {
				return err
			}
		}
		return nil
	}}
	return verdict, play(t, Case{
		place: f.place, top: f.top, build: f.marked(), files: map[string]string{name: "// old\n", marker: ""},
		args:  []string{"--build.cmd", "say build", "--build.full_bin", "hang"},
		steps: []step{launched, hears("^hang"), judge}, abandon: true,
	}, with)
}

const marker = "marker.on"

// marked adds the marker to what the filtering includes.
func (f filtering) marked() string {
	if has(f.text, "include_file") {
		return strings.Replace(f.text, "include_file = [", "include_file = [\""+marker+"\", ", 1)
	}
	return fmt.Sprintf("include_file = [%q]\n", marker) + f.text
}
