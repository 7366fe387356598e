package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Settings is what a first configuration says. What is zero is left out, and so
// has Air's default; a list that is empty but not nil is written as [].
type Settings struct {
	About []string          // comment below the first line
	Why   map[string]string // comments at the end of a line, by the name of the key: "build.cmd"

	Root, TmpDir string
	EnvFiles     []string

	PreCmd       []string
	Cmd          string
	Entrypoint   []string
	FullBin      string
	ArgsBin      []string
	IncludeExt   []string
	IncludeDir   []string
	IncludeFile  []string
	ExcludeDir   []string
	ExcludeFile  []string
	ExcludeRegex []string

	Delay         time.Duration
	Poll          bool
	PollInterval  time.Duration
	SendInterrupt bool
	KillDelay     time.Duration
	BuildLog      string // relative to TmpDir
	Rules         []Rule // without Delay

	ColorMode string
	Colors    Colors
}

// Text returns the file that says so, for both ginreload and Air.
func (s Settings) Text() []byte {
	w := &writer{why: s.Why}
	w.comment("Read by ginreload, and by Air, whose defaults hold for what is left out.")
	for _, line := range s.About {
		w.comment(line)
	}
	w.section("")
	w.text("root", s.Root)
	w.text("tmp_dir", s.TmpDir)
	w.list("env_files", s.EnvFiles)

	w.section("build")
	w.list("pre_cmd", s.PreCmd)
	w.text("cmd", s.Cmd)
	w.list("entrypoint", s.Entrypoint)
	w.text("full_bin", s.FullBin)
	w.list("args_bin", s.ArgsBin)
	w.list("include_ext", s.IncludeExt)
	w.list("include_dir", s.IncludeDir)
	w.list("include_file", s.IncludeFile)
	w.list("exclude_dir", s.ExcludeDir)
	w.list("exclude_file", s.ExcludeFile)
	w.list("exclude_regex", s.ExcludeRegex)
	w.millis("delay", s.Delay)
	w.truth("poll", s.Poll)
	w.millis("poll_interval", s.PollInterval)
	w.truth("send_interrupt", s.SendInterrupt)
	if s.KillDelay > 0 {
		w.text("kill_delay", s.KillDelay.String())
	}
	w.text("log", s.BuildLog)
	for _, rule := range s.Rules {
		w.section("[build.rules]")
		w.rule(rule)
	}

	w.section("color")
	w.text("mode", s.ColorMode)
	w.text("main", s.Colors.Main)
	w.text("watcher", s.Colors.Watcher)
	w.text("build", s.Colors.Build)
	w.text("runner", s.Colors.Runner)
	return []byte(w.out.String())
}

// WriteInit writes a first .air.toml to dir and returns the file's name. It
// does not overwrite, nor does it put a second configuration before the one
// that is in use.
func WriteInit(dir string, s Settings) (string, error) {
	files := defaultFiles(dir)
	for _, file := range files {
		if _, err := os.Lstat(file); err == nil {
			return "", &Error{File: file, Message: "there is a configuration already",
				Hint: "edit it, or move it away first", Err: fs.ErrExist}
		}
	}
	f, err := os.OpenFile(files[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", &Error{File: files[0], Message: "write the configuration: " + reason(err).Error(), Err: err}
	}
	_, err = f.Write(s.Text())
	if err = errors.Join(err, f.Close()); err != nil {
		return "", &Error{File: files[0], Message: "write the configuration: " + reason(err).Error(), Err: err}
	}
	return filepath.Clean(files[0]), nil
}

// writer writes TOML. A section gets its header with its first key.
type writer struct {
	out     strings.Builder
	table   string // that keys belong to
	pending bool   // its header is still to be written
	why     map[string]string
}

func (w *writer) section(table string) { w.table, w.pending = table, true }

func (w *writer) comment(text string) {
	for line := range strings.Lines(text) {
		clean := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1 // TOML has none of these in comments
			}
			return r
		}, strings.ToValidUTF8(line, ""))
		w.out.WriteString(strings.TrimRight("# "+clean, " \t") + "\n")
	}
}

func (w *writer) line(key, value string) {
	if w.pending {
		w.pending = false
		w.out.WriteString("\n")
		if w.table != "" {
			w.out.WriteString("[" + w.table + "]\n")
		}
	}
	w.out.WriteString(key + " = " + value)
	name := key
	if w.table != "" {
		name = strings.Trim(w.table, "[]") + "." + key
	}
	if why := w.why[name]; why != "" {
		w.out.WriteString("  ")
		w.comment(why)
		return
	}
	w.out.WriteString("\n")
}

func (w *writer) text(key, value string) {
	if value != "" {
		w.line(key, tomlString(value))
	}
}

func (w *writer) truth(key string, value bool) {
	if value {
		w.line(key, "true")
	}
}

func (w *writer) millis(key string, value time.Duration) {
	if value > 0 {
		w.line(key, strconv.FormatInt(max(value.Milliseconds(), 1), 10))
	}
}

func (w *writer) list(key string, values []string) {
	if values == nil {
		return
	}
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = tomlString(value)
	}
	line := "[" + strings.Join(quoted, ", ") + "]"
	if len(line) > 100 {
		line = "[\n  " + strings.Join(quoted, ",\n  ") + ",\n]"
	}
	w.line(key, line)
}

func (w *writer) rule(r Rule) {
	w.text("name", r.Name)
	w.text("cmd", r.Cmd)
	w.list("include_ext", r.IncludeExt)
	w.list("include_dir", r.IncludeDir)
	w.list("include_file", r.IncludeFile)
	var excluded []string
	for _, re := range r.ExcludeRegex {
		excluded = append(excluded, re.String())
	}
	w.list("exclude_regex", excluded)
}

// shellWord quotes word for a POSIX shell if it needs to be.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("-._/+@,=:", r) || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// tomlString prefers 'a literal' where there are backslashes, as in patterns.
func tomlString(text string) string {
	printable := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) < 0
	if strings.Contains(text, `\`) && !strings.Contains(text, "'") && printable {
		return "'" + text + "'"
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
