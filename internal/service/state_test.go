package service

import (
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

var (
	well    = proc.Exit{Known: true}
	crashed = proc.Exit{Code: 3, Known: true}
)

// text is an effect in a word or two.
func text(e Effect) string {
	switch {
	case e.Emit != nil && e.Emit.Action == rerun:
		return string(e.Emit.Kind) + " again " + e.Emit.Why
	case e.Emit != nil:
		return string(e.Emit.Kind)
	}
	for name, set := range map[string]bool{"start": e.Start, "probe": e.Probe, "ready": e.Ready, "ask": e.Ask, "kill": e.Kill, "exit": e.Exit} {
		if set {
			return name
		}
	}
	return "nothing"
}

// inputs by the words of a table; times are seconds since the last input.
func parse(words string) (in Input, after time.Duration) {
	word, wait, _ := strings.Cut(words, "+")
	if wait != "" {
		after, _ = time.ParseDuration(wait)
	}
	switch word {
	case "may":
		in.May = true
	case "pid":
		in.PID = 7
	case "fails":
		in.Failed = "no shell"
	case "answers":
		in.Answered = true
	case "well":
		in.Ended = &well
	case "crash":
		in.Ended = &crashed
	case "edit":
		in.Edited = true
	case "stop":
		in.Stop = true
	case "kill":
		in.Kill = true
	case "tick":
		in.Tick = true
	default:
		panic(word)
	}
	return in, after
}

func TestStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, ready, script, want string }{
		{"starts and is ready", "", "may pid", "start | command-begun ready"},
		{"is asked", "localhost:1", "may pid answers", "start | command-begun probe | notice ready"},
		{"is ready at its end", AtExit, "may pid well", "start | command-begun | command-ended ready"},
		{"leaves behind what answers", "localhost:1", "may pid well answers", "start | command-begun probe | command-ended | notice ready"},
		{"a crash is no good end", AtExit, "may pid crash", "start | command-begun | command-ended again in 500ms"},
		{"the pause grows", "", "may pid crash tick+500ms pid crash tick+1s pid crash tick+1.9s tick+100ms",
			"start | command-begun ready | command-ended again in 500ms | start | command-begun | command-ended again in 1s | start | command-begun | command-ended again in 2s | - | start"},
		{"and is short again after a while", "", "may pid crash tick+500ms pid crash tick+1s pid crash+10s",
			"start | command-begun ready | command-ended again in 500ms | start | command-begun | command-ended again in 1s | start | command-begun | command-ended again in 500ms"},
		{"an edit skips it", "", "may pid crash edit pid crash", "start | command-begun ready | command-ended again in 500ms | start | command-begun | command-ended again in 500ms"},
		{"and nothing else", "", "may pid edit well edit", "start | command-begun ready | - | command-ended | -"},
		{"cannot be started", "", "may fails tick+500ms", "start | command-ended again in 500ms | start"},
		{"an answer between two starts does not count", "localhost:1", "may pid crash answers tick+500ms pid answers",
			"start | command-begun probe | command-ended again in 500ms | - | start | command-begun probe | notice ready"},
		{"stops", "", "may pid stop well", "start | command-begun ready | ask | command-ended exit"},
		{"stops whatever it says then", "", "may pid stop crash", "start | command-begun ready | ask | command-ended exit"},
		{"is killed after the grace", "", "may pid stop tick+5s crash", "start | command-begun ready | ask | notice kill | command-ended exit"},
		{"is killed at once", "", "may pid stop kill crash", "start | command-begun ready | ask | kill | command-ended exit"},
		{"was never started", "", "stop", "exit"},
		{"was waiting", "", "may pid crash stop", "start | command-begun ready | command-ended again in 500ms | exit"},
		{"had ended", "", "may pid well kill", "start | command-begun ready | command-ended | exit"},
	} {
		s := State{Settings: Settings{Line: "x", Ready: c.ready, Grace: 5 * time.Second}}
		now := time.Unix(0, 0)
		var got []string
		for _, word := range strings.Fields(c.script) {
			in, after := parse(word)
			now = now.Add(after)
			in.At = now
			var effects []Effect
			s, effects = step(s, in)
			var texts []string
			for _, e := range effects {
				texts = append(texts, text(e))
			}
			if len(texts) == 0 {
				texts = []string{"-"}
			}
			got = append(got, strings.Join(texts, " "))
		}
		if all := strings.Join(got, " | "); all != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, all, c.want)
		}
	}
}

