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

// defaultFlags are the flags of ours that the user's own and GOFLAGS leave
// room for. goflags is what `go env GOFLAGS` says. If it cannot be read as
// words, nothing is added: better a slow build than one that overrules the user.
func defaultFlags(user []string, goflags string) []string {
	words, ok := splitWords(goflags)
	if !ok {
		return nil
	}
	all := user[:len(user):len(user)]
	for _, w := range words {
		all = append(all, w.text)
	}

	vcs, debug := false, false
	for len(all) > 0 {
		flag, n := readFlag(all)
		all = all[max(n, 1):]
		switch flag.name {
		case "buildvcs":
			vcs = true
		case "ldflags":
			debug = true
		case "gcflags":
			debug = debug || optimizationsOff(flag.value)
		case "race", "msan", "asan":
			debug = debug || flag.value != "false" && flag.value != "0"
		}
	}

	var ours []string
	if !vcs {
		ours = append(ours, "-buildvcs=false")
	}
	if !debug {
		ours = append(ours, "-ldflags=-s -w")
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
