//go:build unix

package conformance

import "time"

// shapes are the projects for the configurations of testdata/air, modelled on
// those of real ones. Each is run once: start, edit, reload, stop.
func shapes() []Case {
	normal := []step{started, reloads}
	say := "#!/bin/sh\nsay ${0##*/} \"$@\"\n"
	make := "#!/bin/sh\nsay make \"$@\"\n"
	below := func(name string) map[string]string {
		return map[string]string{"main.go": gone, "witness.go": gone, name + "/main.go": program("v1"), name + "/witness.go": witnessSource()}
	}
	worker := map[string]string{"main.go": gone, "witness.go": gone, "cmd/api/main.go": program("v1"), "cmd/api/witness.go": witnessSource(),
		"cmd/worker/main.go": program("v1 idle"), "cmd/worker/witness.go": witnessSource(), "internal/a.go": "package internal\n"}
	pair := func(name string) map[string]string {
		files := map[string]string{name: theConfiguration}
		for file, text := range worker {
			files[file] = text
		}
		return files
	}
	return []Case{
		{name: "01-every-key", golang: true, steps: normal},
		{name: "02-monorepo", golang: true, files: worker, steps: []step{started, touch("cmd/worker/main.go"), reloadsFrom("cmd/api/main.go"), times(1, "^start v2")}},
		{name: "03-api", golang: true, files: pair(".air.api.toml"), args: []string{"-c", ".air.api.toml"}, steps: []step{started, touch("cmd/worker/main.go"), reloadsFrom("cmd/api/main.go")}},
		{name: "04-worker", golang: true, files: pair(".air.worker.toml"), args: []string{"-c", ".air.worker.toml"},
			steps: []step{launched, hears("^up v1"), ran(`args=\["run"\]`), save("cmd/worker/main.go", program("v2 idle")), hears("^up v2"), hears("^gone v1"), interrupt, exits(0), holds("tmp/worker", "")}},
		{name: "05-make", files: map[string]string{"stub/make": make + "forge shopd main.go\n", "cmd/a.go": "", "models/fixtures/b.go": "", "other.go": ""},
			steps: []step{started, hears("^say make --no-print-directory backend"), ignores("models/fixtures/b.go", "other.go"), rebuilds("cmd/a.go")}},
		{name: "06-make-variables", files: map[string]string{"stub/make": make + "forge bin/shop main.go\n", "conf/a.ini": "a\n", "pkg/main.go": "", "public/views/x.html": ""},
			steps: []step{started, ran(`args=\["server" "-profile" "-packaging=dev" "cfg:app_mode=development"\]`), rebuilds("conf/a.ini", "pkg/main.go")}},
		{name: "07-templ-tailwind", golang: true, files: map[string]string{"stub/templ": say + "cp page.templ page_templ.go\n", "stub/tailwindcss": say + "cp web/in.css web/out.css\n", "page.templ": "package main\n", "web/in.css": "a{}\n"},
			steps: []step{started, hears("^say templ generate", "^say tailwindcss -i", "^start v1"), save("page.templ", "package main\n\nvar page = 1\n"), hears("^say templ"), built, reloads}},
		{name: "08-npm-in-pre-cmd", golang: true, files: map[string]string{"stub/npm": say, "stub/templ": say}, steps: []step{started, hears("^say npm run build", "^say templ", "^start"), reloads, hears("^say npm", "^say templ", "^start v2")}},
		{name: "09-dlv-full-bin", golang: true, files: map[string]string{"stub/dlv": dlv}, steps: []step{started, ran(`args=\["serve"\]`), reloads, hears("^gone v1")}},
		{name: "10-dlv-entrypoint", golang: true, files: map[string]string{"stub/dlv": dlv}, steps: []step{started, ran(`args=\["web"\]`), reloads, hears("^gone v1")}},
		{name: "11-dlv-bin", golang: true, files: map[string]string{"stub/dlv": dlv}, steps: []step{started, hears("^say dlv exec --headless"), reloads, hears("^gone v1")}, differs: "bin with arguments"},
		{name: "12-docker-exec", files: map[string]string{"stub/docker": docker}, steps: []step{started, hears("^say docker exec shop forge", "^say docker exec shop ./tmp/main"), reloads}},
		{name: "13-windows-paths", golang: true, files: map[string]string{"web/dist/a.go": "package dist\n"}, steps: normal, differs: "backslashes"},
		{name: "14-windows-block", golang: true, steps: []step{started, ran(`args=\["serve"\]`), reloads}},
		{name: "15-polling", golang: true, steps: normal},
		{name: "16-only-tests", golang: true, files: map[string]string{"a_test.go": testOf("v1")}, steps: []step{launched, hears("^say tested v1"), built, save("a_test.go", testOf("v2")), hears("^say tested v2")}},
		{name: "17-go-run", golang: true, steps: []step{started, reloads, hears("^gone v1")}, differs: "go run"},
		{name: "18-bash-pipeline", golang: true, files: map[string]string{".env.dev": "MODE=dev\n", "logs/": "", "jobs/a.go": "package jobs\n"}, steps: []step{started, ran("^MODE=dev$"), reloads, hears("^gone v1")}},
		{name: "19-env-prefix", golang: true, steps: []step{started, ran("^APP_ENV=dev$", "^APP_USER=air user$", `args=\["server" "--port" "80"\]`), reloads}},
		{name: "20-arguments-expanded", golang: true, env: []string{"SHOP_CONFIG=x.json"}, steps: []step{started, ran(`args=\["-configfile" "/x.json" "--home=.*/home" "-files" "./.dev"\]`), reloads}},
		{name: "21-entrypoint-array", files: map[string]string{".env": "A=1\n"}, steps: []step{started, ran(`args=\["serve" "--port=80"\]`), rebuilds(".env"), reloads}},
		{name: "22-entrypoint-text", golang: true, steps: normal},
		{name: "23-include-outside", golang: true, place: "repo/modules/shop", files: map[string]string{"../../pkg/env/a.go": "package env\n"}, steps: []step{started, sees("../../pkg/env/a.go"), reloads}},
		{name: "24-root-above", golang: true, place: "repo/transports/http", files: map[string]string{"../../core/a.go": "package core\n", "../../web/b.go": "package web\n"}, steps: []step{started, ran("^cwd=$DIR$"), sees("../../core/a.go"), reloads}},
		{name: "25-config-folder", golang: true, files: map[string]string{".config/air.toml": theConfiguration}, steps: []step{started, ran("^cwd=$DIR$"), reloads}},
		{name: "26-crlf", golang: true, steps: []step{started, reloads, interrupt, exits(0), holds("tmp", "")}},
		{name: "27-byte-order-mark", golang: true, steps: normal},
		{name: "28-schema", golang: true, steps: normal},
		{name: "29-rules", golang: true, files: map[string]string{"stub/tailwindcss": say + "cp in.css out.css\n", "stub/sqlc": say, "in.css": "a{}\n", "queries/a.sql": "\n"},
			steps: []step{started, touch("in.css"), hears("^say tailwindcss -i in.css -o out.css"), touch("queries/a.sql"), hears("^say sqlc generate"), reloads, times(1, "^say tailwindcss")}},
		{name: "30-env-files", golang: true, files: map[string]string{".env": "A=1\nB=2\n", ".env.local": "A=3\n"}, steps: []step{started, ran("^A=3$", "^B=2$"), reloads, ran("^A=3$")}},
		{name: "31-rerun", files: map[string]string{"main.go": program("v1 exit=0")}, steps: []step{launched, hears("^start v1", "^start v1"), writes("v2"), serves("v2")}},
		{name: "32-post-cmd", golang: true, steps: []step{started, reloads, interrupt, exits(0), hears("^say goodbye"), holds("shop", "")}},
		{name: "33-build-only", golang: true, steps: []step{launched, built, holds("tmp/main", "v1"), writes("v2"), built, holds("tmp/main", "v2")}},
		{name: "34-entrypoint-true", steps: []step{launched, hears("^forge v1"), built, writes("v2"), hears("^forge v2"), built}},
		{name: "35-delay-zero", golang: true, steps: normal},
		{name: "36-kill-delay-number", steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "37-kill-delay-text", steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "38-kill-delay-long", text: true, steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "39-clean-on-exit", golang: true, steps: []step{started, reloads, interrupt, exits(0), holds("out", "")}},
		{name: "40-tmp-outside", place: "repo/modules/api", files: map[string]string{"stub/make": make + "../../.dist/api\n"}, steps: []step{started, hears("^say make run-air"), reloads}},
		{name: "41-bin-with-arguments", golang: true, steps: []step{started, ran(`args=\["--mode" "dev"\]`), reloads}, differs: "bin with arguments"},
		{name: "42-unknown-keys", golang: true, steps: normal},
		{name: "43-proxy", golang: true, steps: normal},
		{name: "44-guide", golang: true, files: map[string]string{"main.go": program("v1 reads=templates/index.html"), "templates/index.html": "one\n", "a_test.go": "package main\n", "assets/a.html": "a\n", "pkg/a.go": "package pkg\n"},
			steps: []step{launched, serves("v1 one"), save("templates/index.html", "two\n"), serves("v1 two"), save("main.go", program("v2 reads=templates/index.html")), serves("v2 two"),
				touch("a_test.go"), touch("assets/a.html"), save("main.go", program("v3 reads=templates/index.html")), serves("v3 two"), times(1, "^start v3"), times(1, "^start v2")}},
		{name: "45-embedded-folder", golang: true, files: map[string]string{"embed.go": "package main\n\nimport _ \"embed\"\n\n//go:embed web/dist/index.html\nvar page string\n"}, steps: []step{started, holds("web/dist/index.html", "placeholder"), reloads}},
		{name: "46-script", golang: true, files: map[string]string{"scripts/air-build.sh": "#!/bin/sh\nset -e\nsay script\ngo build -o \"$SHOP_OUTPUT\" .\n", "heya.yaml": ""}, steps: []step{started, hears("^say script", "^start"), reloads}},
		{name: "47-ldflags", golang: true, env: []string{"USER_NAME=me"}, files: map[string]string{"by.go": "package main\n\nvar built, by string\n", "a.po": ""}, steps: []step{started, reloads, rebuilds("a.po")}},
		{name: "48-pattern", golang: true, files: below("cmd/server"), steps: []step{started, reloadsFrom("cmd/server/main.go")}},
		{name: "49-glob", golang: true, steps: []step{started, ran(`args=\["--config" "config.yaml"\]`), reloads}},
		{name: "50-continued", golang: true, steps: []step{started, ran(`args=\["--port" "80" "--data" "."\]`), reloads}, differs: "bin with arguments"},
		{name: "51-import-path", golang: true, files: below("cmd/api"), steps: []step{started, reloadsFrom("cmd/api/main.go")}},
		{name: "52-excludes-only", golang: true, files: map[string]string{"statics/a.html": ""}, steps: []step{started, ignores("statics/a.html")}},
		{name: "53-platforms", golang: true, steps: normal},
		{name: "54-wrapper-script", golang: true, files: map[string]string{"scripts/run.sh": "#!/bin/sh\nexec ./tmp/main from-script\n"}, steps: []step{started, ran(`"from-script"`), reloads}},
		{name: "55-two-words-in-one", golang: true, steps: []step{started, ran(`args=\["-files" "./.dev" "-config" "./config.docker.json"\]`), reloads}},
		{name: "56-exe-on-unix", golang: true, files: map[string]string{".env": "A=1\n"}, steps: []step{started, reloads, sees(".env")}},
		{name: "57-own-section", steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "58-everything-is-slow", steps: []step{started, within(5*time.Second, starts)}, differs: "delay"},
	}
}

// testOf is a Go test that says that it has run.
func testOf(text string) string {
	return "package main\n\nimport (\n\t\"os/exec\"\n\t\"testing\"\n)\n\nfunc TestSay(t *testing.T) {\n\tif err := exec.Command(\"say\", \"tested\", \"" + text + "\").Run(); err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n"
}
