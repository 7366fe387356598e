package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// Program is what to run after Cmd has built it.
type Program struct {
	Line  string   // shell command, to be run in Dir; "" when Path says it
	Path  string   // absolute, or a bare word for PATH; "" when ginreload runs what it built itself
	Words []string // for the shell, which expands and splits them as it does with Air
}

// Program resolves full_bin, entrypoint and bin, in Air's order of precedence.
// exists tells whether a file exists; ask after a build, since only then bin
// can be told from a command line: a path that does not exist, but has blanks,
// is a program with arguments. Args are not part of the answer.
func (c Config) Program(exists func(path string) bool) Program {
	switch {
	case c.FullBin != "":
		return Program{Line: c.FullBin, Words: c.ArgsBin}
	case len(c.Entrypoint) > 0:
		return Program{Path: c.Entrypoint[0], Words: slices.Concat(c.Entrypoint[1:], c.ArgsBin)}
	case c.Bin == "":
		return Program{Words: c.ArgsBin}
	}
	// Files written on Windows are used elsewhere too, and name tmp\main.exe.
	for _, bin := range []string{c.Bin, strings.ReplaceAll(c.Bin, `\`, "/")} {
		if file := absolute(c.Dir, bin); exists(file) {
			return Program{Path: file, Words: c.ArgsBin}
		}
	}
	words := strings.Fields(c.Bin)
	program := words[0]
	if file := absolute(c.Dir, program); exists(file) || strings.ContainsAny(program, `/`+string(filepath.Separator)) {
		program = file
	}
	return Program{Path: program, Words: slices.Concat(words[1:], c.ArgsBin)}
}

// completeBuild settles what is built and run. A package named on the command
// line beats the file; half a description is completed with Air's defaults.
func (c *Config) completeBuild(doc *document) {
	if c.Package != "" {
		var beaten []string
		first := 0
		for _, name := range []string{"cmd", "bin", "entrypoint", "full_bin"} {
			if value := doc.lookup("build." + name); value == nil || value == "" {
				continue
			}
			if len(beaten) == 0 {
				first = doc.at("build", name).key
			}
			beaten = append(beaten, "build."+name)
		}
		if len(beaten) > 0 {
			c.Cmd, c.Bin, c.Entrypoint, c.FullBin = "", "", nil, ""
			c.Warnings = append(c.Warnings, doc.warnAt(first,
				c.Package+" on the command line replaces "+strings.Join(beaten, ", "),
				"to hand it to the program instead: ginreload -- "+c.Package))
		}
		return
	}
	says := c.Bin != "" || len(c.Entrypoint) > 0 || c.FullBin != ""
	if c.Cmd == "" && !says {
		return
	}
	tmp, _ := doc.lookup("tmp_dir").(string)
	if tmp = strings.TrimSpace(tmp); tmp == "" {
		tmp = "tmp"
	}
	binary := filepath.ToSlash(filepath.Clean(tmp)) + "/main"
	if !filepath.IsAbs(tmp) {
		binary = "./" + binary
	}
	if c.Cmd == "" {
		c.Cmd = "go build -o " + shellWord(binary) + " ."
	}
	if !says {
		c.Bin = binary
	}
}
