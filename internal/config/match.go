package config

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Which folders to enter and which files matter, from names alone.

// Roots returns Root and the folders of include_dir that lie outside of it;
// Air watches these in addition. They need not exist.
func (c Config) Roots() []string {
	roots := []string{c.Root}
	for _, dir := range c.IncludeDir {
		if outside(dir) {
			roots = append(roots, absolute(c.Root, filepath.FromSlash(dir)))
		}
	}
	return roots
}

// Ignored reports whether a folder is not to be entered (dir), or a file lies
// in one that is not watched. name is absolute or relative to Root. Hidden
// folders and node_modules are ignored at any depth, tmp_dir and the root's
// testdata always, exclude_dir as written; include_dir, when it names a folder
// inside of Root, lets only these in, and never one that is excluded.
func (c Config) Ignored(name string, dir bool) bool {
	return c.ignoredWhy(c.relative(name), dir) != ""
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
	file := absolute(c.Root, name)
	rel := c.relative(name)
	base := path.Base(rel)
	if c.File != "" && file == c.File {
		return true, "configuration"
	}
	if why := c.ignoredWhy(rel, false); why != "" {
		return false, why
	}
	switch {
	case strings.HasSuffix(base, "_test.go"):
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
	for _, re := range c.ExcludeRegex {
		if re.MatchString("/"+rel) || re.MatchString(file) && !re.MatchString(c.rootOf(file)) {
			return false, "exclude_regex " + re.String()
		}
	}
	if slices.Contains(c.IncludeFile, rel) {
		return true, "include_file"
	}
	for _, ext := range c.IncludeExt {
		if ext == "*" || ext != "" && strings.HasSuffix(base, "."+ext) {
			return true, "include_ext " + ext
		}
	}
	if moduleFile(base) && slices.Contains(c.IncludeExt, "go") {
		return true, base + " decides what is built"
	}
	return false, "not in include_ext"
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
func (c Config) ignoredWhy(rel string, dir bool) string {
	folder := rel
	if !dir {
		folder = path.Dir(rel)
	}
	parts := strings.Split(folder, "/")
	if folder == "." {
		parts = nil
	}
	for i := c.depthOfRoot(rel); i < len(parts); i++ {
		if why := c.excluded(strings.Join(parts[:i+1], "/"), parts[i]); why != "" {
			return why
		}
	}
	if !outside(rel) && !c.let(rel, folder, dir) {
		return "not in include_dir"
	}
	return ""
}

// depthOfRoot counts the leading parts of rel that are not to be judged: the
// ".." and the folders on the way to one of the outer roots.
func (c Config) depthOfRoot(rel string) int {
	depth := 0
	for _, part := range strings.Split(rel, "/") {
		if part != ".." {
			break
		}
		depth++
	}
	for _, dir := range c.IncludeDir {
		if outside(dir) && in(rel, dir) {
			depth = max(depth, strings.Count(dir, "/")+1)
		}
	}
	return depth
}

func (c Config) excluded(folder, name string) string {
	switch {
	case strings.HasPrefix(name, "."):
		return "hidden folder " + folder
	case name == "node_modules":
		return "folder " + folder
	case folder == "testdata":
		return "testdata of the root"
	case c.TmpDir != "" && folder == c.relative(c.TmpDir):
		return "tmp_dir " + folder
	case slices.Contains(c.ExcludeDir, folder):
		return "exclude_dir " + folder
	}
	return ""
}

// let applies include_dir. Folders on the way to something that is included
// are entered, but the files in them do not count.
func (c Config) let(rel, folder string, dir bool) bool {
	restricted := false
	for _, include := range c.IncludeDir {
		if outside(include) {
			continue
		}
		restricted = true
		if folder == include || include != "." && in(folder, include) || dir && in(include, folder) {
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
