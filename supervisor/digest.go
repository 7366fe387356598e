package supervisor

import (
	"regexp"
	"strings"
)

const (
	// tailSize is how much of a new process's stderr is kept for the error,
	tailSize = 4 << 10
	// stacksSize is the same while it prints its goroutines.
	stacksSize = 256 << 10

	saidLines  = 20
	stackLines = 8
)

// quitHeader begins what the Go runtime prints at a SIGQUIT.
var quitHeader = regexp.MustCompile(`(?m)^SIGQUIT: quit$`)

// digest splits stderr into its last lines and, if there is a dump of
// goroutines, the functions on the stack of the main one, the innermost first.
func digest(stderr string) (said, stack []string) {
	text, dump := stderr, ""
	if at := quitHeader.FindStringIndex(stderr); at != nil {
		text, dump = stderr[:at[0]], stderr[at[1]:]
	}
	if text = strings.TrimSpace(text); text != "" {
		said = strings.Split(text, "\n")
		said = said[max(0, len(said)-saidLines):]
	}
	_, main, ok := strings.Cut(dump, "\ngoroutine 1 ")
	if !ok {
		return said, nil
	}
	main, _, _ = strings.Cut(main, "\n\n")
	lines := strings.Split(main, "\n")
	for i := 1; i+1 < len(lines) && len(stack) < stackLines; i += 2 {
		if strings.HasPrefix(lines[i], "runtime.") {
			continue
		}
		function, _, _ := strings.Cut(lines[i], "(0x")
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		stack = append(stack, strings.TrimSuffix(function, "(...)")+" "+place)
	}
	return said, stack
}
