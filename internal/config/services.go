package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// writtenService is a service as the file says it.
type writtenService struct {
	Service
	said map[string]assigned
}

// sayServices reads the sections [[ginreload.service]].
func (c *Config) sayServices(r *reader) {
	raw := r.doc.lookup("ginreload", "service")
	tables, ok := raw.([]any)
	if raw != nil && !ok {
		r.fail(r.doc.at("ginreload", "service").key, "ginreload.service: expected sections [[ginreload.service]], got "+describe(raw))
	}
	before := len(r.errors)
	for i, table := range tables {
		keys, ok := table.(map[string]any)
		if !ok {
			r.fail(r.doc.headerOf(i, "ginreload", "service").value, fmt.Sprintf("ginreload.service[%d]: expected a section, got %s", i, describe(table)))
			continue
		}
		c.services = append(c.services, readService(r, i, keys))
	}
	if len(r.errors) == before {
		c.linkServices(r)
	}
}

func serviceKey(i int, key string) string { return fmt.Sprintf("ginreload.service[%d].%s", i, key) }

func readService(r *reader, i int, keys map[string]any) writtenService {
	s := writtenService{said: make(map[string]assigned)}
	before := len(r.errors)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(keysOf("ginreload.service"), key) {
			r.failFor(r.doc.entryOf(i, key, "ginreload", "service").key, "unknown key "+serviceKey(i, key), keyHint("ginreload.service", key))
		}
	}
	for _, setting := range serviceSettings {
		s.said[setting.name] = assigned{setting.initial.text, origin{place: byDefault}}
		setting.initial.store(&s.Service)
		at := r.doc.entryOf(i, setting.name, "ginreload", "service")
		if v := readValue(r, setting, serviceKey(i, setting.name), keys[setting.name], at); !v.nothing() {
			v.store(&s.Service)
			s.said[setting.name] = assigned{v.text, origin{doc: r.doc, entry: at}}
		}
	}
	if len(r.errors) == before { // what is wrong need not be missing as well
		s.check(r, i)
	}
	return s
}

func (s writtenService) says(key string) bool { return s.said[key].origin.place != byDefault }

// at is where a key stands, the header if it does not.
func (s writtenService) at(r *reader, i int, key string) int {
	return r.doc.entryOf(i, key, "ginreload", "service").value
}

// check looks for what does not go together.
func (s *writtenService) check(r *reader, i int) {
	fail := func(key, message, hint string) { r.failFor(s.at(r, i, key), serviceKey(i, key)+": "+message, hint) }
	var is []string
	for _, key := range []string{"package", "cmd", "run"} {
		if s.says(key) {
			is = append(is, key)
		}
	}
	switch {
	case s.Name == "":
		fail("name", "missing; it stands before each line of the service", "")
	case !serviceName.MatchString(s.Name):
		fail("name", fmt.Sprintf("expected letters, digits, dots, - and _, got %q", s.Name), "")
	case len(is) == 0:
		r.failFor(r.doc.headerOf(i, "ginreload", "service").value, fmt.Sprintf("ginreload.service[%d]: nothing says what %s is", i, s.Name),
			`say package = "./cmd/api" for a Go program, cmd and bin for one that is built in another way, or run = "npx vite" for a command that stays`)
	case len(is) > 1:
		fail(is[1], is[0]+" is said as well, and a service is one of the two", "")
	case s.says("bin") && s.Cmd == "":
		fail("bin", "has no meaning without cmd, which makes it", "")
	case s.Cmd != "" && s.Bin == "" && !runsItself(s.Cmd) && outputOf(s.Cmd) == "":
		fail("bin", "missing, the program that cmd makes", "")
	}
	if s.Cmd != "" && s.Bin == "" {
		s.Bin = outputOf(s.Cmd)
	}
	for _, key := range []string{"args", "handoff", "overlap"} {
		if s.Run != "" && s.says(key) {
			fail(key, "is for Go programs, and run is another command", "")
		}
	}
	s.checkReady(fail)
}

// runsItself tells a cmd that needs no bin.
func runsItself(cmd string) bool { return strings.HasPrefix(cmd, "go run ") }

func (s *writtenService) checkReady(fail func(key, message, hint string)) {
	switch {
	case s.Ready == "":
	case s.Run == "" && !readyAddress(s.Ready):
		fail("ready", expectedText(programReadyWords, s.Ready).Error(), "")
	case s.Run != "":
		ready, ok := readyCommand(s.Ready)
		if !ok {
			fail("ready", expectedText(commandReadyWords, s.Ready).Error(), "")
		}
		s.Ready = ready
	}
}

