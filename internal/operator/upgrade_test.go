//go:build linux

package operator_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/operator"
)

// matches checks that text consists of these lines; they are regular expressions.
func matches(t *testing.T, text string, lines ...string) {
	t.Helper()
	got := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range max(len(got), len(lines)) {
		if i >= len(got) || i >= len(lines) || !regexp.MustCompile("^"+lines[i]+"$").MatchString(got[i]) {
			t.Fatalf("line %d of\n%s\nwant\n%s", i+1, text, strings.Join(lines, "\n"))
		}
	}
}

// withoutSteps takes the lines of the steps away, of which there may be more in
// later versions of the supervisor.
func withoutSteps(text string) string {
	return regexp.MustCompile(`(?m)^  (new binary checked|new process started|it is set up|it answers|it may take over).*\n`).ReplaceAllString(text, "")
}

const (
	header   = `upgrading generation \d, process \d+ \(/.*\.test\)`
	servesOn = `  the old version, generation 1 \(process \d+\), serves on as before: no request was lost`
)

func TestUpgrade(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	if err != nil {
		t.Fatal(text)
	}
	matches(t, withoutSteps(text), header, `upgraded in \S+: generation 2, process \d+, serves; generation 1 finishes what it has and leaves`)
	for _, step := range []string{`(?m)^  new process started .* process \d+$`, `(?m)^  it is set up to serve +\S+$`} {
		if !regexp.MustCompile(step).MatchString(text) {
			t.Errorf("no %s in\n%s", step, text)
		}
	}

	// The process from before leads to the new one, and need not be waited for.
	newest, _ := strconv.Atoi(regexp.MustCompile(`generation 2, process (\d+)`).FindStringSubmatch(text)[1])
	text, err = upgrade(t, operator.Upgrade{Target: operator.Target{PID: newest}})
	if err != nil {
		t.Fatal(text)
	}
	text = regexp.MustCompile(`(?m)^  generation 1 .* has not left yet;.*\n`).ReplaceAllString(text, "") // or has left by now
	matches(t, text, header, `accepted; ginreload status \d+ tells how it goes`)
	r.await(`event serving 3`)
}

// Each way in which a new version can be bad, and what the operator reads then.
func TestBadVersions(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	for _, c := range []struct {
		behaviour string
		want      []string
	}{
		{"crash", []string{
			header, `upgrade failed: the new process ended .*exit status 3`,
			`  the last lines of its standard error:`, `    \| config.yaml: line 3: no such thing`,
			servesOn, `  → mend what it complains about, .*`,
		}},
		{"hang", []string{
			header, `upgrade failed: the new process was not ready after 2s.*`,
			`  its main goroutine was at:`, `    .*app_test.go:\d+`, `    .*`, `    .*`, servesOn, `  → look into its log.*`,
		}},
		{"unhealthy", []string{
			header, `upgrade failed: the new process is not healthy: GET /healthz was answered with 503 Service Unavailable: the database does not answer.*`,
			servesOn, `  → it starts, but is not healthy: .*`,
		}},
	} {
		r.behave(c.behaviour)
		text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
		if err == nil {
			t.Errorf("%s: no error", c.behaviour)
		}
		matches(t, withoutSteps(text), c.want...)
	}
}

// Nothing is left that could take over after the command has said that it failed.
func TestTimeoutCallsTheUpgradeOff(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("hang")
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true, Timeout: 100 * time.Millisecond})
	if err == nil {
		t.Error("no error")
	}
	matches(t, withoutSteps(text), header, `upgrade called off: the new process had not taken over in time`, servesOn, `  → .*--timeout`)
	r.await(`event upgrade failed 1`)
}

// What stands at the path of the program may be no program.
func TestBadBinaries(t *testing.T) {
	t.Parallel()
	r := prepare(t, "")
	whole, err := os.ReadFile(r.cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "shop.test")
	deploy := func(text []byte, mode os.FileMode) {
		if err := os.WriteFile(path+"~", text, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+"~", path); err != nil {
			t.Fatal(err)
		}
	}
	deploy(whole, 0o755)
	r.cmd.Path, r.cmd.Args = path, []string{path}
	r.launch()
	for _, c := range []struct {
		name   string
		deploy func()
		want   string
	}{
		{"half", func() { deploy(whole[:len(whole)/2], 0o755) }, `it is incomplete: \d+ of at least \d+ bytes; .*`},
		{"empty", func() { deploy(nil, 0o755) }, `it is incomplete: .*`},
		{"not executable", func() { deploy(whole, 0o644) }, `it is not executable for this user; chmod \+x it`},
		{"text", func() { deploy([]byte("hello, I am no program at all, only a text"), 0o755) }, `.*`},
		{"gone", func() { os.Remove(path) }, `there is no such file; .*`},
	} {
		c.deploy()
		text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
		if err == nil {
			t.Errorf("%s: no error", c.name)
		}
		matches(t, text, header, `upgrade failed: the new binary \S+/shop.test cannot be started: `+c.want, servesOn, `  → put a whole, executable binary in its place .*`)
	}
	deploy(whole, 0o755)
	if text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true}); err != nil {
		t.Error(text)
	}
}

