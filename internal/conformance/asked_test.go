//go:build unix

package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
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

// ask has the tool judge one file. The marker is a command line flag's
// include_file, so that it counts whatever the configuration says.
func (f filtering) ask(t *testing.T, with tool, name string) (verdict bool, err error) {
	const marker = "marker.on"
	changes := step{"judge " + name, func(s *scene) error {
		mark := s.log.len()
		if err := touch(name).do(s); err != nil {
			return err
		}
		if err := touch(marker).do(s); err != nil {
			return err
		}
		err := s.log.await(s.patience, mark, "a build because of the marker", func(new []entry) bool {
			return s.named(new, name) || s.named(new, marker)
		})
		verdict = s.named(s.log.since(mark), name)
		return err
	}}
	return verdict, play(t, Case{
		name: f.name, place: f.place, top: f.top, build: f.text + marked(f.text, marker),
		files: map[string]string{name: "// old\n", marker: ""},
		args:  []string{"--build.cmd", "say build", "--build.full_bin", "hang"},
		steps: []step{launched, hears("^hang"), changes},
	}, with)
}

// marked adds the marker to what the filtering includes.
func marked(text, marker string) string {
	if has(text, "include_file") {
		return ""
	}
	return fmt.Sprintf("include_file = [%q]\n", marker)
}
