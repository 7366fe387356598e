package config

import (
	"fmt"
	"slices"
	"strings"
)

// unhonoured lists, in one warning, the keys of Air that ask for something that
// ginreload does not do yet.
func (d *document) unhonoured() []Warning {
	var places []string
	first := 0
	seen := map[string]bool{}
	for _, e := range d.entries {
		if len(e.path) > 2 {
			e.path = e.path[:2]
		}
		name := strings.Join(e.path, ".")
		k, known := findKey(name)
		if !known || k.honoured || seen[name] || k.asksForNothing(d, d.lookup(name)) {
			continue
		}
		if seen[name] = true; first == 0 {
			first = d.line(e.key)
		}
		places = append(places, fmt.Sprintf("%s (%s:%d)", name, d.name, d.line(e.key)))
	}
	if len(places) == 0 {
		return nil
	}
	if len(places) == 1 { // the warning begins with its place
		places[0], _, _ = strings.Cut(places[0], " ")
	}
	return []Warning{{File: d.name, Line: first, Message: "not honoured yet: " + strings.Join(places, ", ")}}
}

// unknown warns of each key and section that Air never had. Air ignores them
// without a word, and so a misspelt wish is lost.
func (d *document) unknown() []Warning {
	if w, foreign := d.foreign(); foreign {
		return []Warning{w}
	}
	var warnings []Warning
	reported := map[string]bool{}
	for _, e := range d.entries {
		path := e.path
		section := path[0]
		switch {
		case slices.Contains(sections(), section):
			if len(path) == 1 {
				continue
			}
			if _, known := findKey(section + "." + path[1]); known {
				continue
			}
			if name := section + "." + path[1]; !reported[name] {
				reported[name] = true
				warnings = append(warnings, d.warnAt(e.key, "unknown key "+name, keyHint(section, path[1])))
			}
		case slices.Contains(keysOf(""), section):
		case reported[section]:
		case e.table || len(path) > 1:
			reported[section] = true
			warnings = append(warnings, d.warnAt(e.key, "unknown section ["+section+"]", d.sectionHint(section)))
		default:
			reported[section] = true
			warnings = append(warnings, d.warnAt(e.key, "unknown key "+section, keyHint("", section)))
		}
	}
	return warnings
}

// foreign recognises a file that is not Air's at all: air.toml is also the name
// under which the R formatter called Air keeps its configuration.
func (d *document) foreign() (Warning, bool) {
	for _, e := range d.entries {
		if slices.Contains(keysOf(""), e.path[0]) || nearest(e.path[0], keysOf("")) != "" || len(sectionsWith(e.path[0])) > 0 {
			return Warning{}, false
		}
		if len(e.path) > 1 && len(sectionsWith(e.path[1])) > 0 {
			return Warning{}, false
		}
	}
	if len(d.entries) == 0 {
		return Warning{}, false
	}
	return d.warnAt(d.entries[0].key, "no key of this file belongs to Air or ginreload",
		"another tool called Air, a formatter for R, has an air.toml too; name the right file with --config"), true
}

func keyHint(section, name string) string {
	if near := nearest(name, keysOf(section)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	switch places := sectionsWith(name); {
	case len(places) == 0:
		return ""
	case places[0] == "":
		return name + " belongs at the top of the file, before the first section"
	default:
		return fmt.Sprintf("did you mean %s in [%s]?", name, places[0])
	}
}

// sectionHint also names the keys that an invented section swallows.
func (d *document) sectionHint(section string) string {
	hint := ""
	if near := nearest(section, sections()); near != "" {
		return fmt.Sprintf("did you mean [%s]?", near)
	}
	for _, e := range d.entries {
		if len(e.path) != 2 || e.path[0] != section {
			continue
		}
		places := sectionsWith(e.path[1])
		if len(places) == 0 {
			continue
		}
		where := "in [" + places[0] + "]"
		if places[0] == "" {
			where = "at the top of the file"
		}
		if hint != "" {
			hint += "; "
		}
		hint += fmt.Sprintf("%s belongs %s", e.path[1], where)
	}
	return hint
}
