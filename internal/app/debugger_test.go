package app

import "testing"

func TestDebuggerIsRecognised(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"dlv", "exec", "./tmp/main"}, true},
		{[]string{"/root/go/bin/dlv", "exec", "./tmp/main"}, true},
		{[]string{"/bin/sh", "-c", "dlv exec --headless ./tmp/main", "sh"}, true},
		{[]string{"/bin/sh", "-c", "exec '/go/bin/dlv' exec --headless ./tmp/main", "sh"}, true},
		{[]string{"/bin/sh", "-c", "MODE=dev dlv --listen=:2345 exec ./tmp/main", "sh"}, true},
		{[]string{"cmd", "/C", `"C:\go\dlv.exe" exec tmp\main.exe`}, false}, // a path of another system
		{[]string{"./tmp/main", "dlv"}, false},
		{[]string{"./tmp/main", "a", "dlv "}, true}, // harmless: SIGINT instead of SIGTERM
		{[]string{"/bin/sh", "-c", "exec ./dlvserver --x", "sh"}, false},
		{[]string{"/bin/sh", "-c", "exec './tmp/main' --dlv 1", "sh"}, false},
		{nil, false},
	} {
		if got := debugs(c.args); got != c.want {
			t.Errorf("%q: %v", c.args, got)
		}
	}
}
