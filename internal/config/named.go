package config

import (
	"path"
	"slices"
)

// Names reports whether include_dir, include_file or a rule names a place at or
// below ignored, and path is in that place, or a folder on the way to it. ignored
// is path or a folder above it. Whoever includes a folder has not thereby named
// what is ignored within.
func (c Config) Names(name, ignored string, dir bool) bool {
	rel, within := c.relative(name), c.relative(ignored)
	named := func(place string) bool {
		return in(place, within) && (in(rel, place) || dir && in(place, rel))
	}
	return slices.ContainsFunc(c.IncludeDir, named) || slices.ContainsFunc(c.IncludeFile, named) ||
		slices.ContainsFunc(c.Rules, func(r Rule) bool {
			return slices.ContainsFunc(r.IncludeDir, named) || slices.ContainsFunc(r.IncludeFile, named)
		})
}

// AsksFor reports whether the configuration goes out of its way to have a file
// count: by include_file, by a rule, or by an extension that is none of Air's own
// defaults. One who adds yaml or env means the files of which git knows nothing.
func (c Config) AsksFor(name string) bool {
	rel := c.relative(name)
	if slices.Contains(c.IncludeFile, rel) || c.asksForExtension(path.Base(rel)) {
		return true
	}
	if len(c.Rules) == 0 {
		return false
	}
	_, ruled := c.RuleFor(name)
	return ruled
}

func (c Config) asksForExtension(base string) bool {
	return slices.ContainsFunc(c.IncludeExt, func(ext string) bool {
		return ext != "*" && !slices.Contains(defaultExtensions, ext) && extension([]string{ext}, base) != ""
	})
}
