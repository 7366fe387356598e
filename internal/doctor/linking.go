package doctor

import (
	"strings"
	"time"
)

// slowLink is what a machine of the last ten years stays below by far.
const slowLink = 3 * time.Second

func linker(f Facts) []Finding {
	switch {
	case f.Go.Err != "" || f.Link.Took == 0 && f.Link.Err == "":
		return nil
	case f.Link.Err != "":
		return one(Warning, "a small server could not be built: "+f.Link.Err, "run go build by hand, and see what it says")
	case f.Link.Took > slowLink:
		return one(Warning, "a small server takes "+span(f.Link.Took)+" to build and link after a changed line",
			"see what else is running; a virus scanner should leave GOCACHE and the temporary folder alone")
	}
	return one(OK, "a small server builds and links in "+span(f.Link.Took)+" after a changed line", "")
}

func cgo(f Facts) []Finding {
	switch {
	case f.Go.Err != "":
		return nil
	case f.Go.Compiler == "":
		return one(Note, "cgo is off (CGO_ENABLED=0), packages with C code are left out or do not build", "")
	case !f.Go.Found:
		return one(Note, "there is no C compiler "+f.Go.Compiler+"; programs with C code, such as sqlite, do not build", installCompiler(f.System))
	case len(f.Link.Linkers) > 0 && f.Link.Linkers[0] == "mold":
		return one(OK, f.Go.Compiler+", and mold links programs with C code", "")
	case f.System != "linux":
		return one(OK, f.Go.Compiler, "")
	}
	text := f.Go.Compiler + ", and programs with C code are linked by the system's linker"
	if len(f.Link.Linkers) > 0 {
		text = f.Go.Compiler + ", and of the fast linkers " + strings.Join(f.Link.Linkers, " and ")
	}
	return one(Note, text, "if yours has C code, mold links it faster: apt install mold, dnf install mold")
}

func installCompiler(system string) string {
	switch system {
	case "darwin":
		return "xcode-select --install"
	case "windows":
		return "install MinGW-w64, or set CGO_ENABLED=0"
	}
	return "apt install gcc, apk add build-base, or set CGO_ENABLED=0"
}
