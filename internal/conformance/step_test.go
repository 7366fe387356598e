//go:build unix

package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// acts is a step that does something: what the next ones wait for comes after it.
func acts(what string, do func(*scene) error) step {
	return step{what, func(s *scene) error {
		s.mark = s.log.len()
		s.log.add(test, what, nil)
		return do(s)
	}}
}

// launched starts the tool and waits for nothing.
var launched = acts("start it", func(s *scene) (err error) {
	dir := s.dir
	s.running, err = s.launch(s.tb, s.log, dir, slices.Clone(s.args), s.environment(s.dir, s.port, s.witness), s.text, s.terminal)
	return err
})

// started starts the tool and waits until version 1 answers.
var started = step{"start it", func(s *scene) error {
	if err := launched.do(s); err != nil {
		return err
	}
	return serves("v1").do(s)
}}

// serves waits until the program with this text, started since the last thing
// that was done, is the only one, and answers.
func serves(text string) step {
	return step{"serves " + text, func(s *scene) error {
		err := s.log.await(s.patience, s.mark, "a program with "+text, func(new []entry) bool {
			return count(new, said, "^up "+regexp.QuoteMeta(text)+"$") > 0
		})
		if err != nil {
			return err
		}
		if s.ours() && !s.text {
			return s.reloaded(text)
		}
		err = s.log.await(s.patience, 0, "the end of the version before", func([]entry) bool { return len(s.log.livingLocked(false)) == 1 })
		if err != nil {
			return err
		}
		return s.get(text)
	}}
}

// reloaded waits until ginreload says that the version before accepts nothing
// more, though it may live on to finish what it has. What it says may be about
// that version itself.
func (s *scene) reloaded(text string) (err error) {
	for n := 1; ; n++ {
		late := s.log.await(s.patience, s.mark, "the reload", func(new []entry) bool { return count(new, events, "^reloaded") >= n })
		if late != nil {
			return errors.Join(err, late)
		}
		if err = s.get(text); err == nil {
			return nil
		}
	}
}

func (s *scene) get(want string) error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: s.patience}
	resp, err := client.Get("http://127.0.0.1:" + s.port + "/")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && string(text) != want {
		err = fmt.Errorf("the program answers %q, want %q", text, want)
	}
	return err
}

// answers asks the program now.
func answers(text string) step {
	return step{"answers " + text, func(s *scene) error { return s.get(text) }}
}

// save writes a file as editors do, by a rename.
func save(name, text string) step {
	return acts("save "+name, func(s *scene) error { return s.save(name, text) })
}

func (s *scene) save(name, text string) error {
	file := s.file(name)
	beside := filepath.Join(filepath.Dir(s.dir), "beside") // which no tool watches
	if err := put(beside, name, text); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.Rename(beside, file)
}

func (s *scene) file(name string) string {
	return filepath.Join(s.dir, filepath.FromSlash(strings.ReplaceAll(name, "$PORT", s.port)))
}

// writes saves main.go with a program of this text.
func writes(text string) step { return save("main.go", program(text)) }

// reloads changes a source and waits for the new version.
var reloads = reloadsFrom("main.go")

func reloadsFrom(name string) step {
	return acts("change "+name, func(s *scene) error {
		text, err := s.next(name)
		if err != nil {
			return err
		}
		return serves(text).do(s)
	})
}

// starts changes main.go and waits until the new version listens.
var starts = acts("change main.go", func(s *scene) error {
	text, err := s.next("main.go")
	if err != nil {
		return err
	}
	return hears("^up " + text).do(s)
})

// next saves the source with the next version.
func (s *scene) next(name string) (text string, err error) {
	old := s.version
	s.version++
	code, err := os.ReadFile(s.file(name))
	if err != nil {
		return "", err
	}
	new := strings.Replace(string(code), fmt.Sprintf(`witness("v%d`, old), fmt.Sprintf(`witness("v%d`, s.version), 1)
	return fmt.Sprintf("v%d", s.version), s.save(name, new)
}

