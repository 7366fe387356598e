package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// handoff returns the four settings as they would be typed.
func handoff(c Config) string {
	overlap := "twice"
	if !c.Overlap {
		overlap = "once"
	}
	return strings.Join([]string{c.Handoff, overlap, c.Ready, c.Hold.String()}, " ")
}

func TestHandoff(t *testing.T) {
	t.Parallel()
	const all = "[ginreload]\nhandoff = \"restart\"\noverlap = false\nready = \"/up\"\nhold = \"1m\"\n"
	tests := []struct {
		name, file, args string
		want             string
	}{
		{"no file", "", "", "auto twice  10s"},
		{"file without the section", "root = \".\"\n", "", "auto twice  10s"},
		{"empty section", "[ginreload]\n", "", "auto twice  10s"},
		{"empty strings stand for the default", "[ginreload]\nhandoff = \"\"\nready = \" \"\nhold = \"\"\n", "", "auto twice  10s"},
		{"defaults written out", "[ginreload]\nhandoff = \"auto\"\noverlap = true\nready = \"\"\nhold = \"10s\"\n", "", "auto twice  10s"},
		{"file", all, "", "restart once /up 1m0s"},
		{"dotted keys", "ginreload.hold = 500\nginreload.overlap = false\n", "", "auto once  500ms"},
		{"answer at once", "[ginreload]\nhold = \"0s\"\n", "", "auto twice  0s"},
		{"number 0", "[ginreload]\nhold = 0\n", "", "auto twice  0s"},
		{"URL", "[ginreload]\nready = \"https://[::1]:8443/up?deep=1\"\n", "", "auto twice https://[::1]:8443/up?deep=1 10s"},

		{"flags without a file", "", "--handoff restart --overlap=false --ready /healthz --hold 0s", "restart once /healthz 0s"},
		{"flags beat the file", "[ginreload]\nready = \"/a\"\nhold = \"1s\"\n", "--ready=http://localhost:81/b --hold=2s", "auto twice http://localhost:81/b 2s"},
		{"flags equal to the default beat the file", all, "--handoff=auto --overlap=true --ready= --hold=10s", "auto twice  10s"},
		{"one flag leaves the others alone", all, "--handoff=auto", "auto once /up 1m0s"},
		{"flag alone", all, "--overlap", "restart twice /up 1m0s"},
		{"one dash", all, "-overlap -hold 3s -d", "restart twice /up 3s"},
		{"with their section", "", "--ginreload.handoff restart -ginreload.overlap=false --ginreload.ready /x --ginreload.hold 1s", "restart once /x 1s"},
		{"one under two names", "", "--hold 1s --ginreload.hold 2s", "auto twice  2s"},
		{"switch with its value in the next word", all, "--overlap true --handoff=", "auto twice /up 1m0s"},
		{"the last one counts", "", "--overlap --overlap=false --hold 1s --hold 2s", "auto once  2s"},
		{"flags of the program", "", "./api --hold 1s", "auto twice  10s"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := project(t, map[string]string{"api/main.go": "package main"})
			if tc.file != "" {
				writeFile(t, filepath.Join(dir, ".air.toml"), tc.file)
			}
			c := mustLoad(t, dir, strings.Fields(tc.args)...)
			if got := handoff(c); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
			if len(c.Warnings) != 0 {
				t.Errorf("warnings %q", messages(c))
			}
		})
	}
}

func TestReadyAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"/": true, "/healthz": true, "/healthz?full=1": true, "http://localhost:8080": true, "https://shop.localhost/up": true,
		"http://:8080/up": true, "HTTP://localhost/": true,
		"healthz": false, "localhost:8080": false, "localhost:8080/up": false, ":8080": false, "127.0.0.1:8080/up": false, "//localhost/up": false,
		"http:///up": false, "http:/up": false, "http://localhost:x/": false, "/%zz": false, "tcp://localhost:80": false, "/a\nb": false,
	} {
		if got := readyAddress(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

// A flag does not excuse what the file says wrongly; and with the wrong flag
// nothing else is read.
func TestWrongHandoff(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "[ginreload]\nhold = \"soon\"\n"})
	_, _, err := Load([]string{"--hold", "1s"}, environment(), dir)
	var inFile *Error
	if !errors.As(err, &inFile) || inFile.Line != 2 {
		t.Errorf("%v, want the error in the file", err)
	}
	_, _, err = Load([]string{"--hold", "later"}, environment(), dir)
	var onLine *UsageError
	if !errors.As(err, &onLine) || !strings.Contains(onLine.Message, `"later"`) {
		t.Errorf("%v, want the error on the command line", err)
	}
}
