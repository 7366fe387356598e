package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
)

// decode sets what the file says, as it says it; paths are resolved later. Air
// lets an empty string in the file stand for the default, and so does this.
func (c *Config) decode(doc *document) error {
	r := &reader{doc: doc}
	r.sections()
	r.text("root", &c.Root)
	r.text("tmp_dir", &c.TmpDir)
	r.text("build.cmd", &c.Cmd)
	r.text("build.bin", &c.Bin)
	r.text("build.full_bin", &c.FullBin)
	c.Entrypoint = r.entrypoint("build.entrypoint")
	c.ArgsBin = r.list("build.args_bin", nil)
	c.IncludeExt = r.list("build.include_ext", defaultExtensions())
	c.IncludeDir = r.list("build.include_dir", nil)
	c.IncludeFile = r.list("build.include_file", nil)
	c.ExcludeDir = r.list("build.exclude_dir", []string{"assets", "vendor", "testdata"})
	c.ExcludeFile = r.patterns("build.exclude_file")
	c.ExcludeRegex = r.regexps("build.exclude_regex")
	c.Delay = r.millis("build.delay")
	r.boolean("build.send_interrupt", &c.SendInterrupt)
	r.duration("build.kill_delay", &c.KillDelay)
	r.checked("color.mode", &c.Color, colorMode, `"auto", "always" or "never"`)
	c.decodeHandoff(r)
	return r.err
}

// reader reads typed values and keeps the error that stands first in the text.
type reader struct {
	doc    *document
	err    error
	offset int // of err
}

func (r *reader) fail(offset int, format string, args ...any) {
	if r.err == nil || offset < r.offset {
		r.offset = offset
		r.err = r.doc.errorAt(offset, fmt.Sprintf(format, args...), nil)
	}
}

// sections fails for `build = 3`, which would hide every key of the section.
func (r *reader) sections() {
	for _, name := range sections() {
		if value, ok := r.doc.values[name]; ok {
			if _, table := value.(map[string]any); !table {
				r.fail(r.doc.at(name).key, "%s: expected a section [%s], got %s", name, name, describe(value))
			}
		}
	}
}

// value returns nil when the file does not set key.
func (r *reader) value(key string) (any, entry) {
	value := r.doc.lookup(key)
	if value == nil {
		return nil, entry{}
	}
	return value, r.doc.at(strings.Split(key, ".")...)
}

func (r *reader) text(key string, into *string) {
	value, e := r.value(key)
	switch value := value.(type) {
	case nil:
	case string:
		if value = strings.TrimSpace(value); value != "" {
			*into = value
		}
	default:
		r.fail(e.value, "%s: expected a string, got %s", key, describe(value))
	}
}

func (r *reader) boolean(key string, into *bool) {
	value, e := r.value(key)
	switch value := value.(type) {
	case nil:
	case bool:
		*into = value
	default:
		r.fail(e.value, "%s: expected true or false, got %s", key, describe(value))
	}
}

// list returns the default when the file does not set key; [] is an empty list.
func (r *reader) list(key string, byDefault []string) []string {
	value, e := r.value(key)
	if value == nil {
		return byDefault
	}
	elements, ok := value.([]any)
	if !ok {
		r.fail(e.value, "%s: expected a list of strings, got %s", key, describe(value))
		return nil
	}
	list := make([]string, 0, len(elements))
	for i, element := range elements {
		text, ok := element.(string)
		if !ok {
			r.fail(e.element(i), "%s: expected a list of strings, element %d is %s", key, i+1, describe(element))
			return nil
		}
		list = append(list, text)
	}
	return list
}

func (r *reader) entrypoint(key string) []string {
	value, e := r.value(key)
	switch value := value.(type) {
	case string:
		if strings.TrimSpace(value) == "" {
			return nil
		}
		return []string{value}
	case nil, []any:
		list := r.list(key, nil)
		if len(list) > 0 && strings.TrimSpace(list[0]) == "" {
			r.fail(e.element(0), "%s: the first element names the program and must not be empty", key)
		}
		return list
	}
	r.fail(e.value, "%s: expected a string or a list of strings, got %s", key, describe(value))
	return nil
}

func (r *reader) patterns(key string) []string {
	list := r.list(key, nil)
	_, e := r.value(key)
	for i, pattern := range list {
		if _, err := path.Match(pattern, ""); err != nil {
			r.fail(e.element(i), "%s: %q is not a file pattern: %v", key, pattern, err)
		}
	}
	return list
}

func (r *reader) regexps(key string) []*regexp.Regexp {
	list := r.list(key, nil)
	_, e := r.value(key)
	var all []*regexp.Regexp
	for i, text := range list {
		re, err := regexp.Compile(text)
		if err != nil {
			r.fail(e.element(i), "%s: %v", key, err)
			return nil
		}
		all = append(all, re)
	}
	return all
}

func (r *reader) millis(key string) time.Duration {
	value, e := r.value(key)
	if value == nil {
		return 0
	}
	ms, ok := value.(int64)
	if !ok {
		r.fail(e.value, "%s: expected a whole number of milliseconds, got %s", key, describe(value))
		return 0
	}
	const day = int64(24 * time.Hour / time.Millisecond)
	if ms < 0 || ms > day {
		r.fail(e.value, "%s: expected 0 to %d milliseconds, got %d", key, day, ms)
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// duration reads a duration. A number below a million is milliseconds and any
// other nanoseconds: that is Air's rule for kill_delay, and files rely on both.
func (r *reader) duration(key string, into *time.Duration) {
	value, e := r.value(key)
	var d time.Duration
	switch value := value.(type) {
	case nil:
		return
	case int64:
		d = time.Duration(value)
		if 0 <= value && value < int64(time.Millisecond) {
			d *= time.Millisecond
		}
	case string:
		if strings.TrimSpace(value) == "" {
			return
		}
		var err error
		if d, err = time.ParseDuration(strings.TrimSpace(value)); err != nil {
			r.fail(e.value, "%s: expected a duration such as \"500ms\" or \"2s\", got %q", key, value)
			return
		}
	default:
		r.fail(e.value, "%s: expected a duration such as \"500ms\" or a number of milliseconds, got %s", key, describe(value))
		return
	}
	if d < 0 {
		r.fail(e.value, "%s: expected a duration that is not negative", key)
		return
	}
	*into = d
}

// checked reads a text that must be one of what kinds says.
func (r *reader) checked(key string, into *string, ok func(string) bool, kinds string) {
	text := ""
	r.text(key, &text)
	if text == "" {
		return
	}
	if !ok(text) {
		_, e := r.value(key)
		r.fail(e.value, "%s: expected %s, got %q", key, kinds, text)
		return
	}
	*into = text
}

func colorMode(mode string) bool { return mode == "auto" || mode == "always" || mode == "never" }

// lookup returns nil when the text does not set key.
func (d *document) lookup(key string) any {
	section, name, ok := strings.Cut(key, ".")
	if !ok {
		return d.values[key]
	}
	table, _ := d.values[section].(map[string]any)
	return table[name]
}

func (e entry) element(i int) int {
	if i < len(e.elements) {
		return e.elements[i]
	}
	return e.value
}

func describe(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a section"
	}
	return "a date or time"
}
