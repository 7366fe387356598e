package config

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// settings are all keys that have a value, those of Air 1.67.4 and ours, in the
// order in which they are shown. Everything else about them follows from this
// table: what the file, the environment and the flags accept, the defaults, what
// is unknown, and what check prints.
var settings = []setting[Config]{
	define("root", text, ".", func(c *Config) *string { return &c.Root }),
	define("tmp_dir", text, "tmp", func(c *Config) *string { return &c.TmpDir }),
	define("testdata_dir", text, "testdata", func(c *Config) *string { return &c.TestdataDir }),
	define("env_files", list, nil, func(c *Config) *[]string { return &c.EnvFiles }),

	define("build.pre_cmd", list, nil, func(c *Config) *[]string { return &c.PreCmd }),
	define("build.cmd", text, "", func(c *Config) *string { return &c.Cmd }),
	define("build.post_cmd", list, nil, func(c *Config) *[]string { return &c.PostCmd }),
	define("build.bin", text, "", func(c *Config) *string { return &c.Bin }),
	define("build.entrypoint", entrypoint, nil, func(c *Config) *[]string { return &c.Entrypoint }),
	define("build.full_bin", text, "", func(c *Config) *string { return &c.FullBin }),
	define("build.args_bin", list, nil, func(c *Config) *[]string { return &c.ArgsBin }),
	define("build.log", text, "build-errors.log", func(c *Config) *string { return &c.BuildLog }),
	define("build.include_ext", list, defaultExtensions, func(c *Config) *[]string { return &c.IncludeExt }),
	define("build.include_dir", list, nil, func(c *Config) *[]string { return &c.IncludeDir }),
	define("build.include_file", list, nil, func(c *Config) *[]string { return &c.IncludeFile }),
	define("build.exclude_dir", list, defaultExcludeDir, func(c *Config) *[]string { return &c.ExcludeDir }),
	define("build.exclude_file", patterns, nil, func(c *Config) *[]string { return &c.ExcludeFile }),
	define("build.exclude_regex", regexps, []*regexp.Regexp{regexp.MustCompile("_test.go")}, func(c *Config) *[]*regexp.Regexp { return &c.ExcludeRegex }),
	define("build.exclude_unchanged", boolean, false, func(c *Config) *bool { return &c.ExcludeUnchanged }),
	define("build.ignore_dangerous_root_dir", boolean, false, func(c *Config) *bool { return &c.DangerousRoot }),
	define("build.follow_symlink", boolean, false, func(c *Config) *bool { return &c.FollowSymlink }),
	define("build.poll", boolean, false, func(c *Config) *bool { return &c.Poll }),
	define("build.poll_interval", millis, 0, func(c *Config) *time.Duration { return &c.PollInterval }),
	define("build.delay", millis, 0, func(c *Config) *time.Duration { return &c.Delay }),
	define("build.stop_on_error", boolean, false, func(c *Config) *bool { return &c.StopOnError }),
	define("build.send_interrupt", boolean, false, func(c *Config) *bool { return &c.SendInterrupt }),
	define("build.kill_delay", killDelay, 0, func(c *Config) *time.Duration { return &c.KillDelay }),
	define("build.rerun", boolean, false, func(c *Config) *bool { return &c.Rerun }),
	define("build.rerun_delay", millis, 500*time.Millisecond, func(c *Config) *time.Duration { return &c.RerunDelay }),

	define("log.time", boolean, true, func(c *Config) *bool { return &c.LogTime }),
	define("log.main_only", boolean, false, func(c *Config) *bool { return &c.LogMainOnly }),
	define("log.silent", boolean, false, func(c *Config) *bool { return &c.LogSilent }),

	define("color.mode", choice(`"auto", "always" or "never"`, colorMode), "auto", func(c *Config) *string { return &c.Color }),
	define("color.main", text, "", func(c *Config) *string { return &c.Colors.Main }),
	define("color.watcher", text, "", func(c *Config) *string { return &c.Colors.Watcher }),
	define("color.build", text, "", func(c *Config) *string { return &c.Colors.Build }),
	define("color.runner", text, "", func(c *Config) *string { return &c.Colors.Runner }),
	define("color.app", text, "", func(c *Config) *string { return &c.Colors.App }),

	define("misc.clean_on_exit", boolean, false, func(c *Config) *bool { return &c.CleanOnExit }),
	define("misc.startup_banner", banner, nil, func(c *Config) **string { return &c.Banner }),

	define("screen.clear_on_rebuild", boolean, false, func(c *Config) *bool { return &c.ClearOnRebuild }),
	define("screen.keep_scroll", boolean, true, func(c *Config) *bool { return &c.KeepScroll }),

	define("proxy.enabled", boolean, false, func(c *Config) *bool { return &c.Proxy.Enabled }),
	define("proxy.proxy_port", port, 0, func(c *Config) *int { return &c.Proxy.ProxyPort }),
	define("proxy.app_port", port, 0, func(c *Config) *int { return &c.Proxy.AppPort }),
	define("proxy.app_start_timeout", millis, 0, func(c *Config) *time.Duration { return &c.Proxy.AppStartTimeout }),

	define("ginreload.handoff", choice(`"auto" or "restart"`, handoffKind), "auto", func(c *Config) *string { return &c.Handoff }),
	define("ginreload.overlap", boolean, true, func(c *Config) *bool { return &c.Overlap }),
	define("ginreload.ready", choice(readyWords, readyAddress), "", func(c *Config) *string { return &c.Ready }),
	define("ginreload.hold", duration, 10*time.Second, func(c *Config) *time.Duration { return &c.Hold }),
	define("ginreload.strip", boolean, true, func(c *Config) *bool { return &c.Strip }),
	define("ginreload.linker", choice(linkerWords, linkerName), "auto", func(c *Config) *string { return &c.Linker }),

	define("ginreload.test", boolean, false, func(c *Config) *bool { return &c.Test }),
	define("ginreload.test_args", list, nil, func(c *Config) *[]string { return &c.TestArgs }),
	define("ginreload.gitignore", boolean, true, func(c *Config) *bool { return &c.Gitignore }),
	define("ginreload.only", list, nil, func(c *Config) *[]string { return &c.Only }),
}

