package supervisortest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/supervisor"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// asked returns what a handler answers.
func asked(h http.Handler) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return fmt.Sprint(w.Code, " ", w.Body)
}

func TestFakeTellsHowItIs(t *testing.T) {
	t.Parallel()
	var fake supervisortest.Fake
	if got := asked(fake.ReadyHandler()); got != "503 not ready: starting\n" {
		t.Error(got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := run(t, ctx, &fake, hello)
	if got := asked(fake.ReadyHandler()); got != "200 ready: generation 1 is serving\n" {
		t.Error(got)
	}
	var st supervisor.Status
	if err := json.Unmarshal([]byte(strings.TrimPrefix(asked(fake.StatusHandler()), "200 ")), &st); err != nil ||
		st.Phase != supervisor.PhaseServing || len(st.Listeners) != 1 || st.Listeners[0].Name != "http" {
		t.Errorf("%+v, %v", st, err)
	}
	if got := asked(fake.MetricsHandler()); !strings.Contains(got, "\nginreload_supervisor_ready 1\n") {
		t.Error(got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := asked(fake.ReadyHandler()); got != "503 not ready: stopping\n" {
		t.Error(got)
	}
	if got := asked(fake.LiveHandler()); got != "200 alive: generation 1 is stopping\n" {
		t.Error(got)
	}
}
