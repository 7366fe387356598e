package config

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPositionsOfErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line, col  int
		message    string // its beginning
		source     string
	}{
		{"number for a string", "root = 3\n", 1, 8, "root: expected a string, got a whole number", "root = 3"},
		{"string for a number", "[build]\n  delay  =  \"1s\" # why\n", 2, 13,
			"build.delay: expected a whole number of milliseconds, got a string", "  delay  =  \"1s\" # why"},
		{"fraction", "[build]\ndelay = 1.5\n", 2, 9, "build.delay: expected a whole number of milliseconds, got a fraction", "delay = 1.5"},
		{"negative", "[build]\ndelay = -1\n", 2, 9, "build.delay: expected 0 to", "delay = -1"},
		{"string for a list", "[build]\ninclude_ext = \"go\"", 2, 15, "build.include_ext: expected a list of strings, got a string", "include_ext = \"go\""},
		{"number in a list", "[build]\nexclude_dir = [\n  \"tmp\", # é\n  7,\n]\n", 4, 3,
			"build.exclude_dir: expected a list of strings, element 2 is a whole number", "  7,"},
		{"list in a list", "[build]\nargs_bin = [\"a\", []]\n", 2, 12, "build.args_bin: expected a list of strings, element 2 is a list", "args_bin = [\"a\", []]"},
		{"string for a boolean", "[build]\nsend_interrupt = \"yes\"\n", 2, 18, "build.send_interrupt: expected true or false, got a string", "send_interrupt = \"yes\""},
		{"date", "tmp_dir = 2024-01-01\n", 1, 11, "tmp_dir: expected a string, got a date or time", "tmp_dir = 2024-01-01"},
		{"regular expression", "[build]\nexclude_regex = [\"ok\", \"(\"]\n", 2, 24, "build.exclude_regex: error parsing regexp: missing closing )", "exclude_regex = [\"ok\", \"(\"]"},
		{"file pattern", "[build]\nexclude_file = [\"[\"]\n", 2, 17, "build.exclude_file: \"[\" is not a file pattern", "exclude_file = [\"[\"]"},
		{"kill_delay word", "[build]\nkill_delay = \"soon\"\n", 2, 14, "build.kill_delay: expected a duration such as", "kill_delay = \"soon\""},
		{"kill_delay negative", "[build]\nkill_delay = -9223372036854775808\n", 2, 14, "build.kill_delay: expected a duration that is not negative", "kill_delay = -9223372036854775808"},
		{"kill_delay boolean", "[build]\nkill_delay = true\n", 2, 14, "build.kill_delay: expected a duration such as", "kill_delay = true"},
		{"entrypoint", "[build]\nentrypoint = 1\n", 2, 14, "build.entrypoint: expected a string or a list of strings, got a whole number", "entrypoint = 1"},
		{"empty entrypoint", "[build]\nentrypoint = [\"\", \"x\"]\n", 2, 15, "build.entrypoint: the first element names the program", "entrypoint = [\"\", \"x\"]"},
		{"color.mode", "[color]\nmode = \"sometimes\"\n", 2, 8, "color.mode: expected \"auto\", \"always\" or \"never\", got \"sometimes\"", "mode = \"sometimes\""},
		{"handoff", "[ginreload]\n  handoff = \"fast\"\n", 2, 13, "ginreload.handoff: expected \"auto\" or \"restart\", got \"fast\"", "  handoff = \"fast\""},
		{"handoff boolean", "ginreload.handoff = false\n", 1, 21, "ginreload.handoff: expected a string, got true or false", "ginreload.handoff = false"},
		{"overlap", "[ginreload]\noverlap = \"no\"\n", 2, 11, "ginreload.overlap: expected true or false, got a string", "overlap = \"no\""},
		{"ready", "[ginreload]\nready = \"healthz\"\n", 2, 9,
			"ginreload.ready: expected a URL such as \"http://localhost:8080/healthz\" or a path such as \"/healthz\", got \"healthz\"", "ready = \"healthz\""},
		{"ready boolean", "[ginreload]\nready = true\n", 2, 9, "ginreload.ready: expected a string, got true or false", "ready = true"},
		{"hold", "[ginreload]\nhold = \"10\"\n", 2, 8, "ginreload.hold: expected a duration such as \"500ms\" or \"2s\", got \"10\"", "hold = \"10\""},
		{"hold negative", "[ginreload]\nhold = \"-1s\"\n", 2, 8, "ginreload.hold: expected a duration that is not negative", "hold = \"-1s\""},
		{"hold fraction", "[ginreload]\nhold = 1.5\n", 2, 8, "ginreload.hold: expected a duration such as \"500ms\" or a number", "hold = 1.5"},
		{"the first of two", "[ginreload]\nhold = 1.5\nhandoff = \"x\"\n", 2, 8, "ginreload.hold:", "hold = 1.5"},
		{"string for our section", "ginreload = \"restart\"\n", 1, 1, "ginreload: expected a section [ginreload], got a string", "ginreload = \"restart\""},
		{"key for a section", "log = 1\nbuild = \"go build\"\n", 1, 1, "log: expected a section [log], got a whole number", "log = 1"},
		{"array for a section", "[[build]]\ncmd = \"x\"\n", 1, 3, "build: expected a section [build], got a list", "[[build]]"},
		{"dotted key", "build.delay = true\n", 1, 15, "build.delay: expected a whole number", "build.delay = true"},
		{"inline section", "build = { cmd = \"x\", delay = \"é\" }\n", 1, 30, "build.delay: expected a whole number", "build = { cmd = \"x\", delay = \"é\" }"},
		{"section for a key", "[build.cmd]\nx = 1\n", 1, 2, "build.cmd: expected a string, got a section", "[build.cmd]"},

		{"characters, not bytes", "[build] # Größe\nbin = \"ü\"\ndelay = \"ä\"\n", 3, 9, "build.delay:", "delay = \"ä\""},
		{"carriage returns", "[build]\r\n# ä\r\ndelay = \"x\"\r\n", 3, 9, "build.delay:", "delay = \"x\""},
		{"byte order mark", "\uFEFFroot = 3\n", 1, 8, "root: expected a string", "root = 3"},

		{"syntax", "[build]\ncmd = \"go build\nbin = 3\n", 2, 0, "", "cmd = \"go build"},
		{"syntax after CRLF and UTF-8", "# ä\r\n[build]\r\n\r\nbin == 3\r\n", 4, 6, "", "bin == 3"},
		{"syntax without a final newline", "[build]\ncmd =", 2, 0, "", "cmd ="},
		{"open section", "root = \".\"\n[build\n", 2, 0, "", "[build"},
		{"stray words at the end", "[a]\nb = 1\nEOF < /dev/null\n", 3, 0, "", "EOF < /dev/null"},
		{"not UTF-8", "root = \"\xff\"\n", 1, 0, "", "root = \"\xff\""},
		{"number too large", "[build]\ndelay = 99999999999999999999\n", 2, 0, "", "delay = 99999999999999999999"},
		{"key twice", "[build]\nbin = \"a\"\n# ä\nbin = \"b\"\n[log]\n", 4, 1, "", "bin = \"b\""},
		{"section twice", "[build]\nbin = \"a\"\n[log]\n[build]\nx = 1\n", 4, 2, "", "[build]"},
		{"key in an inline section twice", "x = 1\nbuild = { bin = \"a\", bin = \"b\" }\n", 2, 0, "", "build = { bin = \"a\", bin = \"b\" }"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := parseAndDecode(".air.toml", []byte(tc.text))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want one with a position", err)
			}
			if e.File != ".air.toml" || e.Line != tc.line || tc.col != 0 && e.Column != tc.col || e.Column < 1 {
				t.Errorf("%s:%d:%d, want .air.toml:%d:%d (%s)", e.File, e.Line, e.Column, tc.line, tc.col, e.Message)
			}
			if !strings.HasPrefix(e.Message, tc.message) || e.Message == "" {
				t.Errorf("message %q, want %q...", e.Message, tc.message)
			}
			if e.Source != tc.source {
				t.Errorf("source %q, want %q", e.Source, tc.source)
			}
		})
	}
}

