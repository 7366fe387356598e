package convert

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPatternsThatInclude(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, want string // extensions, folders and files, "-" for those that cannot be said
	}{
		{`\.go$`, "*.go"},
		{`.go`, "*.go"},
		{`.*\.go$`, "*.go"},
		{`(.+\.go|.+\.c)$`, "*.go *.c"},
		{`\.(go|html?)$`, "*.go *.html *.htm"},
		{`(.go$)|(.tsx$)`, "*.go *.tsx"},
		{`\.[ch]$`, "*.c *.h"},
		{`^src/.*\.go$`, "src/*.go"},
		{`^(cmd|internal)/.*\.go$`, "cmd/*.go internal/*.go"},
		{`(main.go|(src|data)/)`, "main.go src/* data/*"},
		{`(\.go$|go\.mod)`, "*.go go.mod"},
		{`^config/app\.ya?ml$`, "config/app.yaml config/app.yml"},
		{`.*`, "*"},
		{`resources`, "-"},
		{`[a-z]+\.go$`, "*.go"},
		{`\.go{3}$`, "*.gooo"},
		{`(`, "-"},
	} {
		if got := said(regexForms(tc.pattern)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.pattern, got, tc.want)
		}
	}
	for _, tc := range []struct{ pattern, want string }{
		{"**/*.go", "*.go"},
		{"*.go", "*.go"},
		{"**", "*"},
		{"cmd/**/*.go", "cmd/*.go"},
		{"cmd/*.{go,html}", "cmd/*.go cmd/*.html"},
		{"static/**", "static/*"},
		{"go.mod", "go.mod"},
		{"**/Makefile", "Makefile"},
		{"**/.env", "*.env"},
		{"web/app?.js", "web/*.js"},
		{"{a", "{a"},
	} {
		if got := said(globForms(tc.pattern)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.pattern, got, tc.want)
		}
	}
}

func said(forms []form) string {
	if len(forms) == 0 {
		return "-"
	}
	var all []string
	for _, f := range forms {
		m, ok := f.read()
		switch {
		case !ok:
			all = append(all, "-")
		case m.file != "":
			all = append(all, m.file)
		default:
			said := "*." + m.ext
			if m.ext == "*" {
				said = "*"
			}
			all = append(all, strings.TrimPrefix(m.dir+"/"+said, "/"))
		}
	}
	return strings.Join(all, " ")
}

func TestPatternsThatExclude(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		glob, regex     string
		folders         string
		excluded, other string // paths that it lets not through, and that it does
	}{
		{glob: "vendor/**", folders: "vendor"},
		{glob: ".git/**"},
		{glob: "**/node_modules/**", folders: "node_modules", excluded: "web/node_modules/a.go", other: "modules/a.go"},
		{glob: "**/*_test.go", excluded: "/x/a_test.go", other: "/x/atest.go"},
		{glob: "**/gen/*.go", excluded: "/x/gen/a.go", other: "/x/regen/a.go"},
		{glob: "web/**/*.js", excluded: "/x/web/a/b.js", other: "/x/cobweb/b.js"},
		{regex: "^vendor/", folders: "vendor"},
		{regex: "(^ui|^data|^db/migrations)", folders: "ui data db/migrations"},
		{regex: "(^|/)vendor/", folders: "vendor", excluded: "a/vendor/b.go", other: "a/myvendor/b.go"},
		{regex: "node_modules", folders: "node_modules", excluded: "/x/node_modules/a.go", other: "/x/a.go"},
		{regex: `_templ\.go$`, excluded: "/x/a_templ.go", other: "/x/templ.go"},
		{regex: `^gen_.*\.go$`, excluded: "/x/gen_a.go", other: "/x/regen_a.go"},
	} {
		d, s := &draft{}, selection{}
		if tc.glob != "" {
			s.excludeGlob(tc.glob)
		} else {
			s.excludeRegexp(d, tc.regex, false)
		}
		if got := strings.Join(s.excludeDir, " "); got != tc.folders || len(d.notes) > 0 || len(s.excludeFile) > 0 {
			t.Errorf("%+v: folders %s, %+v %v", tc, got, s, d.notes)
		}
		matches := func(path string) bool {
			return slices.ContainsFunc(s.excludeRegex, func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(path) })
		}
		if tc.excluded != "" && !matches(tc.excluded) || matches(tc.other) {
			t.Errorf("%+v: %q", tc, s.excludeRegex)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{`\.(go|html?)$`, "cmd/**/*.{go,html}", "(a|b|c){2,3}[d-h]", "}{,", "^(^|/)$*"} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		pattern = strings.ToValidUTF8(pattern, "") // as Read does
		for _, forms := range [][]form{regexForms(pattern), globForms(pattern)} {
			var s selection
			s.include(&draft{}, pattern, forms)
			s.excludeGlob(pattern)
			s.excludeRegexp(&draft{}, pattern, true)
			s.settle(&draft{})
			if len(s.ext)+len(s.file) == 0 {
				t.Errorf("%q: nothing is watched", pattern)
			}
			for _, pattern := range s.excludeRegex {
				if _, err := regexp.Compile(pattern); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
