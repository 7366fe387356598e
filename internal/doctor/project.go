package doctor

import (
	"fmt"
	"strings"
)

func configuration(f Facts) []Finding {
	c := f.Config
	file := c.File
	if file == "" {
		file = "no .air.toml"
	}
	switch {
	case c.Errors > 0:
		return one(Problem, fmt.Sprintf("%s: %s, %s", file, several(c.Errors, "error"), c.First), "ginreload check shows all that is wrong")
	case c.Warnings > 0:
		return one(Warning, fmt.Sprintf("%s: %s, %s", file, several(c.Warnings, "warning"), c.First), "ginreload check says what is meant")
	case c.Notes > 0:
		return one(Note, fmt.Sprintf("%s: %s, %s", file, several(c.Notes, "note"), c.First), "ginreload check says more")
	case c.File == "":
		return one(OK, "no .air.toml, none is needed", "")
	}
	return one(OK, file+" says nothing wrong", "")
}

func several(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func port(f Facts) []Finding {
	var found []Finding
	for _, p := range f.Ports {
		text := fmt.Sprintf("%d (%s)", p.Number, p.Why)
		if !p.Taken {
			found = append(found, Finding{Level: OK, Text: text + " is free"})
			continue
		}
		owner := "another program"
		if p.Owner != "" {
			owner = p.Owner
		}
		found = append(found, Finding{Level: Warning, Text: text + " is held by " + owner,
			Next: "fine if that is your program, run by another ginreload; else stop it, or have yours listen elsewhere"})
	}
	return found
}

func sockets(f Facts) []Finding {
	switch {
	case f.Sockets == "":
		return one(OK, "listening sockets can be kept: no connection is refused during a reload", "")
	case f.System != "linux":
		return one(Note, f.Sockets, "a program with package supervisor reloads without refusing anybody everywhere but on Windows")
	}
	return one(Warning, f.Sockets, "the seccomp profile of the container has to allow seccomp, pidfd_open and pidfd_getfd (docs/kept-sockets.md), or embed package supervisor")
}

func debugger(f Facts) []Finding {
	if f.Debugger == "" {
		return one(Note, "dlv is not installed; it is needed for nothing but debugging", "go install github.com/go-delve/delve/cmd/dlv@latest")
	}
	return one(OK, "dlv "+f.Debugger, "")
}

func editor(f Facts) []Finding {
	e := f.Editor
	switch {
	case e.Name == "":
		return one(Note, "neither VISUAL nor EDITOR names one; any way of saving is one change all the same", "")
	case !e.Found:
		return one(Warning, e.Name+" from "+e.From+" is not there", "set "+e.From+" to the editor that you use")
	}
	return one(OK, e.Name+" from "+e.From+"; any way of saving is one change", "")
}

func terminal(f Facts) []Finding {
	t := f.Terminal
	var parts []string
	if t.Is {
		parts = append(parts, "a terminal"+bracketed(t.Type))
	} else {
		parts = append(parts, "no terminal")
	}
	parts = append(parts, map[bool]string{true: "in colour", false: "without colour"}[t.Color])
	if t.ASCII {
		return one(Note, strings.Join(append(parts, "symbols are plain ASCII"), ", "), "for others set LANG to one with UTF-8, such as C.UTF-8")
	}
	return one(OK, strings.Join(parts, ", "), "")
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
