package config

import (
	"fmt"
	"regexp"
	"time"
)

// A Rule runs a command in Dir for changes that it matches, instead of a build.
type Rule struct {
	Name         string
	Cmd          string
	IncludeDir   []string // relative to Root with slashes, and outside of Root too; folders below count
	IncludeExt   []string // as in Config
	IncludeFile  []string // as in Config
	ExcludeRegex []*regexp.Regexp
	Delay        time.Duration // collects changes so long before it runs; 0 = not said
}

var ruleSettings = []setting[Rule]{
	define("name", text, "", func(r *Rule) *string { return &r.Name }),
	define("cmd", text, "", func(r *Rule) *string { return &r.Cmd }),
	define("include_dir", list, nil, func(r *Rule) *[]string { return &r.IncludeDir }),
	define("include_ext", list, nil, func(r *Rule) *[]string { return &r.IncludeExt }),
	define("include_file", list, nil, func(r *Rule) *[]string { return &r.IncludeFile }),
	define("exclude_regex", regexps, nil, func(r *Rule) *[]*regexp.Regexp { return &r.ExcludeRegex }),
	define("delay", millis, 0, func(r *Rule) *time.Duration { return &r.Delay }),
}

// sayRules reads the sections [[build.rules]].
func (c *Config) sayRules(r *reader) {
	raw := r.doc.lookup("build", "rules")
	tables, ok := raw.([]any)
	if raw != nil && !ok {
		r.fail(r.doc.at("build", "rules").key, "build.rules: expected sections [[build.rules]], got "+describe(raw))
	}
	for i, table := range tables {
		name := fmt.Sprintf("build.rules[%d]", i)
		header := r.doc.headerOf(i, "build", "rules")
		keys, ok := table.(map[string]any)
		if !ok {
			r.fail(header.value, name+": expected a section, got "+describe(table))
			continue
		}
		before := len(r.errors)
		rule := Rule{Name: fmt.Sprintf("rule-%d", i)}
		said := make(map[string]assigned)
		for _, s := range ruleSettings {
			said[s.name] = assigned{s.initial.text, origin{place: byDefault}}
			at := r.doc.entryOf(i, s.name, "build", "rules")
			if v := readValue(r, s, name+"."+s.name, keys[s.name], at); !v.nothing() {
				v.store(&rule)
				said[s.name] = assigned{v.text, origin{doc: r.doc, entry: at}}
			}
		}
		if keys["name"] == nil {
			said["name"] = assigned{tomlString(rule.Name), origin{place: byDefault}}
		}
		switch {
		case len(r.errors) > before: // what is wrong need not be missing as well
		case rule.Cmd == "":
			r.fail(header.value, name+": cmd is missing, the command that it runs")
		case len(rule.IncludeDir)+len(rule.IncludeExt)+len(rule.IncludeFile) == 0:
			r.fail(header.value, name+": nothing says which files it is for: include_dir, include_ext or include_file")
		}
		c.Rules = append(c.Rules, rule)
		c.rules = append(c.rules, said)
	}
}
