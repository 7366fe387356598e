package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/plan"
)

// leads is what an action means.
func leads(x explanation) string {
	switch x.Action {
	case plan.Rebuild:
		return "the program is built, and reloaded if it comes out different"
	case plan.Restart:
		if x.Build {
			return "the program is built, and started anew even if it comes out as before"
		}
		return "the program that was built last is started anew; nothing is built"
	case plan.Refresh:
		return "nothing is built or started: the program reads it at each request"
	case "rule":
		return "the command of a rule runs instead of a build"
	case "reread":
		return "ginreload begins anew with what it says"
	}
	return "nothing happens"
}

// memberOf says what a file is to the program.
func memberOf(in graph.Input) string {
	switch {
	case len(in.Chain) == 0:
		return "it " + partOf(in)
	case in.Kind == graph.Embedded:
		return "the package " + in.Package + " embeds it"
	case len(in.Chain) == 1:
		return "it is a " + string(in.Kind) + " of the main package"
	}
	return "it is a " + string(in.Kind) + " of the package " + in.Package
}

// sentence makes of the reason for a decision one for people.
func sentence(why string, cfg config.Config) string {
	word, rest, _ := strings.Cut(why, " ")
	switch {
	case why == plan.Environment:
		return "it is one of env_files, of the build and of the program"
	case why == "not in include_ext":
		return "its extension is none of include_ext: " + strings.Join(cfg.IncludeExt, ", ")
	case why == "include_file":
		return "include_file names it"
	case word == "include_ext" && rest == "*":
		return "include_ext takes every file"
	case word == "include_ext":
		return "include_ext has " + rest
	case strings.HasPrefix(word, "exclude_"):
		return word + " keeps it out: " + rest
	case word == "tmp_dir" || word == "testdata_dir":
		return "it lies in " + word + ", " + rest
	case word == "folder":
		return "it lies in the folder " + rest
	case word == "hidden":
		return "it lies in a hidden folder, " + strings.TrimPrefix(rest, "folder ")
	case strings.HasPrefix(why, "not "):
		return "it is " + why
	}
	return why
}

// show writes explanations, for people or as JSON.
func show(w io.Writer, all []explanation, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Files []explanation `json:"files"`
		}{all})
	}
	var b strings.Builder
	for i, x := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s\n  %-8s %s\n  because  %s\n", x.File, x.Action, x.Leads, x.Because)
		if len(x.Imports) > 1 {
			fmt.Fprintf(&b, "  imports  %s\n", strings.Join(x.Imports, "\n           → "))
		}
		for _, note := range x.Notes {
			fmt.Fprintf(&b, "  note     %s\n", note)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
