package conformance

import "slices"

func loadings() []loading {
	return slices.Concat(found(), pathsOf(), runs(), numbers(), lists(), platforms(), textsOf(), mistakes(), settings())
}

// Which file is read.
func found() []loading {
	const named = "[build]\ncmd = \"make named\"\n"
	return []loading{
		{name: "no file: defaults", covers: "discovery", want: []string{"File ", "Root $DIR", "Dir $DIR", "Cmd "}, warns: quiet},
		{name: ".air.toml", covers: "discovery", text: named, want: []string{"File $DIR/.air.toml", "Cmd make named"}, warns: quiet},
		{name: ".config/air.toml, whose root is the working directory", covers: "discovery cwd-and-root",
			files: map[string]string{".config/air.toml": named},
			want:  []string{"File $DIR/.config/air.toml", "Root $DIR", "Dir $DIR", "Cmd make named"}},
		{name: ".air.toml beats .config/air.toml", covers: "discovery", text: named,
			files: map[string]string{".config/air.toml": "[build]\ncmd = \"other\"\n"}, want: []string{"Cmd make named"}},
		{name: "air.toml without a dot is not looked for", covers: "discovery T20",
			files: map[string]string{"air.toml": named}, want: []string{"File ", "Cmd "}},
		{name: "-c names a file from the working directory", covers: "discovery T8", start: "server",
			files: map[string]string{"server/": "", "conf/dev.toml": named}, args: []string{"-c", "../conf/dev.toml"},
			want: []string{"Cmd make named", "Root $DIR/server", "Dir $DIR/server"}},
		{name: "-c with one dash and =", covers: "discovery cli", files: map[string]string{"x.toml": named}, args: []string{"-c=x.toml"}, want: []string{"Cmd make named"}},
		{name: "-c names a file that is not there", covers: "discovery", args: []string{"-c", "gone.toml"}, fails: `^gone\.toml: `},
		{name: "air_wd is working directory and root", covers: "discovery environment",
			files: map[string]string{"wd/.air.toml": "root = \"elsewhere\"\n" + named}, env: map[string]string{"air_wd": "$DIR/wd"},
			want: []string{"Root $DIR/wd", "Dir $DIR/wd", "Cmd make named"}},
		{name: "-c is read before air_wd counts", covers: "discovery environment", files: map[string]string{"wd/": "", "a.toml": named},
			args: []string{"-c", "a.toml"}, env: map[string]string{"air_wd": "wd"}, want: []string{"Dir $DIR/wd", "Cmd make named"}},
		{name: "a variable in a value is text", covers: "environment", text: "[build]\ncmd = \"$HOME/x\"\n", env: map[string]string{"HOME": "/h"}, want: []string{"Cmd $HOME/x"}},
		{name: "the file of the R formatter is told from ours", covers: "T20", files: map[string]string{"air.toml": "[format]\nexclude = [\"x\"]\n"},
			args: []string{"-c", "air.toml"}, warns: []string{"^1: no key of this file .*formatter"}},
	}
}

