package convert

import (
	"flag"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// wgo's command line: flags in the manner of package flag, then commands with
// :: between them; after :: wgo, another one that runs beside the first. With
// run it builds and runs a package, as go run does.

func (d *draft) wgo(list []word) error {
	var tasks []task
	for _, part := range apartAt(list, "wgo") {
		t, err := d.wgoTask(part)
		if err != nil {
			return err
		}
		tasks = append(tasks, t)
	}
	return d.arrange(tasks)
}

// apartAt cuts at each :: that is followed by name.
func apartAt(list []word, name string) [][]word {
	var all [][]word
	begin := 0
	for i := 0; i+1 < len(list); i++ {
		if list[i].text == "::" && list[i+1].text == name {
			all = append(all, list[begin:i])
			begin = i + 2
		}
	}
	return append(all, list[begin:])
}

func (d *draft) wgoTask(list []word) (task, error) {
	t := task{interrupt: true, grace: patience} // it is SIGTERM, without a limit
	run := len(list) > 0 && list[0].text == "run"
	if run {
		list = list[1:]
	}
	flags := quiet()
	flags.StringVar(&t.dir, "cd", "", "")
	var included, folders, roots []string
	flags.Func("file", "", collect(&included))
	flags.Func("xfile", "", func(v string) error { t.files.excludeRegexp(d, dotted(v), false); return nil })
	flags.Func("dir", "", collect(&folders))
	flags.Func("xdir", "", func(v string) error { t.files.excludeRegexp(d, dotted(v), true); return nil })
	flags.Func("root", "", collect(&roots))
	flags.Func("debounce", "", duration(&d.Delay))
	flags.Func("poll", "", duration(&d.PollInterval))
	dropped := map[string]*bool{}
	for name := range wgoDropped() {
		dropped[name] = flags.Bool(name, false, "")
	}
	var build []word
	if run {
		buildFlags(flags, &build)
	}
	if err := flags.Parse(texts(list)); err != nil {
		return t, &Error{Message: "wgo: " + err.Error()}
	}
	d.Poll = d.PollInterval > 0
	for _, name := range slices.Sorted(maps.Keys(dropped)) {
		if *dropped[name] {
			d.drop("-"+name, wgoDropped()[name])
		}
	}
	for _, pattern := range included {
		t.files.include(d, pattern, regexForms(pattern))
	}
	if run {
		t.files.ext, t.files.everywhere = add(t.files.ext, "go"), true
		t.files.excludeRegex = add(t.files.excludeRegex, `_test\.go$`)
	} else if len(included) == 0 {
		t.files.all = true
	}
	t.folders(d, folders, roots)

	rest := remaining(list, flags.Args())
	if run {
		rest = slices.Concat([]word{{"go", "go"}, {"run", "run"}}, build, rest)
	}
	t.steps = wgoSteps(rest)
	return t, nil
}

func wgoDropped() map[string]string {
	return map[string]string{
		"exit":     "ginreload goes on when the program ends, and the next change starts it again",
		"stdin":    "the input of the program is empty",
		"postpone": "the program is built and started at once",
		"verbose":  "it is a flag of ginreload: -v",
	}
}

// folders applies -dir and -root.
func (t *task) folders(d *draft, folders, roots []string) {
	for _, pattern := range folders {
		name := strings.TrimPrefix(strings.Trim(pattern, "^$/"), "./")
		if strings.ContainsAny(name, `\*+?()[]{}|`) || name == "" {
			d.drop("-dir "+pattern, "include_dir has exact folders")
			continue
		}
		t.files.only = add(t.files.only, name)
	}
	t.files.only = add(t.files.only, roots...) // outside of root they restrict nothing
}

// wgoSteps cuts at :: and takes a colon from longer ones.
func wgoSteps(list []word) []step {
	var all []step
	var current []word
	for _, w := range append(slices.Clone(list), word{"::", "::"}) {
		switch {
		case w.text == "::" && len(current) > 0:
			if s := newStep(current); len(s.words) == 3 && shell(s.words[0].text) && s.words[1].text == "-c" {
				all = append(all, steps(s.words[2].text)...)
			} else if name := s.words; len(name) != 1 || name[0].text != "clear" && name[0].text != "cls" {
				all = append(all, s)
			}
			current = nil
		case w.text == "::":
		case len(w.text) > 2 && strings.Trim(w.text, ":") == "":
			current = append(current, word{w.raw[1:], w.text[1:]})
		default:
			current = append(current, w)
		}
	}
	return all
}

// dotted makes a dot before a letter a dot, as wgo does.
func dotted(pattern string) string {
	return sloppyDot.ReplaceAllString(strings.TrimPrefix(pattern, "./"), `$1\.$2`)
}

// buildFlags accepts those of go build.
func buildFlags(flags *flag.FlagSet, into *[]word) {
	for _, name := range []string{"p", "asmflags", "buildmode", "compiler", "gccgoflags", "gcflags", "installsuffix",
		"ldflags", "mod", "modfile", "overlay", "pkgdir", "tags", "toolexec", "exec"} {
		flags.Func(name, "", func(value string) error {
			*into = append(*into, literal("-"+name), literal(value))
			return nil
		})
	}
	for _, name := range []string{"a", "n", "race", "msan", "asan", "v", "work", "x", "buildvcs", "linkshared", "modcacherw", "trimpath"} {
		flags.BoolFunc(name, "", func(value string) error {
			if value == "true" {
				*into = append(*into, literal("-"+name))
			}
			return nil
		})
	}
}

func quiet() *flag.FlagSet {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

func collect(into *[]string) func(string) error {
	return func(value string) error { *into = append(*into, value); return nil }
}

func duration(into *time.Duration) func(string) error {
	return func(value string) (err error) { *into, err = time.ParseDuration(value); return err }
}
