package builder

import "strings"

// ParseGoRun reads a command line of the form
//
//	[NAME=value ...] go run [flags] package-or-files [arguments]
//
// as sh run in dir would. The recipe makes the program that it runs, without
// Output, and args are the program's; so is Set. It is false if the command is
// anything else, or cannot be had by building first: a package of another
// module (name@version), -exec, -C.
func ParseGoRun(dir, command string) (r Recipe, args []string, ok bool) {
	r, rest, ok := parseGo(dir, command, "run")
	if !ok || r.Output != "" || r.Dir != dir {
		return Recipe{}, nil, false
	}
	n := 0
	for n < len(rest) && strings.HasSuffix(rest[n], ".go") {
		n++
	}
	if n == 0 {
		// One package, as go run has it.
		if len(rest) == 0 || rest[0] == "-" || rest[0] == "" || strings.Contains(rest[0], "@") {
			return Recipe{}, nil, false
		}
		n = 1
	}
	r.Packages = rest[:n]
	return r, rest[n:], true
}