// What paths are relative to.
func pathsOf() []loading {
	mono := map[string]string{"repo/core/": "", "repo/transports/http/": "", "shared/": ""}
	return []loading{
		{name: "root is relative to the working directory, the rest to root", covers: "T8 cwd-and-root", files: mono, start: "repo/transports/http",
			args: []string{"-c", "../../../.air.toml"}, text: "root = \"../..\"\ntmp_dir = \"build\"\n[build]\ncmd = \"go build .\"\nbin = \"tmp/main\"\ninclude_dir = [\"core\"]\n",
			want: []string{"Root $DIR/repo", "Dir $DIR/repo/transports/http", "TmpDir $DIR/repo/build", `IncludeDir ["core"]`,
				`Runs $DIR/repo/transports/http/tmp/main []`}},
		{name: "entrypoint is relative to root", covers: "T8 entrypoint", files: mono, start: "repo/core", args: []string{"-c", "../../.air.toml"},
			text: "root = \"..\"\n[build]\nentrypoint = [\"./tmp/x\", \"./arg\"]\n", want: []string{`Runs $DIR/repo/tmp/x ["./arg"]`}},
		{name: "a bare entrypoint is looked up in PATH", covers: "T8 entrypoint", text: "[build]\nentrypoint = \"dlv\"\n", want: []string{"Runs dlv []"}},
		{name: "an absolute root", covers: "T8", files: map[string]string{"app/": ""}, text: "root = \"/nowhere/app\"\n", fails: `\.air\.toml:1:8: root: /nowhere/app`},
		{name: "a root that is a link is resolved", covers: "discovery", text: "root = \".\"\n", want: []string{"Root $DIR"}},
		{name: "~ is the home folder", covers: "discovery", files: map[string]string{"home/shop/": ""}, text: "root = \"~/shop\"\n",
			env: map[string]string{"HOME": "$DIR/home"}, want: []string{"Root $DIR/home/shop"}},
		{name: "the home folder is refused", covers: "safety", text: "[build]\ncmd = \"x\"\n", env: map[string]string{"HOME": "$DIR"}, fails: "refusing to watch"},
		{name: "unless that is wanted", covers: "safety", text: "[build]\nignore_dangerous_root_dir = true\n", env: map[string]string{"HOME": "$DIR"}, want: []string{"Root $DIR"}},
		{name: "the file system is refused", covers: "safety", text: "root = \"/\"\n", fails: "refusing to watch /"},
		{name: "tmp_dir may be absolute", covers: "tmp T11", text: "tmp_dir = \"/var/x\"\n", want: []string{"TmpDir /var/x"}},
		{name: "tmp_dir may lie outside of the root, with a slash at its end", covers: "tmp T11", text: "tmp_dir = \"../../.dist/\"\n[build]\ncmd = \"x\"\n", warns: quiet},
		{name: "tmp_dir in the default command", covers: "tmp tmp-rewriting", text: "tmp_dir = \".air\"\n[build]\nbin = \".air/main\"\n",
			want: []string{"Cmd go build -o ./.air/main ."}},
		{name: "tmp_dir in the default binary", covers: "tmp tmp-rewriting", text: "tmp_dir = \"out\"\n[build]\ncmd = \"make\"\n", want: []string{"Runs $DIR/out/main []"}},
		{name: "an absolute tmp_dir in the defaults", covers: "tmp tmp-rewriting", text: "tmp_dir = \"/x/y\"\n[build]\ncmd = \"make\"\n", want: []string{"Runs /x/y/main []"}},
		{name: "tmp_dir leaves a command alone that is written out", covers: "tmp tmp-rewriting", text: "tmp_dir = \"out\"\n[build]\ncmd = \"go build -o bin/x .\"\nbin = \"bin/x\"\n",
			want: []string{"Cmd go build -o bin/x .", "Runs $DIR/bin/x []"}},
		{name: "tmp_dir = . is told, and the project watched", covers: "T11 safety", text: "tmp_dir = \".\"\n", warns: []string{"tmp_dir holds the project"}},
		{name: "log lies in tmp_dir", covers: "T15", text: "tmp_dir = \"out\"\n[build]\ncmd = \"x\"\nlog = \"errors.txt\"\n", want: []string{"BuildLog $DIR/out/errors.txt"}},
		{name: "log with a folder, which is made", covers: "T15", text: "[build]\ncmd = \"x\"\nlog = \"tmp/e.log\"\n", want: []string{"BuildLog $DIR/tmp/tmp/e.log"}},
		{name: "log by default", covers: "T15 T1", text: "[build]\ncmd = \"x\"\nlog = \"\"\n", want: []string{"BuildLog $DIR/tmp/build-errors.log"}},
		{name: "env_files are relative to root", covers: "env-files", files: map[string]string{"app/": ""}, text: "root = \"app\"\nenv_files = [\".env\", \"/etc/x\"]\n",
			want: []string{`EnvFiles ["$DIR/app/.env" "/etc/x"]`}},
	}
}

// What is run.
func runs() []loading {
	return []loading{
		{name: "bin", covers: "bin precedence", text: "[build]\nbin = \"./bin/x\"\n", want: []string{"Runs $DIR/bin/x []"}},
		{name: "entrypoint beats bin", covers: "entrypoint precedence T19", text: "[build]\nbin = \"./bin/x\"\nentrypoint = \"./bin/y\"\n", want: []string{"Runs $DIR/bin/y []"}},
		{name: "full_bin beats both", covers: "precedence T19", text: "[build]\nbin = \"./bin/x\"\nentrypoint = [\"./y\", \"a\"]\nfull_bin = \"A=1 ./z\"\n", want: []string{"Runs A=1 ./z []"}},
		{name: "an empty full_bin is none", covers: "precedence T19 T1", text: "[build]\nbin = \"./bin/x\"\nfull_bin = \"\"\n", want: []string{"Runs $DIR/bin/x []"}},
		{name: "an empty entrypoint is none", covers: "entrypoint T19", text: "[build]\nbin = \"./bin/x\"\nentrypoint = []\n", want: []string{"Runs $DIR/bin/x []"}},
		{name: "entrypoint is not filled in", covers: "entrypoint", text: "[build]\ncmd = \"make\"\n", want: []string{"Entrypoint []"}},
		{name: "arguments of entrypoint, then args_bin, then the command line", covers: "args entrypoint", text: "[build]\nentrypoint = [\"./x\", \"serve\"]\nargs_bin = [\"-p\", \"80\"]\n",
			args: []string{"--", "last"}, want: []string{`Runs $DIR/x ["serve" "-p" "80"]`, `Args ["last"]`}},
		{name: "args_bin follows full_bin too", covers: "args T19", text: "[build]\nfull_bin = \"./x\"\nargs_bin = [\"hello\", \"world\"]\n", want: []string{`Runs ./x ["hello" "world"]`}},
		{name: "bin with arguments", covers: "bin-arguments T5", text: "[build]\nbin = \"./.air/memos --mode dev\"\n", want: []string{`Runs $DIR/.air/memos ["--mode" "dev"]`},
			differs: "bin with arguments"},
		{name: "words of the command line are for the program", covers: "cli args", text: "[build]\ncmd = \"make\"\n", args: []string{"server", "--port", "8080"}, want: []string{`Args ["server" "--port" "8080"]`}},
		{name: "so is what looks like a flag, after --", covers: "cli args", text: "[build]\ncmd = \"make\"\n", args: []string{"--", "-h"}, want: []string{`Args ["-h"]`}},
		{name: "init is a command only as the first word", covers: "cli init", text: "[build]\ncmd = \"make\"\n", args: []string{"-c", ".air.toml", "--", "init"}, want: []string{`Args ["init"]`}},
	}
}

