package convert

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
)

// Result is what became of the configuration of another tool.
type Result struct {
	Tool     string // "modd"
	Settings config.Settings
	Notes    []Note // in the order in which they stand in the text
}

// Note is something that could not be carried over.
type Note struct{ What, Why string }

// String says so in one line.
func (n Note) String() string { return "not carried over: " + n.What + ", because " + n.Why }

// Error is a text that could not be converted.
type Error struct {
	Name    string // of the file, "" for a command line
	Line    int    // from 1, 0 if it concerns all of it
	Message string
	Hint    string
}

func (e *Error) Error() string {
	switch {
	case e.Name == "":
		return e.Message
	case e.Line == 0:
		return e.Name + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Message)
}

// Known lists what Read understands, for people.
const Known = "wgo, reflex, CompileDaemon and gin (a command line, or a Makefile, Procfile or script with one), " +
	"reflex.conf, modd.conf, and runner.conf of fresh"

// Read converts the text of a file, or a command line, which has no name.
// binary is where a program is built whose place the text does not say:
// "./tmp/main". An error is an *Error.
func Read(name string, text []byte, binary string) (Result, error) {
	d := &draft{binary: binary}
	source := strings.ReplaceAll(strings.ToValidUTF8(string(text), ""), "\r\n", "\n")
	err := d.read(path.Base(name), source)
	if err != nil {
		e, ok := err.(*Error)
		if !ok {
			e = &Error{Message: err.Error()}
		}
		e.Name = name
		return Result{}, e
	}
	from := name
	if from == "" {
		from = "a command line"
	}
	d.About = append(d.About, fmt.Sprintf("Converted from %s (%s).", from, d.tool))
	for _, n := range d.notes {
		note := n.String()
		d.About = append(d.About, strings.ToUpper(note[:1])+note[1:]+".")
	}
	return Result{d.tool, d.Settings, d.notes}, nil
}

func (d *draft) read(name, text string) error {
	switch {
	case name == "modd.conf" || strings.HasSuffix(name, ".modd.conf") || moddBlock.MatchString(text):
		d.tool = "modd"
		return d.modd(text)
	case strings.HasPrefix(name, "reflex") && strings.HasSuffix(name, ".conf") || reflexLine.MatchString(text):
		d.tool = "reflex"
		return d.reflexConf(text)
	case name == "runner.conf" || freshKey.MatchString(text):
		d.tool = "fresh"
		return d.fresh(text)
	}
	call, err := findCall(name, text)
	if err != nil {
		return err
	}
	d.tool, d.set = call.tool, call.set
	for _, left := range call.left {
		why := "it is a command beside the one of " + call.tool
		if strings.HasPrefix(left, "cd ") {
			why = "a configuration is for the folder that ginreload is started in: use it there"
		}
		d.drop(left, why)
	}
	return callers()[call.tool](d, call.words)
}

// callers are the tools that are told what to do on their command line.
func callers() map[string]func(*draft, []word) error {
	return map[string]func(*draft, []word) error{
		"wgo": (*draft).wgo, "reflex": (*draft).reflex, "CompileDaemon": (*draft).compileDaemon,
		"gin": (*draft).gin, "modd": fileOnly, "fresh": fileOnly,
	}
}

func fileOnly(d *draft, _ []word) error {
	file := map[string]string{"modd": "modd.conf", "fresh": "runner.conf"}[d.tool]
	return &Error{Message: d.tool + " is told what to do in a file", Hint: "name it: ginreload init --from " + file}
}

// draft is what is being converted.
type draft struct {
	config.Settings
	tool   string
	binary string
	set    []word // variables that the tool was started with
	notes  []Note
}

func (d *draft) drop(what, why string) {
	if note := (Note{strings.Join(strings.Fields(what), " "), why}); !slices.Contains(d.notes, note) {
		d.notes = append(d.notes, note)
	}
}

func (d *draft) explain(key, why string) {
	if d.Why == nil {
		d.Why = make(map[string]string)
	}
	d.Why[key] = why
}
