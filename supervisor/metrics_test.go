package supervisor

import (
	"bufio"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	helpLine   = regexp.MustCompile(`^# HELP (ginreload_supervisor_[a-z_]+) \S.*\.$`)
	typeLine   = regexp.MustCompile(`^# TYPE (ginreload_supervisor_[a-z_]+) (counter|gauge)$`)
	sampleLine = regexp.MustCompile(`^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$`)
)

// exposition checks a page against the text format, version 0.0.4: HELP and
// TYPE once before the samples of each name, the samples together, no two
// alike, each value a number. It returns the samples.
func exposition(page string) (map[string]float64, error) {
	samples, families := make(map[string]float64), make(map[string]bool)
	family, kind := "", ""
	if !strings.HasSuffix(page, "\n") {
		return nil, fmt.Errorf("the last line does not end")
	}
	for scan := bufio.NewScanner(strings.NewReader(page)); scan.Scan(); {
		line := scan.Text()
		if m := helpLine.FindStringSubmatch(line); m != nil {
			if families[m[1]] {
				return nil, fmt.Errorf("%s comes twice", m[1])
			}
			family, kind, families[m[1]] = m[1], "", true
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			if m[1] != family || kind != "" {
				return nil, fmt.Errorf("TYPE of %s after HELP of %s", m[1], family)
			}
			if kind = m[2]; (kind == "counter") != strings.HasSuffix(family, "_total") {
				return nil, fmt.Errorf("%s is a %s", family, kind)
			}
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("what is %q?", line)
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil || value < 0 {
			return nil, fmt.Errorf("%s: value %q: %v", m[1], m[3], err)
		}
		key := strings.TrimSuffix(line, " "+m[3])
		if _, again := samples[key]; again || m[1] != family || kind == "" {
			return nil, fmt.Errorf("%s comes again, or in the family %s", key, family)
		}
		samples[key] = value
	}
	return samples, nil
}

func TestMetrics(t *testing.T) {
	odd := "a\"b\\c\nd{}=, é"
	st := new(journal).told(Event{Kind: EventServing}, Event{Kind: EventBegun}, Event{Kind: EventFailed, Err: ErrSpent},
		Event{Kind: EventBegun}, Event{Kind: EventPrepared, Took: 1500000000}, Event{Kind: EventFailed, Err: ErrStopping})
	st.Started, st.Program.Path, st.Program.Revision = epoch, odd, odd
	st.Listeners = []ListenerStatus{
		{Name: odd, Network: "tcp", Backlog: &Backlog{Length: 3, Limit: 128}, Connections: Connections{New: 1, Idle: 2, Active: 3, Hijacked: 4}},
		{Name: "unix", Network: "unix"},
	}
	page := string(st.Metrics())
	samples, err := exposition(page)
	if err != nil {
		t.Fatalf("%v\n%s", err, page)
	}
	label := `listener="a\"b\\c\nd{}=, é"`
	for key, want := range map[string]float64{
		`generation`:                                  1,
		`start_time_seconds`:                          float64(epoch.Unix()),
		`phase{phase="serving"}`:                      1,
		`phase{phase="draining"}`:                     0,
		`connections{` + label + `,state="hijacked"}`: 4,
		`connections{listener="unix",state="new"}`:    0,
		`listener_backlog{` + label + `}`:             3,
		`listener_backlog_limit{` + label + `}`:       128,
		`upgrades_failed_total{reason="spent"}`:       1,
		`upgrades_failed_total{reason="stopping"}`:    1,
		`last_upgrade_succeeded`:                      0,
		`last_upgrade_seconds`:                        2,
		`last_upgrade_step_seconds{step="prepared"}`:  1.5,
	} {
		if got, ok := samples[metricPrefix+key]; !ok || got != want {
			t.Errorf("%s is %v (there: %t), want %v", key, got, ok, want)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

// The checker sees what it is there to see.
func TestExpositionIsStrict(t *testing.T) {
	good := "# HELP ginreload_supervisor_x It.\n# TYPE ginreload_supervisor_x gauge\n"
	for _, bad := range []string{
		good + "ginreload_supervisor_x 1",
		good + "ginreload_supervisor_x one\n",
		good + "ginreload_supervisor_x 1\nginreload_supervisor_x 1\n",
		good + "ginreload_supervisor_y 1\n",
		good + good,
		good + `ginreload_supervisor_x{a="b"c"} 1` + "\n",
		good + `ginreload_supervisor_x{a="\x"} 1` + "\n",
		"ginreload_supervisor_x 1\n",
		"# HELP ginreload_supervisor_x It.\nginreload_supervisor_x 1\n",
		"# HELP ginreload_supervisor_x It.\n# TYPE ginreload_supervisor_x counter\n",
	} {
		if _, err := exposition(bad); err == nil {
			t.Errorf("passes:\n%s", bad)
		}
	}
}