// ignores changes files that must not lead to a build, and then main.go, which
// does: a tool that hears of events in their order has judged the others.
func ignores(names ...string) step {
	return step{"ignore " + strings.Join(names, ", "), func(s *scene) error {
		mark := s.log.len()
		for _, name := range names {
			if err := touch(name).do(s); err != nil {
				return err
			}
		}
		if err := reloads.do(s); err != nil {
			return err
		}
		for _, name := range names {
			if s.named(s.log.since(mark), name) {
				return errLed(name)
			}
		}
		return nil
	}}
}

// named reports whether the tool gave file as a reason to build.
func (s *scene) named(entries []entry, file string) bool {
	for _, e := range entries {
		if s.ours() && e.from == events && strings.HasPrefix(e.text, "changed ") && !strings.HasPrefix(e.text, "changed ignore") &&
			slices.Contains(strings.Fields(e.text), file) {
			return true
		}
		if !s.ours() && e.from == output && strings.HasSuffix(e.text, file+" has changed") {
			return true
		}
	}
	return false
}

// touch changes the content of a file, or makes it.
func touch(name string) step {
	return acts("touch "+name, func(s *scene) error {
		text, err := os.ReadFile(s.file(name))
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		return s.save(name, fmt.Sprintf("%s\n// %d\n", text, s.log.len()))
	})
}

// rebuilds changes files one after the other; each leads to a build.
func rebuilds(names ...string) step {
	return step{"rebuild for " + strings.Join(names, ", "), func(s *scene) error {
		for _, name := range names {
			if err := touch(name).do(s); err != nil {
				return err
			}
			if err := s.awaitBuild(name); err != nil {
				return err
			}
		}
		return nil
	}}
}

// sees changes files that are watched. Air builds for each; ginreload does not once
// it knows that the program is made without them.
func sees(names ...string) step {
	return step{"a look at " + strings.Join(names, ", "), func(s *scene) error {
		for _, name := range names {
			if !s.ours() {
				if err := rebuilds(name).do(s); err != nil {
					return err
				}
				continue
			}
			if err := touch(name).do(s); err != nil {
				return err
			}
			file := regexp.QuoteMeta(name)
			if err := await(events, "^changed (rebuild|restart) "+file+"|^changed ignore "+file+" because in a package that the program does not import").do(s); err != nil {
				return err
			}
		}
		return nil
	}}
}

// built waits for the build that the last step has led to, and what follows.
var built = step{"a build", func(s *scene) error { return s.awaitBuild("that") }}

func (s *scene) awaitBuild(why string) error {
	begun, ended := "^building", "^running"
	from := output
	if s.ours() {
		begun, ended, from = "^build-started", "^(reloaded|reload-failed|build-finished (same|failed|broken))", events
	}
	return s.log.await(s.patience, s.mark, "a build because of "+why, func(new []entry) bool {
		return count(new, from, begun) > 0 && count(new, from, ended) > 0
	})
}

// hears waits for what witnesses say, in this order, since the last thing that
// was done.
func hears(patterns ...string) step { return await(said, patterns...) }

// prints waits for lines of the tool or of what it runs.
func prints(patterns ...string) step { return await(output, patterns...) }

func await(from source, patterns ...string) step {
	what := fmt.Sprintf("%s: %s", from, strings.Join(patterns, ", "))
	return step{what, func(s *scene) error {
		return s.log.await(s.patience, s.mark, what, func(new []entry) bool {
			for _, pattern := range patterns {
				re := regexp.MustCompile(pattern)
				i := slices.IndexFunc(new, func(e entry) bool { return e.from == from && re.MatchString(e.text) })
				if i < 0 {
					return false
				}
				new = new[i+1:]
			}
			return true
		})
	}}
}

// times says how often witnesses have said something up to now.
func times(n int, pattern string) step { return never(said, n, pattern) }

// silent says that no such line was printed up to now.
func silent(pattern string) step { return never(output, 0, pattern) }

