//go:build linux

package supervisor_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// answer is a line of the admin socket.
type answer struct {
	Version int
	Status  *supervisor.Status
	Event   *struct {
		Kind       supervisor.EventKind
		Generation int
		PID        int
	}
	Result *struct{ PID, Generation int }
	Error  *struct {
		Reason supervisor.Reason
		Text   string
		PID    int
		Status string
		Stderr []string
		Newer  int
	}
}

func adminSocket(t *testing.T, pid int) string {
	t.Helper()
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("@ginreload-%s-%d", strings.Trim(space, "pid:[]"), pid)
}

// admin sends a request to the admin socket of a process and returns the answers.
func (r *running) admin(pid int, request string) []answer {
	r.t.Helper()
	nc, err := net.Dial("unix", adminSocket(r.t, pid))
	if err != nil {
		r.t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(nc, request+"\n"); err != nil {
		r.t.Fatal(err)
	}
	var all []answer
	scan := bufio.NewScanner(nc)
	for scan.Scan() {
		var a answer
		if err := json.Unmarshal(scan.Bytes(), &a); err != nil {
			r.t.Fatalf("%v in %s", err, scan.Text())
		}
		if a.Version != supervisor.AdminVersion {
			r.t.Errorf("version %d in %s", a.Version, scan.Text())
		}
		all = append(all, a)
	}
	if err := scan.Err(); err != nil {
		r.t.Fatal(err)
	}
	return all
}

// opened waits for the first line of a response.
func (w *wire) opened() {
	w.t.Helper()
	if _, err := w.br.ReadString('\n'); err != nil {
		w.t.Fatal(err)
	}
}

// state asks a process for its status.
func (r *running) state(pid int) supervisor.Status {
	r.t.Helper()
	all := r.admin(pid, `{"version":1,"command":"status"}`)
	if len(all) != 1 || all[0].Status == nil {
		r.t.Fatalf("%+v", all)
	}
	return *all[0].Status
}

func TestStatusCountsConnections(t *testing.T) {
	t.Parallel()
	r := start(t, "also=spare,tcp,127.0.0.1:0,unserved")
	pid := r.answers()
	idle, slow, hijacked := r.wire(), r.wire(), r.wire()
	idle.expect("generation 1")
	silent, err := net.Dial("tcp", r.host())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	slow.send("GET /slow?ms=20000 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect(`slow began`)
	hijacked.send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	hijacked.opened()
	for range 3 { // nobody accepts these
		nc, err := net.Dial("tcp", r.get("/addr?name=spare"))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
	}
	want := supervisor.Connections{New: 1, Idle: 1, Active: 1, Hijacked: 1}
	st := r.state(pid)
	for st.Connections != want { // those of get go as soon as the server has noticed
		if st = r.state(pid); time.Since(st.Started) > patience {
			t.Fatalf("%+v, want %+v", st.Connections, want)
		}
	}
	if len(st.Listeners) != 2 || st.Listeners[0].Name != "http" || st.Listeners[0].Connections != want || st.Listeners[0].Backlog == nil {
		t.Errorf("%+v", st.Listeners)
	}
	if b := st.Listeners[1].Backlog; b == nil || b.Length != 3 || b.Limit < 3 {
		t.Errorf("backlog %+v", b)
	}
	if st.Version != supervisor.StatusVersion || st.PID != pid || st.Generation != 1 || st.Phase != supervisor.PhaseServing || st.Unready != "" {
		t.Errorf("%+v", st)
	}
	if p := st.Program; p.Path == "" || p.Size == 0 || p.Modified.IsZero() || p.Replaced || p.Go == "" {
		t.Errorf("%+v", p)
	}
	hijacked.nc.Close()
	slow.nc.Close()
}

func TestUpgradeOverTheAdminSocket(t *testing.T) {
	t.Parallel()
	r := start(t)
	pid := r.answers()
	held := r.wire()
	held.send("GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n")
	held.opened()
	all := r.admin(pid, `{"version":1,"command":"upgrade","of a later version":true}`)
	var kinds []string
	for _, a := range all[:len(all)-1] {
		kinds = append(kinds, string(a.Event.Kind))
	}
	steps := strings.Join(kinds, ", ")
	for _, want := range []supervisor.EventKind{supervisor.EventBegun, supervisor.EventStarted, supervisor.EventPrepared, supervisor.EventReplaced} {
		i := strings.Index(steps, string(want))
		if i < 0 {
			t.Fatalf("no %s, in order, in %v", want, kinds)
		}
		steps = steps[i:]
	}
	end := all[len(all)-1].Result
	if end == nil || end.Generation != 2 {
		t.Fatalf("%+v", all[len(all)-1])
	}
	// Each generation knows of the other; the one that drains answers as well.
	old, next := r.state(pid), r.state(end.PID)
	if old.Phase != supervisor.PhaseDraining || old.Newer == nil || old.Newer.PID != end.PID || old.Deadline == nil || old.Connections.Active != 1 {
		t.Errorf("old: %+v", old)
	}
	if next.Phase != supervisor.PhaseServing || next.Older == nil || next.Older.PID != pid || next.Older.Generation != 1 {
		t.Errorf("new: %+v", next)
	}
	if u := next.Upgrades; u.Succeeded != 1 || u.Last == nil || u.Last.Outcome != supervisor.OutcomeUpgraded || u.Last.PID != end.PID || len(u.Last.Steps) < 2 {
		t.Errorf("the new one knows of %+v", u)
	}
	again := r.admin(pid, `{"command":"upgrade"}`)
	if last := again[len(again)-1].Error; last == nil || last.Reason != supervisor.ReasonReplaced || last.Newer != end.PID {
		t.Errorf("asked again: %+v", last)
	}
	held.nc.Close()
	r.expect(`generation 1 ended`)
	if nc, err := net.Dial("unix", adminSocket(t, pid)); err == nil {
		nc.Close()
		t.Error("the socket outlives Run")
	}
}

func TestFailedUpgradeOverTheAdminSocket(t *testing.T) {
	t.Parallel()
	r := start(t)
	pid := r.answers()
	r.behave("exit")
	all := r.admin(pid, `{"command":"upgrade"}`)
	if e := all[len(all)-1].Error; e == nil || e.Reason != supervisor.ReasonExit || e.Status != "exit status 3" || fmt.Sprint(e.Stderr) != "[config.yaml: no such thing]" {
		t.Errorf("exit: %+v", e)
	}
	r.behave("hang")
	all = r.admin(pid, `{"command":"upgrade","timeout_seconds":0.1}`)
	if e := all[len(all)-1].Error; e == nil || e.Reason != supervisor.ReasonCalledOff {
		t.Errorf("called off: %+v", e)
	}
	st := r.state(pid)
	if u := st.Upgrades; u.Succeeded != 0 || u.Failed["exit"] != 1 || u.Failed["called off"] != 1 || u.Last.Outcome != supervisor.OutcomeFailed || st.Trouble == nil {
		t.Errorf("%+v", u)
	}
	for _, odd := range []string{"", "hello", `{"command":"dance"}`, "{}"} {
		if all := r.admin(pid, odd); len(all) != 1 || all[0].Error == nil {
			t.Errorf("%q: %+v", odd, all)
		}
	}
	if got := r.get("/"); got != "generation 1\n" {
		t.Errorf("%q serves", got)
	}
}

// An operator who hangs up leaves nothing behind, and one who says nothing
// does not keep the program from ending.
func TestSilentOperators(t *testing.T) {
	t.Parallel()
	r := start(t)
	for range 3 {
		nc, err := net.Dial("unix", adminSocket(t, r.answers()))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
	}
	r.signal(syscall.SIGTERM)
	r.expect(`generation 1 ended: <nil>; goroutines left: none`)
	r.end()
}

func TestNoAdmin(t *testing.T) {
	t.Parallel()
	r := start(t, "noadmin")
	if nc, err := net.Dial("unix", adminSocket(t, r.answers())); err == nil {
		nc.Close()
		t.Error("somebody listens")
	}
}

func TestHandlers(t *testing.T) {
	t.Parallel()
	r := start(t)
	var st supervisor.Status
	if err := json.Unmarshal([]byte(r.get("/status")), &st); err != nil || st.PID != r.answers() {
		t.Errorf("%+v, %v", st, err)
	}
	if got := r.get("/metrics"); !strings.Contains(got, "\nginreload_supervisor_generation 1\n") {
		t.Error(got)
	}
	if got := r.get("/readyz"); got != "ready: generation 1 is serving\n" {
		t.Error(got)
	}
	if got := r.get("/live"); got != "alive: generation 1 is serving\n" {
		t.Error(got)
	}
	// From the moment of a stop on it is not ready, but alive.
	w := r.wire()
	w.send("GET /readyz?when=draining HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect(`ready asked`)
	r.signal(syscall.SIGTERM)
	resp, err := http.ReadResponse(bufio.NewReader(w.nc), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusServiceUnavailable || string(text) != "not ready: stopping\n" {
		t.Errorf("%s %s", resp.Status, text)
	}
}
