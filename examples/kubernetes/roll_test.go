//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// patience is how long a test waits for an event that has to come.
const patience = 30 * time.Second

// asProgram makes the test binary the program.
const asProgram = "KUBERNETES_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// haproxyConfig has no retries, so that HAProxy passes on every failure of an instance: repeating requests
// would hide what is lost.
const haproxyConfig = `
global
    maxconn 1000
    stats socket %[1]s/admin level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout check 2s
    retries 0
frontend front
    bind 127.0.0.1:%[2]s
    default_backend app
backend app
    balance roundrobin
    option httpchk GET /readyz
    default-server check inter 50ms fall 1 rise 1
`

// Three instances behind HAProxy are stopped and started again one after the
// other, the first of them after an upgrade, and no request fails.
func TestRoll(t *testing.T) {
	t.Parallel()
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		if os.Getenv("GINRELOAD_REQUIRE_TOOLS") != "" {
			t.Fatal(err)
		}
		t.Skip("haproxy is not installed: ", err)
	}
	var instances []*instance
	for range 3 {
		instances = append(instances, start(t, freePort(t), "1"))
	}
	lb := balance(t, haproxy, instances)

	loaded, endLoad := context.WithCancel(t.Context())
	defer endLoad()
	reports := make(chan *supervisortest.Report, 1)
	go func() {
		reports <- supervisortest.Load{
			URL: lb.url, KeepAlive: 8, Think: 5 * time.Millisecond, NewConn: 4, Every: 10 * time.Millisecond, Slow: 4, SlowPath: "/?ms=700",
		}.Run(loaded)
	}()
	for i, old := range instances {
		if i == 0 {
			old.upgrade()
		}
		old.signal(syscall.SIGTERM)
		until(t, "HAProxy has taken it out", func() bool { return !lb.up(i) })
		old.ends()
		start(t, old.port, "2")
		until(t, "HAProxy has taken it in", func() bool { return lb.up(i) })
	}
	endLoad()
	report := <-reports
	t.Log(report)
	if report.Failed > 0 {
		t.Error("requests were lost")
	}
	if len(report.Answers) != 2 {
		t.Error("not both versions have answered")
	}
}

// The times of the manifest fit those of the program.
func TestManifest(t *testing.T) {
	t.Parallel()
	file, err := os.Open("deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var deployment struct {
		Kind string
		Spec struct {
			Template struct {
				Spec struct {
					TerminationGracePeriodSeconds int `yaml:"terminationGracePeriodSeconds"`
					Containers                    []struct {
						Env            []struct{ Name, Value string }
						ReadinessProbe struct {
							HTTPGet          struct{ Path string } `yaml:"httpGet"`
							PeriodSeconds    int                   `yaml:"periodSeconds"`
							FailureThreshold int                   `yaml:"failureThreshold"`
						} `yaml:"readinessProbe"`
					}
				}
			}
		}
	}
	decoder := yaml.NewDecoder(file)
	if err := decoder.Decode(&deployment); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"Service", "PodDisruptionBudget"} {
		var other struct{ Kind string }
		if err := decoder.Decode(&other); err != nil || other.Kind != kind {
			t.Errorf("%q, %v; want a %s", other.Kind, err, kind)
		}
	}
	pod := deployment.Spec.Template.Spec
	if deployment.Kind != "Deployment" || len(pod.Containers) != 1 {
		t.Fatalf("read %+v", deployment)
	}
	container := pod.Containers[0]
	var delay time.Duration
	for _, e := range container.Env {
		if e.Name == "STOP_DELAY" {
			if delay, err = time.ParseDuration(e.Value); err != nil {
				t.Error(err)
			}
		}
	}
	if grace := time.Duration(pod.TerminationGracePeriodSeconds) * time.Second; grace < delay+drainTimeout+5*time.Second {
		t.Errorf("a grace period of %v for a delay of %v and a drain of %v", grace, delay, drainTimeout)
	}
	ready := container.ReadinessProbe
	if told := time.Duration(ready.PeriodSeconds*ready.FailureThreshold) * time.Second; ready.HTTPGet.Path != "/readyz" || told == 0 || delay < told+5*time.Second {
		t.Errorf("a delay of %v, while the probe takes %v: %+v", delay, told, ready)
	}
}

// instance is one of the program.
type instance struct {
	t    *testing.T
	port string
	cmd  *exec.Cmd
	done chan struct{} // closed when no generation holds the output
}

func start(t *testing.T, port, version string) *instance {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &instance{t: t, port: port, cmd: exec.Command(self), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "PORT="+port, "VERSION="+version, "STOP_DELAY=500ms")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = struct{ io.Writer }{&out}, struct{ io.Writer }{&out}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		p.cmd.Wait()
	}()
	t.Cleanup(func() {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
		if t.Failed() {
			t.Log(out.String())
		}
	})
	until(t, "the instance answers", func() bool { return p.pid() != 0 })
	return p
}

func (p *instance) pid() int {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Get("http://127.0.0.1:" + p.port + "/pid")
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	pid, _ := strconv.Atoi(string(text))
	return pid
}

func (p *instance) upgrade() {
	p.t.Helper()
	before := p.pid()
	p.signal(syscall.SIGUSR2)
	until(p.t, "it is upgraded", func() bool { return p.pid() != before })
}

// signal goes to the generation that serves.
func (p *instance) signal(sig syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(p.pid(), sig); err != nil {
		p.t.Fatal(err)
	}
}

func (p *instance) ends() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatal("it has not ended")
	}
}

// balancer is a HAProxy in front of the instances.
type balancer struct {
	t   *testing.T
	dir string
	url string
}

func balance(t *testing.T, haproxy string, instances []*instance) *balancer {
	t.Helper()
	port := freePort(t)
	lb := &balancer{t, t.TempDir(), "http://127.0.0.1:" + port}
	text := fmt.Sprintf(haproxyConfig, lb.dir, port)
	for i, p := range instances {
		text += fmt.Sprintf("    server app%d 127.0.0.1:%s\n", i, p.port)
	}
	file := filepath.Join(lb.dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(haproxy, "-db", "-f", file)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(out.String())
		}
	})
	until(t, "HAProxy has taken in all instances", func() bool { return lb.up(0) && lb.up(1) && lb.up(2) })
	return lb
}

// up asks HAProxy whether it sends requests to instance i.
func (lb *balancer) up(i int) bool {
	nc, err := net.Dial("unix", filepath.Join(lb.dir, "admin"))
	if err != nil {
		return false
	}
	defer nc.Close()
	fmt.Fprintln(nc, "show stat")
	text, _ := io.ReadAll(nc)
	for line := range strings.Lines(string(text)) {
		const status = 17 // field of the CSV, in HAProxy's management guide 9.1
		if fields := strings.Split(line, ","); len(fields) > status && fields[0] == "app" && fields[1] == fmt.Sprint("app", i) {
			return fields[status] == "UP"
		}
	}
	return false
}

func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !happened() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

var ports atomic.Int32

// freePort returns a port below those that the kernel gives out.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()*19+int(ports.Add(1)))%10000)
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
