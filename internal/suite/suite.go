package suite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ginreload/ginreload/internal/command"
	"github.com/ginreload/ginreload/internal/proc"
)

// Suite is the tests of a module, and how they are run.
type Suite struct {
	Session *proc.Session
	Tool    string   // the go command; "" is the one in PATH
	Dir     string   // folder in which go list and go test run
	Here    string   // files are named relative to it; "" is Dir
	Flags   []string // for both: -tags, -race, -mod and the like
	Args    []string // for go test besides: -short, -count=1, -run X
}

// Run runs the tests that a change of files, absolute paths, may break. Canceled
// with ctx, it returns the error of that.
func (s Suite) Run(ctx context.Context, env, files []string) (Report, error) {
	paths, err := s.affected(ctx, env, files)
	if err != nil || len(paths) == 0 {
		return Report{}, err
	}
	args := append([]string{"test", "-json", "-fullpath"}, s.Flags...)
	args = append(append(args, s.Args...), paths...)
	r := newReader()
	exit, err := s.run(ctx, env, args, r.line)
	if err != nil {
		return Report{}, err
	}
	report := r.end()
	here := s.Here
	if here == "" {
		here = s.Dir
	}
	report.Output = strings.ReplaceAll(report.Output, here+string(filepath.Separator), "."+string(filepath.Separator))
	report.Packages = len(paths)
	if !exit.OK() && report.OK() {
		return report, fmt.Errorf("go test ended with exit code %d and no test failed:\n%s", exit.Code, report.Output)
	}
	return report, nil
}

// affected lists the packages whose tests are to be run. Packages that do not
// load are left out (-e): go test says of those that it needs what is wrong.
func (s Suite) affected(ctx context.Context, env, files []string) ([]string, error) {
	args := append([]string{"list", "-e", "-test", "-json=" + listFields}, s.Flags...)
	var packages, all strings.Builder
	exit, err := s.run(ctx, env, append(args, "./..."), func(line string) {
		all.WriteString(line + "\n")
		if !strings.HasPrefix(line, "go: ") { // which is of standard error
			packages.WriteString(line + "\n")
		}
	})
	switch {
	case err != nil:
		return nil, err
	case !exit.OK():
		return nil, fmt.Errorf("go list ended with exit code %d:\n%s", exit.Code, strings.TrimSpace(all.String()))
	}
	listed, err := decode(strings.NewReader(packages.String()))
	if err != nil {
		return nil, err
	}
	return affected(listed, files), nil
}

func (s Suite) run(ctx context.Context, env, args []string, line func(string)) (proc.Exit, error) {
	tool := s.Tool
	if tool == "" {
		tool = "go"
	}
	exit, err := command.Run(ctx, command.Command{
		Session: s.Session, Args: append([]string{tool}, args...), Dir: s.Dir, Env: append(env[:len(env):len(env)], "PWD="+s.Dir),
	}, line)
	if err == nil {
		err = ctx.Err()
	}
	return exit, err
}