// FuzzStep plays what can happen, in any order, against step.
func FuzzStep(f *testing.F) {
	for ready := range byte(3) {
		f.Add(ready, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
		f.Add(ready, []byte{0, 1, 4, 9, 1, 4, 9, 1, 4, 6, 1, 7, 8})
		f.Add(ready, []byte{2, 6, 9, 4, 4, 6, 7, 9, 3})
	}
	f.Fuzz(func(t *testing.T, ready byte, script []byte) {
		w := &world{t: t, State: State{Settings: Settings{Line: "x", Ready: []string{"", AtExit, "localhost:1"}[ready%3], Grace: 5 * time.Second}}, now: time.Unix(0, 0)}
		for _, b := range script {
			if w.exited {
				return
			}
			w.play(b)
		}
		// From any state a stop ends it, with what is sure to follow.
		w.input(Input{Stop: true})
		for range 2 {
			if w.alive && !w.exited {
				w.now = w.now.Add(5 * time.Second)
				w.input(Input{Tick: true})
			}
			if w.dying {
				w.end(crashed)
			}
		}
		if !w.exited {
			t.Fatalf("a stop does not end it: %+v", w.State)
		}
	})
}

// world is what carries effects out, and where processes are.
type world struct {
	State
	t                             *testing.T
	now                           time.Time
	may, alive, dying, stop, told bool
	probes                        bool
	exited                        bool
}

func (w *world) play(b byte) {
	switch b % 10 {
	case 0:
		if !w.may {
			w.may = true
			w.input(Input{May: true})
		}
	case 1, 2:
		if w.probes {
			w.probes = false
			w.input(Input{Answered: true})
		}
	case 3:
		w.end(well)
	case 4:
		w.end(crashed)
	case 5:
		w.now = w.now.Add(time.Duration(b) * 50 * time.Millisecond)
	case 6:
		w.input(Input{Edited: true})
	case 7:
		if !w.stop {
			w.stop = true
			w.input(Input{Stop: true})
		}
	case 8:
		if b > 200 {
			w.stop = true
			w.input(Input{Kill: true})
		}
	case 9:
		if !w.Due.IsZero() && w.Due.After(w.now) {
			w.now = w.Due
		}
		w.input(Input{Tick: true})
	}
}

func (w *world) end(exit proc.Exit) {
	if w.alive {
		w.alive, w.dying = false, false
		w.input(Input{Ended: &exit})
	}
}

func (w *world) input(in Input) {
	in.At = w.now
	var effects []Effect
	w.State, effects = step(w.State, in)
	for _, e := range effects {
		w.carry(e)
	}
	switch {
	case w.exited && w.alive:
		w.t.Fatal("it is over, and a process lives")
	case (w.PID != 0) != w.alive:
		w.t.Fatalf("pid %d, alive %t", w.PID, w.alive)
	case w.Phase == Pausing && w.Due.IsZero():
		w.t.Fatal("it has crashed, and no start is planned")
	}
}

func (w *world) carry(e Effect) {
	switch {
	case e.Start:
		if w.alive || !w.may || w.stop {
			w.t.Fatalf("a start: alive %t, may %t, stop %t", w.alive, w.may, w.stop)
		}
		if w.now.Unix()%7 == 3 {
			w.input(Input{Failed: "no"})
			return
		}
		w.alive = true
		w.input(Input{PID: 7})
	case e.Probe:
		w.probes = true
	case e.Ready:
		if w.told {
			w.t.Fatal("ready twice")
		}
		w.told = true
	case e.Ask:
		if !w.alive {
			w.t.Fatal("nobody to ask")
		}
		w.stop = true
	case e.Kill:
		if !w.alive {
			w.t.Fatal("nobody to kill")
		}
		w.dying = true
	case e.Exit:
		w.exited = true
	case e.Emit != nil && e.Emit.Kind == event.CommandBegun && e.Emit.PID == 0:
		w.t.Fatal("begun without a process")
	}
}
