package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/config"
)

// described is a configuration as a file would say it, in an empty folder.
func described(t *testing.T, change func(*config.Config)) config.Config {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Config{File: filepath.Join(dir, ".air.toml"), Dir: dir, Root: dir, TmpDir: filepath.Join(dir, "tmp"), Bin: "./tmp/main", Strip: true}
	change(&cfg)
	return cfg
}

// How build.cmd is carried out, of the shapes that occur in real files.
func TestBuildCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cmd, bin, fullBin string
		entrypoint              []string
		want                    string // see recipeText
	}{
		{name: "plain", cmd: "go build -o ./tmp/main .", want: "build . to tmp/main"},
		{name: "another name than bin", cmd: "go build -o bin/x ./cmd/x", want: "build ./cmd/x to bin/x"},
		{name: "without -o", cmd: "go build", want: "build  to tmp/main"},
		{name: "templ first", cmd: "templ generate && go build -o ./tmp/main .", want: "must [templ generate] build . to tmp/main"},
		{name: "semicolon", cmd: "go mod download; go build -o ./tmp/main .", want: "may [go mod download] build . to tmp/main"},
		{name: "after it", cmd: "go build -o ./tmp/main . && codesign -f tmp/main", want: "shell to tmp/main"},
		{name: "changes the folder", cmd: "cd web && go build -o ../tmp/main .", want: "shell to tmp/main"},
		{name: "make (LocalAI)", cmd: "make build", bin: "./local-ai", want: "shell to local-ai"},
		{name: "make and a bare name (gitea)", cmd: "make backend", bin: "gitea", want: "shell to gitea"},
		{name: "bin with arguments (memos)", cmd: "make", bin: "./.air/memos --mode dev", want: "shell to .air/memos"},
		{name: "make and full_bin", cmd: "make", fullBin: "APP_ENV=dev A=b ./tmp/app --x y/z", want: "shell to tmp/app"},
		{name: "exec in full_bin", cmd: "make", fullBin: "A=b exec ./tmp/app", want: "shell to tmp/app"},
		{name: "two commands in full_bin", cmd: "make", fullBin: "cd web && ./app", want: "shell"},
		{name: "flags before the program of dlv", cmd: "make", fullBin: "dlv exec --headless --listen :2345 ./tmp/main", want: "shell to tmp/main, debug"},
		{name: "make and make (dashboard)", cmd: "make build", fullBin: "make run-air", want: "shell"},
		{name: "bash -c (forohtoo)", cmd: "make", fullBin: "bash -c 'set -a; source .env; exec ./tmp/worker | tee logs/x.log'", want: "shell"},
		{name: "dlv", cmd: "make", fullBin: "dlv --listen=:2345 exec ./tmp/main -- -x", want: "shell to tmp/main, debug"},
		{name: "dlv on PATH (forkana)", cmd: "bash -lc 'go build'", entrypoint: []string{"dlv", "exec", "./x", "--"}, want: "shell to x, debug"},
		{name: "dlv with a path (tinyauth)", cmd: "go build -gcflags='all=-N -l' -o ./x .", bin: "/go/bin/dlv exec ./x", want: "build . to x, debug"},
		{name: "dlv debug builds by itself", cmd: "true", fullBin: "dlv debug .", want: "shell, debug"},
		{name: "build only (deeplo)", cmd: "make", entrypoint: []string{"/bin/true"}, want: "shell"},
		{name: "build only (webcross3d)", cmd: "go build -o x .", fullBin: "true", want: "build . to x"},
		{name: "another language", cmd: "true", fullBin: "sh server.sh", want: "shell"},
		{name: "no -o, and nothing tells", cmd: "go build", fullBin: "make run", want: "shell"},
		{name: "output of Windows (RTSPToMSE)", cmd: `go build -o tmp\main.exe .`, bin: `tmp\main.exe`, want: "build . to tmp/main.exe"},
		{name: "output of Windows, with make", cmd: "make", bin: `.\tmp\main.exe`, want: "shell to tmp/main.exe"},
		{name: "another Go (arcane)", cmd: "go1.27rc2 build -o ./tmp/main .", want: "shell to tmp/main"},

		{name: "go run (seanime)", cmd: "go run main.go", want: "run main.go"},
		{name: "go run with arguments", cmd: "X=1 go run -tags dev ./cmd/api serve 'a b'", want: "X=1 run ./cmd/api with serve|a b"},
		{name: "chain that ends in go run", cmd: "templ generate && go run .", want: "must [templ generate] run ."},
		{name: "go run that is not to be had", cmd: "cd cmd && go run . | tee log", want: "run as it stands"},
		{name: "exported for go run", cmd: "export A=b; A=c exec go run $X", want: "run as it stands"},
		{name: "go run in a shell", cmd: "bash -c 'set -a; . ./env; go run .'", want: "run as it stands"},
		{name: "go run of a tool", cmd: "go run github.com/magefile/mage@v1.15.0 build", want: "shell to tmp/main"},
		{name: "go run that makes something else", cmd: "go run build.go", bin: "./dist/app", want: "shell to dist/app"},
		{name: "go run and then go build (comigo)", cmd: "go run github.com/a-h/templ/cmd/templ@latest generate && go build -o ./tmp/x main.go",
			want: "must [go run github.com/a-h/templ/cmd/templ@latest generate] build main.go to tmp/x"},
		{name: "go run, its usual entrypoint", cmd: "go run .", entrypoint: []string{"@/tmp/main"}, want: "run ."},
		{name: "go run and a full_bin", cmd: "go run .", fullBin: "./x", want: "shell to x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := described(t, func(cfg *config.Config) {
				cfg.Cmd, cfg.FullBin, cfg.Entrypoint = c.cmd, c.fullBin, c.entrypoint
				if c.bin != "" {
					cfg.Bin = c.bin
				}
				for i := range cfg.Entrypoint {
					cfg.Entrypoint[i] = strings.ReplaceAll(cfg.Entrypoint[i], "@", cfg.Dir)
				}
			})
			if got := recipeText(cfg, configured(cfg)); got != c.want {
				t.Errorf("%s: %s, want %s", c.cmd, got, c.want)
			}
		})
	}
}

