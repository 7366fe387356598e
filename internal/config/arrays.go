package config

import "slices"

// Sections of which there may be several, [[build.rules]] and
// [[ginreload.service]], in the order of the text.

// headerOf returns the entry of one of them: its header, or in an array written
// with brackets its element.
func (d *document) headerOf(i int, section ...string) entry {
	n := i
	for _, e := range d.entries {
		if !e.table || !slices.Equal(e.path, section) {
			continue
		}
		if n == 0 {
			return e
		}
		n--
	}
	e := d.at(section...)
	e.value = e.element(i)
	return e
}

// entryOf returns the entry of a key in one of them, its header if the text does
// not have it.
func (d *document) entryOf(i int, name string, section ...string) entry {
	key, n := slices.Concat(section, []string{name}), -1
	for _, e := range d.entries {
		switch {
		case e.table && slices.Equal(e.path, section):
			n++
		case n == i && len(e.path) >= len(key) && slices.Equal(e.path[:len(key)], key):
			return e
		}
	}
	return d.headerOf(i, section...)
}
