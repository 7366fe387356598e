//go:build unix

package conformance

func buildingCases() []Case {
	makefile := map[string]string{"Makefile": "build:\n\tforge ./tmp/main main.go\n"}
	return []Case{
		{name: "a failed build leaves the server alone", covers: "keep T16", steps: []step{started, save("main.go", "broken\n"), hears("^forge broken"), built, answers("v1"), alive("v1"), writes("v2"), serves("v2")}, differs: "failed build"},
		{name: "a failed compilation too", covers: "keep T16", golang: true, steps: []step{started, save("main.go", "package main\n\nfunc main() { witnes() }\n"), built, answers("v1"), alive("v1"), save("main.go", program("v2")), serves("v2")}, differs: "failed build"},
		{name: "also with stop_on_error", covers: "stop-on-error T16", build: "stop_on_error = true\n", steps: []step{started, save("main.go", "broken\n"), hears("^forge broken"), built, answers("v1"), alive("v1"), writes("v2"), serves("v2")}, differs: "stop_on_error"},
		{name: "a first build that fails", covers: "building", files: map[string]string{"main.go": "broken\n"}, steps: []step{launched, hears("^forge broken"), writes("v1"), serves("v1")}},
		{name: "two failures in a row (#294)", covers: "building signals", files: map[string]string{"main.go": "broken\n"}, steps: []step{launched, hears("^forge broken"), save("main.go", "broken still\n"), hears("^forge broken"), interrupt, exits(0)}},
		{name: "what the compiler says is shown", covers: "building output", golang: true, text: true, steps: []step{started, save("main.go", "package main\n\nfunc main() { witnes() }\n"), prints(`main\.go:3:15: undefined: witnes`)}},
		{name: "and is in build.log", covers: "log T15 build-log", golang: true, steps: []step{started, save("main.go", "package main\n\nfunc main() { witnes() }\n"), built, holds("tmp/build-errors.log", `main\.go:3:15: undefined: witnes`)}, differs: "build.log"},
		{name: "a build that is good ends build.log", covers: "log build-log", steps: []step{started, save("main.go", "broken\n"), hears("^forge broken"), built, holds("tmp/build-errors.log", "syntax error"), writes("v2"), serves("v2"), holds("tmp/build-errors.log", "")}, differs: "build.log"},
		{name: "the same binary is not started again", covers: "building", files: map[string]string{"a.go": "// a\n"}, steps: []step{started, rebuilds("a.go"), reloads, alive("v1")}, differs: "comes out as before"},
		{name: "build.log in a folder of its own", covers: "T15 build-log", build: "log = \"deep/er.log\"\n", steps: []step{started, save("main.go", "broken\n"), hears("^forge broken"), built, holds("tmp/deep/er.log", "syntax error")}, differs: "build.log"},
		{name: "the old version answers during a build", covers: "building T17", steps: []step{started, writes("v2 tough"), hears("^hang forge"), answers("v1"), release("^hang forge"), serves("v2")}},
		{name: "a build is killed when it is superseded", covers: "building one-build", steps: []step{started, writes("v2 tough"), hears("^hang forge v2"), writes("v3"), hears("^gone hang forge v2", "^start v3"), serves("v3")}, differs: "one build at a time"},
		{name: "never two builds at once (#938)", covers: "one-build", build: "cmd = \"hang build; forge ./tmp/main main.go\"\n", files: map[string]string{"a.go": "", "b.go": ""},
			steps: []step{launched, hears("^hang build"), release("^hang build"), serves("v1"), touch("a.go"), hears("^hang build"), touch("b.go"), hears("^gone hang build", "^hang build"), release("^hang build"), built}, differs: "one build at a time", abandon: true},
		{name: "a command that does not end is replaced", covers: "T6", golang: true, build: "cmd = \"go run .\"\nbin = \"./tmp/main\"\n", steps: []step{started, reloads}, differs: "go run"},
		{name: "a command with a pipe and an exit code", covers: "sh building", build: "cmd = \"forge ./tmp/main main.go > tmp/out 2>&1 || { status=$?; cat tmp/out; exit $status; }\"\n", steps: []step{started, save("main.go", "broken\n"), built, writes("v2"), serves("v2")}},
		{name: "make", covers: "sh building", build: "cmd = \"make build\"\n", files: makefile, steps: []step{started, reloads}},
		{name: "a chain", covers: "sh building", build: "cmd = \"say templ && say tailwind && forge ./tmp/main main.go\"\n", steps: []step{started, hears("^say templ", "^say tailwind", "^forge", "^start"), reloads, hears("^say templ", "^say tailwind", "^forge v2")}},
		{name: "a chain that fails early", covers: "sh building", build: "cmd = \"say templ && [ ! -e bad ] && forge ./tmp/main main.go\"\n", steps: []step{started, touch("bad"), touch("pkg.go"), hears("^say templ"), built, remove("bad"), writes("v2"), serves("v2")}},
		{name: "variables of the shell in a command", covers: "sh environment", build: "cmd = \"X=$(echo main.go) && forge ${OUT}/main $X\"\n", env: []string{"OUT=./tmp"}, steps: []step{started, reloads}},
		{name: "an environment before go build", covers: "sh building", golang: true, build: "cmd = \"CGO_ENABLED=0 GOFLAGS=-mod=mod go build -tags dev -o ./tmp/main .\"\n", steps: []step{started, reloads}},
		{name: "go build with a file", covers: "building", golang: true, build: "cmd = \"go build -o ./tmp/main main.go witness.go\"\n", steps: []step{started, reloads}},
		{name: "go build of a package below", covers: "building", golang: true, build: "cmd = \"go build -o ./tmp/main ./cmd/api\"\n", files: map[string]string{"main.go": gone, "witness.go": gone, "cmd/api/main.go": program("v1"), "cmd/api/witness.go": witnessSource()}, steps: []step{started, reloadsFrom("cmd/api/main.go")}},
		{name: "go build with linker flags", covers: "building", golang: true, build: "cmd = \"go build -ldflags='-X main.by=hand' -gcflags='-N -l' -o ./tmp/main .\"\n", files: map[string]string{"by.go": "package main\n\nvar by string\n"}, steps: []step{started, reloads}},
		{name: "a generated file is built but does not build", covers: "T22", build: "include_ext = [\"go\", \"templ\"]\nexclude_regex = [\".*_templ.go\"]\ncmd = \"cp page.templ page_templ.go && forge ./tmp/main page_templ.go\"\n", files: map[string]string{"page.templ": program("v1")}, steps: []step{started, reloadsFrom("page.templ"), times(2, "^forge")}},
		{name: "a change while the program starts", covers: "building", steps: []step{started, writes("v2"), hears("^start v2"), writes("v3"), serves("v3")}},
		{name: "the binary is removed between builds (#910)", covers: "building", steps: []step{started, remove("tmp/main"), writes("v2"), serves("v2")}},
		{name: "many changes", covers: "building one-build", steps: []step{started, reloads, reloads, reloads, reloads, reloads, times(6, "^forge")}},
	}
}

// alive says that a program of this text has not been started anew.
func alive(text string) step { return times(1, "^start "+text) }
