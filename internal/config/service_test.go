package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const servicesFile = `
env_files = ["all.env"]
[build]
kill_delay = "3s"
cmd = "go build -o ./tmp/main ."
[ginreload]
overlap = false
[[ginreload.service]]
name = "api"
package = "./cmd/api"
args = ["--port", "1 2"]
env = ["PORT=8081", "EMPTY="]
env_files = ["api.env"]
ready = "/healthz"
overlap = true
[[ginreload.service]]
name = "db"
run = "docker compose up postgres"
ready = "5432"
ready_timeout = "1m"
kill_delay = "20s"
[[ginreload.service]]
name = "worker"
cmd = "go build -tags dev -o bin/worker ./cmd/worker"
dir = "backend"
[[ginreload.service]]
name = "web"
run = "npx vite"
dir = "web"
`

func loadServices(t *testing.T, args ...string) (Config, error) {
	t.Helper()
	dir := project(t, map[string]string{".air.toml": servicesFile, "backend/": "", "web/": ""})
	c, _, err := Load(args, environment(), dir)
	return c, err
}

func TestServices(t *testing.T) {
	t.Parallel()
	c, err := loadServices(t, "check")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 0 || len(c.Notes) != 1 || !strings.Contains(c.Notes[0].String(), ":5: build.cmd is for Air") {
		t.Errorf("warnings %q, notes %q", messages(c), c.Notes)
	}
	want := []Service{
		{Name: "db", Run: "docker compose up postgres", Ready: "localhost:5432", Dir: c.Dir, ReadyTimeout: time.Minute, KillDelay: 20 * time.Second},
		{Name: "web", Run: "npx vite", Dir: filepath.Join(c.Dir, "web"), After: []string{"db"}},
		{Name: "api", Package: "./cmd/api", Args: []string{"--port", "1 2"}, Env: []string{"PORT=8081", "EMPTY="},
			EnvFiles: []string{filepath.Join(c.Root, "api.env")}, Ready: "/healthz", Overlap: true, Dir: c.Dir, After: []string{"db", "web"}},
		{Name: "worker", Cmd: "go build -tags dev -o bin/worker ./cmd/worker", Bin: "bin/worker", Dir: filepath.Join(c.Dir, "backend"), After: []string{"db", "web"}},
	}
	for i, w := range want {
		if w.ReadyTimeout == 0 {
			w.ReadyTimeout = 30 * time.Second
		}
		if w.KillDelay == 0 {
			w.KillDelay = 3 * time.Second
		}
		w.Handoff = "auto"
		if i >= len(c.Services) || !equalServices(c.Services[i], w) {
			t.Errorf("service %d: %+v, want %+v", i, c.Services, w)
		}
	}
	of := c.Of(c.Services[2])
	if of.Package != "./cmd/api" || of.Cmd != "" || of.TmpDir != "" || !of.Overlap || of.Ready != "/healthz" || filepath.Base(of.BuildLog) != "build-errors.api.log" {
		t.Errorf("the configuration of api: %+v", of)
	}
}

func equalServices(a, b Service) bool {
	lists := func(s Service) [][]string { return [][]string{s.Args, s.Env, s.EnvFiles, s.After} }
	equal := slices.EqualFunc(lists(a), lists(b), slices.Equal)
	strip := func(s Service) Service { s.Args, s.Env, s.EnvFiles, s.After = nil, nil, nil, nil; return s }
	x, y := strip(a), strip(b)
	return equal && x.Name == y.Name && x.Package == y.Package && x.Cmd == y.Cmd && x.Bin == y.Bin && x.Run == y.Run && x.Dir == y.Dir &&
		x.Ready == y.Ready && x.ReadyTimeout == y.ReadyTimeout && x.KillDelay == y.KillDelay && x.Handoff == y.Handoff && x.Overlap == y.Overlap
}

func TestSomeOfTheServices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want, err string }{
		{"", "db web api worker", ""},
		{"--only worker,db", "db worker", ""},
		{"--only=api --only=web", "web api", ""},
		{"--only wroker", "", `flag --only: no service is called "wroker"`},
		{"./cmd/api", "", ""},
		{"api", "", `"api": there are several programs`},
	} {
		cfg, err := loadServices(t, strings.Fields(c.args)...)
		var names []string
		for _, s := range cfg.Services {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != c.want && c.err == "" {
			t.Errorf("%q: %s, want %s", c.args, got, c.want)
		}
		if err == nil && c.err != "" || err != nil && (c.err == "" || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: error %v, want %q", c.args, err, c.err)
		}
	}
	if _, _, err := Load([]string{"--only", "x"}, environment(), project(t, nil)); err == nil || !strings.Contains(err.Error(), "no services to choose from") {
		t.Errorf("without services: %v", err)
	}
}

