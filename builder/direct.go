package builder

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/ginreload/ginreload/builder/internal/direct"
	"github.com/ginreload/ginreload/builder/internal/lean"
)

// storePrefix begins the names of folders in scratch with what was compiled
// without go build.
const storePrefix = "direct-"

// quiet is how long after a build it is recorded: until then the program starts,
// and that is what the machine is for.
const quiet = time.Second

// A shortcut is the way around go build. Whoever builds owns it, but for what
// the goroutine under way writes until it is done.
type shortcut struct {
	record *direct.Record
	store  string
	closed bool // there is no use in another record
	lean   bool // nor in a try to have the record lean: it is, or there is an error
	fat    error

	trouble error // why there is no record, until that was told
	cancel  context.CancelFunc
	done    chan struct{} // of the goroutine under way, nil if there is none
}

// Close ends what the Builder does beside building. No Build may run or follow.
func (b *Builder) Close() {
	b.short.stop()
}

// stop ends and joins a recording.
func (s *shortcut) stop() {
	if s.done != nil {
		s.cancel()
		<-s.done
		s.done = nil
	}
}

// why tells once why there is no record.
func (s *shortcut) why() string {
	err := s.trouble
	s.trouble = nil
	if err == nil {
		return ""
	}
	return strings.TrimSpace(err.Error())
}

// runDirect makes the program without go build. It is false if go build has to.
func (b *Builder) runDirect(ctx context.Context, env []string, work, out string) (Result, bool, error) {
	b.short.stop()
	if b.short.record == nil {
		return Result{Detour: b.short.why()}, false, nil
	}
	folder := filepath.Join(work, filepath.Base(work))
	if err := os.Mkdir(folder, 0o777); err != nil {
		return Result{}, false, nil
	}
	started := time.Now()
	made, err := b.short.record.Make(ctx, direct.Order{Env: env, Work: folder, Out: out, Published: contentID(b.recipe.Output)})
	result := Result{Output: made.Output, Command: time.Since(started), Direct: true}
	switch {
	case ctx.Err() != nil:
		result.Outcome = Canceled
		return result, true, stillRunning(err)
	case err != nil:
		return Result{Detour: err.Error()}, false, nil
	case made.Outcome == direct.Unable:
		os.Remove(out)
		return Result{Detour: made.Why}, false, nil
	case made.Outcome == direct.Unchanged:
		result.Outcome = Same
		b.lightenLater()
		return result, true, nil
	case made.Outcome == direct.Failed:
		result.Outcome = Failed
		result.Diagnostics = ParseDiagnostics(made.Output)
		if len(result.Diagnostics) == 0 || speaksOfMachine(made.Output) {
			return Result{}, false, nil // go build says it better
		}
		b.early.say(result.Diagnostics)
		return result, true, nil
	}
	result.Outcome, err = b.publish(out)
	b.lightenLater()
	return result, true, err
}

// stillRunning is what of an error matters after a cancellation.
func stillRunning(err error) error {
	if errors.Is(err, ErrStillRunning) {
		return err
	}
	return nil
}

// prepareDirect records the build that has just succeeded, once the machine has
// had time for the program. answered is what go env says of GOFLAGS.
func (b *Builder) prepareDirect(env []string, answered string, flags []string) {
	s := &b.short
	if s.closed {
		return
	}
	jobs, ok := directFlags(flags)
	goflags, split := splitWords(answered)
	for _, w := range goflags {
		_, more := directFlags([]string{w.text})
		ok = ok && more
	}
	if s.closed = !ok || !split; s.closed {
		s.trouble = errors.New("its flags are left to go build")
		return
	}
	b.later(func(ctx context.Context) {
		b.record(ctx, direct.Request{
			Dir: b.recipe.Dir, Tool: b.tool, Env: env, Flags: flags, Packages: b.recipe.Packages, Jobs: jobs, Run: b.runTool,
		})
		b.lighten(ctx)
	})
}

