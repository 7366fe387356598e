package config

import (
	"path"
	"slices"
)

// RuleFor returns the index in Rules of the first one that a change of the file
// is for; what it has is not for Relevant any more. name is absolute or relative
// to Root. include_dir and exclude_regex narrow a rule down, include_ext and
// include_file say what it is for within; without these two, it is everything.
func (c Config) RuleFor(name string) (int, bool) {
	rel := c.relative(name)
	if c.Ignored(name, false) {
		return 0, false
	}
	i := slices.IndexFunc(c.Rules, func(r Rule) bool { return c.matches(r, rel) })
	return max(i, 0), i >= 0
}

func (c Config) matches(r Rule, rel string) bool {
	within := func(dir string) bool { return in(rel, dir) }
	if len(r.IncludeDir) > 0 && !slices.ContainsFunc(r.IncludeDir, within) || c.silenced(r.ExcludeRegex, rel) != "" {
		return false
	}
	return len(r.IncludeExt)+len(r.IncludeFile) == 0 ||
		extension(r.IncludeExt, path.Base(rel)) != "" || slices.Contains(r.IncludeFile, rel)
}

// ruled reports whether a rule lets a path in. On the way to what it includes
// exclude_dir does not hold, below it does.
func (c *Config) ruled(rel string, dir bool) bool {
	return slices.ContainsFunc(c.Rules, func(r Rule) bool {
		return slices.ContainsFunc(slices.Concat(r.IncludeDir, r.IncludeFile), func(included string) bool {
			if !in(rel, included) && !(dir && in(included, rel)) {
				return false
			}
			return c.judge(rel, dir, func(folder, name string) string {
				if in(included, folder) {
					return c.never(folder, name)
				}
				return c.excluded(folder, name)
			}) == ""
		})
	})
}
