package loop

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// world carries effects out on paper and keeps the books that the invariants
// are about. A version is the number of the last change.
type world struct {
	t         testing.TB
	state     State
	now       time.Time
	change    int  // last change
	building  int  // version that the running build contains, 0 for no build
	number    int  // of the running build
	doomed    bool // the build was told to end
	canceled  int  // in a row
	published int  // version of the binary on disk
	reloading int  // version under way, 0 for none
	serving   int  // version that serves, 0 for none
	started   int  // version of the last build that was started
	gen       int  // generations so far
	current   int  // generation that serves
	env       int  // last change of the environment
	starting  int  // environment of the reload under way
	living    int  // environment of what serves
	touched   int  // environment as of the last change that asked for a start without a build
	begun     int  // environment of the last start, whatever became of it
	died      bool // the program has ended by itself, and nothing was started since
	tasks     []Task
	edited    int   // last change that tests are to be run for
	testing   int   // that the run under way is about, 0 for none
	tested    int   // that the last one that came to its end was about
	endTests  bool  // it was told to end
	matched   []int // changes of each rule
	ran       []int // those of them that the last run of it had seen
	finished  []string
	aborted   bool
	stopping  bool
	exited    bool
}

func newWorld(t testing.TB) *world { return worldWith(t, Settings{}) }

func worldWith(t testing.TB, settings Settings) *world {
	rules := len(settings.Rules)
	return &world{
		t: t, now: time.Unix(1000, 0), change: 1, matched: make([]int, rules), ran: make([]int, rules),
		state: State{Settings: settings, Jobs: make([]Job, rules)},
	}
}

// ran ends the command that runs for the longest time.
func (w *world) taskEnds() {
	if len(w.tasks) == 0 {
		return
	}
	task := w.tasks[0]
	w.tasks = w.tasks[1:]
	w.step(Input{Ran: &Ran{Task: task}})
}

// wait lets time pass until something is due.
func (w *world) wait() {
	if due := w.state.due(); !due.IsZero() {
		w.now = due
		w.step(Input{Tick: true})
	}
}

func (w *world) match(rule int) {
	if len(w.matched) == 0 {
		return
	}
	w.matched[rule]++
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Ignore, Rules: []plan.Match{{Rule: rule, Files: []string{"x"}}}}}})
}

func (w *world) reread(refused *event.Event) {
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Ignore, Reread: []string{".air.toml"}}, Refused: refused}})
}

func (w *world) runs(task Task) {
	for _, other := range w.tasks {
		if other.Rule == task.Rule {
			w.t.Fatalf("two of %+v at once", task)
		}
	}
	if task.Rule < 0 {
		w.finished = append(w.finished, task.Line)
	} else {
		w.ran[task.Rule] = w.matched[task.Rule]
		if w.state.Stop != Running {
			w.t.Fatal("a rule runs during the stop")
		}
	}
	w.tasks = append(w.tasks, task)
}

func (w *world) step(in Input) {
	w.t.Helper()
	w.now = w.now.Add(time.Millisecond)
	in.At = w.now
	var effects []Effect
	w.state, effects = step(w.state, in)
	emitted := 0
	for _, e := range effects {
		switch {
		case e.Emit != nil:
			emitted++
		case e.StartBuild != 0:
			if w.building != 0 {
				w.t.Fatal("two builds at once")
			}
			if w.state.Stop != Running {
				w.t.Fatal("a build starts during the stop")
			}
			w.building, w.number, w.doomed, w.started = w.change, e.StartBuild, false, w.change
		case e.CancelBuild:
			if w.building == 0 || w.doomed {
				w.t.Fatal("cancels a build that does not run")
			}
			w.doomed = true
		case e.Reload != "":
			if w.reloading != 0 || w.state.Stop != Running {
				w.t.Fatal("reloads during a reload or a stop")
			}
			w.reloading, w.aborted, w.starting, w.begun, w.died = w.published, false, w.env, w.env, false
		case e.Abort:
			w.aborted = true
		case e.Run != nil:
			w.runs(*e.Run)
		case len(e.RunTests) > 0:
			if w.testing != 0 || w.state.Stop != Running || w.building != 0 || w.reloading != 0 {
				w.t.Fatal("tests run beside a build, a start, a stop or other tests")
			}
			w.testing, w.endTests = w.edited, false
		case e.CancelTests:
			if w.testing == 0 || w.endTests {
				w.t.Fatal("cancels tests that do not run")
			}
			w.endTests = true
		case e.KillTasks:
		case e.StopApp:
			w.stopping = true
			if p := w.state.Post; len(w.finished) < len(w.state.Settings.Post) && !p.Skipped && !p.Again {
				w.t.Fatal("the program is stopped before the commands of the end are done")
			}
		case e.KillApp:
			w.stopping = true
		case e.Exit:
			w.exited = true
		}
	}
	if emitted == 0 {
		w.t.Fatalf("no event for %+v", in)
	}
	if w.canceled > maxCanceled {
		w.t.Fatalf("%d builds cancelled in a row", w.canceled)
	}
}

