//go:build unix

package conformance

import (
	"os"
	"path/filepath"
)

const forgeConfig = "[build]\ncmd = \"forge ./tmp/main main.go\"\nbin = \"./tmp/main\"\ndelay = 50\n"

func discoveryCases() []Case {
	return []Case{
		{name: "start, save, reload, stop", covers: "smoke", steps: []step{started, reloads, reloads}},
		{name: "with go build", covers: "smoke", golang: true, steps: []step{started, reloads}},
		{name: "without a configuration", covers: "discovery smoke", golang: true, files: map[string]string{".air.toml": gone},
			steps: []step{started, reloads}},
		{name: ".config/air.toml, and root is the working directory", covers: "discovery cwd-and-root",
			files: map[string]string{".air.toml": gone, ".config/air.toml": forgeConfig}, steps: []step{started, ran("^cwd=$DIR$"), reloads}},
		{name: "a named file in another folder", covers: "discovery T8", files: map[string]string{".air.toml": "not TOML", "conf/dev.toml": forgeConfig},
			args: []string{"-c", "conf/dev.toml"}, steps: []step{started, ran("^cwd=$DIR$"), reloads}},
		{name: "a named file that is not there", covers: "discovery", args: []string{"-c", "gone.toml"}, steps: []step{launched, exits(1)}},
		{name: "a file that is not TOML", covers: "discovery T18", config: "[build]\nEOF < /dev/null\n", text: true,
			steps: []step{launched, exits(1), prints(`2, 5|:2:5:`)}},
		{name: "a value of a wrong type", covers: "discovery types", config: "[build]\ndelay = \"1s\"\n", steps: []step{launched, exits(1)}},
		{name: "air.toml without a dot", covers: "discovery T20", golang: true,
			files: map[string]string{".air.toml": gone, "air.toml": "[build]\ncmd = \"false\"\n"}, steps: []step{started}},
		{name: "air_wd", covers: "discovery environment", files: map[string]string{"wd/.air.toml": forgeConfig, "wd/main.go": program("v1"), ".air.toml": gone},
			env: []string{"air_wd=$DIR/wd"}, steps: []step{started, ran("^cwd=$DIR/wd$"), reloadsFrom("wd/main.go")}},
		{name: "root is not there", covers: "discovery", top: "root = \"gone\"\n", steps: []step{launched, exits(1)},
			differs: "root that is missing"},
		{name: "the home folder is refused", covers: "safety", env: []string{"HOME=$DIR"}, text: true, steps: []step{launched, exits(1), prints("(?i)refus")}},
		{name: "unless that is wanted", covers: "safety", env: []string{"HOME=$DIR"}, build: "ignore_dangerous_root_dir = true\n", steps: []step{started, reloads}},
		{name: "a hidden root", covers: "filters", place: ".proj", steps: []step{started, reloads}, differs: "hidden root"},
		{name: "a root that is a link", covers: "discovery symlinks", place: "real/shop", files: map[string]string{"../link": "-> shop", ".air.toml": gone, "go.toml": "root = \"../link\"\n" + forgeConfig},
			args: []string{"-c", "go.toml"}, steps: []step{started, reloads}},
		{name: "root above, commands here", covers: "T8 cwd-and-root", place: "repo/api", top: "root = \"..\"\ntmp_dir = \"api/tmp\"\n", build: "bin = \"tmp/main\"\n",
			files: map[string]string{"../core/a.go": "// a\n"}, steps: []step{started, ran("^cwd=$DIR$"), rebuilds("../core/a.go"), reloads}},
		{name: "a file of Windows with a byte order mark", covers: "T25", config: "\uFEFF[build]\r\ncmd = \"forge ./tmp/main main.go\"\r\nbin = \"./tmp/main\"\r\ndelay = 50\r\n",
			steps: []step{started, reloads}},
		{name: "keys that nobody knows", covers: "T18 unknown", build: "stop_on_root = true\nwatch_dir = [\".\"]\n", rest: "[serve]\nport = 3\n", steps: []step{started, reloads}},
		{name: "they are told", covers: "T18 unknown", build: "stop_on_root = true\n", text: true, steps: []step{started, prints("stop_on_root.*", "stop_on_error")}, differs: "unknown keys"},
		{name: "the file changes", covers: "discovery", steps: []step{started, save(".air.toml", forgeConfig+"args_bin = [\"new\"]\n"), serves("v1"), ran(`^args=\["new"\]`), reloads, ran(`^args=\["new"\]`)}, differs: "the file changes"},
		{name: "the file is broken meanwhile", covers: "discovery keep", steps: []step{started, save(".air.toml", "[build\n"), reloads, alive("v1")}},
		{name: "init writes .air.toml, once", covers: "init", golang: true, files: map[string]string{".air.toml": gone}, args: []string{"init"}, text: true,
			steps: []step{launched, exits(0), holds(".air.toml", `(?s)\[build\].*cmd = .*go build -o .*tmp/main`)}},
		{name: "init does not overwrite", covers: "init", args: []string{"init"}, text: true, steps: []step{launched, exits(1), holds(".air.toml", "forge")}},
		{name: "what init writes works", covers: "init", golang: true, files: map[string]string{".air.toml": gone}, args: []string{"init"}, text: true,
			steps: []step{launched, exits(0), again(), started, reloads}},
	}
}

// again lets the tool be started once more, without its arguments.
func again(args ...string) step {
	return acts("once more", func(s *scene) error {
		<-s.running.done
		s.args, s.running, s.stopping = args, nil, false
		s.log.forget(exit)
		return nil
	})
}

func remove(name string) step {
	return does("remove "+name, func(dir string) error { return os.RemoveAll(filepath.Join(dir, name)) })
}

func move(from, to string) step {
	return does("move "+from+" to "+to, func(dir string) error { return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)) })
}

func mkdir(name string) step {
	return does("mkdir "+name, func(dir string) error { return os.MkdirAll(filepath.Join(dir, name), 0o755) })
}
