package convert

import (
	"path"
	"regexp"
	"strings"
	"time"
)

// fresh reads lines of the form "key: value" from runner.conf; a fork of it
// that is still kept has more keys, in YAML of the same form. It builds the
// package in root without arguments.

var freshKey = regexp.MustCompile(`(?m)^\s*(?:tmp_path|build_name|valid_ext|no_rebuild_ext|build_delay|build_log)\s*:`)

var freshDefaults = map[string]string{
	"root": ".", "tmp_path": "./tmp", "build_name": "runner-build", "valid_ext": ".go, .tpl, .tmpl, .html",
	"no_rebuild_ext": ".tpl, .tmpl, .html", "ignored": "assets, tmp", "build_delay": "600",
}

func (d *draft) fresh(text string) error {
	said := freshValues(text)
	value := func(key string) string {
		if text, ok := said[key]; ok {
			return text
		}
		return freshDefaults[key]
	}
	root, tmp := path.Clean(value("root")), path.Clean(value("tmp_path"))
	if root != "." {
		d.Root = root
	}
	if up := upFrom(root); !path.IsAbs(tmp) && up != "" { // tmp_dir is relative to root
		d.TmpDir = path.Join(up, tmp)
	} else {
		d.TmpDir = tmp
	}
	if d.TmpDir == "tmp" {
		d.TmpDir = ""
	}
	name := local(path.Join(tmp, value("build_name")))
	pkg := local(root)
	if main := said["main_path"]; main != "" {
		pkg = local(main)
	}
	command := []word{{"go", "go"}, {"build", "build"}}
	if args, err := words(said["build_args"]); err == nil {
		command = append(command, args...)
	}
	d.Cmd = join(append(command, literal("-o"), literal(name), literal(pkg)))
	d.Entrypoint = []string{name}
	if root != "." {
		d.Entrypoint, d.FullBin = nil, literal(name).raw
	}
	d.freshFiles(said, value)
	d.Delay = time.Duration(number(value("build_delay"))) * time.Millisecond
	d.BuildLog = said["build_log"]
	d.freshColors(said)
	for _, key := range []string{"mutex_profile", "proxy", "output_delimiter", "verbose", "debug"} {
		if _, ok := said[key]; ok {
			d.drop(key, "there is no such key")
		}
	}
	return nil
}

func (d *draft) freshFiles(said map[string]string, value func(string) string) {
	for _, ext := range fields(value("valid_ext")) {
		d.IncludeExt = add(d.IncludeExt, strings.TrimPrefix(ext, "."))
	}
	if len(fields(said["no_rebuild_ext"])) > 0 {
		d.drop("no_rebuild_ext", "each change builds; ginreload does not restart a program that came out the same")
	}
	ignored := value("ignored")
	if older, ok := said["ignore"]; ok {
		ignored = older
	}
	for _, entry := range fields(ignored) {
		entry = strings.Trim(entry, "\"'")
		switch clean := path.Clean(entry); {
		case strings.ContainsAny(entry, "*?["):
			var s selection
			s.excludeGlob(entry)
			d.ExcludeDir, d.ExcludeFile = add(d.ExcludeDir, s.excludeDir...), add(d.ExcludeFile, s.excludeFile...)
			d.ExcludeRegex = add(d.ExcludeRegex, s.excludeRegex...)
		case path.Ext(clean) != "" && !strings.HasPrefix(clean, "."):
			d.ExcludeFile = add(d.ExcludeFile, clean)
		case !strings.HasPrefix(path.Base(clean), "."):
			d.ExcludeDir = add(d.ExcludeDir, clean)
		}
	}
	d.ExcludeRegex = add(d.ExcludeRegex, `_test\.go$`)
}

// freshColors carries over the colours that Air has too.
func (d *draft) freshColors(said map[string]string) {
	if said["colors"] == "0" || said["colors"] == "false" {
		d.ColorMode = "never"
	}
	known := func(key string) string {
		switch color := strings.TrimPrefix(strings.TrimPrefix(said[key], "bold_"), "bright_"); color {
		case "red", "green", "yellow", "blue", "magenta", "cyan", "white":
			return color
		}
		return ""
	}
	d.Colors.Main, d.Colors.Build = known("log_color_main"), known("log_color_build")
	d.Colors.Runner, d.Colors.Watcher = known("log_color_runner"), known("log_color_watcher")
}

// freshValues reads the lines; a value may go on, indented, in the next ones.
func freshValues(text string) map[string]string {
	values := make(map[string]string)
	last := ""
	for line := range strings.Lines(text) {
		if hash := strings.Index(line, "#"); hash == 0 || hash > 0 && strings.ContainsAny(line[hash-1:hash], " \t") {
			line = line[:hash]
		}
		key, value, found := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "":
		case found && !strings.ContainsAny(strings.TrimSpace(key), " \t,"):
			last = strings.TrimSpace(key)
			values[last] = strings.Trim(strings.TrimSpace(value), "\"'|>")
		case last != "":
			values[last] += "," + strings.TrimPrefix(strings.TrimSpace(line), "- ")
		}
	}
	return values
}

// fields cuts a list at its commas.
func fields(list string) []string {
	var all []string
	for field := range strings.SplitSeq(list, ",") {
		all = add(all, strings.Trim(strings.TrimSpace(field), "\"'"))
	}
	return all
}
