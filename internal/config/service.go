package config

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Service is one of several programs that run together: a Go program, which is
// built and replaced as a single one would be, or any other command, which is
// kept running.
type Service struct {
	Name string

	// What it is; one of these is said.
	Package string // main package, relative to Dir
	Cmd     string // shell command that builds; Bin is what it makes, relative to Dir
	Bin     string
	Run     string // shell command that stays

	Args     []string // for a Go program, to be passed on untouched
	Dir      string   // where it is built and run, absolute
	Env      []string // NAME=value; goes before everything else that the program is given
	EnvFiles []string // absolute; for the program only, read after those of Config

	After        []string      // services that have to be ready before it is started; they come before it in Config.Services
	Ready        string        // of a Go program as in Config; of a command an http(s) URL, a host:port, or "exit": ready when it has ended well; "": as soon as it runs
	ReadyTimeout time.Duration // for so long others wait for it; then they start all the same

	KillDelay time.Duration // as in Config
	Handoff   string
	Overlap   bool
}

var serviceSettings = []setting[Service]{
	define("name", text, "", func(s *Service) *string { return &s.Name }),
	define("package", text, "", func(s *Service) *string { return &s.Package }),
	define("cmd", text, "", func(s *Service) *string { return &s.Cmd }),
	define("bin", text, "", func(s *Service) *string { return &s.Bin }),
	define("run", text, "", func(s *Service) *string { return &s.Run }),
	define("args", list, nil, func(s *Service) *[]string { return &s.Args }),
	define("dir", text, ".", func(s *Service) *string { return &s.Dir }),
	define("env", variableList, nil, func(s *Service) *[]string { return &s.Env }),
	define("env_files", list, nil, func(s *Service) *[]string { return &s.EnvFiles }),
	define("after", list, nil, func(s *Service) *[]string { return &s.After }),
	define("ready", text, "", func(s *Service) *string { return &s.Ready }),
	define("ready_timeout", duration, 30*time.Second, func(s *Service) *time.Duration { return &s.ReadyTimeout }),
	define("kill_delay", killDelay, 0, func(s *Service) *time.Duration { return &s.KillDelay }),
	define("handoff", choice(`"auto" or "restart"`, handoffKind), "auto", func(s *Service) *string { return &s.Handoff }),
	define("overlap", boolean, true, func(s *Service) *bool { return &s.Overlap }),
}

// inherited are what a service that does not say it takes from the rest of the
// file.
var inherited = map[string]string{"kill_delay": "build.kill_delay", "handoff": "ginreload.handoff", "overlap": "ginreload.overlap"}

// variableList has an element for each variable.
var variableList = ofList(func(texts []string) ([]string, error) {
	for i, text := range texts {
		if name, _, ok := strings.Cut(text, "="); !ok || strings.TrimSpace(name) != name || name == "" {
			return nil, &misfit{i + 1, `expected NAME=value, got ` + tomlString(text)}
		}
	}
	return texts, nil
}, showList)

var serviceName = regexp.MustCompile(`^[\pL\pN._-]+$`)

// atExit is the Ready of a command that is to end before others start.
const atExit = "exit"

const (
	commandReadyWords = `a port such as "5432", host:port, a URL such as "http://localhost:5173", or "exit"`
	programReadyWords = readyWords
)

// readyCommand completes what says when a command is ready.
func readyCommand(text string) (string, bool) {
	if text == atExit || strings.Contains(text, "://") {
		u, err := url.Parse(text)
		return text, text == atExit || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	}
	if !strings.Contains(text, ":") {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if number, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || number == 0 {
		return text, false
	}
	if host == "" {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), true
}

// Of returns the configuration of a Go program of several: what a service says
// in place of what the file says of a single one. What changes lead to is the
// same for all, Rules included.
func (c Config) Of(s Service) Config {
	c.Package, c.Cmd, c.Bin, c.Args, c.Dir = s.Package, s.Cmd, s.Bin, s.Args, s.Dir
	c.Entrypoint, c.FullBin, c.ArgsBin = nil, "", nil
	c.Handoff, c.Overlap, c.Ready, c.KillDelay = s.Handoff, s.Overlap, s.Ready, s.KillDelay
	c.PostCmd, c.Services = nil, nil
	if s.Cmd == "" {
		c.TmpDir = "" // it is built outside of the project
	}
	if log, ok := strings.CutSuffix(c.BuildLog, ".log"); ok {
		c.BuildLog = log + "." + s.Name + ".log"
	}
	return c
}
