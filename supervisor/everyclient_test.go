//go:build linux

package supervisor_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// upgradesEnv is how many upgrades the tests here do, for a long run by hand:
//
//	SUPERVISOR_TEST_UPGRADES=200 go test -v -timeout 2h -run TestEveryClient ./supervisor
const upgradesEnv = "SUPERVISOR_TEST_UPGRADES"

func manyUpgrades(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv(upgradesEnv)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", upgradesEnv, err)
	}
	return n
}

// everyKind is the program with all that the clients of a Load connect to, and
// such a load with clients of every kind.
func everyKind(t *testing.T, words ...string) (supervisortest.Program, supervisortest.Load, *output) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	socket, withSocket := withSocket(t)
	dir, port, tlsPort, out := t.TempDir(), freePort(t), freePort(t), &output{more: make(chan struct{})}
	// A header takes 2 s, and on a machine that has too much to do more than the
	// 5 s that a connection gets.
	words = append(words, "h2c", "drain=30s", "arrive=30s", withSocket, "also=tls,tcp,127.0.0.1:"+tlsPort+",tls")
	if err := os.WriteFile(filepath.Join(dir, "behaviour"), []byte(strings.Join(words, " ")), 0o600); err != nil {
		t.Fatal(err)
	}
	program := supervisortest.Program{
		Path: self, Env: []string{appEnv + "=" + dir, "PORT=" + port, quickExit},
		Signal: syscall.SIGUSR2, URL: "http://127.0.0.1:" + port, Output: out,
	}
	return program, supervisortest.Load{
		URL: program.URL, Think: 20 * time.Millisecond, Every: 100 * time.Millisecond,
		KeepAlive: 4, Busy: 1, Idle: 4, IdleThink: 700 * time.Millisecond, NewConn: 2,
		Slow: 2, SlowPath: "/slow?ms=300", Upload: 2, SlowHeader: 4,
		Post: 2, OnceLog: filepath.Join(dir, onceLog),
		TLS: 2, TLSURL: "https://127.0.0.1:" + tlsPort, TLSConfig: certify(t, dir),
		HTTP2: 1, H2C: 1, WebSocket: 4, Events: 4,
		Download: 1, LongUpload: 1,
		Unix: 2, UnixPath: socket,
	}, out
}

func TestEveryClientUnderUpgrades(t *testing.T) {
	t.Parallel()
	upgrades := manyUpgrades(t, 6)
	program, load, out := everyKind(t)
	if os.Getenv(upgradesEnv) == "" {
		load.TransferTime = time.Second
	}
	report, all, err := program.UpgradeUnderLoad(t.Context(), load, upgrades)
	if err != nil {
		t.Fatalf("%v\n%v\n%s", err, report, out)
	}
	logUpgrades(t, all, report)
	if report.Failed != 0 {
		t.Errorf("%d of %d requests failed\n%s", report.Failed, report.Requests, out)
	}
	if p := report.Posts; p.Once == 0 || p.Once != p.Answered {
		t.Errorf("POSTs: %v", p)
	}
	for _, bad := range []string{"DATA RACE", "goroutines left: found", "connections cut"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("a generation says: %s\n%s", bad, out)
		}
	}
}

// The same clients lose requests of nearly every kind if the same program is
// upgraded as tableflip's README suggests. A loss that is not seen here would
// not be seen above either.
func TestEveryClientWithTheRecipe(t *testing.T) {
	t.Parallel()
	words := []string{"recipe"}
	if os.Getenv(upgradesEnv) == "" {
		words = append(words, "drain=2s") // which each of its drains takes, for the streams
	}
	program, load, out := everyKind(t, words...)
	upgrades := manyUpgrades(t, 40) / 20 // each takes as long as its longest stream
	if os.Getenv(upgradesEnv) == "" {
		load.TransferTime = time.Second
	}
	report, all, err := program.UpgradeUnderLoad(t.Context(), load, upgrades)
	if err != nil {
		t.Fatalf("%v\n%v\n%s", err, report, out)
	}
	logUpgrades(t, all, report)
	if report.Failed == 0 {
		t.Errorf("none of %d requests failed", report.Requests)
	}
}

func logUpgrades(t *testing.T, all []supervisortest.Upgrade, report *supervisortest.Report) {
	t.Helper()
	var answered, gone []time.Duration
	for _, u := range all {
		answered, gone = append(answered, u.Answered), append(gone, u.Gone)
	}
	slices.Sort(answered)
	slices.Sort(gone)
	t.Logf("%d upgrades; new generation answered after %v (median) to %v, old one gone after %v to %v\n%v", len(all),
		answered[len(all)/2], answered[len(all)-1], gone[len(gone)/2], gone[len(gone)-1], report)
}
