package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// warnOfChoices tells of values that cannot be followed.
func (c *Config) warnOfChoices() {
	c.warnOfColor("color.main", &c.Colors.Main)
	c.warnOfColor("color.watcher", &c.Colors.Watcher)
	c.warnOfColor("color.build", &c.Colors.Build)
	c.warnOfColor("color.runner", &c.Colors.Runner)
	if c.Proxy.Enabled {
		c.warn("proxy.enabled", "proxy.enabled: the proxy is not honoured yet",
			"clients of the program's own port lose no request either; only the reload of pages in the browser is missing")
	}
}

// warnOfColor takes white for a colour that nobody knows, as Air does.
func (c *Config) warnOfColor(name string, color *string) {
	if *color == "" || slices.Contains(colors, *color) {
		return
	}
	hint := "there are " + strings.Join(colors, ", ")
	if near := nearest(*color, colors); near != "" {
		hint = "did you mean " + near + "?"
	}
	c.warn(name, fmt.Sprintf("%s: no colour is called %q; white is taken for it", name, *color), hint)
	*color = "white"
}

var colors = []string{"red", "green", "yellow", "blue", "magenta", "cyan", "white", "raw"}

// notes tells of settings that have no effect or contradict each other. Nothing
// is broken by them, so only somebody who asks is told.
func (c *Config) notes() []Warning {
	var all []Warning
	note := func(when bool, name, message, hint string) {
		if when {
			all = append(all, c.said[name].origin.warn(name+" "+message, hint))
		}
	}
	set := func(name string) bool { return c.isSaid(name) }

	if len(c.Services) == 0 {
		c.noteProgram(note)
	}
	for _, name := range append(slices.Clone(buildKeys), "build.args_bin") {
		note(len(c.Services) > 0 && set(name), name, "is for Air: ginreload runs the services", "")
	}
	c.noteFolders(note)
	note(c.PollInterval != 0 && !c.Poll, "build.poll_interval", "has no effect without build.poll",
		"but on file systems that others change too, which ginreload polls by itself")
	note(set("build.rerun_delay") && c.RerunDelay != 500*time.Millisecond && !c.Rerun, "build.rerun_delay", "has no effect without build.rerun", "")
	note(c.KillDelay > time.Minute, "build.kill_delay", fmt.Sprintf("is %v: a whole number below 1000000 is milliseconds", c.KillDelay), killDelayHint)
	note(c.KillDelay > 0 && c.KillDelay < 10*time.Millisecond, "build.kill_delay",
		fmt.Sprintf("is %v: a whole number is milliseconds, and nanoseconds from 1000000 on", c.KillDelay), killDelayHint)
	note(len(c.TestArgs) > 0 && !c.Test, "ginreload.test_args", "has no effect without ginreload.test", "")
	note(c.StopOnError && len(c.PreCmd) == 0, "build.stop_on_error", "has no effect without build.pre_cmd",
		"a build that fails never stops the program that serves; in Air it does")
	note(c.LogSilent && c.LogMainOnly, "log.main_only", "has no effect next to log.silent", "")
	note(c.LogSilent && set("log.time") && c.LogTime, "log.time", "has no effect next to log.silent", "")
	note(!c.KeepScroll && !c.ClearOnRebuild, "screen.keep_scroll", "has no effect without screen.clear_on_rebuild", "")
	note(c.Colors.App != "", "color.app", "has no effect, in Air neither", "the program's output is passed on as it is")
	note(set("build.exclude_unchanged") && !c.ExcludeUnchanged && c.said["build.exclude_unchanged"].origin.doc == nil,
		"build.exclude_unchanged", "is always on: a file that is written with the content that it had never counts", "")
	note(c.CleanOnExit && c.TmpDir == "", "misc.clean_on_exit", "has no effect without tmp_dir", "ginreload builds outside of the project then, and leaves nothing behind")
	return all
}

const killDelayHint = `write a duration with its unit, such as "500ms" or "2s"`

// noteProgram looks at what is built and what is run.
func (c *Config) noteProgram(note func(when bool, name, message, hint string)) {
	runs, by := "", ""
	switch {
	case c.FullBin != "":
		by = "build.full_bin"
	case len(c.Entrypoint) > 0:
		by, runs = "build.entrypoint", c.Entrypoint[0]
	case c.Bin != "":
		by, runs = "build.bin", absolute(c.Dir, filepath.FromSlash(strings.Fields(c.Bin)[0]))
	}
	beats := func(name, written string) bool {
		return by != name && written != "" && c.isSaid(name) && (runs == "" || absolute(c.Root, filepath.FromSlash(written)) != runs)
	}
	note(len(c.Entrypoint) > 0 && beats("build.entrypoint", firstOf(c.Entrypoint)), "build.entrypoint", "has no effect: "+by+" goes before it", "")
	note(beats("build.bin", c.Bin), "build.bin", "has no effect: "+by+" goes before it", "")

	output := outputOf(c.Cmd)
	if output == "" || runs == "" || !strings.ContainsAny(runs, `/\`) {
		return
	}
	built := absolute(c.Dir, filepath.FromSlash(output))
	note(built != runs, "build.cmd", fmt.Sprintf("writes %s, but %s runs %s", display(c.Dir, built), by, display(c.Dir, runs)),
		"if that is not what cmd makes in another way, the program that runs is an old one")
}

func firstOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// outputOf returns what a single go build writes, "" if that is not plain to see.
func outputOf(cmd string) string {
	words := strings.Fields(cmd)
	if len(words) < 2 || words[0] != "go" || words[1] != "build" || strings.ContainsAny(cmd, `'"$&|;<>(){}*?`+"`\\") {
		return ""
	}
	for i, word := range words {
		name, value, joined := strings.Cut(word, "=")
		switch {
		case name != "-o" && name != "--o":
		case joined:
			return value
		case i+1 < len(words):
			return words[i+1]
		}
	}
	return ""
}

// noteFolders looks at what is watched.
func (c *Config) noteFolders(note func(when bool, name, message, hint string)) {
	missing := func(dir string) bool {
		return !strings.ContainsAny(dir, "*?[") && mustBeFolder(absolute(c.Root, filepath.FromSlash(dir))) != nil
	}
	for _, dir := range c.ExcludeDir {
		written := c.isSaid("build.exclude_dir") && !slices.Contains(defaultExcludeDir, dir) && dir != c.relative(c.TmpDir)
		note(written && missing(dir), "build.exclude_dir", fmt.Sprintf("names %q, which is no folder of %s", dir, c.Root),
			fmt.Sprintf("names are paths below root; %q is a folder of that name anywhere", "**/"+dir))
	}
	for _, dir := range c.IncludeDir {
		note(missing(dir), "build.include_dir", fmt.Sprintf("names %q, which is no folder below root", dir), "")
		why := ""
		if !outside(dir) {
			why = c.judge(dir, true, c.excluded)
		}
		note(why != "", "build.include_dir", fmt.Sprintf("names %q, which is excluded all the same: %s", dir, why), "")
	}
	for _, file := range c.IncludeFile {
		relevant, why := c.Relevant(file)
		note(!relevant, "build.include_file", fmt.Sprintf("names %q, which does not count all the same: %s", file, why), "")
	}
	note(len(c.IncludeExt) > 1 && slices.Contains(c.IncludeExt, "*"), "build.include_ext", `has "*", which makes the others superfluous`, "")
	note(len(c.IncludeExt)+len(c.IncludeFile) == 0, "build.include_ext", "is empty: no change leads to a build", `the default is ["go", "tpl", "tmpl", "html"]`)
}
