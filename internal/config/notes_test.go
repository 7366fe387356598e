package config

import (
	"strings"
	"testing"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want string // beginnings of the messages
	}{
		{"", ""},
		{"[build]\npoll_interval = 500\n", "build.poll_interval has no effect without build.poll"},
		{"[build]\npoll = true\npoll_interval = 500\nrerun = true\nrerun_delay = 100\n", ""},
		{"[build]\nrerun_delay = 100\n", "build.rerun_delay has no effect without build.rerun"},
		{"[build]\nkill_delay = 999999\n", "build.kill_delay is 16m39.999s: a whole number below 1000000 is milliseconds"},
		{"[build]\nkill_delay = 5000000\n", "build.kill_delay is 5ms: a whole number is milliseconds, and nanoseconds from"},
		{"[build]\nbin = \"./a\"\nentrypoint = \"./b\"\nfull_bin = \"X=1 ./c\"\ncmd = \"make\"\n", "build.bin has no effect: build.full_bin goes before it|build.entrypoint has no effect: build.full_bin"},
		{"[build]\nbin = \"./b\"\nentrypoint = \"./b\"\ncmd = \"make\"\n", ""},
		{"[build]\nbin = \"./a\"\nentrypoint = \"./b\"\ncmd = \"make\"\n", "build.bin has no effect: build.entrypoint goes before it"},
		{"[build]\ncmd = \"go build -o=main.exe ./x\"\nbin = \"./tmp/main\"\n", "build.cmd writes main.exe, but build.bin runs tmp/main"},
		{"[build]\ncmd = \"go build -o ./tmp/x . && cp tmp/x tmp/main\"\nbin = \"./tmp/main\"\n", ""},
		{"[build]\ncmd = \"go build -o ./tmp/x .\"\nbin = \"tmp/x serve\"\n", ""},
		{"[build]\nexclude_dir = [\"node_modules\", \"cmd\", \"w*\"]\n", "build.exclude_dir names \"node_modules\", which is no folder of "},
		{"[build]\nexclude_dir = [\"cmd\"]\ninclude_dir = [\"cmd/x\", \"gone\"]\n",
			"build.include_dir names \"cmd/x\", which is excluded all the same: exclude_dir cmd|build.include_dir names \"gone\", which is no folder"},
		{"[build]\ninclude_file = [\"vendor/a.ini\", \"b.ini\"]\n", "build.include_file names \"vendor/a.ini\", which does not count all the same: exclude_dir vendor"},
		{"[build]\ninclude_ext = []\n", "build.include_ext is empty: no change leads to a build"},
		{"[build]\ninclude_ext = [\"go\", \"*\"]\n", "build.include_ext has \"*\""},
		{"[build]\nstop_on_error = true\n", "build.stop_on_error has no effect without build.pre_cmd"},
		{"[log]\nsilent = true\nmain_only = true\ntime = true\n", "log.main_only has no effect|log.time has no effect"},
		{"[screen]\nkeep_scroll = false\n", "screen.keep_scroll has no effect"},
		{"[color]\napp = \"blue\"\n", "color.app has no effect, in Air neither"},
	}
	for _, tc := range tests {
		dir := project(t, map[string]string{".air.toml": tc.text, "cmd/x/": ""})
		c, command, err := Load([]string{"check"}, environment(), dir)
		if err != nil || command != Check || len(c.Warnings) != 0 {
			t.Fatalf("%s: %s %v %q", tc.text, command, err, messages(c))
		}
		var got []string
		for _, n := range c.Notes {
			got = append(got, n.Message)
		}
		want := strings.FieldsFunc(tc.want, func(r rune) bool { return r == '|' })
		ok := len(got) == len(want)
		for i := 0; ok && i < len(got); i++ {
			ok = strings.HasPrefix(got[i], want[i])
		}
		if !ok {
			t.Errorf("%s: %q, want %q", tc.text, got, want)
		}
	}
	if c := loadText(t, "[build]\npoll_interval = 500\n"); len(c.Notes)+len(c.Warnings) != 0 {
		t.Error("notes are only for those who ask")
	}
}

func TestLogBelowTmpDirTwice(t *testing.T) { // T15
	t.Parallel()
	c := loadText(t, "[build]\nlog = \"tmp/build-errors.log\"\n")
	if got := messages(c); len(got) != 1 || got[0] != ".air.toml:2: build.log is relative to tmp_dir, so that it is tmp/tmp/build-errors.log" {
		t.Errorf("%q", got)
	}
}

// Check reports all that is wrong, and what holds nevertheless.
func TestCheckFindsAllErrors(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"x.toml": "root = 1\n[build]\ndelay = '1s'\nbin = 'b'\n[[build.rules]]\n"})
	c, command, err := Load([]string{"check", "x.toml", "--build.poll", "true"}, environment(), dir)
	if command != Check || err == nil || len(c.Errors) != 3 || c.Errors[0] != err {
		t.Fatalf("%s, %v, %v", command, err, c.Errors)
	}
	if got := holds(c, "build.bin"); got != `"b" from x.toml:4` || !c.Poll {
		t.Errorf("bin is %s, poll %t", got, c.Poll)
	}
}