func (w *world) saveFile(action plan.Action, file string) {
	if action != plan.Ignore {
		w.change++
		w.edited++
	}
	if action == plan.Restart {
		w.env++
	}
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: action, Files: []string{file}}, First: w.now.Add(time.Millisecond)}})
}

// saveTest changes what only tests are run for.
func (w *world) saveTest() {
	if !w.state.Settings.Tests {
		return
	}
	w.edited++
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Ignore, Tests: []string{fmt.Sprint(w.edited, "_test.go")}}}})
}

// testsEnd ends the tests.
func (w *world) testsEnd() {
	if w.testing == 0 {
		return
	}
	if !w.endTests {
		w.tested = w.testing
	}
	w.testing = 0
	w.step(Input{Tested: &Tested{}})
}

func (w *world) save(action plan.Action) { w.saveFile(action, fmt.Sprint(w.change+1, ".go")) }

// touch changes a file that the program reads when it starts.
func (w *world) touch() {
	w.env++
	if w.state.Binary == "" {
		w.change++ // it has to be built first
		w.edited++
	} else {
		w.touched = w.env
	}
	builds := w.state.Builds
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Restart, AsBuilt: true, Files: []string{"page.html"}}, First: w.now}})
	if w.state.Binary != "" && w.state.Builds != builds {
		w.t.Fatal("a build was started for nothing")
	}
}

// built ends the build. A doomed one may still have come to anything.
func (w *world) built(outcome event.Outcome) {
	if w.building == 0 {
		return
	}
	switch {
	case w.doomed && outcome != event.Built:
		outcome = event.Canceled
	case outcome == event.Canceled:
		return
	case outcome == event.Same && w.published == 0:
		outcome = event.Built
	}
	version := w.building
	if outcome == event.Built {
		w.published = version
	}
	if w.doomed && w.state.Stop == Running {
		w.canceled++
	} else if !w.doomed {
		w.canceled = 0
	}
	w.building = 0
	w.step(Input{Built: &Built{Number: w.number, Outcome: outcome, Binary: "bin"}})
}

func (w *world) app(kind app.Kind) {
	e := app.Event{Kind: kind, Serving: w.current}
	switch kind {
	case app.Ready, app.Failed:
		if w.reloading == 0 {
			return
		}
		w.gen++
		e.Generation, e.PID = w.gen, w.gen
		if kind == app.Ready {
			w.serving, w.current, w.living = w.reloading, w.gen, w.starting
		} else {
			e.Superseded = w.aborted
			w.died = e.PID != 0 && w.serving == 0 && !w.aborted
		}
		w.reloading = 0
	case app.Exited:
		if w.serving == 0 {
			return
		}
		w.serving, w.current, w.died = 0, 0, true
	case app.Stopped:
		if !w.stopping || w.exited {
			return
		}
		w.serving, w.current, w.reloading = 0, 0, 0
	}
	e.Serving = w.current
	w.step(Input{App: &e})
}

// rest lets everything that runs come to a good end.
func (w *world) rest(outcome event.Outcome) {
	for i := 0; w.building != 0 || w.reloading != 0 || w.testing != 0 || len(w.tasks) > 0 || !w.state.due().IsZero(); i++ {
		if i > 100 {
			w.t.Fatal("does not come to rest")
		}
		w.taskEnds()
		w.testsEnd()
		w.built(outcome)
		if w.serving == 0 && w.reloading == 0 && w.building == 0 && w.died && w.state.Settings.Rerun && w.state.Rerun.At.IsZero() && w.state.Echo.Until.IsZero() {
			w.t.Fatal("nobody starts the program again")
		}
		w.wait()
		w.app(app.Ready)
	}
}

