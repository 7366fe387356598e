package convert

import (
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/project"
)

func TestProject(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		found   project.Found
		says    []string // lines without their comments
		summary string
	}{
		{"nothing", project.Found{Root: ".", Here: "."}, []string{
			`cmd = "go build -o ./tmp/main ."`, `entrypoint = ["./tmp/main"]`,
			`include_ext = ["go", "tpl", "tmpl", "html"]`, `exclude_dir = ["tmp"]`, `exclude_regex = ['_test\.go$']`,
			`send_interrupt = true`, `kill_delay = "4s"`,
		}, ""},
		{"generators", project.Found{Package: "./cmd/my api", Root: ".", Here: ".", Vendor: true, Foreign: []string{"web/src"},
			EmbeddedExt: []string{"html", "css"}, EmbeddedFile: []string{"LICENCE"}, Templ: "templ generate", SQLC: "sqlc generate",
			Tailwind: project.Tailwind{Found: true, Command: "npm run css", Output: "static/app.css"}}, []string{
			`pre_cmd = ["templ generate", "npm run css"]`, `cmd = "go build -o ./tmp/main './cmd/my api'"`, `entrypoint = ["./tmp/main"]`,
			`include_ext = ["go", "tpl", "tmpl", "html", "css", "templ"]`, `include_file = ["LICENCE"]`,
			`exclude_dir = ["tmp", "vendor", "web/src"]`, `exclude_file = ["static/app.css"]`, `exclude_regex = ['_test\.go$', '_templ\.go$']`,
			`send_interrupt = true`, `kill_delay = "4s"`,
			`[[build.rules]]`, `name = "sqlc"`, `cmd = "sqlc generate"`, `include_ext = ["sql"]`,
		}, "embedded files, templ, sqlc, Tailwind, web/src (not watched)"},
		{"embedded queries", project.Found{Package: ".", Root: ".", Here: ".", EmbeddedExt: []string{"sql"}, SQLC: "sqlc generate"}, []string{
			`pre_cmd = ["sqlc generate"]`, `cmd = "go build -o ./tmp/main ."`, `entrypoint = ["./tmp/main"]`,
			`include_ext = ["go", "tpl", "tmpl", "html", "sql"]`, `exclude_dir = ["tmp"]`, `exclude_regex = ['_test\.go$']`,
			`send_interrupt = true`, `kill_delay = "4s"`,
		}, "embedded files, sqlc"},
		// With tmp_dir elsewhere, Air takes a cmd that is its default for none.
		{"workspace", project.Found{Package: ".", Root: "../..", Here: "services/api", Needed: []string{"libs/db", "services/api"}}, []string{
			`root = "../.."`, `tmp_dir = "services/api/tmp"`,
			`cmd = "go build -o tmp/main ."`, `entrypoint = ["./services/api/tmp/main"]`,
			`include_ext = ["go", "tpl", "tmpl", "html"]`, `include_dir = ["libs/db", "services/api"]`,
			`exclude_dir = ["services/api/tmp"]`, `exclude_regex = ['_test\.go$']`,
			`send_interrupt = true`, `kill_delay = "4s"`,
		}, "sources outside of this folder"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text := Project(tc.found, "./tmp/main").Text()
			var lines []string
			for line := range strings.Lines(string(text)) {
				line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
				if line != "" && line != "[build]" && !strings.HasPrefix(line, "#") {
					lines = append(lines, line)
				}
			}
			if got, want := strings.Join(lines, "\n"), strings.Join(tc.says, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if got := Summary(tc.found); got != tc.summary {
				t.Errorf("summary %q, want %q", got, tc.summary)
			}
			if tc.found.Root == "." {
				loads(t, text)
			}
		})
	}
}