func never(from source, n int, pattern string) step {
	return step{fmt.Sprintf("%d times %s", n, pattern), func(s *scene) error {
		if got := count(s.log.since(0), from, pattern); got != n {
			return fmt.Errorf("%d times %s %s, want %d", got, from, pattern, n)
		}
		return nil
	}}
}

func signals(sig syscall.Signal) step {
	return acts("signal "+sig.String(), func(s *scene) error {
		s.stopping = true
		return s.running.cmd.Process.Signal(sig)
	})
}

var interrupt = signals(syscall.SIGINT)

// exits waits for the end of the tool.
func exits(code int) step {
	return step{fmt.Sprintf("exit %d", code), func(s *scene) error {
		s.stopping = true
		err := s.log.await(s.patience, 0, "the exit", func(all []entry) bool { return count(all, exit, "") > 0 })
		if err == nil && count(s.log.since(0), exit, fmt.Sprintf("^%d$", code)) == 0 {
			err = fmt.Errorf("another exit code than %d", code)
		}
		return err
	}}
}

// nothingLeft says that no program, no command and no port is left.
var nothingLeft = step{"nothing is left", func(s *scene) error {
	err := s.log.await(5*time.Second, 0, "the end of all processes", func([]entry) bool { return len(s.log.livingLocked(true)) == 0 })
	if err != nil {
		s.log.mu.Lock()
		defer s.log.mu.Unlock()
		return fmt.Errorf("left behind: %s", strings.Join(s.log.livingLocked(true), ", "))
	}
	ln, err := net.Listen("tcp", "127.0.0.1:"+s.port)
	if err != nil {
		return fmt.Errorf("the port is still taken: %w", err)
	}
	return ln.Close()
}}

// ran looks at the program that started last: its folder, arguments and
// environment, as "cwd=… args=[…]" and NAME=VALUE lines.
func ran(patterns ...string) step {
	return step{"ran " + strings.Join(patterns, ", "), func(s *scene) error {
		var last *witness
		for _, e := range s.log.since(0) {
			if e.from == said && strings.HasPrefix(e.text, "start ") {
				last = e.who
			}
		}
		if last == nil {
			return fmt.Errorf("no program has started")
		}
		facts := fmt.Sprintf("cwd=%s\nargs=%q\n%s\n", last.cwd, last.args, strings.Join(last.env, "\n"))
		for _, pattern := range patterns {
			without, not := strings.CutPrefix(pattern, "!")
			pattern = strings.ReplaceAll(without, "$DIR", regexp.QuoteMeta(s.dir))
			if regexp.MustCompile("(?m)"+pattern).MatchString(facts) == not {
				return fmt.Errorf("%q does not hold of\ncwd=%s\nargs=%q", pattern, last.cwd, last.args)
			}
		}
		return nil
	}}
}

// holds looks at a file; "" means that it must not be there.
func holds(name, pattern string) step {
	return step{name + " holds " + pattern, func(s *scene) error {
		text, err := os.ReadFile(s.file(name))
		switch {
		case pattern == "":
			if _, err := os.Lstat(s.file(name)); err == nil {
				return fmt.Errorf("%s is there", name)
			}
			return nil
		case err != nil:
			return err
		case !regexp.MustCompile(pattern).Match(text):
			return fmt.Errorf("%s holds\n%s", name, text)
		}
		return nil
	}}
}

// does is anything else that happens to the files of the project.
func does(what string, do func(dir string) error) step {
	return acts(what, func(s *scene) error { return do(s.dir) })
}

// release lets go what waits for the test: a slow program, a tough build.
func release(pattern string) step {
	return step{"release " + pattern, func(s *scene) error {
		re := regexp.MustCompile(pattern)
		for _, e := range s.log.since(0) {
			if e.from == said && re.MatchString(e.text) && opening(e.text) && !s.log.hasGone(e.who) {
				if _, err := e.who.conn.Write([]byte("L")); err != nil {
					return err
				}
				return nil
			}
		}
		return fmt.Errorf("nothing to release")
	}}
}

func errLed(name string) error { return fmt.Errorf("%s has led to a build", name) }