func TestVersionThatSaysItIsNotReady(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("unready")
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	if err == nil {
		t.Error("no error")
	}
	matches(t, withoutSteps(text), header, `upgrade failed: the new process gave up: not ready: the schema is too old.*`,
		servesOn, `  → the new version itself says that it cannot serve: .*`)
}

// A binary that fails again and again is not tried for a while.
func TestBackoff(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("crash")
	for range 3 {
		upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	}
	text, err := status(t, operator.Status{Target: operator.Target{PID: r.pid()}})
	if err != nil || !strings.Contains(text, "\n  ! this binary is tried again in ") {
		t.Error(text)
	}
	text, err = upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}})
	if err == nil {
		t.Error("no error")
	}
	matches(t, text, `upgrade failed: this binary has failed 3 times in a row, .*`, servesOn, `  → replace the binary; .*`)
}

func TestTwoUpgradesAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("gate")
	first := make(chan string, 1)
	go func() {
		text, _ := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
		first <- text
	}()
	r.await(`at gate start`)
	second := make(chan string, 1)
	go func() {
		text, _ := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
		second <- text
	}()
	r.await(`event upgrade (queued|refused) 1`)
	r.behave("")
	r.open("start")
	matches(t, withoutSteps(<-first), header, `upgraded in .*generation 2.*`)
	text := regexp.MustCompile(`(?m)^  generation 1 .* has not left yet;.*\n`).ReplaceAllString(<-second, "") // or has left by now
	matches(t, withoutSteps(text), `another upgrade of generation 1 is under way; this one is queued behind it`,
		`process \d+ has been replaced by process \d+; asking that one`, header, `upgraded in .*generation 3.*`)
}

// An older generation that still drains is named, since the upgrade waits for it.
func TestOlderGenerationIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	held := r.hold(r.address)
	if text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true}); err != nil {
		t.Fatal(text)
	}
	r.await(`event serving 2`)
	done := make(chan string, 1)
	go func() {
		text, _ := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true}) // the one that drains
		done <- text
	}()
	r.await(`event upgrade begun 2`)
	r.open("held")
	matches(t, withoutSteps(<-done), `process \d+ has been replaced by process \d+; asking that one`, header,
		`  generation 1 \(process \d+\) has not left yet; the new process is started when it has`,
		`upgraded in .*generation 3.*`)
	if err := <-held; err != nil {
		t.Error(err)
	}
}

func TestInterruptLeavesTheUpgradeAlone(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("gate")
	signals := make(chan os.Signal, 1)
	done := make(chan string, 1)
	go func() {
		text, _ := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true, Signals: signals})
		done <- text
	}()
	r.await(`at gate start`)
	signals <- os.Interrupt
	matches(t, withoutSteps(<-done), header, `no longer waiting; the upgrade itself goes on`, `  → ginreload status \d+ tells how it ended`)
	r.open("start")
	r.await(`event serving 2`)
}

func TestProcessIsKilledWhileTheUpgradeIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("gate")
	done := make(chan string, 1)
	go func() {
		text, _ := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
		done <- text
	}()
	r.await(`at gate start`)
	r.cmd.Process.Kill()
	text := <-done
	if !strings.Contains(text, "ended before it could tell the result") {
		t.Error(text)
	}
	r.open("start")
	r.await(`event took over 2`) // it goes on alone
}

func TestTargets(t *testing.T) {
	t.Parallel()
	other := exec.Command("cat")
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	gone := exec.Command(os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name   string
		target operator.Target
		want   []string
	}{
		{"no such process", operator.Target{PID: gone.Process.Pid}, []string{`no process has the PID \d+`, `  → .*`}},
		{"stale file", operator.Target{PIDFile: file("stale", fmt.Sprintln(gone.Process.Pid))},
			[]string{`\S+/stale is stale: no process has the PID \d+`, `  → the program does not run, so start it; .*`}},
		{"no file", operator.Target{PIDFile: filepath.Join(dir, "none")}, []string{`there is no PID file \S+/none`, `  → .*`}},
		{"no PID", operator.Target{PIDFile: file("text", "hello\n")}, []string{`\S+/text does not hold a PID but "hello\\n"`, `  → .*`}},
		{"no supervisor", operator.Target{PID: other.Process.Pid},
			[]string{`process \d+ \(.*\) runs no supervisor that this command can see, so nothing was sent to it: SIGUSR2 might end it`, `  → .*`}},
	} {
		for _, wait := range []bool{false, true} {
			text, err := upgrade(t, operator.Upgrade{Target: c.target, Wait: wait})
			if err == nil {
				t.Errorf("%s: no error", c.name)
			}
			matches(t, text, c.want...)
		}
	}
	stdin.Close()
	if err := other.Wait(); err != nil {
		t.Error("the process without a supervisor did not end as it wanted to:", err)
	}
}

