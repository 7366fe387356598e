package config

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// resolveRoot makes Root absolute.
func (c *Config) resolveRoot(env func(string) string) error {
	home := env("HOME")
	if home == "" {
		home = env("USERPROFILE")
	}
	if rest, ok := strings.CutPrefix(c.Root, "~"); ok && home != "" && (rest == "" || rest[0] == '/') {
		c.Root = home + rest
	}
	root := absolute(c.Dir, c.Root)
	if err := mustBeFolder(root); err != nil {
		return c.badRoot(err.Error(), "root is relative to the working directory "+c.Dir+", not to the file", err)
	}
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return c.badRoot("resolve the links of the path: "+err.Error(), "", err)
	}
	c.Root = root
	if filepath.Dir(root) != root && root != "/root" && (home == "" || !same(root, home)) {
		return nil
	}
	if !c.DangerousRoot {
		return c.badRoot("refusing to watch "+root+" with everything below it",
			"start ginreload in the folder of the project, or name it: ginreload --chdir DIR", nil)
	}
	c.Warnings = append(c.Warnings, c.said["build.ignore_dangerous_root_dir"].origin.warn(
		"watching "+root+" with everything below it, as build.ignore_dangerous_root_dir says", ""))
	return nil
}

func (c *Config) badRoot(message, hint string, cause error) error {
	from := c.said["root"].origin
	if from.doc != nil {
		e := from.doc.errorAt(from.entry.value, "root: "+message, cause)
		e.Hint = hint
		return e
	}
	if c.isSaid("root") {
		message = from.place + ": " + message
	}
	return &Error{Message: message, Hint: hint, Err: cause}
}

func same(root, folder string) bool {
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	return filepath.Clean(folder) == root
}

// resolvePaths makes the paths of the file comparable with those of events.
func (c *Config) resolvePaths() {
	// Events name files below the resolved Root, and the file is one of them.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(c.File)); c.File != "" && err == nil {
		c.File = filepath.Join(dir, filepath.Base(c.File))
	}
	c.IncludeDir = c.relativeAll(c.IncludeDir)
	c.IncludeFile = c.relativeAll(c.IncludeFile)
	c.IncludeExt = trimmed(c.IncludeExt, ".")
	c.ExcludeDir = c.relativeAll(c.ExcludeDir)
	c.ExcludeFile = trimmed(c.ExcludeFile, "./")
	c.TestdataDir = c.relative(c.TestdataDir)
	for i, rule := range c.Rules {
		rule.IncludeDir = c.relativeAll(rule.IncludeDir)
		rule.IncludeFile = c.relativeAll(rule.IncludeFile)
		rule.IncludeExt = trimmed(rule.IncludeExt, ".")
		c.Rules[i] = rule
	}
	files := trimmed(c.EnvFiles, "")
	for i, file := range files {
		files[i] = absolute(c.Root, filepath.FromSlash(file))
	}
	c.EnvFiles = files
	if len(c.Entrypoint) > 0 && strings.ContainsAny(c.Entrypoint[0], `/`+string(filepath.Separator)) {
		program := absolute(c.Root, filepath.FromSlash(c.Entrypoint[0]))
		c.Entrypoint = slices.Concat([]string{program}, c.Entrypoint[1:])
	}
	c.resolveTmpDir()
}

// resolveTmpDir leaves a project alone for which ginreload builds outside of it.
func (c *Config) resolveTmpDir() {
	if c.File == "" && c.Cmd == "" && !c.isSaid("tmp_dir", "build.log") {
		c.TmpDir, c.BuildLog = "", ""
		c.said["tmp_dir"], c.said["build.log"] = assigned{origin: origin{place: byDefault}}, assigned{origin: origin{place: byDefault}}
		return
	}
	written := path.Clean(filepath.ToSlash(c.TmpDir))
	c.TmpDir = absolute(c.Root, filepath.FromSlash(c.TmpDir))
	if below(c.Root, c.TmpDir) {
		c.warn("tmp_dir", "tmp_dir holds the project itself; it is watched all the same", "set tmp_dir to a folder of its own, such as \"tmp\"")
	}
	log := c.BuildLog
	c.BuildLog = absolute(c.TmpDir, filepath.FromSlash(log))
	if written != "." && in(path.Clean(filepath.ToSlash(log)), written) {
		c.warn("build.log", "build.log is relative to tmp_dir, so that it is "+c.relative(c.BuildLog),
			"leave "+written+"/ out of it; Air writes nothing as long as that folder is missing")
	}
}

// warn tells of a setting where it was said.
func (c *Config) warn(name, message, hint string) {
	c.Warnings = append(c.Warnings, c.said[name].origin.warn(message, hint))
}

// warnOfRegexps finds those that silence the project because of where it lies.
func (c *Config) warnOfRegexps() {
	from := c.said["build.exclude_regex"].origin
	for i, re := range c.ExcludeRegex {
		if from.place == byDefault || !re.MatchString(c.Root+string(filepath.Separator)) || re.MatchString("/") {
			continue
		}
		if from.doc != nil {
			from.entry.key = from.entry.element(i)
		}
		c.Warnings = append(c.Warnings, from.warn(
			fmt.Sprintf("build.exclude_regex: %q matches the path of the project itself, %s", re, c.Root),
			"Air would never reload here; ginreload matches the pattern with the path below the root only"))
	}
}

// relativeAll tolerates what people write: ./x, x/, absolute paths, backslashes
// on Windows. Empty elements mean nothing.
func (c *Config) relativeAll(list []string) []string {
	var kept []string
	for _, element := range trimmed(list, "") {
		kept = append(kept, c.relative(element))
	}
	return kept
}

// trimmed returns what is left of a list without blanks, a prefix that means
// nothing, and empty elements.
func trimmed(list []string, prefix string) []string {
	var kept []string
	for _, element := range list {
		if element = strings.TrimPrefix(strings.TrimSpace(element), prefix); element != "" {
			kept = append(kept, element)
		}
	}
	return kept
}

// relative returns file relative to Root, with slashes; "." is Root.
func (c *Config) relative(file string) string {
	// What is below Root is asked about most, and filepath.Rel costs five times as much.
	if below, ok := strings.CutPrefix(file, c.Root); ok && filepath.Separator == '/' && len(below) > 1 && below[0] == '/' && path.Clean(below) == below {
		return below[1:]
	}
	if filepath.IsAbs(file) {
		rel, err := filepath.Rel(c.Root, file)
		if err != nil { // another drive of Windows
			return filepath.ToSlash(file)
		}
		file = rel
	}
	return path.Clean(filepath.ToSlash(file))
}

// below reports whether file is folder or lies in it.
func below(file, folder string) bool {
	rel, err := filepath.Rel(folder, file)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