// later does something in the background once the machine has had time for the
// program. The next build calls it off.
func (b *Builder) later(do func(ctx context.Context)) {
	s := &b.short
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		wait := time.NewTimer(b.quiet)
		defer wait.Stop()
		select {
		case <-ctx.Done():
		case <-wait.C:
			do(ctx)
		}
	}()
}

// record takes the place of the record that there is.
func (b *Builder) record(ctx context.Context, request direct.Request) {
	store, err := os.MkdirTemp(b.scratch, storePrefix)
	if err != nil {
		return // go build goes on to work, or says what is wrong
	}
	// One processor is left to the program.
	request.Env = append(durableTemp(request.Env, store), "GOMAXPROCS=1")
	request.Store = store
	record, err := direct.Take(ctx, request)
	if err != nil {
		os.RemoveAll(store)
		b.short.closed = errors.Is(err, direct.ErrUnsupported)
		if ctx.Err() == nil {
			b.short.trouble = err
		}
		return
	}
	if b.short.store != "" {
		os.RemoveAll(b.short.store)
	}
	b.short.record, b.short.store, b.short.trouble, b.short.lean = record, store, nil, b.recipe.Cache == ""
}

// lightenLater goes on with what a build has called off.
func (b *Builder) lightenLater() {
	if !b.short.lean {
		b.later(b.lighten)
	}
}

// lighten has the record use smaller archives. What was called off is tried again
// after the next build, and what failed is not.
func (b *Builder) lighten(ctx context.Context) {
	s := &b.short
	if s.record == nil || s.lean || ctx.Err() != nil {
		return
	}
	work, err := os.MkdirTemp(b.scratch, storePrefix)
	if err != nil {
		return
	}
	defer os.RemoveAll(work)
	folder := lean.Folder(b.recipe.Cache)
	err = s.record.Lean(ctx, folder, work, contentID(b.recipe.Output))
	if s.lean, s.fat = err == nil || ctx.Err() == nil, err; ctx.Err() != nil {
		return // a build waits
	}
	if err == nil {
		_ = folder.Trim(time.Now()) // of what others have left; they try as well
	}
	// The archives were read once, in a process that needs little from now on.
	debug.FreeOSMemory()
}

// durableTemp lets temporary files be in a folder that is there after the build.
func durableTemp(env []string, dir string) []string {
	return append(env[:len(env):len(env)], "GOTMPDIR="+dir, tempVariable+"="+dir)
}

// runTool runs a command and returns all that it prints.
func (b *Builder) runTool(ctx context.Context, env []string, args ...string) (direct.Ran, error) {
	var all bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = b.recipe.Dir, append(env[:len(env):len(env)], "PWD="+b.recipe.Dir)
	ran, err := run(ctx, cmd, &all)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return direct.Ran{}, err
	}
	return direct.Ran{Output: all.String(), OK: ran.state.Success()}, nil
}

// directFlags tells whether all flags are understood, and how many packages they
// let compile at once.
func directFlags(words []string) (jobs int, ok bool) {
	jobs = runtime.GOMAXPROCS(0)
	for len(words) > 0 {
		flag, n := readFlag(words)
		if n == 0 {
			return 0, false
		}
		words = words[n:]
		switch flag.name {
		case "tags", "ldflags", "asmflags", "trimpath", "mod", "modcacherw":
		case "buildvcs":
			ok = flag.value == "false"
			if !ok {
				return 0, false
			}
		case "gcflags":
			// Others may print, and go build prints again what it printed.
			for _, f := range strings.Fields(flag.value[strings.LastIndexByte(flag.value, '=')+1:]) {
				if f != "-N" && f != "-l" && f != "-e" {
					return 0, false
				}
			}
		case "p":
			p, err := strconv.Atoi(flag.value)
			if err != nil {
				return 0, false
			}
			jobs = p
		default:
			return 0, false
		}
	}
	return jobs, true
}
