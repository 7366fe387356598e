package config

import "strings"

// The keys of Air 1.67.4 and of this package. A key that is not honoured is
// worth a word only if the file asks for something with it: four of ten files
// are what `air init` wrote, with every key at a value that asks for nothing.

type key struct {
	name     string
	honoured bool
	idle     []any  // values that ask for nothing; so do "" and []
	needs    string // the key has no meaning unless this one is true
}

func sections() []string {
	return []string{"build", "color", "ginreload", "log", "misc", "proxy", "screen"}
}

func keys() []key {
	return []key{
		{name: "root", honoured: true},
		{name: "tmp_dir", honoured: true},
		{name: "testdata_dir", idle: idle("testdata")},
		{name: "env_files"},

		{name: "build.cmd", honoured: true},
		{name: "build.bin", honoured: true},
		{name: "build.entrypoint", honoured: true},
		{name: "build.full_bin", honoured: true},
		{name: "build.args_bin", honoured: true},
		{name: "build.include_ext", honoured: true},
		{name: "build.include_dir", honoured: true},
		{name: "build.include_file", honoured: true},
		{name: "build.exclude_dir", honoured: true},
		{name: "build.exclude_file", honoured: true},
		{name: "build.exclude_regex", honoured: true},
		{name: "build.delay", honoured: true},
		{name: "build.send_interrupt", honoured: true},
		{name: "build.kill_delay", honoured: true},

		{name: "ginreload.handoff", honoured: true},
		{name: "ginreload.overlap", honoured: true},
		{name: "ginreload.ready", honoured: true},
		{name: "ginreload.hold", honoured: true},

		{name: "build.pre_cmd"},
		{name: "build.post_cmd"},
		{name: "build.log", idle: idle("build-errors.log")},
		{name: "build.exclude_unchanged", idle: idle(false)},
		{name: "build.ignore_dangerous_root_dir", idle: idle(false)},
		{name: "build.follow_symlink", idle: idle(false)},
		{name: "build.poll", idle: idle(false)},
		{name: "build.poll_interval", needs: "build.poll"},
		{name: "build.stop_on_error", idle: idle(false)},
		{name: "build.rerun", idle: idle(false)},
		{name: "build.rerun_delay", needs: "build.rerun"},
		{name: "build.rules"},
		{name: "build.windows"},
		{name: "build.darwin"},
		{name: "build.linux"},

		{name: "color.mode", honoured: true},
		{name: "color.main", idle: idle("magenta")},
		{name: "color.watcher", idle: idle("cyan")},
		{name: "color.build", idle: idle("yellow")},
		{name: "color.runner", idle: idle("green")},
		{name: "color.app", idle: idle("white")},

		{name: "log.time", idle: idle(false, true)}, // the time is always shown
		{name: "log.main_only", idle: idle(false)},
		{name: "log.silent", idle: idle(false)},

		{name: "misc.clean_on_exit", idle: idle(false)},
		{name: "misc.startup_banner"},

		{name: "screen.clear_on_rebuild", idle: idle(false)},
		{name: "screen.keep_scroll", needs: "screen.clear_on_rebuild"},

		{name: "proxy.enabled", idle: idle(false)},
		{name: "proxy.proxy_port", needs: "proxy.enabled"},
		{name: "proxy.app_port", needs: "proxy.enabled"},
		{name: "proxy.app_start_timeout", needs: "proxy.enabled"},
	}
}

func idle(values ...any) []any { return values }

// asksForNothing reports whether value is what its absence would mean.
func (k key) asksForNothing(d *document, value any) bool {
	if k.needs != "" && d.lookup(k.needs) != true {
		return true
	}
	switch value := value.(type) {
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	case string:
		if value == "" {
			return true
		}
	}
	for _, harmless := range k.idle {
		if value == harmless {
			return true
		}
	}
	return false
}

func findKey(name string) (key, bool) {
	for _, k := range keys() {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

// keysOf returns the names of a section's keys without the section, "" being
// the top level with its section headers.
func keysOf(section string) []string {
	var names []string
	for _, k := range keys() {
		table, name, ok := strings.Cut(k.name, ".")
		switch {
		case ok && table == section:
			names = append(names, name)
		case !ok && section == "":
			names = append(names, k.name)
		}
	}
	if section == "" {
		names = append(names, sections()...)
	}
	return names
}

// sectionsWith returns where a key called name belongs, with "" for the top.
func sectionsWith(name string) []string {
	var found []string
	for _, section := range append([]string{""}, sections()...) {
		for _, candidate := range keysOf(section) {
			if candidate == name {
				found = append(found, section)
			}
		}
	}
	return found
}
