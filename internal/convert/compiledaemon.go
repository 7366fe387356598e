package convert

import (
	"path"
	"strconv"
	"strings"
	"time"
)

// CompileDaemon's command line: flags in the manner of package flag, no
// arguments. Its commands are cut at blanks, without a shell, and -build also
// at &&.

func (d *draft) compileDaemon(list []word) error {
	flags := quiet()
	build := flags.String("build", "go build", "")
	command := flags.String("command", "", "")
	pattern := flags.String("pattern", `(.+\.go|.+\.c)$`, "")
	var folders, excludedFolders, excluded, included []string
	flags.Func("directory", "", collect(&folders))
	flags.Func("exclude-dir", "", collect(&excludedFolders))
	flags.Func("exclude", "", collect(&excluded))
	flags.Func("include", "", collect(&included))
	recursive := flags.Bool("recursive", true, "")
	buildDir := flags.String("build-dir", "", "")
	runDir := flags.String("run-dir", "", "")
	graceful := flags.Bool("graceful-kill", false, "")
	timeout := flags.Uint("graceful-timeout", 3, "")
	stop := flags.Bool("command-stop", false, "")
	polling := flags.Bool("polling", false, "")
	interval := flags.Int("polling-interval", 100, "")
	for _, name := range []string{"color", "log-prefix", "verbose"} {
		flags.Bool(name, false, "")
	}
	if err := flags.Parse(texts(list)); err != nil {
		return &Error{Message: "CompileDaemon: " + err.Error()}
	}

	t := task{service: *command != ""}
	d.compileDaemonFiles(&t.files, *pattern, included, excluded)
	for _, glob := range excludedFolders {
		t.files.excludeGlob(path.Clean(glob) + "/**")
	}
	t.directories(folders)
	if !*recursive {
		d.drop("-recursive=false", "what is below a folder is watched with it")
	}
	if *stop {
		d.drop("-command-stop", "the program runs until its successor is built")
	}
	if d.Poll = *polling; *polling {
		d.PollInterval = time.Duration(*interval) * time.Millisecond
	}
	if *graceful {
		t.interrupt, t.grace = true, time.Duration(*timeout)*time.Second
	}
	if strings.Contains(*command, "%") {
		*command = strings.NewReplacer("%[1]s", "", "%s", "").Replace(*command)
		d.drop("the % in -command", "the name of the changed file is not known to commands")
	}
	if *buildDir == "" && len(folders) > 0 {
		*buildDir = folders[0]
	}
	t.steps = append(compileDaemonBuild(*build, *buildDir), compileDaemonRun(*command, *runDir)...)
	return d.arrange([]task{t})
}

func (d *draft) compileDaemonFiles(s *selection, pattern string, included, excluded []string) {
	s.include(d, pattern, regexForms(pattern))
	for _, glob := range included {
		s.include(d, glob, globForms("**/"+glob))
	}
	for _, glob := range excluded {
		if glob == ".git" || strings.HasPrefix(glob, ".#") {
			continue // files of editors, which are never watched
		}
		s.excludeRegex = add(s.excludeRegex, globRegexp("**/"+glob))
	}
}

// directories restricts a task to the folders that -directory names.
func (t *task) directories(folders []string) {
	for _, folder := range folders {
		if folder = path.Clean(folder); folder == "." {
			t.files.only = nil
			return
		}
		t.files.only = add(t.files.only, folder)
	}
}

func compileDaemonBuild(build, dir string) []step {
	var list []step
	for command := range strings.SplitSeq(build, "&&") {
		if fields := compileDaemonWords(command); len(fields) > 0 {
			list = append(list, newStep(fields))
		}
	}
	if dir = path.Clean(dir); dir == "." {
		return list
	}
	for i, s := range list {
		list[i].raw = "cd " + literal(dir).raw + " && " + s.raw
		if s.is("go", "build") { // a form that the go command has itself
			list[i] = newStep(append([]word{{"go", "go"}, {"build", "build"}, {"-C", "-C"}, literal(dir)}, s.words[2:]...))
		}
	}
	return list
}

func compileDaemonRun(command, dir string) []step {
	fields := compileDaemonWords(command)
	if len(fields) == 0 {
		return nil
	}
	s := newStep(fields)
	if dir = path.Clean(dir); dir != "." {
		return []step{{raw: "cd " + literal(dir).raw + " && " + s.raw}}
	}
	return []step{s}
}

func compileDaemonWords(command string) []word {
	var all []word
	for _, field := range strings.Fields(command) {
		all = append(all, literal(field))
	}
	return all
}

// number reads a whole number; 0 if it is none.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return n
}
