package config

import (
	"fmt"
	"slices"
	"strings"
)

// Each layer says what it says, and the next one says it again: defaults, the
// file, its section for this system, the environment, the flags. What was said
// last holds, and where it was said is kept for those who wonder.

const byDefault = "default"

// origin is where a value was said.
type origin struct {
	place string    // "default", "env GINRELOAD_ROOT" or "flag --root"; of a file what follows its line
	doc   *document // nil when it was no file
	entry entry
}

func (o origin) String() string {
	if o.doc == nil {
		return o.place
	}
	return strings.TrimSuffix(position(o.doc.name, o.doc.line(o.entry.key), 0), ": ") + o.place
}

func (o origin) warn(message, hint string) Warning {
	if o.doc != nil {
		return o.doc.warnAt(o.entry.key, message, hint)
	}
	if o.place != byDefault {
		message = o.place + ": " + message
	}
	return Warning{Message: message, Hint: hint}
}

// assigned is what holds of a setting.
type assigned struct {
	text   string
	origin origin
}

// statement is what a variable or a flag says.
type statement struct {
	setting setting[Config]
	value   value[Config]
	origin  origin
}

func (c *Config) say(s setting[Config], v value[Config], from origin) {
	v.store(c)
	c.said[s.name] = assigned{v.text, from}
}

// restate replaces a value by one that follows from another setting. Its kind
// has to accept raw.
func (c *Config) restate(name string, raw any, from origin) {
	s, _ := named(settings, name)
	v, err := s.fromTOML(raw)
	if err != nil {
		panic(fmt.Sprintf("config: %s cannot be %v: %v", name, raw, err))
	}
	c.say(s, v, from)
}

// isSaid reports whether a layer above the defaults says something of a key.
func (c *Config) isSaid(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.said[name].origin.place != byDefault })
}

// sayDefaults is the lowest layer. A project that nothing describes has some
// defaults of its own.
func (c *Config) sayDefaults(described bool) {
	c.said = make(map[string]assigned, len(settings))
	for _, s := range settings {
		c.say(s, s.initial, origin{place: byDefault})
	}
	if !described {
		c.restate("build.include_ext", anyList(bareExtensions), origin{place: byDefault})
		c.restate("build.exclude_dir", anyList(bareExcludeDir), origin{place: byDefault})
	}
}

func (c *Config) sayAll(statements []statement) {
	for _, s := range statements {
		c.say(s.setting, s.value, s.origin)
	}
}

// describes reports whether something is said of what to watch, build and run,
// and not only of ginreload itself.
func describes(statements []statement) bool {
	return slices.ContainsFunc(statements, func(s statement) bool {
		section, _, ok := strings.Cut(s.setting.name, ".")
		return !ok || section == "build"
	})
}

func anyList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// Value is what holds of one key.
type Value struct {
	Key    string // as in the file with its section; of the second rule "build.rules[1].cmd"
	Value  string // as TOML and JSON write it; "" when there is none
	Origin string // "default", "env GINRELOAD_ROOT", "flag --root", or file and line
}

// Values returns what holds of each key and where that was said, in the order
// of the sections. Values are as they were written, not yet resolved.
func (c Config) Values() []Value {
	if c.said == nil { // nothing could be read
		return nil
	}
	var values []Value
	for _, s := range settings {
		a := c.said[s.name]
		values = append(values, Value{s.name, a.text, a.origin.String()})
	}
	for i, rule := range c.rules {
		for _, s := range ruleSettings {
			a := rule[s.name]
			values = append(values, Value{fmt.Sprintf("build.rules[%d].%s", i, s.name), a.text, a.origin.String()})
		}
	}
	for i, service := range c.services {
		for _, s := range serviceSettings {
			a := service.said[s.name]
			values = append(values, Value{fmt.Sprintf("ginreload.service[%d].%s", i, s.name), a.text, a.origin.String()})
		}
	}
	return values
}
