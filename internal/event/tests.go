package event

// TestsOutcome is how a run of tests ended.
type TestsOutcome string

// Outcomes of tests.
const (
	TestsPassed   TestsOutcome = "passed"
	TestsFailed   TestsOutcome = "failed"
	TestsNone     TestsOutcome = "none"     // no test reaches what has changed
	TestsCanceled TestsOutcome = "canceled" // a newer change came first
	TestsBroken   TestsOutcome = "broken"   // they could not be run; see Message
)

// Tests is the payload of the end of tests.
type Tests struct {
	Outcome  TestsOutcome `json:"outcome"`
	Millis   float64      `json:"ms,omitempty"`
	Packages int          `json:"packages,omitempty"` // whose tests reach what has changed
	Cached   int          `json:"cached,omitempty"`   // of these, that go test had the answer of
	Failed   []string     `json:"failed,omitempty"`   // packages
	Names    []string     `json:"names,omitempty"`    // tests that failed, as package.Test
	Output   string       `json:"output,omitempty"`   // of what failed
}
