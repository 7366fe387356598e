package config

import (
	"slices"
	"strings"
)

// A variable for each setting: GINRELOAD_BUILD_CMD for build.cmd. An empty one
// counts as not set.

const variablePrefix = "GINRELOAD_"

// ownVariables are others with the prefix: that of a session, and those of the
// tests of ginreload, which its own processes inherit.
var ownVariables = []string{
	"GINRELOAD_SESSION",
	"GINRELOAD_BENCH", "GINRELOAD_CHAOS_PROGRAM", "GINRELOAD_DIRECT_EDITS", "GINRELOAD_EDITS", "GINRELOAD_PUBLIC", "GINRELOAD_RELOADS",
	"GINRELOAD_REQUIRE_TOOLS", "GINRELOAD_SYSTEMD", "GINRELOAD_TEST_AS_COMMAND",
}

func variable(s setting[Config]) string {
	name := strings.TrimPrefix(s.name, "ginreload.")
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// variables returns what the variables say, in the order of the settings.
func variables(env func(string) string) (all []statement, err error) {
	for _, s := range settings {
		name := variable(s)
		text := env(name)
		if text == "" {
			continue
		}
		v, misfit := s.fromText(text)
		switch {
		case misfit != nil && err == nil:
			err = &Error{Message: "environment variable " + name + ": " + misfit.Error(), Err: misfit}
		case misfit == nil && !v.nothing():
			all = append(all, statement{s, v, origin{place: "env " + name}})
		}
	}
	return all, err
}

// UnknownVariables warns of variables that look like ginreload's and are not.
// environ is a list of name=value.
func UnknownVariables(environ []string) []Warning {
	var names []string
	for _, s := range settings {
		names = append(names, variable(s))
	}
	var unknown []Warning
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || text == "" || slices.Contains(ownVariables, name) || slices.Contains(names, name) {
			continue
		}
		w := Warning{Message: "unknown environment variable " + name}
		if near := nearestVariable(name, names); near != "" {
			w.Hint = "did you mean " + near + "?"
		}
		unknown = append(unknown, w)
	}
	return unknown
}

// nearestVariable does not count the prefix, and knows that a section is easily
// forgotten.
func nearestVariable(name string, names []string) string {
	name = strings.TrimPrefix(name, variablePrefix)
	if places := sectionsWith(strings.ToLower(name)); len(places) > 0 && places[0] != "" {
		return variablePrefix + strings.ToUpper(places[0]) + "_" + name
	}
	var short []string
	for _, candidate := range names {
		short = append(short, strings.ToLower(strings.TrimPrefix(candidate, variablePrefix)))
	}
	if near := nearest(name, short); near != "" {
		return variablePrefix + strings.ToUpper(near)
	}
	return ""
}
