package operator

import "strings"

// Failure is why a command could not do its work, told to a person who may see
// such a program for the first time.
type Failure struct {
	What  string   // what happened
	Now   string   // what that means for the service
	Lines []string // what the program itself said
	Stack []string // where it was when it was ended
	Hint  string   // what to do next
	Err   error
}

// Error is What with the rest below it; Hint is for the caller to show.
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.What)
	if len(f.Lines) > 0 {
		b.WriteString("\n  the last lines of its standard error:")
		for _, line := range f.Lines {
			b.WriteString("\n    | " + line)
		}
	}
	if len(f.Stack) > 0 {
		b.WriteString("\n  its main goroutine was at:")
		for _, line := range f.Stack {
			b.WriteString("\n    " + line)
		}
	}
	if f.Now != "" {
		b.WriteString("\n  " + f.Now)
	}
	return b.String()
}

func (f *Failure) Unwrap() error { return f.Err }
