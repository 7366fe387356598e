package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// reader reads the settings of a file and keeps all errors.
type reader struct {
	doc    *document
	errors []failure
}

type failure struct {
	offset int
	err    *Error
}

func (r *reader) fail(offset int, message string) { r.failFor(offset, message, "") }

func (r *reader) failFor(offset int, message, hint string) {
	err := r.doc.errorAt(offset, message, nil)
	err.Hint = hint
	r.errors = append(r.errors, failure{offset, err})
}

// sayFile is the layer of the file, with its section for the platform on top.
func (c *Config) sayFile(doc *document, platform string) {
	r := &reader{doc: doc}
	for _, name := range sections() {
		r.section(name)
	}
	for _, s := range settings {
		if v := readSetting(r, s, strings.Split(s.name, ".")...); !v.nothing() {
			c.say(s, v, origin{doc: doc, entry: doc.at(strings.Split(s.name, ".")...)})
		}
	}
	for _, system := range platforms {
		r.section("build", system)
		for _, key := range platformKeys {
			s, _ := named(settings, "build."+key)
			if v := readSetting(r, s, "build", system, key); system == platform && !v.nothing() {
				c.say(s, v, origin{doc: doc, entry: doc.at("build", system, key), place: " [build." + system + "]"})
			}
		}
	}
	c.sayRules(r)
	c.sayServices(r)
	slices.SortStableFunc(r.errors, func(a, b failure) int { return cmp.Compare(a.offset, b.offset) })
	for _, f := range r.errors {
		c.Errors = append(c.Errors, f.err)
	}
}

// section fails for `build = 3`, which would hide every key of the section.
func (r *reader) section(path ...string) {
	value := r.doc.lookup(path...)
	if _, table := value.(map[string]any); value != nil && !table {
		name := strings.Join(path, ".")
		r.fail(r.doc.at(path...).key, name+": expected a section ["+name+"], got "+describe(value))
	}
}

// readSetting returns nothing when the file does not set the key, or wrongly.
func readSetting[In any](r *reader, s setting[In], path ...string) value[In] {
	return readValue(r, s, strings.Join(path, "."), r.doc.lookup(path...), r.doc.at(path...))
}

func readValue[In any](r *reader, s setting[In], name string, raw any, at entry) value[In] {
	if raw == nil {
		return value[In]{}
	}
	v, err := s.fromTOML(raw)
	if err == nil {
		return v
	}
	offset := at.value
	if misfit := (*misfit)(nil); errors.As(err, &misfit) && misfit.element > 0 {
		offset = at.element(misfit.element - 1)
	}
	r.fail(offset, name+": "+err.Error())
	return value[In]{}
}
