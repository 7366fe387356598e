package event

import "time"

// Version is the version of the JSON form of Event. It grows when a field
// changes its meaning or goes away; new fields and kinds do not change it.
const Version = 1

// Kind says what happened. Readers skip kinds that they do not know.
type Kind string

// The kinds, in about the order in which a first reload meets them.
const (
	Started       Kind = "started"        // ginreload runs: Package or Services, Root, Message
	Changed       Kind = "changed"        // files changed: Files, Action, Why
	BuildStarted  Kind = "build-started"  // Build.Number
	Diagnosed     Kind = "diagnosed"      // errors that are known while a build runs: Build with number and diagnostics; BuildFinished has them again
	BuildFinished Kind = "build-finished" // Build with outcome and diagnostics
	CommandBegun  Kind = "command-begun"  // a command of the configuration starts: Command
	CommandEnded  Kind = "command-ended"  // and ends: Command, Exit; Message if it could not be run
	Output        Kind = "output"         // a line that such a command, or a build in the shell, printed: Message, Command
	AppStarting   Kind = "app-starting"   // Generation, PID, Handoff
	Reloaded      Kind = "reloaded"       // the new code answers: Generation, PID, Timings, Addresses
	ReloadFailed  Kind = "reload-failed"  // the new generation did not get ready: Message, Exit; what serves: Serving
	AppExited     Kind = "app-exited"     // a generation ended that nobody asked to: Exit
	AppGone       Kind = "app-gone"       // a replaced or stopped generation has left: Generation, PID
	TestsStarted  Kind = "tests-started"  // Files: the changes that may break them
	TestsFinished Kind = "tests-finished" // Tests; Message if they could not be run
	Notice        Kind = "notice"         // something the user should know: Level, Message, Hint
	Stopping      Kind = "stopping"       // a stop was asked for
	Stopped       Kind = "stopped"        // nothing of ours runs any more
)

// Level of a notice.
type Level string

// Levels, from harmless to fatal for the current action.
const (
	Debug Level = "debug" // shown with --verbose only
	Info  Level = "info"
	Warn  Level = "warn"
	Error Level = "error"
)

// Event is one fact. It is flat, so that a line of JSON can be read with jq
// without knowing the kind first; fields that a kind does not use are absent.
type Event struct {
	V          int       `json:"v"`
	Seq        uint64    `json:"seq"`
	Time       time.Time `json:"time"`
	Kind       Kind      `json:"kind"`
	Service    string    `json:"service,omitempty"` // that it is about, if there are several
	Level      Level     `json:"level,omitempty"`
	Message    string    `json:"message,omitempty"` // one sentence for people
	Hint       string    `json:"hint,omitempty"`    // what to do next
	Generation int       `json:"generation,omitempty"`
	PID        int       `json:"pid,omitempty"`
	Serving    int       `json:"serving,omitempty"`   // generation that answers now, 0 for none
	Version    string    `json:"version,omitempty"`   // of ginreload
	Package    string    `json:"package,omitempty"`   // main package, as given to go build
	Root       string    `json:"root,omitempty"`      // folder that is watched
	Services   []string  `json:"services,omitempty"`  // that run, if there are several
	Files      []string  `json:"files,omitempty"`     // changed files, relative to Root
	Action     string    `json:"action,omitempty"`    // what the change leads to: rebuild, restart, refresh, rule, test, reread, ignore; or rerun, the program is started again
	Why        string    `json:"why,omitempty"`       // reason for Action, or for the choice of Handoff
	Handoff    string    `json:"handoff,omitempty"`   // start, supervised, kept or restart
	Addresses  []string  `json:"addresses,omitempty"` // URLs or host:port on which the program listens
	Build      *Build    `json:"build,omitempty"`
	Command    *Run      `json:"command,omitempty"`
	Tests      *Tests    `json:"tests,omitempty"`
	Timings    *Timings  `json:"timings,omitempty"`
	Exit       *Exit     `json:"exit,omitempty"`
}

// Outcome of a build.
type Outcome string

// Outcomes.
const (
	Built    Outcome = "built"    // a new binary
	Same     Outcome = "same"     // the binary is byte for byte the one before: nothing is restarted
	Failed   Outcome = "failed"   // the code does not compile; see Diagnostics
	Canceled Outcome = "canceled" // a newer change came first
	Broken   Outcome = "broken"   // the build could not be run at all; see Message
)

// Build is the payload of the build events.
type Build struct {
	Number      int          `json:"number"`
	Outcome     Outcome      `json:"outcome,omitempty"`
	Millis      float64      `json:"ms,omitempty"`
	Direct      bool         `json:"direct,omitempty"` // compile and link were run without go build
	Errors      int          `json:"errors,omitempty"`
	Packages    int          `json:"packages,omitempty"` // packages with errors
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
	Output      string       `json:"output,omitempty"` // raw output; always there when Diagnostics is empty and the build failed
}

// Diagnostic is one message of the compiler, linker or module loader.
type Diagnostic struct {
	Package string `json:"package,omitempty"`
	File    string `json:"file,omitempty"` // as the tool printed it, relative to the folder of the build
	Line    int    `json:"line,omitempty"` // from 1, 0 unknown
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"` // may have several lines
	Count   int    `json:"count"`   // how often it was printed
}

// Timings of a reload, in milliseconds. Total runs from the first file event
// to the new generation being ready.
type Timings struct {
	Total   float64 `json:"total_ms"`
	Settle  float64 `json:"settle_ms"` // file events until the quiet window closed
	Build   float64 `json:"build_ms"`
	Ready   float64 `json:"ready_ms"`             // start of the new process until it was ready
	Waiting float64 `json:"waiting_ms,omitempty"` // for an earlier build or reload to end
}

// Run is a command of the configuration that is run.
type Run struct {
	Role   string  `json:"role"`           // pre_cmd, cmd, post_cmd, rule, or service for one that is kept running
	Name   string  `json:"name,omitempty"` // of a rule
	Line   string  `json:"line,omitempty"` // as given to the shell
	Millis float64 `json:"ms,omitempty"`   // once it has ended
}

// Exit says how a process ended.
type Exit struct {
	Code   int    `json:"code"`             // -1 when it was killed by a signal
	Signal string `json:"signal,omitempty"` // for example SIGSEGV
}
