package builder

import "strings"

// A buildFlag is one flag as go build understands it: -tags x, -tags=x and
// --tags x are all {tags, x}.
type buildFlag struct {
	name   string
	value  string
	joined bool // the value came after "=", in the same word
}

// switches are the flags that stand alone or take =true, =false.
// -buildvcs is one of them for the flag package although it also knows "auto".
func isSwitch(name string) bool {
	switch name {
	case "a", "asan", "buildvcs", "cover", "json", "linkshared", "modcacherw", "msan", "n", "race", "trimpath", "v", "work", "x":
		return true
	}
	return false
}

func takesValue(name string) bool {
	switch name {
	case "C", "asmflags", "buildmode", "compiler", "covermode", "coverpkg",
		"debug-actiongraph", "debug-runtime-trace", "debug-trace",
		"gccgoflags", "gcflags", "installsuffix", "ldflags", "mod", "modfile",
		"o", "overlay", "p", "pgo", "pkgdir", "tags", "toolexec":
		return true
	}
	return false
}

// readFlag takes the first flag off words and says how many words it was. It
// is 0 if words do not begin with a flag or its value is missing.
func readFlag(words []string) (buildFlag, int) {
	if len(words) == 0 {
		return buildFlag{}, 0
	}
	word := words[0]
	name := strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-")
	if len(name) == len(word) || name == "" || name[0] == '-' || name[0] == '=' {
		return buildFlag{}, 0
	}
	if name, value, ok := strings.Cut(name, "="); ok {
		return buildFlag{name, value, true}, 1
	}
	if !takesValue(name) {
		return buildFlag{name: name}, 1
	}
	if len(words) == 1 {
		return buildFlag{}, 0
	}
	return buildFlag{name: name, value: words[1]}, 2
}

// A room is which flags of ours the user's own leave room for.
type room struct{ vcs, strip, link bool }

// room is what flags and goflags, which is what `go env GOFLAGS` says, leave. If
// that cannot be read as words it is nothing: better a slow build than one that
// overrules the user.
func (r Recipe) room(flags []string, goflags string) room {
	words, ok := splitWords(goflags)
	if !ok {
		return room{}
	}
	all := flags[:len(flags):len(flags)]
	for _, w := range words {
		all = append(all, w.text)
	}

	left := room{vcs: true, strip: !r.Debug, link: true}
	for len(all) > 0 {
		flag, n := readFlag(all)
		all = all[max(n, 1):]
		switch flag.name {
		case "buildvcs":
			left.vcs = false
		case "ldflags":
			left.strip, left.link = false, false
		case "buildmode", "compiler":
			left.link = false
		case "gcflags":
			left.strip = left.strip && !optimizationsOff(flag.value)
		case "race", "msan", "asan":
			left.strip = left.strip && (flag.value == "false" || flag.value == "0")
		}
	}
	return left
}

// flags are ours. Go's linker is told to strip with strip, and which one to use
// for C, "" for nothing.
func (r room) flags(strip, linker string) []string {
	var ours, ldflags []string
	if r.vcs {
		ours = append(ours, "-buildvcs=false")
	}
	if r.strip {
		ldflags = append(ldflags, strip)
	}
	if r.link && linker != "" {
		ldflags = append(ldflags, "-extldflags=-fuse-ld="+linker)
	}
	if len(ldflags) > 0 {
		ours = append(ours, "-ldflags="+strings.Join(ldflags, " "))
	}
	return ours
}

// optimizationsOff finds -N in the value of -gcflags, which may begin with a
// package pattern: all=-N -l.
func optimizationsOff(gcflags string) bool {
	if _, list, ok := strings.Cut(gcflags, "="); ok && !strings.HasPrefix(gcflags, "-") {
		gcflags = list
	}
	for _, f := range strings.Fields(gcflags) {
		if strings.Trim(f, `'"`) == "-N" {
			return true
		}
	}
	return false
}