// Numbers and durations, with the zeros of Air.
func numbers() []loading {
	return []loading{
		{name: "kill_delay in milliseconds", covers: "kill-delay T2", text: "[build]\nsend_interrupt = true\nkill_delay = 500\n", want: []string{"KillDelay 500ms"}},
		{name: "kill_delay of 1", covers: "kill-delay T2", text: "[build]\nkill_delay = 1\n", want: []string{"KillDelay 1ms"}},
		{name: "kill_delay of 1000000 is in nanoseconds", covers: "kill-delay T2", text: "[build]\nkill_delay = 1000000\n", want: []string{"KillDelay 1ms"}},
		{name: "kill_delay of 999999 is in milliseconds", covers: "kill-delay T2", text: "[build]\nkill_delay = 999999\n", want: []string{"KillDelay 16m39.999s"}},
		{name: "kill_delay as a duration", covers: "kill-delay T2", text: "[build]\nsend_interrupt = true\nkill_delay = \"1m2s\"\n", want: []string{"KillDelay 1m2s"}, warns: quiet},
		{name: "kill_delay of 0s", covers: "kill-delay T3", text: "[build]\nkill_delay = \"0s\"\n", want: []string{"KillDelay 0s"}, warns: quiet},
		{name: "kill_delay above 5 s", covers: "T7", text: "[build]\nsend_interrupt = true\nkill_delay = \"30s\"\n", want: []string{"KillDelay 30s"}, warns: quiet, differs: "no 5 s cap"},
		{name: "a delay above 1 s", covers: "delay T23", text: "[build]\ndelay = 10000\n", want: []string{"Delay 10s"}},
		{name: "delay = 0 is honoured", covers: "zeros T1", text: "[build]\ndelay = 0\n", want: []string{"Delay 0s"}, differs: "honoured zeros"},
		{name: "rerun_delay = 0 is honoured", covers: "zeros T1", text: "[build]\nrerun = true\nrerun_delay = 0\n", want: []string{"Rerun true", "RerunDelay 0s"}, differs: "honoured zeros"},
		{name: "rerun_delay by default", covers: "rerun", text: "[build]\nrerun = true\n", want: []string{"RerunDelay 500ms"}},
		{name: "keep_scroll = false is honoured", covers: "zeros T1 screen", text: "[screen]\nclear_on_rebuild = true\nkeep_scroll = false\n", want: []string{"ClearOnRebuild true", "KeepScroll false"}, differs: "honoured zeros"},
		{name: "keep_scroll by default", covers: "screen", text: "[screen]\nclear_on_rebuild = true\n", want: []string{"KeepScroll true"}},
		{name: "empty strings are the defaults", covers: "T1", text: "root = \"\"\ntmp_dir = \"\"\n[build]\ncmd = \"\"\nbin = \"./x\"\n[color]\nmain = \"\"\nmode = \"\"\n",
			want: []string{"Root $DIR", "TmpDir $DIR/tmp", "Cmd go build -o ./tmp/main .", "Color auto"}, warns: quiet},
	}
}

// Lists replace the default list.
func lists() []loading {
	return []loading{
		{name: "[] is empty", covers: "empty-lists T1", text: "[build]\nexclude_dir = []\ninclude_ext = []\nexclude_regex = []\n", want: []string{"ExcludeDir []", "IncludeExt []", "ExcludeRegex []"}},
		{name: "a list replaces", covers: "empty-lists", text: "[build]\nexclude_dir = [\"web\"]\ninclude_ext = [\"templ\"]\n", want: []string{`ExcludeDir ["web"]`, `IncludeExt ["templ"]`}},
		{name: "blanks and slashes around names of folders", covers: "T9 filters", text: "[build]\nexclude_dir = [\" web/dist/ \", \"./gen\"]\ninclude_dir = [\"\"]\n", want: []string{`ExcludeDir ["web/dist" "gen"]`, "IncludeDir []"}},
		{name: "include_dir outside of root", covers: "outside-root", text: "[build]\ninclude_dir = [\"../../pkg/env\"]\n", want: []string{`IncludeDir ["../../pkg/env"]`}},
		{name: "a dot before an extension, blanks around it", covers: "T13 filters", text: "[build]\ninclude_ext = [\".go\", \" env \"]\n", want: []string{`IncludeExt ["go" "env"]`}},
		{name: "commands before and after", covers: "pre-cmd post-cmd", text: "[build]\npre_cmd = [\"a\", \"b c\"]\npost_cmd = [\"d\"]\n", want: []string{`PreCmd ["a" "b c"]`, `PostCmd ["d"]`}, warns: quiet},
	}
}
