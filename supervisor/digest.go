package supervisor

import (
	"regexp"
	"slices"
	"strings"
)

const (
	// tailSize is how much of a new process's stderr is kept for the error,
	tailSize = 4 << 10
	// stacksSize is how much of its goroutines is kept besides.
	stacksSize = 256 << 10

	saidLines  = 20
	stackLines = 8
)

var (
	// quitHeader begins what the Go runtime prints at a SIGQUIT,
	quitHeader = regexp.MustCompile(`(?m)^SIGQUIT: quit$`)
	// crashHeader what it prints when a program crashes.
	crashHeader = regexp.MustCompile(`^(panic|fatal error): `)
)

// digest splits stderr into its last lines and, if there is a dump of
// goroutines, the functions on the stack of the main one, the innermost first.
func digest(stderr string) (said, stack []string) {
	text, dump := stderr, ""
	if at := quitHeader.FindStringIndex(stderr); at != nil {
		text, dump = stderr[:at[0]], stderr[at[1]:]
	}
	return lastLines(text), mainStack(dump)
}

// lastLines begins with the cause of a crash if the stack below it is longer.
func lastLines(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	first := max(0, len(lines)-saidLines)
	for i, line := range slices.Backward(lines) {
		if crashHeader.MatchString(line) {
			first = min(first, i)
			break
		}
	}
	return lines[first:min(len(lines), first+saidLines)]
}

// mainStack leaves out the runtime's own functions, and the middle of a stack
// that is long: where it waits and what it does there stand at its ends.
func mainStack(dump string) (stack []string) {
	_, main, _ := strings.Cut(dump, "\ngoroutine 1 ")
	main, _, _ = strings.Cut(main, "\n\n")
	lines := strings.Split(main, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		function, place := lines[i], strings.TrimSpace(lines[i+1])
		arguments := strings.LastIndexByte(function, '(')
		if arguments < 0 || strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "internal/") {
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		stack = append(stack, function[:arguments]+" "+place)
	}
	if len(stack) > stackLines {
		stack = slices.Replace(stack, stackLines/2, len(stack)-stackLines/2, "…")
	}
	return stack
}
