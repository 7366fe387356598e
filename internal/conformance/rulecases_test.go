//go:build unix

package conformance

func ruleCases() []Case {
	css := "[[build.rules]]\nname = \"css\"\ncmd = \"say css\"\ninclude_ext = [\"css\"]\ndelay = 20\n"
	return []Case{
		{name: "a rule runs its command, and nothing is built", covers: "rules", rest: css, files: map[string]string{"web/a.css": ""}, steps: []step{started, touch("web/a.css"), hears("^say css"), answers("v1"), reloads, times(2, "^forge")}},
		{name: "the first rule that matches", covers: "rules", rest: css + "[[build.rules]]\ncmd = \"say second\"\ninclude_ext = [\"*\"]\ninclude_dir = [\"web\"]\ndelay = 20\n", files: map[string]string{"web/a.css": "", "web/b.js": ""},
			steps: []step{started, touch("web/a.css"), hears("^say css"), touch("web/b.js"), hears("^say second"), times(1, "^say second")}},
		{name: "a rule takes main.go away from the build", covers: "rules", build: "include_ext = [\"go\", \"html\"]\n", rest: "[[build.rules]]\ncmd = \"say mine\"\ninclude_file = [\"main.go\"]\ndelay = 20\n", files: map[string]string{"a.html": ""}, steps: []step{started, touch("main.go"), hears("^say mine"), rebuilds("a.html"), times(2, "^forge")}},
		{name: "its folder is watched though it is excluded", covers: "rules always-excluded", build: "exclude_dir = [\"web\"]\n", rest: "[[build.rules]]\ncmd = \"say web\"\ninclude_dir = [\"web\"]\ninclude_ext = [\"js\"]\ndelay = 20\n", files: map[string]string{"web/a.js": ""}, steps: []step{started, touch("web/a.js"), hears("^say web"), reloads}},
		{name: "what it excludes", covers: "rules", rest: "[[build.rules]]\ncmd = \"say css\"\ninclude_ext = [\"css\"]\nexclude_regex = [\"\\\\.min\\\\.css$\"]\ndelay = 20\n", files: map[string]string{"a.css": "", "b.min.css": ""}, steps: []step{started, touch("b.min.css"), touch("a.css"), hears("^say css"), times(1, "^say css")}},
		{name: "it is not cancelled, and runs once more", covers: "rules", rest: "[[build.rules]]\ncmd = \"hang rule\"\ninclude_ext = [\"css\"]\ndelay = 20\n", files: map[string]string{"a.css": ""}, steps: []step{started, touch("a.css"), hears("^hang rule"), touch("a.css"), release("^hang rule"), hears("^gone hang rule", "^hang rule")}, abandon: true},
		{name: "one that fails does no harm", covers: "rules", rest: "[[build.rules]]\ncmd = \"say css && false\"\ninclude_ext = [\"css\"]\ndelay = 20\n", files: map[string]string{"a.css": ""}, steps: []step{started, touch("a.css"), hears("^say css"), reloads}},
		{name: "a rule without a command", covers: "rules types", rest: "[[build.rules]]\ninclude_ext = [\"css\"]\n", steps: []step{launched, exits(1)}},
		{name: "a rule without files", covers: "rules types", rest: "[[build.rules]]\ncmd = \"x\"\n", steps: []step{launched, exits(1)}},
		{name: "Ctrl-C while a rule runs", covers: "rules signals", rest: "[[build.rules]]\ncmd = \"hang rule\"\ninclude_ext = [\"css\"]\ndelay = 20\n", files: map[string]string{"a.css": ""}, steps: []step{started, touch("a.css"), hears("^hang rule"), interrupt, exits(0), nothingLeft}, differs: "Ctrl-C during a build"},
	}
}