func parseAndDecode(name string, text []byte) error {
	doc, err := parseDocument(name, text)
	if err != nil {
		return err
	}
	c := Config{}
	c.sayDefaults(true)
	c.sayFile(doc, "linux")
	if len(c.Errors) == 0 {
		return nil
	}
	return c.Errors[0]
}

// T25: the shapes of TOML that occur in real files.
func TestShapesOfTOML(t *testing.T) {
	t.Parallel()
	text := "#:schema https://json.schemastore.org/any.json\r\n" +
		"root\t=\t'.'\r\n" +
		"[build] # größer\r\n" +
		"  cmd = \"\"\"go build \\\r\n     -o ./tmp/main .\"\"\"\r\n" +
		"  bin      = './tmp/main'\r\n" +
		"  exclude_dir = [ # why\r\n    'a', # ä\r\n    \"b\",\r\n  ]\r\n" +
		"  exclude_regex = ['_test\\.go$']\r\n" +
		"  log = \"build-errors.log\"\r\n" +
		"[color]\r\n[log]\r\ntime = true" // no newline at the end
	c := loadText(t, text)
	if c.Cmd != "go build -o ./tmp/main ." || c.Bin != "./tmp/main" || strings.Join(c.ExcludeDir, " ") != "a b" {
		t.Errorf("cmd %q bin %q exclude_dir %q", c.Cmd, c.Bin, c.ExcludeDir)
	}
	if len(c.ExcludeRegex) != 1 || c.ExcludeRegex[0].String() != `_test\.go$` {
		t.Errorf("exclude_regex %v", c.ExcludeRegex)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q", messages(c))
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "\uFEFFroot = \".\"", "a = 1\na = 2", "[build]\r\ncmd = \"x\"\r\n[build]", "build = { bin = 1, bin = 2 }",
		"[[build.rules]]\ncmd = 'x'\n[[build.rules]]", "[build]\nexclude_regex = ['(']", "x = [1, [2, {a = 3}]]",
		"\"build.cmd\" = 1", "[build]\nkill_delay = 1e9", "a.b.c = 1979-05-27T07:32:00Z", "[build.cmd]\nx.y = 1",
		"x = \"\\u00e9\"\ny = '''\n'''", "[ginreload]\nhandoff = 'auto'\noverlap = true\nready = 'http://[::1'\nhold = -1", "ginreload = { hold = '1s', ready = '/%' }",
		"EOF < /dev/null", "[build]\nentrypoint = [\"a\", 1]", "a = [", "\r", "[", "=",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := parseDocument("f.toml", text)
		if err == nil {
			c := Config{Dir: "/p", Root: "/p", File: "/p/f.toml"}
			c.sayDefaults(true)
			c.sayFile(doc, "linux")
			if len(c.Errors) == 0 {
				nothingIsPassedOver(t, c, doc)
				return
			}
			err = c.Errors[0]
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%T without a position: %v", err, err)
		}
		lines := strings.Count(string(text), "\n") + 1
		if e.File == "" || e.Line < 1 || e.Line > lines || e.Column < 1 || e.Message == "" {
			t.Fatalf("no proper position in %d lines: %+v", lines, e)
		}
	})
}