func TestOrderOfServices(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"go api; run db; run web":                  "db web<db api<db,web",
		"run a; run b after ;":                     "a b",
		"go api; go worker after api":              "api worker<api",
		"run db after cache; run cache":            "cache db<cache",
		"go api; run e2e after api; run db":        "db api<db e2e<api",
		"run e2e after api; go api; go worker":     "api e2e<api worker<e2e",
		"run a; run b after x; go x after a; go y": "a x<a b<x y<a,b",
	} {
		var file strings.Builder
		for _, words := range strings.Split(strings.TrimSuffix(text, ";"), "; ") {
			w := strings.Fields(words)
			key := map[string]string{"go": "package", "run": "run"}[w[0]]
			file.WriteString("[[ginreload.service]]\nname = '" + w[1] + "'\n" + key + " = './x'\n")
			if len(w) > 2 {
				file.WriteString("after = ['" + strings.Join(w[3:], "', '") + "']\n")
			}
		}
		c := loadText(t, strings.ReplaceAll(file.String(), "['']", "[]"))
		var got []string
		for _, s := range c.Services {
			word := s.Name
			if len(s.After) > 0 {
				word += "<" + strings.Join(s.After, ",")
			}
			got = append(got, word)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", text, strings.Join(got, " "), want)
		}
	}
}

func TestWrongServices(t *testing.T) {
	t.Parallel()
	const head = "[[ginreload.service]]\nname = 'api'\n"
	for text, want := range map[string]string{
		"[ginreload.service]\nname = 'x'\n":            "1:2: ginreload.service: expected sections [[ginreload.service]], got a section",
		"[ginreload]\nservice = ['x']\n":               "2:12: ginreload.service[0]: expected a section, got a string",
		"[[ginreload.service]]\npackage = '.'\n":       "1:3: ginreload.service[0].name: missing",
		"[[ginreload.service]]\nname='a b'\nrun='x'\n": "2:6: ginreload.service[0].name: expected letters",
		head:                                                 "1:3: ginreload.service[0]: nothing says what api is",
		head + "package = '.'\nrun = 'x'\n":                  "4:7: ginreload.service[0].run: package is said as well",
		head + "packge = '.'\n":                              "3:1: unknown key ginreload.service[0].packge",
		head + "package = 3\n":                               "3:11: ginreload.service[0].package: expected a string",
		head + "package = '.'\nbin = 'x'\n":                  "4:7: ginreload.service[0].bin: has no meaning without cmd",
		head + "cmd = 'make api'\n":                          "1:3: ginreload.service[0].bin: missing",
		head + "run = 'x'\nargs = ['y']\n":                   "4:8: ginreload.service[0].args: is for Go programs",
		head + "run = 'x'\nready = '/x'\n":                   "4:9: ginreload.service[0].ready: expected a port",
		head + "run = 'x'\nready = '0'\n":                    "4:9: ginreload.service[0].ready: expected a port",
		head + "package = '.'\nready = '80'\n":               "4:9: ginreload.service[0].ready: expected a URL",
		head + "package = '.'\nenv = ['A=b', 'c']\n":         "4:15: ginreload.service[0].env: expected NAME=value",
		head + "package = '.'\nafter = ['apii']\n":           `4:10: ginreload.service[0].after: no service is called "apii"`,
		head + "package = '.'\nafter = ['api']\n":            "4:10: ginreload.service[0].after: api waits for api already",
		head + "package = '.'\ndir = 'none'\n":               "4:7: ginreload.service[0].dir: ",
		head + "run = 'x'\n" + head + "run = 'y'\n":          `5:8: ginreload.service[1].name: "api" is the name of ginreload.service[0] too`,
		head + "run = 'x'\nready_timeout = 'soon'\n":         "4:17: ginreload.service[0].ready_timeout: expected a duration",
		"[ginreload]\nonly = ['apj']\n" + head + "run='x'\n": `2:8: ginreload.only: no service is called "apj"`,
	} {
		_, _, err := Load(nil, environment(), project(t, map[string]string{".air.toml": text}))
		if err == nil || !strings.HasPrefix(err.Error(), ".air.toml:"+want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}
