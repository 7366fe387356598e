package config

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// zeroConfiguration is what holds when there is no file. The sources of cgo and
// assembly are Go's own business, which Air's default extensions leave out; tmp
// is where Air, used before, may have left its builds.
func (c *Config) zeroConfiguration() {
	c.IncludeExt = append(defaultExtensions(),
		"c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "m", "s", "S", "syso")
	c.ExcludeDir = []string{"tmp", "vendor"}
}

func defaultExtensions() []string { return []string{"go", "tpl", "tmpl", "html"} }

// resolveRoot makes Root absolute. doc is nil when there is no file.
func (c *Config) resolveRoot(doc *document, env func(string) string) error {
	blame := func(message, hint string, cause error) error {
		if doc != nil && doc.lookup("root") != nil {
			e := doc.errorAt(doc.at("root").value, "root: "+message, cause)
			e.Hint = hint
			return e
		}
		return &Error{Message: message, Hint: hint, Err: cause}
	}
	home := env("HOME")
	if home == "" {
		home = env("USERPROFILE")
	}
	if rest, ok := strings.CutPrefix(c.Root, "~"); ok && home != "" && (rest == "" || rest[0] == '/') {
		c.Root = home + rest
	}
	root := absolute(c.Dir, c.Root)
	if err := mustBeFolder(root); err != nil {
		return blame(err.Error(), "root is relative to the working directory "+c.Dir+", not to the file", err)
	}
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return blame("resolve the links of the path: "+err.Error(), "", err)
	}
	c.Root = root
	if filepath.Dir(root) == root || root == "/root" || home != "" && same(root, home) {
		return blame("refusing to watch "+root+" with everything below it",
			"start ginreload in the folder of the project, or name it: ginreload --chdir DIR", nil)
	}
	return nil
}

func same(root, folder string) bool {
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	return filepath.Clean(folder) == root
}

// resolvePaths makes the paths of the file comparable with those of events.
func (c *Config) resolvePaths(doc *document) {
	// Events name files below the resolved Root, and the file is one of them.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(c.File)); err == nil {
		c.File = filepath.Join(dir, filepath.Base(c.File))
	}
	written := c.TmpDir
	if written == "" {
		written = "tmp"
	}
	c.TmpDir = absolute(c.Root, filepath.FromSlash(written))
	if below(c.Root, c.TmpDir) {
		c.Warnings = append(c.Warnings, doc.warnAt(doc.at("tmp_dir").key,
			"tmp_dir holds the project itself; it is watched all the same", "set tmp_dir to a folder of its own, such as \"tmp\""))
	}
	c.IncludeDir = c.relativeAll(c.IncludeDir)
	c.IncludeFile = c.relativeAll(c.IncludeFile)
	c.ExcludeDir = c.relativeAll(c.ExcludeDir)
	for i, pattern := range c.ExcludeFile {
		c.ExcludeFile[i] = strings.TrimPrefix(strings.TrimSpace(pattern), "./")
	}
	for i, ext := range c.IncludeExt {
		c.IncludeExt[i] = strings.TrimPrefix(strings.TrimSpace(ext), ".")
	}
	if len(c.Entrypoint) > 0 && strings.ContainsAny(c.Entrypoint[0], `/`+string(filepath.Separator)) {
		c.Entrypoint[0] = absolute(c.Root, filepath.FromSlash(c.Entrypoint[0]))
	}
	for i, re := range c.ExcludeRegex {
		if re.MatchString(c.Root+string(filepath.Separator)) && !re.MatchString("/") {
			e := doc.at("build", "exclude_regex")
			c.Warnings = append(c.Warnings, doc.warnAt(e.element(i),
				fmt.Sprintf("build.exclude_regex: %q matches the path of the project itself, %s", re, c.Root),
				"Air would never reload here; ginreload matches the pattern with the path below the root only"))
		}
	}
}

// relativeAll tolerates what people write: ./x, x/, absolute paths, backslashes
// on Windows. Empty elements mean nothing.
func (c *Config) relativeAll(list []string) []string {
	kept := list[:0]
	for _, element := range list {
		if element = strings.TrimSpace(element); element != "" {
			kept = append(kept, c.relative(element))
		}
	}
	return kept
}

// relative returns file relative to Root, with slashes; "." is Root.
func (c *Config) relative(file string) string {
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
