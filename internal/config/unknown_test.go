package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUnknownKeys(t *testing.T) { // T18
	t.Parallel()
	const file = "root = \".\"\n"
	tests := []struct {
		name, text string
		want       []string // message and hint
	}{
		{"the commonest invention", file + "[build]\nstop_on_root = true\n", []string{".air.toml:3: unknown key build.stop_on_root → did you mean stop_on_error?"}},
		{"letter missing", "[build]\ninclude_fle = []\n", []string{".air.toml:2: unknown key build.include_fle → did you mean include_file?"}},
		{"letters swapped", "[build]\nbni = 'x'\n", []string{".air.toml:2: unknown key build.bni → did you mean bin?"}},
		{"plural", "[build]\npre_cmds = ['x']\n", []string{".air.toml:2: unknown key build.pre_cmds → did you mean pre_cmd?"}},
		{"upper case", "[build]\nCMD = 'x'\n", []string{".air.toml:2: unknown key build.CMD → did you mean cmd?"}},
		{"nothing near", "[build]\nzzz = ['x']\n", []string{".air.toml:2: unknown key build.zzz"}},
		{"invented, and known for it", "[build]\nbuild_flags = '-v'\n[run]\ncmd = 'x'\n", []string{
			".air.toml:2: unknown key build.build_flags → flags of go build belong into cmd",
			".air.toml:3: unknown section [run] → what is run is said in [build]: entrypoint for the program, args_bin for its arguments"}},
		{"in the section of a system", "[build.windows]\nbni = 'x'\ndelay = 1\n[build.linus]\nx = 1\n", []string{
			".air.toml:2: unknown key build.windows.bni → did you mean bin?", ".air.toml:3: unknown key build.windows.delay → did you mean delay in [build]?",
			".air.toml:4: unknown key build.linus → did you mean linux?"}},
		{"in a rule", "[[build.rules]]\ncmd = 'x'\ninclude_ext = ['css']\ninclude_dirs = ['web']\n", []string{
			".air.toml:4: unknown key build.rules.include_dirs → did you mean include_dir?"}},
		{"in the wrong section", "[build]\ntmp_dir = 'x'\n[log]\ncmd = 'x'\n", []string{
			".air.toml:2: unknown key build.tmp_dir → tmp_dir belongs at the top of the file, before the first section",
			".air.toml:4: unknown key log.cmd → did you mean cmd in [build]?"}},
		{"at the top", "cmd = 'x'\ntmp_folder = '.'\n", []string{
			".air.toml:1: unknown key cmd → did you mean cmd in [build]?", ".air.toml:2: unknown key tmp_folder"}},
		{"section misspelt", "[biuld]\ncmd = 'x'\n", []string{".air.toml:1: unknown section [biuld] → did you mean [build]?"}},
		{"section that swallows keys", "[watch]\ndelay = 1\nfoo = 2\nroot = '.'\n", []string{
			".air.toml:1: unknown section [watch] → delay belongs in [build]; root belongs at the top of the file"}},
		{"section of a section", file + "[build.env]\nA = 'x'\nB = 'y'\n", []string{".air.toml:2: unknown key build.env → variables belong into env_files, or before the program in full_bin: \"APP_ENV=dev ./tmp/main\""}},
		{"inline and dotted", "build = { bni = 1 }\nother.x = 1\nother.y = 2\n", []string{
			".air.toml:1: unknown key build.bni → did you mean bin?", ".air.toml:2: unknown section [other]"}},
		{"quoted", file + "\"build.cmd\" = 'x'\n", []string{".air.toml:2: unknown key build.cmd"}},
		{"ours misspelt", "[ginreload]\noverlaps = true\nhandof = \"auto\"\n", []string{
			".air.toml:2: unknown key ginreload.overlaps → did you mean overlap?", ".air.toml:3: unknown key ginreload.handof → did you mean handoff?"}},
		{"ours in the wrong place", "hold = \"1s\"\n[build]\nready = \"/\"\n[ginreload]\nkill_delay = 1\n", []string{
			".air.toml:1: unknown key hold → did you mean hold in [ginreload]?", ".air.toml:3: unknown key build.ready → did you mean ready in [ginreload]?",
			".air.toml:5: unknown key ginreload.kill_delay → did you mean kill_delay in [build]?"}},
		{"our section misspelt", "[gin-reload]\noverlap = true\n", []string{".air.toml:1: unknown section [gin-reload] → did you mean [ginreload]?"}},
		{"the R formatter's file", "[format]\nexclude = ['x']\nline-width = 80\n", []string{ // T20
			".air.toml:1: no key of this file belongs to Air or ginreload → another tool called Air, a formatter for R, has an air.toml too; name the right file with --config"}},
		{"empty", "# nothing\n", nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range loadText(t, tc.text).Warnings {
				text := w.String()
				if w.Hint != "" {
					text += " → " + w.Hint
				}
				got = append(got, text)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

func TestTheProxyIsNotHonouredYet(t *testing.T) {
	t.Parallel()
	c := loadText(t, "[proxy]\nenabled = true\nproxy_port = 8090\napp_port = 8080\napp_start_timeout = 100\n")
	if got := messages(c); len(got) != 1 || got[0] != ".air.toml:2: proxy.enabled: the proxy is not honoured yet" {
		t.Errorf("%q", got)
	}
	if want := (Proxy{true, 8090, 8080, 100 * time.Millisecond}); c.Proxy != want {
		t.Errorf("%+v", c.Proxy)
	}
}

// What `air init` writes is in four of ten repositories: nothing to complain of.
func TestDefaultsOfAirAreQuiet(t *testing.T) {
	t.Parallel()
	c := loadText(t, `#:schema https://json.schemastore.org/any.json

env_files = []
root = "."
testdata_dir = "testdata"
tmp_dir = "tmp"

[build]
  args_bin = []
  bin = "./tmp/main"
  cmd = "go build -o ./tmp/main ."
  delay = 1000
  entrypoint = ["./tmp/main"]
  exclude_dir = ["assets", "tmp", "vendor", "testdata"]
  exclude_file = []
  exclude_regex = ["_test.go"]
  exclude_unchanged = false
  follow_symlink = false
  full_bin = ""
  ignore_dangerous_root_dir = false
  include_dir = []
  include_ext = ["go", "tpl", "tmpl", "html"]
  include_file = []
  kill_delay = "0s"
  log = "build-errors.log"
  poll = false
  poll_interval = 0
  post_cmd = []
  pre_cmd = []
  rerun = false
  rerun_delay = 500
  send_interrupt = false
  stop_on_error = false

[color]
  app = ""
  build = "yellow"
  main = "magenta"
  mode = ""
  runner = "green"
  watcher = "cyan"

[log]
  main_only = false
  silent = false
  time = false

[misc]
  clean_on_exit = false

[proxy]
  app_port = 0
  app_start_timeout = 0
  enabled = false
  proxy_port = 0

[screen]
  clear_on_rebuild = false
  keep_scroll = true
`)
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q", messages(c))
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"stop_on_root": "stop_on_error", "bin": "bin", "bnn": "bin", "x": "", "": "", "clr": "", "kill_dealy": "kill_delay",
	} {
		if got := nearest(name, keysOf("build")); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
