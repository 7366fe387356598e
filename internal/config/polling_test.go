package config

import (
	"strings"
	"testing"
)

func TestEventsOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, env string
		args      []string
		want      bool
	}{
		{},
		{file: "[build]\npoll = false\n"},
		{file: "[build]\npoll = true\n"},
		{args: []string{"--build.poll=false"}, want: true},
		{file: "[build]\npoll = true\n", args: []string{"--build.poll=false"}, want: true},
		{file: "[build]\npoll = false\n", args: []string{"--build.poll"}},
		{env: "GINRELOAD_BUILD_POLL=false", want: true},
		{env: "GINRELOAD_BUILD_POLL=true"},
	} {
		dir := project(t, map[string]string{".air.toml": c.file})
		var env []string
		if c.env != "" {
			name, value, _ := strings.Cut(c.env, "=")
			env = append(env, name, value)
		}
		got, _, err := Load(c.args, environment(env...), dir)
		if err != nil || got.EventsOnly() != c.want {
			t.Errorf("file %q, %s, %q: %t, %v", c.file, c.env, c.args, got.EventsOnly(), err)
		}
	}
}