// Without the admin socket a signal does, but then there is nothing to wait for.
func TestSignalInPlaceOfTheSocket(t *testing.T) {
	t.Parallel()
	r := start(t, "shy")
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	if err == nil {
		t.Error("no error")
	}
	matches(t, text, `process \d+ \(.*\) has no admin socket, so its upgrade cannot be waited for; nothing was sent to it`, `  → leave out --wait .*`)
	text, err = upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}})
	if err != nil {
		t.Error(err)
	}
	matches(t, text, `sent SIGUSR2 to process \d+ .*`)
	r.await(`event serving 2`)
}

// From outside of a container its processes have other PIDs than inside.
func TestContainer(t *testing.T) {
	t.Parallel()
	r := prepare(t, "")
	if err := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run(); err != nil {
		t.Skip("unshare cannot make a PID namespace here:", err)
	}
	r.cmd = exec.Command("unshare", "--pid", "--fork", "--mount-proc", r.cmd.Path)
	r.cmd.Env = append(os.Environ(), appEnv+"="+r.dir, initEnv+"=1", "GORACE=atexit_sleep_ms=0", "NOTIFY_SOCKET=")
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.launch()
	pid := r.pid()
	for range 2 { // unshare → PID 1 → the program
		pid = child(t, pid)
	}
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: pid}, Wait: true})
	if err != nil {
		t.Fatal(text)
	}
	newest := regexp.MustCompile(`generation 2, process (\d+)`).FindStringSubmatch(text)
	text, err = status(t, operator.Status{})
	if err != nil || !regexp.MustCompile(`(?m)^  2 +`+newest[1]+` +serving`).MatchString(text) {
		t.Errorf("process %s is not in\n%s", newest[1], text)
	}
	if exe, err := os.Readlink("/proc/" + newest[1] + "/exe"); err != nil || exe != r.cmd.Args[len(r.cmd.Args)-1] {
		t.Errorf("process %s runs %s, %v", newest[1], exe, err)
	}
}

// child is the only child of a process.
func child(t *testing.T, pid int) int {
	t.Helper()
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		if found, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return found
		}
	}
	t.Fatalf("process %d has no child, or several", pid)
	return 0
}

// A process that is stopped takes connections and never answers.
func TestStoppedProcess(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	if err := syscall.Kill(r.pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(r.pid(), syscall.SIGCONT)
	// kill(2) returns before all threads have stopped.
	if _, err := syscall.Wait4(r.pid(), nil, syscall.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	if err == nil {
		t.Error("no error")
	}
	matches(t, text, `process \d+ \(.*\) does not answer, so nothing was asked of it`, `  it may be stopped .*`, `  → look at it: ps .*`)
}

// Whoever is first can take a name; the kernel says whose it is.
func TestImpostor(t *testing.T) {
	t.Parallel()
	victim := exec.Command("cat")
	stdin, err := victim.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	defer victim.Wait()
	defer stdin.Close()
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", fmt.Sprintf("@ginreload-%s-%d", strings.Trim(space, "pid:[]"), victim.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: victim.Process.Pid}})
	if err == nil {
		t.Error("no error")
	}
	matches(t, text, fmt.Sprintf(`the admin socket of process %d \(.*\) belongs to process %d of user \d+; nothing was sent to it`, victim.Process.Pid, os.Getpid()))
}

const nobody = 65534

// asNobody has a process run as another user from a copy of the test binary,
// which lies where that user cannot read.
func asNobody(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can start processes of other users")
	}
	text, err := os.ReadFile(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, open := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Path = filepath.Join(dir, "copy.test")
	if err := os.WriteFile(cmd.Path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	cmd.Args, cmd.Dir = []string{cmd.Path}, "/"
}

func TestOtherUsersAreRefused(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	asNobody(t, cmd)
	cmd.Env = append(os.Environ(), commandEnv+"="+strconv.Itoa(r.pid()))
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err == nil {
		t.Error("exit code 0")
	}
	matches(t, out.String(), fmt.Sprintf(`process %d.* refuses: user 65534 may not operate a process of user 0; only that user and root may`, r.pid()), `  → run the same as that user or as root`)
}

func TestRootOperatesProcessesOfOthers(t *testing.T) {
	t.Parallel()
	r := prepare(t, "")
	asNobody(t, r.cmd)
	for _, open := range []string{r.dir, filepath.Dir(r.dir)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.launch()
	text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true})
	if err != nil {
		t.Error(text)
	}
}
