package builder

import (
	"go/build"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// member tells whether a file is a Go file of the program, build constraints aside.
func (b *Builder) member(file string) bool {
	name := filepath.Base(file)
	if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || name[0] == '_' || name[0] == '.' {
		return false
	}
	return b.named(file) || b.recipe.Member != nil && b.recipe.Member(file)
}

// named tells whether Packages name the file or its folder.
func (b *Builder) named(file string) bool {
	if len(b.recipe.Packages) == 0 {
		return filepath.Dir(file) == filepath.Clean(b.recipe.Dir)
	}
	for _, pkg := range b.recipe.Packages {
		path := filepath.FromSlash(pkg)
		if !filepath.IsAbs(path) {
			path = filepath.Join(b.recipe.Dir, path)
		}
		switch {
		case strings.HasSuffix(pkg, ".go"):
			if path == file {
				return true
			}
		case !filepath.IsAbs(pkg) && !build.IsLocalImport(pkg): // the path is that of an import
		case filepath.Dir(file) == path:
			return true
		}
	}
	return false
}

// fits tells whether build constraints leave a file to the build.
func (b *Builder) fits(settings goenv, file string) bool {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled = settings.GOOS, settings.GOARCH, settings.CGO_ENABLED == "1"
	c.BuildTags, c.ReleaseTags = nil, releases(settings.GOVERSION)
	words, _ := splitWords(settings.GOFLAGS)
	var all []string
	for _, w := range words {
		all = append(all, w.text)
	}
	all = append(all, b.recipe.Flags...)
	for len(all) > 0 {
		flag, n := readFlag(all)
		all = all[max(n, 1):]
		switch flag.name {
		case "tags":
			c.BuildTags = strings.FieldsFunc(flag.value, func(r rune) bool { return r == ',' || r == ' ' })
		case "race", "msan", "asan":
			c.ToolTags = append(slices.Clip(c.ToolTags), flag.name)
		}
	}
	ok, err := c.MatchFile(filepath.Split(file))
	return err == nil && ok
}

// releases are the tags go1.1 to that of a version such as go1.26.8.
func releases(version string) []string {
	minor, _, _ := strings.Cut(strings.TrimPrefix(version, "go1."), ".")
	n, err := strconv.Atoi(minor)
	if err != nil {
		return build.Default.ReleaseTags
	}
	var tags []string
	for i := 1; i <= n; i++ {
		tags = append(tags, "go1."+strconv.Itoa(i))
	}
	return tags
}
