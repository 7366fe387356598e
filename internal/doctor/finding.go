package doctor

// Level is how much a finding matters.
type Level string

// The levels, from none to that of an exit code of 1.
const (
	OK      Level = "ok"
	Note    Level = "note"    // good to know
	Warning Level = "warning" // something is slower than it could be, or about to fail
	Problem Level = "problem" // something does not work
)

// Finding is one line for the user.
type Finding struct {
	Area  string `json:"area"` // what it is about, one word: "toolchain"
	Level Level  `json:"level"`
	Text  string `json:"text"`           // a sentence without its end
	Next  string `json:"next,omitempty"` // what to do; a Warning and a Problem have one
}

// Findings says what the facts mean, area by area in a fixed order.
func Findings(f Facts) []Finding {
	var all []Finding
	for _, area := range []struct {
		name string
		say  func(Facts) []Finding
	}{
		{"toolchain", toolchain}, {"cache", cache}, {"linker", linker}, {"cgo", cgo},
		{"config", configuration}, {"files", files}, {"watches", watches}, {"port", port},
		{"sockets", sockets}, {"debugger", debugger}, {"editor", editor}, {"terminal", terminal},
	} {
		for _, finding := range area.say(f) {
			finding.Area = area.name
			all = append(all, finding)
		}
	}
	return all
}

// Healthy reports whether there is no Problem.
func Healthy(findings []Finding) bool { return count(findings, Problem) == 0 }

func count(findings []Finding, level Level) int {
	n := 0
	for _, f := range findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

func one(level Level, text, next string) []Finding {
	return []Finding{{Level: level, Text: text, Next: next}}
}
