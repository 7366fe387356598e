package config

import (
	"os/exec"
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
		return Program{Path: c.onPath(c.Entrypoint[0], exists), Words: slices.Concat(c.Entrypoint[1:], c.ArgsBin)}
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

// onPath looks a bare word up as Air does: on PATH, and then in Root.
func (c Config) onPath(word string, exists func(string) bool) string {
	if filepath.IsAbs(word) {
		return word
	}
	if _, err := exec.LookPath(word); err == nil {
		return word
	}
	if file := filepath.Join(c.Root, word); exists(file) {
		return file
	}
	return word
}
