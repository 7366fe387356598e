package project

import (
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Tailwind is how a project makes its CSS.
type Tailwind struct {
	Found   bool
	Command string // "" if it is not clear how
	Output  string // what it writes, "" if not known
}

type manifest struct {
	Scripts                       map[string]string
	Dependencies, DevDependencies map[string]string
}

func tailwind(dir, here string, t tree) Tailwind {
	input := ""
	for _, file := range t.css {
		text := readSmall(filepath.Join(dir, filepath.FromSlash(file)))
		if strings.Contains(text, `@import "tailwindcss"`) || strings.Contains(text, "@import 'tailwindcss'") ||
			strings.Contains(text, "@tailwind ") {
			input = file
			break
		}
	}
	nodeProject := slices.Contains(t.frontends, ".")
	if !t.tailwind && (input == "" || !nodeProject) {
		return Tailwind{}
	}
	var m manifest
	if json.Unmarshal([]byte(readSmall(filepath.Join(dir, "package.json"))), &m) != nil {
		m = manifest{}
	}
	tw := Tailwind{Found: true}
	if tw.byScript(dir, m) || input == "" {
		if tw.Output != "" {
			tw.Output = path.Join(here, tw.Output)
		}
		return tw
	}
	program := "npx @tailwindcss/cli"
	if t.tailwind && m.DevDependencies["@tailwindcss/cli"] == "" && m.Dependencies["@tailwindcss/cli"] == "" {
		program = "npx tailwindcss" // before version 4, which has no such file
	}
	output := path.Join(path.Dir(input), "output.css")
	tw.Command, tw.Output = program+" -i ./"+input+" -o ./"+output, path.Join(here, output)
	return tw
}

// byScript takes the script of package.json that calls Tailwind. One that stays
// to watch would never let the build begin, so its command is taken without
// that.
func (tw *Tailwind) byScript(dir string, m manifest) bool {
	staying := ""
	for _, name := range slices.Sorted(maps.Keys(m.Scripts)) {
		script := m.Scripts[name]
		words := strings.Fields(script)
		if !strings.Contains(script, "tailwindcss") {
			continue
		}
		if slices.ContainsFunc(words, watches) {
			staying = script
			continue
		}
		tw.Command, tw.Output = runner(dir)+" run "+name, output(words)
		return true
	}
	if staying == "" || strings.ContainsAny(staying, "&|;") {
		return false
	}
	words := slices.DeleteFunc(strings.Fields(staying), watches)
	if words[0] != "npx" {
		words = slices.Insert(words, 0, "npx")
	}
	tw.Command, tw.Output = strings.Join(words, " "), output(words)
	return true
}

func watches(word string) bool {
	return word == "-w" || word == "--watch" || strings.HasPrefix(word, "--watch=")
}

// output returns what -o names.
func output(words []string) string {
	for i, word := range words {
		if name, value, found := strings.Cut(word, "="); found && (name == "-o" || name == "--output") {
			return path.Clean(value)
		}
		if (word == "-o" || word == "--output") && i+1 < len(words) {
			return path.Clean(words[i+1])
		}
	}
	return ""
}

// runner is the package manager whose lock file is there.
func runner(dir string) string {
	for file, name := range map[string]string{"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"} {
		if exists(filepath.Join(dir, file)) {
			return name
		}
	}
	return "npm"
}
