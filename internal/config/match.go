package config

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Which folders to enter and which files matter, from names alone.

// Roots returns Root and the folders of include_dir that lie outside of it, also
// those of rules; Air watches these in addition. They need not exist.
func (c Config) Roots() []string {
	roots := []string{c.Root}
	for _, dir := range c.outerDirs() {
		if root := absolute(c.Root, filepath.FromSlash(dir)); !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

func (c *Config) outerDirs() []string {
	dirs := slices.Clone(c.IncludeDir)
	for _, rule := range c.Rules {
		dirs = append(dirs, rule.IncludeDir...)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !outside(dir) })
}

// Ignored reports whether a folder is not to be entered (dir), or a file lies
// in one that is not watched. name is absolute or relative to Root. Hidden
// folders and node_modules are ignored at any depth, tmp_dir and testdata_dir
// always, exclude_dir as written; include_dir, when it names a folder inside of
// Root, lets only these in, and never one that is excluded. What a rule includes
// is let in whatever these two say of the way to it.
func (c Config) Ignored(name string, dir bool) bool {
	rel := c.relative(name)
	return c.ignoredWhy(rel, dir) != "" && !c.ruled(rel, dir)
}

// Relevant reports whether a change of the file matters, and why or why not.
// It holds for files in ignored folders too: they do not matter. For the
// configuration itself the reason is "configuration".
//
// exclude_regex is matched against "/" and the path relative to Root first,
// then, as Air does, against the absolute path. A pattern that matches the path
// of Root itself is only tried the first way: "test" would otherwise silence
// every project that lives in a folder of that name.
func (c Config) Relevant(name string) (bool, string) {
	return c.relevant(name, c.ignoredWhy(c.relative(name), false), c.IncludeExt)
}

// relevant looks at a file; ignored is why it is ignored by its folder, if it is.
func (c Config) relevant(name, ignored string, extensions []string) (bool, string) {
	file := absolute(c.Root, name)
	rel := c.relative(name)
	base := path.Base(rel)
	if c.File != "" && file == c.File {
		return true, "configuration"
	}
	if ignored != "" {
		return false, ignored
	}
	switch {
	case strings.HasSuffix(base, "_test.go") && !c.mayRunTests():
		return false, "tests are not part of the program"
	case strings.HasPrefix(base, ".#"):
		return false, "lock file of an editor"
	case c.built(file):
		return false, "the program that is built"
	}
	for _, pattern := range c.ExcludeFile {
		if matched, _ := path.Match(pattern, rel); matched {
			return false, "exclude_file " + pattern
		}
	}
	if re := c.silenced(c.ExcludeRegex, rel); re != "" {
		return false, "exclude_regex " + re
	}
	if slices.Contains(c.IncludeFile, rel) {
		return true, "include_file"
	}
	if ext := extension(extensions, base); ext != "" {
		return true, "include_ext " + ext
	}
	if moduleFile(base) && slices.Contains(c.IncludeExt, "go") {
		return true, base + " decides what is built"
	}
	return false, "not in include_ext"
}

// Tested reports whether tests are to be run for a file that may not matter to
// the program: tests themselves, and packages that only they import.
func (c Config) Tested(name string) bool {
	rel := c.relative(name)
	return c.Test && c.ignoredWhy(rel, false) == "" && (path.Ext(rel) == ".go" || moduleFile(path.Base(rel))) && !strings.HasPrefix(path.Base(rel), ".#")
}

// mayRunTests is false for a go build and nothing else: it leaves tests out.
func (c Config) mayRunTests() bool {
	return len(c.PreCmd) > 0 || c.Cmd != "" && (!strings.HasPrefix(c.Cmd, "go build ") || strings.ContainsAny(c.Cmd, "&|;\n"))
}

// silenced returns the pattern that matches a path, "" for none.
func (c Config) silenced(patterns []*regexp.Regexp, rel string) string {
	file := absolute(c.Root, filepath.FromSlash(rel))
	root := c.rootOf(file)
	for _, re := range patterns {
		if re.MatchString("/"+rel) || root != "" && re.MatchString(file) && !re.MatchString(root) {
			return re.String()
		}
	}
	return ""
}

// extension returns the one that base has, "" for none. That of .env is env.
func extension(extensions []string, base string) string {
	for _, ext := range extensions {
		if ext == "*" || ext != "" && strings.HasSuffix(base, "."+ext) {
			return ext
		}
	}
	return ""
}

// rootOf returns the watched root that holds file, with a final separator.
func (c Config) rootOf(file string) string {
	for _, root := range c.Roots() {
		if below(file, root) {
			return root + string(filepath.Separator)
		}
	}
	return ""
}

func (c Config) built(file string) bool {
	return c.Bin != "" && (file == absolute(c.Dir, c.Bin) || file == absolute(c.Dir, strings.Fields(c.Bin)[0])) ||
		len(c.Entrypoint) > 0 && file == c.Entrypoint[0]
}

// ignoredWhy returns "" for a path, relative to Root, that is not ignored.
func (c *Config) ignoredWhy(rel string, dir bool) string {
	if why := c.judge(rel, dir, c.excluded); why != "" {
		return why
	}
	if outside(rel) {
		if !slices.ContainsFunc(c.outerDirs(), func(root string) bool { return in(rel, root) }) {
			return "not below root"
		}
		return ""
	}
	if !c.let(rel, folderOf(rel, dir), dir) {
		return "not in include_dir"
	}
	return ""
}

// judge asks about each folder on the way to rel, and returns the first answer
// that is one. It is asked about each file of large trees, and makes no garbage.
func (c *Config) judge(rel string, dir bool, ask func(folder, name string) string) string {
	folder := folderOf(rel, dir)
	if folder == "." {
		return ""
	}
	skip := c.depthOfRoot(rel)
	for begin := 0; begin < len(folder); skip-- {
		end := len(folder)
		if i := strings.IndexByte(folder[begin:], '/'); i >= 0 {
			end = begin + i
		}
		if skip <= 0 {
			if why := ask(folder[:end], folder[begin:end]); why != "" {
				return why
			}
		}
		begin = end + 1
	}
	return ""
}

func folderOf(rel string, dir bool) string {
	if dir {
		return rel
	}
	return path.Dir(rel)
}

// depthOfRoot counts the leading parts of rel that are not to be judged: the
// ".." and the folders on the way to one of the outer roots.
func (c *Config) depthOfRoot(rel string) int {
	depth := 0
	for part := range strings.SplitSeq(rel, "/") {
		if part != ".." {
			break
		}
		depth++
	}
	for _, dir := range c.outerDirs() {
		if in(rel, dir) {
			depth = max(depth, strings.Count(dir, "/")+1)
		}
	}
	return depth
}

func (c *Config) excluded(folder, name string) string {
	if why := c.never(folder, name); why != "" {
		return why
	}
	if name == "node_modules" {
		return "folder " + folder
	}
	return c.excludedDir(folder)
}

func (c *Config) excludedDir(folder string) string {
	for _, dir := range c.ExcludeDir {
		if folder == dir || matchPath(dir, folder) {
			return "exclude_dir " + dir
		}
	}
	return ""
}

// never is what nothing can let in.
func (c *Config) never(folder, name string) string {
	switch {
	case strings.HasPrefix(name, "."):
		return "hidden folder " + folder
	case folder == c.TestdataDir:
		return "testdata_dir " + folder
	case c.TmpDir != "" && folder == c.relative(c.TmpDir):
		return "tmp_dir " + folder
	}
	return ""
}

// matchPath matches as path.Match, part by part; ** is any number of parts.
func matchPath(pattern, folder string) bool {
	first, rest, _ := strings.Cut(pattern, "/")
	name, below, _ := strings.Cut(folder, "/")
	switch {
	case pattern == "":
		return folder == ""
	case first == "**":
		return matchPath(rest, folder) || folder != "" && matchPath(pattern, below)
	case folder == "":
		return false
	}
	matched, err := path.Match(first, name)
	return matched && err == nil && matchPath(rest, below)
}

// let applies include_dir. Folders on the way to something that is included
// are entered, but the files in them do not count.
func (c *Config) let(rel, folder string, dir bool) bool {
	restricted := false
	for _, include := range c.IncludeDir {
		if outside(include) {
			continue
		}
		restricted = true
		if in(folder, include) || dir && in(include, folder) {
			return true
		}
	}
	if !restricted || folder == "." && (dir || moduleFile(path.Base(rel))) {
		return true
	}
	return slices.ContainsFunc(c.IncludeFile, func(file string) bool {
		return file == rel || dir && in(file, folder)
	})
}

func moduleFile(base string) bool {
	return base == "go.mod" || base == "go.sum" || base == "go.work" || base == "go.work.sum"
}

func outside(rel string) bool {
	return rel == ".." || strings.HasPrefix(rel, "../") || path.IsAbs(rel) || filepath.IsAbs(rel)
}

// in reports whether rel is folder or lies in it, both relative to Root.
func in(rel, folder string) bool {
	return folder == "." && !outside(rel) || rel == folder || strings.HasPrefix(rel, folder+"/")
}