// FuzzLoop plays any sequence of inputs and then checks what must be true.
func FuzzLoop(f *testing.F) {
	for settings := range byte(64) {
		f.Add(settings, []byte{0, 1, 9, 0, 0, 1, 9})
		f.Add(settings, []byte{0, 0, 0, 0, 0, 0, 0, 1, 9})
		f.Add(settings, []byte{1, 9, 0, 2, 0, 1, 10, 0, 3, 11})
		f.Add(settings, []byte{1, 0, 1, 0, 1, 12, 0, 12, 13})
		f.Add(settings, []byte{1, 9, 11, 17, 9, 11, 17, 10, 17, 9, 4, 11, 3})
		f.Add(settings, []byte{1, 9, 18, 18, 17, 18, 16, 19, 17, 16, 15, 16, 16})
		f.Add(settings, []byte{1, 9, 5, 3, 10, 5, 11, 17, 5, 3, 9, 20})
		f.Add(settings, []byte{1, 9, 21, 15, 16, 15, 16, 15})
		f.Add(settings, []byte{1, 9, 22, 9, 0, 22, 2, 9, 0, 22, 3, 10, 22, 11, 22, 9})
		f.Add(settings, []byte{22, 2, 22, 1, 22, 0, 1, 22, 0, 22, 12})
		f.Add(settings, []byte("1010012"))
		f.Add(settings, []byte("1001ZC"))
		f.Add(settings, []byte("P"))
		f.Add(settings, []byte("7#0!Y80707070707X0"))
		f.Add(settings, []byte("70z000000707007007000ay000000000"))
		f.Add(settings, []byte{1, 9, 0, 1, 9, 24, 25, 0, 25, 2, 24, 1, 9, 25, 24})
		f.Add(settings, append([]byte{1, 9}, bytes.Repeat([]byte{22, 1, 17}, 12)...))
	}
	f.Fuzz(func(t *testing.T, settings byte, script []byte) {
		var s Settings
		if settings&1 != 0 {
			s.Rerun, s.RerunDelay = true, 500*time.Millisecond
		}
		if settings&2 != 0 {
			s.Rules = []Rule{{Name: "at once"}, {Name: "later", Delay: time.Second}}
		}
		if settings&4 != 0 {
			s.Post = []string{"first", "second"}
		}
		s.Tests = settings&16 != 0
		s.Writes = settings&32 != 0
		w := worldWith(t, s)
		w.step(Input{Start: true})
		for _, b := range script {
			if w.exited {
				return
			}
			w.play(b % 27)
		}
		w.check(map[bool]event.Outcome{true: event.Same, false: event.Built}[settings&8 != 0])
	})
}

func (w *world) play(b byte) {
	switch b {
	case 0, 4, 8:
		w.save(plan.Rebuild)
	case 5:
		w.save(plan.Restart)
	case 6:
		w.save(plan.Ignore)
	case 1, 7:
		w.built(event.Built)
	case 2:
		w.built(event.Failed)
	case 3:
		w.built(event.Same)
	case 9:
		w.app(app.Ready)
	case 10:
		w.app(app.Failed)
	case 11:
		w.app(app.Exited)
	case 12:
		w.built(event.Canceled)
	case 13:
		w.app(app.Notice)
	case 14:
		w.app(app.Gone)
	case 15:
		w.step(Input{Interrupt: "test"})
	case 16:
		w.taskEnds()
	case 17:
		w.wait()
	case 18:
		w.match(0)
	case 19:
		w.match(1 % max(len(w.matched), 1))
	case 20:
		w.reread(&event.Event{Kind: event.Notice})
	case 21:
		w.reread(nil)
	case 22:
		w.saveFile(plan.Rebuild, "same.go")
	case 26:
		w.touch()
	case 24:
		w.saveTest()
	case 25:
		w.testsEnd()
	case 23:
		w.now = w.now.Add(time.Second)
	}
}

func (w *world) check(outcome event.Outcome) {
	if w.state.Stop == Running {
		w.rest(outcome)
		if w.state.Echo.Broken {
			w.now = w.now.Add(time.Second)
			w.save(plan.Rebuild)
			w.rest(outcome)
		}
		if w.started != w.change {
			w.t.Fatalf("change %d is in no build; the last one has %d", w.change, w.started)
		}
		if w.serving != 0 && w.serving != w.published && !w.state.Stale {
			w.t.Fatalf("version %d serves, %d is published, and nobody knows", w.serving, w.published)
		}
		if w.serving != 0 && w.living != w.env && !w.state.Stale {
			w.t.Fatalf("environment %d is that of what serves, %d is the last, and nobody knows", w.living, w.env)
		}
		if w.begun < w.touched && w.published != 0 {
			w.t.Fatal("a file that the program reads when it starts has changed, and it was not started since")
		}
		if w.serving == 0 && w.died && w.state.Settings.Rerun {
			w.t.Fatal("the program has ended and is not started again")
		}
		if w.state.Settings.Tests && w.edited != w.tested && !w.state.Tests.Unbuilt {
			w.t.Fatalf("change %d is not tested, the last one is %d", w.edited, w.tested)
		}
		for i, changes := range w.matched {
			if w.ran[i] != changes {
				w.t.Fatalf("rule %d has not run for change %d", i, changes)
			}
		}
	}
	for range 3 {
		w.step(Input{Interrupt: "end"})
	}
	w.testsEnd()
	w.built(event.Canceled)
	w.app(app.Stopped)
	if !w.exited {
		w.t.Fatal("a stop does not lead to the exit")
	}
}
