package config

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Keys that guides and generated files have and Air never had, where spelling
// does not lead to the one that is meant.
var inventions = map[string]string{
	"build.args":                    "did you mean args_bin?",
	"build.build_flags":             "flags of go build belong into cmd",
	"build.command":                 "did you mean cmd?",
	"build.debounce":                "did you mean delay?",
	"build.env":                     "variables belong into env_files, or before the program in full_bin: \"APP_ENV=dev ./tmp/main\"",
	"build.exclude":                 "did you mean exclude_dir, or exclude_regex?",
	"build.flags":                   "flags of go build belong into cmd",
	"build.ignore":                  "did you mean exclude_dir, or exclude_regex?",
	"build.include":                 "did you mean include_ext, or include_dir?",
	"build.ldflags":                 "flags of go build belong into cmd",
	"build.output":                  "did you mean bin? What cmd writes is said there, after -o",
	"build.run":                     "did you mean full_bin?",
	"build.tags":                    "flags of go build belong into cmd",
	"ginreload.watch":               "did you mean include_dir in [build]?",
	"ginreload.service.command":     "did you mean run, for a command that stays, or cmd, for one that builds?",
	"ginreload.service.cwd":         "did you mean dir?",
	"ginreload.service.depends_on":  "did you mean after?",
	"ginreload.service.entrypoint":  "did you mean bin, or package?",
	"ginreload.service.environment": "did you mean env?",
	"ginreload.service.pkg":         "did you mean package?",
	"log.level":                     "ginreload says more with --verbose",
	"run":                           "what is run is said in [build]: entrypoint for the program, args_bin for its arguments",
	"serve":                         "what is run is said in [build]: entrypoint for the program, args_bin for its arguments",
	"proxy.port":                    "did you mean proxy_port?",
	"proxy.target":                  "did you mean app_port?",
	"screen.clear":                  "did you mean clear_on_rebuild?",
	"build.on_error":                "did you mean stop_on_error?",
	"build.excluded_dir":            "did you mean exclude_dir?",
}

// watchKeys are invented too, but it is plain what they mean: the folders to
// watch, with all below them.
var watchKeys = []string{"watch", "watch_dir", "watch_dirs"}

func invented(section, key string) bool { return section == "build" && slices.Contains(watchKeys, key) }

// sayInventions honours watchKeys, in place of include_dir, and says so.
func (c *Config) sayInventions(doc *document) {
	for _, key := range watchKeys {
		raw := doc.lookup("build", key)
		if raw == nil {
			continue
		}
		at := doc.at("build", key)
		if text, ok := raw.(string); ok {
			raw = []any{text}
		}
		texts, err := elements(raw)
		dirs := watched(texts)
		tell := func(format string, args ...any) {
			c.Warnings = append(c.Warnings, doc.warnAt(at.key, "unknown key build."+key+": "+fmt.Sprintf(format, args...),
				"Air passes over it, and watches root with all folders below; include_dir in [build] says which of them"))
		}
		switch {
		case err != nil:
			tell("it is passed over, and no list of folders either")
		case len(c.IncludeDir) > 0:
			tell("it is passed over, because include_dir says what to watch")
		case slices.Contains(dirs, ".") || len(dirs) == 0:
			tell("taken for the folders to watch, which is root with all below it anyway")
		default:
			c.restate("build.include_dir", anyList(dirs), origin{doc: doc, entry: at, place: " build." + key})
			tell("taken for include_dir = %s", showList(dirs))
		}
	}
}

// watched returns the folders of patterns such as "cmd/**", "./..." and
// "internal/*.go".
func watched(patterns []string) []string {
	var dirs []string
	for _, pattern := range patterns {
		var dir []string
		for _, part := range strings.Split(filepath.ToSlash(strings.TrimSpace(pattern)), "/") {
			if part == "..." || strings.ContainsAny(part, "*?[") {
				break
			}
			dir = append(dir, part)
		}
		dirs = append(dirs, path.Clean(strings.Join(dir, "/")))
	}
	return dirs
}