func recipeText(cfg config.Config, m made) string {
	var b strings.Builder
	for _, before := range m.Before {
		fmt.Fprintf(&b, "%s [%s] ", map[bool]string{true: "must", false: "may"}[before.Must], before.Line)
	}
	for _, set := range m.Set {
		b.WriteString(set + " ")
	}
	switch {
	case m.Nothing:
		b.WriteString("run as it stands")
	case m.Shell != "":
		b.WriteString("shell")
	case m.runs:
		b.WriteString("run " + strings.Join(m.Packages, " "))
		if args := m.command("program")[1:]; len(args) > 0 {
			b.WriteString(" with " + strings.Join(args, "|"))
		}
	default:
		b.WriteString("build " + strings.Join(m.Packages, " "))
	}
	if m.Output != "" {
		rel, _ := filepath.Rel(cfg.Dir, m.Output)
		b.WriteString(" to " + filepath.ToSlash(rel))
	}
	if debugged(cfg) {
		b.WriteString(", debug")
	}
	return b.String()
}

// What is run after the build, by the shell that splits and expands the words.
func TestProgramIsRun(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("sh")
	}
	for _, c := range []struct {
		name   string
		change func(*config.Config)
		want   string
	}{
		{"bin", func(c *config.Config) {}, "main"},
		{"arguments of the command line", func(c *config.Config) { c.Args = []string{"a b", "$X"} }, "main|a b|$X"},
		{"args_bin is split and expanded (T12)", func(c *config.Config) { c.ArgsBin = []string{"-f ./x", "$X", "'y z'"} }, "main|-f|./x|set|y z"},
		{"bin with arguments (T5)", func(c *config.Config) { c.Bin = "./tmp/main --mode dev"; c.ArgsBin = []string{"more"} }, "main|--mode|dev|more"},
		{"full_bin with a prefix, args_bin appended (T19)", func(c *config.Config) {
			c.FullBin, c.ArgsBin, c.Args = "X=1 ./tmp/main a", []string{"b"}, []string{"c d"}
		}, "main|a|b|c d"},
		{"bin of Windows (T21)", func(c *config.Config) { c.Bin = `tmp\main` }, "main"},
		{"bin that is missing is what was built", func(c *config.Config) { c.Cmd, c.Bin = "go build -o tmp/main", "./tmp/other" }, "main"},
		{"wrapper", func(c *config.Config) { c.FullBin = "sh -c 'exec ./tmp/main \"$@\"' x"; c.ArgsBin = []string{"y"} }, "main|y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := described(t, func(cfg *config.Config) { cfg.Cmd = "make"; c.change(cfg) })
			script := "#!/bin/sh\nprintf main\nfor a do printf '|%s' \"$a\"; done\n"
			if err := os.MkdirAll(cfg.TmpDir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(cfg.TmpDir, "main"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			args := configured(cfg).command("unused")
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Dir, cmd.Env = cfg.Dir, []string{"X=set", "PATH=" + os.Getenv("PATH")}
			out, err := cmd.CombinedOutput()
			if err != nil || string(out) != c.want {
				t.Errorf("%q prints %q, %v; want %q", args, out, err, c.want)
			}
		})
	}
}

func TestPreCommands(t *testing.T) {
	t.Parallel()
	cfg := described(t, func(cfg *config.Config) { cfg.PreCmd, cfg.StopOnError = []string{"a", "b && c"}, true })
	var got []string
	for _, c := range preCommands(cfg) {
		got = append(got, fmt.Sprint(c.Role, " ", c.Line, " ", c.Dir == cfg.Dir, " ", c.Must))
	}
	if want := []string{"pre_cmd a true true", "pre_cmd b && c true true"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
