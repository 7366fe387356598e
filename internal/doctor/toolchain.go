package doctor

import (
	"fmt"
	"strings"
	"time"
)

func toolchain(f Facts) []Finding {
	if f.Go.Err != "" {
		return one(Problem, "the go command cannot be used: "+f.Go.Err, "install Go from https://go.dev/dl, or put its bin folder into PATH")
	}
	found := one(OK, f.Go.Version+" in "+f.Go.Root, "")
	for _, flag := range strings.Fields(f.Go.Flags) {
		if why, ok := costly[name(flag)]; ok && !strings.HasSuffix(flag, "=false") {
			found = append(found, Finding{Level: Warning, Text: "GOFLAGS has " + flag + ": " + why,
				Next: "take it out for development: go env -w GOFLAGS=…, or the variable where the shell sets it"})
		}
	}
	return found
}

func name(flag string) string {
	before, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
	return before
}

// costly are flags that a build for development pays for and does not need.
var costly = map[string]string{
	"a":     "everything is compiled anew by each build",
	"race":  "compiled code is slower, and linked longer",
	"cover": "all code is instrumented", "msan": "all code is instrumented", "asan": "all code is instrumented",
	"x": "each command is printed", "work": "each build leaves a folder behind",
	"p": "builds are held back to so many commands at once",
}

const (
	gigabyte = 1 << 30
	megabyte = 1 << 20
	// slowFiles is what a hundred small files take where a build is held up by
	// them: a local disk needs a few milliseconds.
	slowFiles = 250 * time.Millisecond
)

func cache(f Facts) []Finding {
	c := f.Cache
	move := "have it elsewhere: go env -w GOCACHE=/path/on/a/local/disk"
	switch {
	case c.Path == "":
		return nil
	case c.Err != "":
		return one(Problem, "nothing can be written to GOCACHE "+c.Path+": "+c.Err, move)
	case c.Free > 0 && c.Free < 256*megabyte:
		return one(Problem, fmt.Sprintf("GOCACHE %s has %s left", c.Path, size(c.Free)), "go clean -cache makes room there; the next build takes longer for it")
	case c.Free > 0 && c.Free < 2*gigabyte:
		return one(Warning, fmt.Sprintf("GOCACHE %s has %s left", c.Path, size(c.Free)), "make room before builds fail; go clean -cache makes some")
	case c.Polls:
		return one(Warning, "GOCACHE "+c.Path+" is on "+c.Type+", which is not a disk of this system", move)
	case c.Files > slowFiles:
		return one(Warning, fmt.Sprintf("GOCACHE %s is slow: a hundred small files take %s", c.Path, span(c.Files)), move)
	}
	text := c.Path
	if c.Type != "" {
		text += " on " + c.Type
	}
	if c.Free > 0 {
		text += ", " + size(c.Free) + " free"
	}
	return one(OK, text, "")
}

// size writes bytes with two digits that count.
func size(bytes uint64) string {
	if bytes >= gigabyte {
		return fmt.Sprintf("%.1f GB", float64(bytes)/gigabyte)
	}
	return fmt.Sprintf("%d MB", bytes/megabyte)
}

func span(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
