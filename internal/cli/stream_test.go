package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/report"
)

func TestStreamOfAService(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &stream{labels: report.NewLabels([]string{"api"}, false, true), service: "api", to: &out}
	expect := func(want string) {
		t.Helper()
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
		out.Reset()
	}
	s.Write([]byte("on"))
	expect("")
	s.Write([]byte("e\ntwo\nthr"))
	expect("api | one\napi | two\n")
	s.flush()
	expect("api | thr\n")
	s.flush()
	expect("")
	s.Write([]byte(strings.Repeat("x", longestLine)))
	expect("api | " + strings.Repeat("x", longestLine) + "\n")
	s.Write([]byte("\n"))
	expect("api | \n")
}
