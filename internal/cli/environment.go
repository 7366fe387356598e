package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// environment is what commands and the program see: the variables of env_files,
// and over them those of ginreload itself. It may be read at any time, from any
// goroutine.
type environment struct {
	own   []string // ginreload's own
	files []string // absolute; the last one wins
	set   []string // what build.cmd, or a service, sets for the program

	program []string // files like those above, for the program only
}

// problem is something in an env file that is of no use.
type problem struct {
	file string
	line int // from 1, 0 unknown
	why  string
}

func (p problem) String() string {
	if p.line == 0 {
		return p.file + ": " + p.why
	}
	return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.why)
}

// Read returns the environment as the files say now, and what is wrong with
// them. A file that is missing is no problem; one that is wrong counts for
// nothing, and the others stand.
func (e *environment) Read() ([]string, []problem) {
	var env []string
	var problems []problem
	for _, file := range e.files {
		variables, wrong := readEnvFile(file)
		env = append(env, variables...)
		problems = append(problems, wrong...)
	}
	return append(env, e.own...), problems // of two values, the later one counts
}

// Program returns the environment of the program that is started now, and what is
// wrong with its files.
func (e *environment) Program() ([]string, []problem) {
	all := *e
	all.files = slices.Concat(e.files, e.program)
	env, problems := all.Read()
	return append(env, e.set...), problems
}

func readEnvFile(file string) (variables []string, problems []problem) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			err = path.Err // the rest only repeats the name
		}
		return nil, []problem{{file: file, why: err.Error()}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // which editors of Windows write
	values, err := godotenv.UnmarshalBytes(text)
	if err != nil {
		// The error of the library quotes the file, and what is in there is secret.
		return nil, []problem{{file, badLine(text), "cannot be read as NAME=value; the file is passed over"}}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case name == "" || strings.ContainsAny(name, "= \t\r\n\v\f\x00"):
			problems = append(problems, problem{file: file, why: fmt.Sprintf("%q is not the name of a variable", name)})
		case strings.Contains(values[name], "\x00"):
			problems = append(problems, problem{file: file, why: name + " has a NUL in its value"})
		default:
			variables = append(variables, name+"="+values[name])
		}
	}
	return variables, problems
}

// longestEnvFile is up to how many lines the bad one is looked for.
const longestEnvFile = 2000

// badLine returns the line at which text cannot be read: the one behind the
// longest beginning that can.
func badLine(text []byte) int {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if len(lines) > longestEnvFile {
		return 0
	}
	for n := len(lines) - 1; n >= 0; n-- {
		if _, err := godotenv.UnmarshalBytes(bytes.Join(lines[:n], nil)); err == nil {
			return n + 1
		}
	}
	return 0
}
