package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
)

// start starts the first process of the program, or the first after a crash.
func (p *parent) start() error {
	p.begun = time.Now()
	path, err := exec.LookPath(p.opts.Args[0])
	if err != nil {
		return startError(p.opts.Args[0], err)
	}
	args, env := p.opts.Args, p.environment()
	files := []*os.File{p.opts.Stdin, p.opts.Stdout, p.opts.Stderr}
	if listen := p.store.Activation(); listen != nil {
		args = append(slices.Clone(p.opts.Become), append([]string{path}, args...)...)
		path, env, files = args[0], append(env, listen...), append(files, p.store.Files()...)
	}
	process, err := os.StartProcess(path, args, &os.ProcAttr{Env: env, Files: files, Sys: &syscall.SysProcAttr{Setpgid: true}})
	if err != nil {
		return startError(p.opts.Args[0], err)
	}
	p.embeds = nil
	// It is ours to reap, so its PID means no other process yet.
	defer process.Release()
	if p.current, err = p.meet(process.Pid); err != nil {
		process.Kill()
		return err
	}
	if p.leash != nil {
		p.leash.Tell(proc.LeftGroup, strconv.Itoa(process.Pid))
	}
	if !p.opts.Restart {
		p.store.Clear() // what came from the manager above is the program's now
	}
	return nil
}

// environment is what the program gets: it answers to us, and not to the
// manager above.
func (p *parent) environment() []string {
	env := slices.DeleteFunc(slices.Clone(p.opts.Env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		// WATCHDOG_PID names us; without it, WATCHDOG_USEC is meant for whoever
		// reads it (sd_watchdog_enabled(3)), and we pass on what it says.
		return slices.Contains([]string{"NOTIFY_SOCKET", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", manager.StoreEnv}, name)
	})
	env = append(env, "NOTIFY_SOCKET="+p.bus.Path())
	if p.opts.Restart {
		env = append(env, fmt.Sprint(manager.StoreEnv, "=", manager.Room))
	}
	return env
}

// inherit takes the sockets of the manager above, if they are meant for us
// (sd_listen_fds(3)).
func (p *parent) inherit() {
	n, err := strconv.Atoi(variable(p.opts.Env, "LISTEN_FDS"))
	if err != nil || variable(p.opts.Env, "LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return
	}
	names := strings.Split(variable(p.opts.Env, "LISTEN_FDNAMES"), ":")
	for i := range n {
		const first = 3
		syscall.CloseOnExec(first + i)
		name := "unknown"
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		p.store.Put(name, os.NewFile(uintptr(first+i), name))
	}
}

// Become makes this process the program path with the command line args,
// which is to be told that it has sockets: args is path and that command line.
// It returns only if that failed.
func Become(args, env []string) error {
	if len(args) < 2 {
		return errors.New("become a program: no path and no command line")
	}
	err := syscall.Exec(args[0], args[1:], append(slices.Clone(env), "LISTEN_PID="+strconv.Itoa(os.Getpid())))
	return startError(args[0], os.NewSyscallError("exec", err))
}

func startError(name string, err error) error {
	code := 126
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		code = 127
	}
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause // what wraps it only repeats the name
	}
	return &StartError{Code: code, Err: fmt.Errorf("start %s: %w", name, err)}
}

func variable(env []string, name string) string {
	value := ""
	for _, entry := range env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}
