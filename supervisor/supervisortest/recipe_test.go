package supervisortest_test

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// The recipe of tableflip cuts connections at an upgrade. A load that does not
// see it would find nothing anywhere.
func TestRecipeLosesRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("upgrades a process 20 times")
	}
	if runtime.GOOS == "windows" {
		t.Skip("tableflip does not upgrade on Windows")
	}
	binary := filepath.Join(t.TempDir(), "recipe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = filepath.Join("..", "..", "testdata", "apps", "recipe")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the recipe: %v\n%s", err, out)
	}
	cases := map[string]struct {
		think       time.Duration
		noticeClose bool
	}{
		"without a pause":                      {},
		"pause of 10 ms":                       {think: 10 * time.Millisecond},
		"pause, then a look at the connection": {think: 10 * time.Millisecond, noticeClose: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			program := supervisortest.Program{
				Path:   binary,
				Env:    []string{fmt.Sprintf("PORT=%d", port)},
				Signal: syscall.SIGHUP,
				URL:    fmt.Sprintf("http://127.0.0.1:%d", port),
				Output: t.Output(),
			}
			load := supervisortest.Load{
				URL:       program.URL,
				KeepAlive: 32, Think: tc.think,
				NewConn: 8, Every: tc.think,
				Slow: 4, Upload: 4, Idle: 4,
				NoticeClose: tc.noticeClose,
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			report, upgrades, err := program.UpgradeUnderLoad(ctx, load, 20)
			if err != nil {
				t.Fatalf("after %d upgrades: %v\n%v", len(upgrades), err, report)
			}
			t.Logf("%d upgrades, the last: %+v\n%v", len(upgrades), upgrades[len(upgrades)-1], report)
			if report.Failed == 0 {
				t.Errorf("no request failed of %d", report.Requests)
			}
		})
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}