// nothingIsPassedOver goes through a file without errors: what is in it is
// either honoured or told.
func nothingIsPassedOver(t *testing.T, c Config, doc *document) {
	c.Warnings = doc.unknown()
	c.sayInventions(doc)
	told := strings.Join(messages(c), "\n")
	for _, e := range doc.entries {
		name := strings.Join(e.path, ".")
		_, known := named(settings, name)
		value := doc.lookup(e.path...)
		text, isText := value.(string)
		switch {
		case known && (c.said[name].origin.doc == doc || isText && strings.TrimSpace(text) == ""):
		case len(e.path) == 3 && slices.Contains(platforms, e.path[1]) && slices.Contains(platformKeys, e.path[2]):
		case len(e.path) == 3 && e.path[1] == "rules" && slices.Contains(keysOf("build.rules"), e.path[2]):
		case len(e.path) == 3 && e.path[1] == "service" && slices.Contains(keysOf("ginreload.service"), e.path[2]):
		case slices.Contains(sections(), name), name == "build.rules", name == "ginreload.service", len(e.path) == 2 && e.path[0] == "build" && slices.Contains(platforms, e.path[1]):
		case strings.Contains(told, "no key of this file"), strings.Contains(told, "unknown section ["+e.path[0]+"]"), strings.Contains(told, "unknown key "+e.path[0]):
		default:
			t.Fatalf("%q is neither honoured nor told: %s", e.path, told)
		}
	}
	c.completeBuild("linux")
	c.warnOfRegexps()
	c.resolvePaths()
	_ = c.completeServices() // of folders that are missing
	c.warnOfChoices()
	c.notes()
	c.Program(func(string) bool { return false })
	c.Ignored("a/b", true)
	c.Relevant("a/b.go")
	c.RuleFor("a/b.go")
	for _, v := range c.Values() {
		if v.Value != "" && !json.Valid([]byte(v.Value)) {
			t.Fatalf("%s = %s is no JSON", v.Key, v.Value)
		}
	}
}
