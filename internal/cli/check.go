package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ginreload/ginreload/internal/config"
)

// check shows what holds of each key and why, and what is wrong with it. err is
// what config.Load has returned next to cfg.
func check(in Invocation, cfg config.Config, err error) int {
	var usage *config.UsageError
	if errors.As(err, &usage) {
		return in.fail(err)
	}
	var bad *config.Error
	if errors.As(err, &bad) && len(cfg.Errors) == 0 {
		cfg.Errors = append(cfg.Errors, bad)
	} else if err != nil && bad == nil {
		return in.fail(err)
	}
	if cfg.JSON {
		if err := writeJSON(in.Stdout, cfg); err != nil {
			return in.fail(fmt.Errorf("write what holds: %w", err))
		}
	} else {
		io.WriteString(in.Stdout, written(cfg)+findings(cfg))
	}
	if len(cfg.Errors) > 0 {
		return 1
	}
	return 0
}

// written is the configuration as a file that says all that holds; the origin
// of each value is a comment.
func written(cfg config.Config) string {
	values := cfg.Values()
	if len(values) == 0 {
		return ""
	}
	file := cfg.File
	if file == "" {
		file = "none: neither .air.toml nor .config/air.toml is there"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# file                %s\n# commands run in     %s\n# watched             %s\n", file, cfg.Dir, strings.Join(cfg.Roots(), ", "))
	for _, on := range willPoll(cfg) {
		fmt.Fprintf(&b, "# polled              %s\n", whyPolled(on))
	}
	builds := "ginreload builds the main package itself"
	if len(cfg.Services) > 0 {
		builds = "the services say what is built"
		fmt.Fprintf(&b, "# services            %s\n", strings.Join(inOrder(cfg.Services), ", "))
	}
	for i, v := range values {
		if v.Key == "build.cmd" && v.Value == `""` {
			values[i].Origin += ": " + builds
		}
	}
	for len(values) > 0 {
		section := sectionOf(values[0])
		n := slices.IndexFunc(values, func(v config.Value) bool { return sectionOf(v) != section })
		if n < 0 {
			n = len(values)
		}
		b.WriteString("\n" + header(section) + lines(values[:n], len(section)))
		values = values[n:]
	}
	return b.String()
}

// inOrder names services in the order of their start, with what each waits for.
func inOrder(services []config.Service) []string {
	var all []string
	for _, s := range services {
		text := s.Name
		if len(s.After) > 0 {
			text += " (after " + strings.Join(s.After, " and ") + ")"
		}
		all = append(all, text)
	}
	return all
}

func sectionOf(v config.Value) string {
	return v.Key[:max(strings.LastIndexByte(v.Key, '.'), 0)]
}

// widest is what a value may take up before its comment leaves the column.
const widest = 48

// lines are the values of a section, aligned.
func lines(values []config.Value, section int) string {
	keys, texts, widestKey, width := []string{}, []string{}, 0, 0
	for _, v := range values {
		key := strings.TrimPrefix(v.Key[section:], ".")
		if v.Value == "" {
			key = "# " + key
		}
		keys, widestKey = append(keys, key), max(widestKey, len(key))
	}
	for i, v := range values {
		text := "= " + v.Value
		if v.Value == "" {
			text = "is not set"
		}
		text = fmt.Sprintf("%-*s %s", widestKey, keys[i], text)
		if n := utf8.RuneCountInString(text); n <= widestKey+widest {
			width = max(width, n)
		}
		texts = append(texts, text)
	}
	var b strings.Builder
	for i, text := range texts {
		fmt.Fprintf(&b, "%-*s  # %s\n", width, text, values[i].Origin)
	}
	return b.String()
}

func header(section string) string {
	switch {
	case section == "":
		return ""
	case strings.HasSuffix(section, "]"): // one of several
		return "[[" + section[:strings.IndexByte(section, '[')] + "]]\n"
	}
	return "[" + section + "]\n"
}

// findings lists what is wrong, the worst first.
func findings(cfg config.Config) string {
	var b strings.Builder
	say := func(kind, text, source, hint string) {
		fmt.Fprintf(&b, "%s: %s\n", kind, text)
		if source = strings.TrimSpace(source); source != "" {
			fmt.Fprintf(&b, "    %s\n", source)
		}
		if hint != "" {
			fmt.Fprintf(&b, "  → %s\n", hint)
		}
	}
	for _, e := range cfg.Errors {
		say("error", e.Error(), e.Source, e.Hint)
	}
	for _, w := range cfg.Warnings {
		say("warning", w.String(), "", w.Hint)
	}
	for _, n := range cfg.Notes {
		say("note", n.String(), "", n.Hint)
	}
	counts := fmt.Sprintf("%s, %s, %s\n", count(len(cfg.Errors), "error"), count(len(cfg.Warnings), "warning"), count(len(cfg.Notes), "note"))
	if b.Len() == 0 {
		return "\n" + counts
	}
	return "\n" + b.String() + "\n" + counts
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func writeJSON(w io.Writer, cfg config.Config) error {
	type value struct {
		Key    string          `json:"key"`
		Value  json.RawMessage `json:"value"`
		Origin string          `json:"origin"`
	}
	type finding struct {
		Kind    string `json:"kind"` // error, warning or note
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
		Column  int    `json:"column,omitempty"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}
	type polled struct {
		Mount string `json:"mount,omitempty"`
		Type  string `json:"type,omitempty"`
		Why   string `json:"why"`
	}
	values := []value{}
	for _, v := range cfg.Values() {
		if v.Value == "" {
			v.Value = "null"
		}
		values = append(values, value{v.Key, json.RawMessage(v.Value), v.Origin})
	}
	var systems []polled
	for _, on := range willPoll(cfg) {
		systems = append(systems, polled{on.Mount, on.Type, on.Why})
	}
	findings := []finding{}
	for _, e := range cfg.Errors {
		findings = append(findings, finding{"error", e.File, e.Line, e.Column, e.Message, e.Hint})
	}
	for _, w := range cfg.Warnings {
		findings = append(findings, finding{"warning", w.File, w.Line, 0, w.Message, w.Hint})
	}
	for _, n := range cfg.Notes {
		findings = append(findings, finding{"note", n.File, n.Line, 0, n.Message, n.Hint})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		File     string    `json:"file,omitempty"`
		Dir      string    `json:"dir"`
		Values   []value   `json:"values"`
		Polled   []polled  `json:"polled,omitempty"` // file systems, beside what build.poll says
		Findings []finding `json:"findings"`
	}{cfg.File, cfg.Dir, values, systems, findings})
}
