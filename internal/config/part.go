package config

// What the program is made of is known better than by names; what a user has said
// holds all the same.

// RelevantPart is Relevant for a file that the program is known to be made of.
// Only what was said keeps it out: neither the default of include_ext nor that of
// exclude_dir does, and it need not lie below Root.
func (c Config) RelevantPart(name string) (bool, string) {
	extensions := c.IncludeExt
	if !c.isSaid("build.include_ext") {
		extensions = []string{"*"}
	}
	return c.relevant(name, c.keepsOut(c.relative(name), false), extensions)
}

// KeepsOut reports whether something that was said keeps a folder out of what is
// watched, even if the program is made of files in it. name is absolute or
// relative to Root.
func (c Config) KeepsOut(name string) bool { return c.keepsOut(c.relative(name), true) != "" }

func (c *Config) keepsOut(rel string, dir bool) string {
	why := c.judge(rel, dir, func(folder, name string) string {
		switch {
		case c.TmpDir != "" && folder == c.relative(c.TmpDir):
			return "tmp_dir " + folder
		case folder == c.TestdataDir && c.isSaid("testdata_dir"):
			return "testdata_dir " + folder
		case c.isSaid("build.exclude_dir"):
			return c.excludedDir(folder)
		}
		return ""
	})
	if why == "" && !outside(rel) && !c.let(rel, folderOf(rel, dir), dir) {
		return "not in include_dir"
	}
	return why
}
