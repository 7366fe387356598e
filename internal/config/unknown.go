package config

import (
	"fmt"
	"slices"
	"strings"
)

// unknown warns of each key and section that Air never had. Air ignores them
// without a word, and so a misspelt wish is lost.
func (d *document) unknown() []Warning {
	if w, foreign := d.foreign(); foreign {
		return []Warning{w}
	}
	var warnings []Warning
	reported := map[string]bool{}
	for _, e := range d.entries {
		name, hint := d.stranger(e)
		if name == "" || reported[name] {
			continue
		}
		reported[name] = true
		warnings = append(warnings, d.warnAt(e.key, "unknown "+name, hint))
	}
	return warnings
}

// stranger returns what of an entry nobody knows, "" for nothing.
func (d *document) stranger(e entry) (name, hint string) {
	path := e.path
	switch section := path[0]; {
	case slices.Contains(sections(), section):
		for depth := 1; depth < len(path) && depth < 3; depth++ {
			within := strings.Join(path[:depth], ".")
			if depth == 2 && !slices.Contains(platforms, path[1]) && path[1] != "rules" {
				break
			}
			if key := path[depth]; !slices.Contains(keysOf(within), key) && !invented(within, key) {
				return "key " + within + "." + key, keyHint(within, key)
			}
		}
		return "", ""
	case slices.Contains(keysOf(""), section):
		return "", ""
	case e.table || len(path) > 1:
		return "section [" + section + "]", d.sectionHint(section)
	default:
		return "key " + section, keyHint("", section)
	}
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
	if hint := inventions[section+"."+name]; hint != "" {
		return hint
	}
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
	if hint := inventions[section]; hint != "" {
		return hint
	}
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