var (
	defaultExtensions = []string{"go", "tpl", "tmpl", "html"}
	defaultExcludeDir = []string{"assets", "tmp", "vendor", "testdata"}

	// What holds when nothing describes the project. The sources of cgo and
	// assembly are Go's own business, which Air's extensions leave out; tmp is
	// where Air, used before, may have left its builds.
	bareExtensions = append(slices.Clip(defaultExtensions), "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "m", "s", "S", "syso")
	bareExcludeDir = []string{"tmp", "vendor"}
)

// platforms are the systems that may have a section [build.<os>], which beats
// [build] there, and platformKeys what may stand in it.
var (
	platforms    = []string{"windows", "darwin", "linux"}
	platformKeys = []string{"pre_cmd", "cmd", "post_cmd", "bin", "entrypoint", "full_bin", "args_bin"}
)

func colorMode(mode string) bool { return mode == "auto" || mode == "always" || mode == "never" }

// sections are those of the file.
func sections() []string {
	var names []string
	for _, s := range settings {
		if section, _, ok := strings.Cut(s.name, "."); ok && !slices.Contains(names, section) {
			names = append(names, section)
		}
	}
	return names
}

// keysOf returns the names of what may stand in a section, without the section;
// "" is the top level.
func keysOf(section string) []string {
	switch {
	case section == "build.rules":
		return namesOf(ruleSettings, "")
	case strings.HasPrefix(section, "build."):
		return platformKeys
	case section == "build":
		return append(namesOf(settings, "build."), append(slices.Clone(platforms), "rules")...)
	case section == "ginreload":
		return append(namesOf(settings, "ginreload."), "service")
	case section == "ginreload.service":
		return namesOf(serviceSettings, "")
	case section == "":
		return append(namesOf(settings, ""), sections()...)
	}
	return namesOf(settings, section+".")
}

func namesOf[In any](settings []setting[In], prefix string) []string {
	var names []string
	for _, s := range settings {
		if name, ok := strings.CutPrefix(s.name, prefix); ok && !strings.Contains(name, ".") {
			names = append(names, name)
		}
	}
	return names
}

// sectionsWith returns where a key called name belongs, with "" for the top.
func sectionsWith(name string) []string {
	var found []string
	for _, section := range append([]string{""}, sections()...) {
		if slices.Contains(keysOf(section), name) {
			found = append(found, section)
		}
	}
	return found
}
