//go:build unix

package supervisortest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

func TestStartSaysWhyNothingAnswers(t *testing.T) {
	t.Parallel()
	url := fmt.Sprintf("http://127.0.0.1:%d", freePort(t))
	for name, tc := range map[string]struct {
		program supervisortest.Program
		within  time.Duration
		want    string
	}{
		"no binary": {supervisortest.Program{Path: "/nowhere/server"}, time.Minute, "start /nowhere/server"},
		"it ends":   {supervisortest.Program{Path: "sh", Args: []string{"-c", "exit 3"}}, time.Minute, "sh ended: exit status 3"},
		"it hangs": {supervisortest.Program{Path: "sh", Args: []string{"-c", "trap '' TERM; sleep 60; :"}}, 50 * time.Millisecond,
			"no new generation answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), tc.within)
			defer cancel()
			tc.program.URL = url
			_, err := tc.program.Start(ctx)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}
