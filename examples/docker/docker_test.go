//go:build linux

package docker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for an event that has to come.
const patience = 30 * time.Second

// instruction returns what the Dockerfile says after a word for the last time.
func instruction(t *testing.T, word string) string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^`+word+` (.*)$`).FindAllStringSubmatch(string(text), -1)
	if all == nil {
		t.Fatalf("the Dockerfile has no %s", word)
	}
	return all[len(all)-1][1]
}

// image is the folder that the Dockerfile describes: two programs and nothing
// else, above all no shell.
func image(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "proc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, pkg := range map[string][2]string{"app": {"..", "./supervised"}, "ginreload": {"../..", "./cmd/ginreload"}} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(root, name), pkg[1])
		cmd.Dir = pkg[0]
		cmd.Env = append(os.Environ(), strings.Fields(instruction(t, "ENV"))[0])
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg[1], err, out)
		}
	}
	return root
}

// container runs a command as PID 1 in the image, read-only and as nobody.
type container struct {
	t    *testing.T
	url  string
	cmd  *exec.Cmd
	done chan struct{}
}

func run(t *testing.T, root string, command ...string) *container {
	t.Helper()
	port := freePort(t)
	const script = `
mount --make-rprivate /
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -o remount,bind,ro "$0"
exec chroot --userspec=65532:65532 "$0" "$@"
`
	c := &container{t: t, url: "http://127.0.0.1:" + port, done: make(chan struct{})}
	c.cmd = exec.Command("sh", append([]string{"-ec", script, root}, command...)...)
	c.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PORT=" + port, "GIN_MODE=release"}
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS}
	var out bytes.Buffer
	c.cmd.Stdout, c.cmd.Stderr = struct{ io.Writer }{&out}, struct{ io.Writer }{&out}
	if err := c.cmd.Start(); err != nil {
		t.Skip("no namespaces here: ", err)
	}
	go func() {
		defer close(c.done)
		c.cmd.Wait()
	}()
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		<-c.done
		if t.Failed() {
			t.Log(out.String())
		}
	})
	return c
}

func TestImage(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can make a container of namespaces")
	}
	root := image(t)
	t.Run("stops and upgrades", func(t *testing.T) {
		var entrypoint []string
		if err := json.Unmarshal([]byte(instruction(t, "ENTRYPOINT")), &entrypoint); err != nil {
			t.Fatal(err)
		}
		c := run(t, root, entrypoint...)
		pid := c.answersBut(0)
		for range 3 {
			c.signal(syscall.SIGUSR2)
			pid = c.answersBut(pid)
		}
		if instruction(t, "STOPSIGNAL") != "SIGTERM" {
			t.Error("the signal that stops is another")
		}
		c.signal(syscall.SIGTERM)
		c.ends(0)
	})
	t.Run("restarts", func(t *testing.T) {
		c := run(t, root, "/ginreload", "supervise", "--restart", "--", "/app")
		pid := c.answersBut(0)
		if err := c.kill(pid); err != nil {
			t.Fatal(err)
		}
		nc, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://")) // before it is back
		if err != nil {
			t.Fatal(err)
		}
		nc.Close()
		c.answersBut(pid)
		c.signal(syscall.SIGTERM)
		c.ends(0)
	})
}

func (c *container) signal(sig syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		c.t.Fatal(err)
	}
}

// kill kills a process of the container, as it sees itself.
func (c *container) kill(pid int) error {
	init := strconv.Itoa(c.cmd.Process.Pid)
	return exec.Command("nsenter", "-t", init, "-p", "kill", "-9", strconv.Itoa(pid)).Run()
}

// ends waits for the end of the container, as docker wait does.
func (c *container) ends(code int) {
	c.t.Helper()
	select {
	case <-c.done:
	case <-time.After(patience):
		c.t.Fatal("the container has not ended")
	}
	if got := c.cmd.ProcessState.ExitCode(); got != code {
		c.t.Errorf("exit code %d, want %d", got, code)
	}
}

// answersBut waits until another process than other answers.
func (c *container) answersBut(other int) (pid int) {
	c.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		if resp, err := client.Get(c.url + "/pid"); err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if pid, _ = strconv.Atoi(string(text)); pid != 0 && pid != other {
				return pid
			}
		}
		select {
		case <-again.C:
		case <-c.done:
			c.t.Fatal(fmt.Sprint("the container has ended: ", c.cmd.ProcessState))
		case <-deadline.C:
			c.t.Fatal("nobody answers")
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}
