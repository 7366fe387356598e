package convert

import (
	"path"
	"regexp"
	"strings"
)

func isMakefile(name string) bool {
	name = strings.ToLower(path.Base(name))
	return strings.HasPrefix(name, "makefile") || name == "gnumakefile" || strings.HasSuffix(name, ".mk")
}

var (
	makeAssignment = regexp.MustCompile(`(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*(?::{0,3}|\?)=[ \t]*(.*)$`)
	makeReference  = regexp.MustCompile(`\$[({](shell )?([^$(){}]*)[)}]`)
)

// unmake returns the recipes of a Makefile as shell commands: with the values
// that it gives to its variables, and one $ where there are two. A variable
// without a value comes from the environment, for make as for the shell.
func unmake(text string) string {
	const dollar = "\x01"
	values := map[string]string{"MAKE": "make"}
	text = strings.ReplaceAll(text, "$$", dollar)
	for _, found := range makeAssignment.FindAllStringSubmatch(text, -1) {
		values[found[1]] = strings.TrimSpace(found[2])
	}
	var recipes strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "\t") {
			recipes.WriteString(line)
		}
	}
	text = recipes.String()
	for range 5 { // values have references too
		text = makeReference.ReplaceAllStringFunc(text, func(reference string) string {
			found := makeReference.FindStringSubmatch(reference)
			value, known := values[found[2]]
			switch {
			case found[1] != "":
				return dollar + "(" + found[2] + ")"
			case known && len(value) < 1000:
				return value
			}
			return dollar + "{" + found[2] + "}"
		})
		if len(text) > 1<<20 {
			break
		}
	}
	return strings.ReplaceAll(text, dollar, "$")
}
