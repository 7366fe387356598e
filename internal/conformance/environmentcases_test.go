//go:build unix

package conformance

func environmentCases() []Case {
	const files = "env_files = [\".env\", \"conf/.env.local\"]\n"
	pair := map[string]string{".env": "A=first\nB=\"two words\"\n# no\nexport C=3\n", "conf/.env.local": "A=last\n"}
	return []Case{
		{name: "the program has the tool's environment", covers: "environment", env: []string{"FLAVOUR=mint"}, steps: []step{started, ran("^FLAVOUR=mint$")}},
		{name: "env_files, the last one wins", covers: "env-files", top: files, files: pair, steps: []step{started, ran("^A=last$", "^B=two words$", "^C=3$"), reloads, ran("^A=last$")}},
		{name: "the environment wins over them", covers: "env-files environment", top: files, files: pair, env: []string{"A=outer"}, steps: []step{started, ran("^A=outer$", "^B=two words$")}},
		{name: "commands have them too", covers: "env-files pre-cmd", top: files, files: pair, build: "pre_cmd = [\"say pre $A\"]\ncmd = \"say cmd $A && forge ./tmp/main main.go\"\n", steps: []step{started, hears("^say pre last", "^say cmd last")}},
		{name: "they are read before each build", covers: "env-files", top: "env_files = [\".env\"]\n", files: map[string]string{".env": "A=1\nB=2\n"}, steps: []step{started, ran("^A=1$", "^B=2$"), save(".env", "A=3\n"), reloads, ran("^A=3$", "!^B=")}},
		{name: "a file that is missing", covers: "env-files", top: "env_files = [\".env\", \"gone\"]\n", files: map[string]string{".env": "A=1\n"}, steps: []step{started, ran("^A=1$")}},
		{name: "a file that cannot be read as one", covers: "env-files", top: "env_files = [\".env\"]\n", files: map[string]string{".env": "A=1\n'''\n"}, steps: []step{started}},
		{name: ".env is not read unasked", covers: "env-files", files: map[string]string{".env": "A=1\n"}, steps: []step{started, ran("!^A=1$")}},
		{name: ".env is not watched unasked", covers: "env-files filters", files: map[string]string{".env": "A=1\n"}, steps: []step{started, ignores(".env")}},
		{name: "a file of env_files is watched", covers: "env-files filters", top: "env_files = [\".env\"]\n", files: map[string]string{".env": "A=1\n"}, steps: []step{started, save(".env", "A=2\n"), hears("^start v1", "^gone v1"), ran("^A=2$")}, differs: "a save of one builds anew"},
		{name: "relative to root", covers: "env-files cwd-and-root", place: "repo/api", top: "root = \"..\"\ntmp_dir = \"api/tmp\"\nenv_files = [\"conf/.env\"]\n", build: "bin = \"tmp/main\"\n", files: map[string]string{"../conf/.env": "A=1\n"}, steps: []step{started, ran("^A=1$")}},
	}
}
