package convert

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// reflex.conf has a command line of reflex on each line, without its name. A
// line goes on after a backslash and inside of quotes. The command is not run
// by a shell unless it names one.

var reflexLine = regexp.MustCompile(`(?m)\A(?:\s*(?:#.*)?\n)*\s*-[-a-zA-Z].*`)

func (d *draft) reflexConf(text string) error {
	var tasks []task
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first := i
		entry := lines[i]
		if trimmed := strings.TrimSpace(entry); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		list, err := words(entry)
		for (err != nil || strings.HasSuffix(entry, `\`)) && i+1 < len(lines) {
			i++
			entry = strings.TrimSuffix(entry, `\`) + "\n" + lines[i]
			list, err = words(entry)
		}
		if err != nil {
			return &Error{Line: first + 1, Message: err.Error(), Hint: "the entry that begins there is not complete"}
		}
		t, err := d.reflexTask(list)
		if err != nil {
			return &Error{Line: first + 1, Message: err.Error()}
		}
		t.name = fmt.Sprintf("line %d", first+1)
		tasks = append(tasks, t)
	}
	return d.arrange(tasks)
}

func (d *draft) reflex(list []word) error {
	t, err := d.reflexTask(list)
	if err != nil {
		return &Error{Message: err.Error()}
	}
	return d.arrange([]task{t})
}

func (d *draft) reflexTask(list []word) (task, error) {
	var t task
	var regexes, globs, inverseRegexes, inverseGlobs []string
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.StringArrayVarP(&regexes, "regex", "r", nil, "")
	flags.StringArrayVarP(&globs, "glob", "g", nil, "")
	flags.StringArrayVarP(&inverseRegexes, "inverse-regex", "R", nil, "")
	flags.StringArrayVarP(&inverseGlobs, "inverse-glob", "G", nil, "")
	flags.BoolVarP(&t.service, "start-service", "s", false, "")
	timeout := flags.DurationP("shutdown-timeout", "t", 500*time.Millisecond, "")
	symbol := flags.String("substitute", "{}", "")
	onlyDirs := flags.Bool("only-dirs", false, "")
	everything := flags.Bool("all", false, "")
	flags.Bool("only-files", false, "")
	flags.BoolP("verbose", "v", false, "")
	flags.BoolP("sequential", "e", false, "")
	flags.StringP("decoration", "d", "", "")
	file := flags.StringP("config", "c", "", "")
	if err := flags.Parse(texts(list)); err != nil {
		return t, err
	}
	if *file != "" {
		return t, fmt.Errorf("what it is to do stands in %s: give that file to --from", *file)
	}
	if *everything {
		d.drop("--all", "hidden folders and the files of editors are never watched")
	}
	if *onlyDirs {
		d.drop("--only-dirs", "files are what a build depends on")
	}
	d.reflexFiles(&t.files, regexes, globs)
	for _, pattern := range inverseRegexes {
		t.files.excludeRegexp(d, pattern, false)
	}
	for _, pattern := range inverseGlobs {
		t.files.excludeGlob(pattern)
	}
	t.interrupt, t.grace = t.service, *timeout
	rest := remaining(list, flags.Args())
	if *symbol != "" && slices.ContainsFunc(rest, func(w word) bool { return strings.Contains(w.text, *symbol) }) {
		d.drop(join(rest), "the name of the changed file, "+*symbol+", is not known to commands")
		return t, nil
	}
	if len(rest) == 3 && shell(rest[0].text) && rest[1].text == "-c" {
		t.steps = steps(rest[2].text)
	} else if len(rest) > 0 {
		t.steps = []step{newStep(rest)}
	}
	return t, nil
}

// reflexFiles lets those through that match all patterns. The extensions that
// they have in common are what it usually is about.
func (d *draft) reflexFiles(s *selection, regexes, globs []string) {
	if len(regexes)+len(globs) > 1 {
		d.drop("that a file has to match all of several patterns", "in .air.toml one is enough")
	}
	for _, pattern := range regexes {
		s.include(d, pattern, regexForms(pattern))
	}
	for _, pattern := range globs {
		s.include(d, pattern, globForms(pattern))
	}
	if len(regexes)+len(globs) == 0 {
		s.all = true
	}
}
