package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// progress tells a person how an upgrade goes, step by step.
type progress struct {
	out      io.Writer
	p        process
	begun    bool
	accepted bool       // it has begun, or has its place in the queue
	serving  int        // the generation that serves, as far as it was told
	older    *neighbour // the one before, if it has not left yet
}

// steps are the words for what the supervisor reports; a step that is not here
// is shown by its own name, one with no words not at all.
var steps = map[string]string{
	"upgrade refused": "",
	"replaced":        "",
	"upgrade failed":  "",
	"draining":        "",
	"drained":         "",
	"cut":             "",
	"binary checked":  "new binary checked",
	"started":         "new process started",
	"prepared":        "it is set up to serve",
	"probed":          "it answers",
	"committed":       "it may take over",
}

func (t *progress) step(e step) {
	t.serving = e.Generation
	switch e.Kind {
	case "upgrade queued":
		t.accepted, t.begun = true, false
		fmt.Fprintf(t.out, "another upgrade of generation %d is under way; this one is queued behind it\n", e.Generation)
		return
	case "upgrade begun":
		t.accepted, t.begun = true, true
		fmt.Fprintf(t.out, "upgrading generation %d, %v\n", e.Generation, t.p)
		if t.older != nil {
			fmt.Fprintf(t.out, "  generation %d (process %d) has not left yet; the new process is started when it has\n", t.older.Generation, t.p.outside(t.older.PID))
		}
		return
	}
	words, known := steps[e.Kind]
	if !known {
		words = e.Kind
	}
	if words == "" || !t.begun {
		return
	}
	line := fmt.Sprintf("  %-24s %8s", words, brief(seconds(e.Seconds)))
	if e.PID != 0 && e.Kind == "started" {
		line += fmt.Sprintf("  process %d", t.p.outside(e.PID))
	}
	if e.Error != "" {
		line += "  " + e.Error
	}
	fmt.Fprintln(t.out, strings.TrimRight(line, " "))
}

func (t *progress) done(r result) {
	fmt.Fprintf(t.out, "upgraded in %s: generation %d, process %d, serves; generation %d finishes what it has and leaves\n",
		brief(seconds(r.TotalSeconds)), r.Generation, t.p.outside(r.PID), r.Generation-1)
}

// servesOn is the sentence that matters most after a failure.
func (t *progress) servesOn() string {
	who := fmt.Sprintf("process %d", t.p.pid)
	if t.serving > 0 {
		who = fmt.Sprintf("generation %d (%s)", t.serving, who)
	}
	return "the old version, " + who + ", serves on as before: no request was lost"
}

// failure explains why there was no upgrade.
func (t *progress) failure(r refusal) error {
	text := strings.TrimPrefix(strings.TrimPrefix(r.Text, "supervisor: "), "upgrade: ")
	if r.Generation != 0 {
		t.serving = r.Generation
	}
	f := &Failure{What: "upgrade failed: " + text, Now: t.servesOn(), Lines: r.Stderr, Stack: r.Stack}
	if r.PID != 0 && r.Status != "" && !strings.Contains(text, r.Status) {
		f.What += fmt.Sprintf(" (process %d, %s)", r.PID, r.Status)
	}
	switch r.Reason {
	case "binary", "start":
		f.Hint = "put a whole, executable binary in its place (copy it beside, then rename), and run the same again"
	case "exit":
		f.Hint = "mend what it complains about, or put the version before back in its place; then run the same again"
	case "timeout":
		f.Hint = "look into its log for what it waits for; if it only needs longer, raise Options.ReadyTimeout in the program"
	case "unready":
		f.Hint = "the new version itself says that it cannot serve: mend what it names, here or in what it depends on; then run the same again"
	case "probe":
		f.Hint = "it starts, but is not healthy: look into its log and at what it depends on; then run the same again"
	case "protocol":
		f.Hint = "stop the program and start it afresh: this once connections are refused meanwhile, unless a service manager holds its sockets"
	case "called off":
		f.What = "upgrade called off: the new process had not taken over in time"
		f.Hint = "look into its log for what it waits for, or give it more time: --timeout"
	case "backoff":
		f.Hint = "replace the binary; another one is tried at once"
	case "spent":
		f.Hint = "restart the program to upgrade it"
	case "stopping":
		f.What, f.Now = "upgrade refused: the program is stopping", "it was asked to stop, and finishes what it has"
		f.Hint = "start it again; that starts the new version"
	case "not ready":
		f.Now = "it has only just been started"
	case "unsupported":
		f.Hint = "restart the program instead"
	case "forbidden":
		f.What, f.Now = fmt.Sprintf("%v refuses: %s", t.p, text), ""
		f.Hint = "run the same as that user or as root"
	}
	return f
}

// silence explains why the answers have ended before the result.
func (t *progress) silence(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errInterrupted):
		return &Failure{
			What: "no longer waiting; the upgrade itself goes on",
			Hint: fmt.Sprintf("ginreload status %d tells how it ended", t.p.pid),
			Err:  cause,
		}
	case cause != nil:
		return &Failure{
			What: fmt.Sprintf("%v does not answer, so it is not known whether the upgrade goes on", t.p),
			Now:  "whoever has served until now still does, unless the machine itself is in trouble",
			Hint: "ginreload status; if that hangs too, look at the process and its log",
			Err:  cause,
		}
	}
	return &Failure{
		What: fmt.Sprintf("%v ended before it could tell the result (%v)", t.p, err),
		Now:  "if the new process was set up by then, it has taken over alone",
		Hint: "ginreload status shows who serves now; the log says why the old one ended",
		Err:  err,
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// brief is d with as many digits as a person reads: 1.2ms, 340ms, 12.5s, 3m20s,
// 5h7m, 12d3h.
func brief(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return fmt.Sprintf("%dm%ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}