// linkServices looks at what services say of each other, and orders them.
func (c *Config) linkServices(r *reader) {
	before := len(r.errors)
	var names []string
	for i, s := range c.services {
		if first := slices.Index(names, s.Name); first >= 0 {
			r.fail(s.at(r, i, "name"), fmt.Sprintf("%s: %q is the name of ginreload.service[%d] too", serviceKey(i, "name"), s.Name, first))
		}
		names = append(names, s.Name)
	}
	after := make([][]int, len(c.services))
	for i, s := range c.services {
		for n, name := range s.After {
			at := r.doc.entryOf(i, "after", "ginreload", "service").element(n)
			j := slices.Index(names, name)
			switch {
			case j < 0:
				r.failFor(at, fmt.Sprintf("%s: no service is called %q", serviceKey(i, "after"), name), mayMean(name, names))
			case reaches(after, j, i):
				r.failFor(at, fmt.Sprintf("%s: %s waits for %s already, so that none would ever start", serviceKey(i, "after"), name, s.Name), "")
			default:
				after[i] = append(after[i], j)
			}
		}
	}
	if len(r.errors) == before {
		c.orderServices(after)
	}
}

func mayMean(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "there are " + strings.Join(names, ", ")
}

// completeServices makes of what the file says of services what runs.
func (c *Config) completeServices() error {
	if len(c.services) == 0 {
		if c.isSaid("ginreload.only") && len(c.Only) > 0 {
			return c.badOnly("there are no services to choose from", "services are sections [[ginreload.service]] of .air.toml")
		}
		return nil
	}
	if c.Package != "" {
		c.Warnings = append(c.Warnings, Warning{Message: c.Package + " on the command line runs alone, without the services of " + c.services[0].said["name"].origin.doc.name,
			Hint: "to run some of the services: ginreload --only NAME"})
		return nil
	}
	if len(c.Args) > 0 {
		return &UsageError{Message: fmt.Sprintf("%q: there are several programs to which it could belong", c.Args[0]),
			Hint: "arguments of a service are its args in .air.toml; some of the services are started by: ginreload --only NAME"}
	}
	var names []string
	for _, s := range c.services {
		names = append(names, s.Name)
	}
	for _, name := range c.Only {
		if !slices.Contains(names, name) {
			return c.badOnly(fmt.Sprintf("no service is called %q", name), mayMean(name, names))
		}
	}
	chosen := func(name string) bool { return len(c.Only) == 0 || slices.Contains(c.Only, name) }
	for i, s := range c.services {
		c.inherit(&c.services[i])
		s = c.services[i]
		s.Dir = absolute(c.Dir, filepath.FromSlash(s.Dir))
		if err := mustBeFolder(s.Dir); err != nil {
			from := s.said["dir"].origin
			return from.doc.errorAt(from.entry.value, serviceKey(i, "dir")+": "+err.Error(), err)
		}
		s.EnvFiles = trimmed(s.EnvFiles, "")
		for n, file := range s.EnvFiles {
			s.EnvFiles[n] = absolute(c.Root, filepath.FromSlash(file))
		}
		s.After = slices.DeleteFunc(slices.Clone(s.After), func(name string) bool { return !chosen(name) })
		if chosen(s.Name) {
			c.Services = append(c.Services, s.Service)
		}
	}
	slices.SortStableFunc(c.Services, func(a, b Service) int { return c.rank(a.Name) - c.rank(b.Name) })
	return nil
}

// inherit fills in what a service does not say.
func (c *Config) inherit(s *writtenService) {
	for key, general := range inherited {
		if s.says(key) {
			continue
		}
		s.said[key] = c.said[general]
		switch key {
		case "kill_delay":
			s.KillDelay = c.KillDelay
		case "handoff":
			s.Handoff = c.Handoff
		case "overlap":
			s.Overlap = c.Overlap
		}
	}
}

func (c *Config) badOnly(message, hint string) error {
	from := c.said["ginreload.only"].origin
	if from.doc != nil {
		e := from.doc.errorAt(from.entry.value, "ginreload.only: "+message, nil)
		e.Hint = hint
		return e
	}
	return &Error{Message: from.place + ": " + message, Hint: hint}
}
