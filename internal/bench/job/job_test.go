//go:build linux

package job

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// start runs a shell whose first line of output says that it is ready.
func start(t *testing.T, script string) (*Job, string) {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	j, err := Start([]string{"sh", "-c", script}, t.TempDir(), os.Environ(), in)
	in.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Stop(); err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return j, strings.TrimSpace(line)
}

func TestStopEndsWhatHasLeftTheGroup(t *testing.T) {
	t.Parallel()
	j, line := start(t, `setsid sh -c 'trap "" INT; echo $$; while :; do sleep 1; done' & wait`)
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if !j.marked(pid) {
		t.Fatalf("process %d is not known as one of the job", pid)
	}
	if err := j.Stop(); err != nil {
		t.Fatal(err)
	}
	if j.marked(pid) {
		t.Errorf("process %d is still there", pid)
	}
}

func TestUsageCountsChildrenThatHaveEnded(t *testing.T) {
	t.Parallel()
	j, _ := start(t, `sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo done; sleep 1000`)
	u, err := j.Settle(t.Context(), 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if u.CPU < tick || u.Memory < 1<<18 {
		t.Errorf("used %v and %d bytes", u.CPU, u.Memory)
	}
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	const behind = " S 1 2 3 4 5 6 7 8 9 10 100 20 3 4 20 0 1 0 5 6000 7 8"
	for name, want := range map[string]time.Duration{
		"7 (sh)" + behind:          127 * tick,
		"7 (a) R 1 (b c)" + behind: 127 * tick,
		"7 (sh) S 1 2":             -1,
		"":                         -1,
		"7 (sh)" + strings.Replace(behind, "100", "x", 1): -1,
	} {
		u, err := parseStat([]byte(name))
		if (err != nil) != (want < 0) {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err == nil && (u.CPU != want || u.Memory != 7*int64(os.Getpagesize())) {
			t.Errorf("%q: %+v", name, u)
		}
	}
}
