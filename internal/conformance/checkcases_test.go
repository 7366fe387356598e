//go:build unix

package conformance

// ginreload check, which Air does not have.
func checkCases() []Case {
	const none = "Air has no check"
	return []Case{
		{name: "a good file", covers: "check", args: []string{"check"}, text: true, steps: []step{launched, exits(0), prints(`cmd +=.*forge`), times(0, "^forge")}, only: none},
		{name: "where a value comes from", covers: "check", args: []string{"check"}, text: true, steps: []step{launched, exits(0), prints(`cmd +=.*# \.air\.toml:\d+`)}, only: none},
		{name: "a named file", covers: "check", files: map[string]string{"conf/x.toml": "[build]\ncmd = \"make x\"\n"}, args: []string{"check", "conf/x.toml"}, text: true, steps: []step{launched, exits(0), prints("make x")}, only: none},
		{name: "a broken file", covers: "check types", config: "[build]\n\ndelay = \"1s\"\n", args: []string{"check"}, text: true, steps: []step{launched, exits(1), prints(`\.air\.toml:3:9: build\.delay`)}, only: none},
		{name: "a key that nobody knows", covers: "check unknown", build: "stop_on_root = true\n", args: []string{"check"}, text: true, steps: []step{launched, exits(0), prints("stop_on_root"), prints("stop_on_error")}, only: none},
		{name: "keys without effect", covers: "check zeros", build: "kill_delay = \"2s\"\npoll_interval = 300\nrerun_delay = 5\n", args: []string{"check"}, text: true, steps: []step{launched, exits(0), prints("poll_interval.*(no effect|without|needs|poll)")}, only: none},
		{name: "as JSON", covers: "check", args: []string{"check", "--json"}, text: true, steps: []step{launched, exits(0), prints(`"build\.cmd"|"cmd"`)}, only: none},
	}
}
