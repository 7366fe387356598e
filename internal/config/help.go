package config

// Usage returns the text for --help, of a command or of ginreload itself.
func Usage(topic Command) string {
	switch topic {
	case Init:
		return initUsage
	case Upgrade:
		return upgradeUsage
	case Status:
		return statusUsage
	case Supervise:
		return superviseUsage
	case Check:
		return checkUsage
	case Explain:
		return explainUsage
	case Doctor:
		return doctorUsage
	}
	return usage
}

const usage = `ginreload builds and runs a Go server, and again on every change of its files.

Usage:
  ginreload [flags] [package] [arguments for the program]
  ginreload init | check | explain | doctor | upgrade | status | supervise

The first word is the package if it is a path such as ./cmd/api, a folder with
a main package, a .go file or an import path. Otherwise it and what follows go
to the program, as with Air. What follows the package, or --, always does.

Commands:
  init                 write a short .air.toml, or convert another tool's file
  check                show what holds, and where it was said; find mistakes
  explain FILE...      say what a change of these files leads to, and why
  doctor               find what keeps it from being fast, and what to do
  upgrade              have a program in production start its new version
  status               show programs in production
  supervise            stay the parent of a program (--help after these)

Flags:
  -C, --chdir DIR      run as if started in DIR
  -c, --config FILE    read FILE instead of .air.toml or .config/air.toml
      --color WHEN     auto, always or never
      --json           one line of JSON per event on standard output instead of
                       text; the program's output goes to standard error then
      --handoff HOW    auto, or restart: stop the old version, start the new one
      --overlap=false  stop the old version before the new one is started
      --ready URL      the new version is ready when this URL, or path, answers
      --hold TIME      clients wait so long while nothing serves (10s), then 503
      --test           after a reload, run the tests that the change may break
      --only NAMES     of several services in .air.toml only these: api,worker
      --KEY VALUE      any key of .air.toml, such as --build.cmd "make server";
                       lists are a,b. .air.toml.example explains all keys
  -d, --verbose        say more
  -v, -h               print the version (--version), or this text (--help)

Environment:
  GINRELOAD_BUILD_CMD  and so on: as the keys; flags go before, the file behind
  NO_COLOR             no colour, if not empty; CLICOLOR_FORCE: always, unless 0
  air_wd               run in this folder, as with Air

Examples:
  ginreload ./cmd/api --port 8080        this package, with arguments
  ginreload server --port 8080           no folder server: three arguments
  ginreload -C backend -- ./config.yaml  in backend; the path is an argument
`

const checkUsage = `ginreload check reads the configuration as ginreload itself would, and shows
what holds of each key and where that was said: by default, in a line of the
file, by a variable of the environment, or by a flag. Below that it lists
errors, what is not as it seems, and settings that have no effect.

Usage:
  ginreload check [FILE] [--json] [flags]

Without FILE it is .air.toml or .config/air.toml. All flags of ginreload may be
given, to see what comes of them. Nothing is built or started.

Flags:
      --json           the same as JSON, for other programs
  -h, --help           print this text

Exit codes:
  0  the configuration can be used
  1  it cannot
  2  the command line is wrong
`

const explainUsage = `ginreload explain says what a change of a file would lead to, and why: through
which imports the program is made of it, or what keeps it out. A file that does
not exist is one that may come.

Usage:
  ginreload explain FILE... [--json] [flags]

All flags of ginreload may be given, as when it runs. Nothing is built or
started.

Flags:
      --package PKG    the main package, as in: ginreload ./cmd/api
      --json           the same as JSON, for other programs
  -h, --help           print this text

What a change leads to:
  rebuild  the program is built, and reloaded if it comes out different
  restart  the program is started anew, mostly without a build
  refresh  nothing is done: the program reads the file at each request
  rule     the command of a [[build.rules]] runs
  reread   ginreload begins anew with the new configuration
  ignore   nothing happens

Exit codes:
  0  explained
  1  it cannot be known, for example while the imports of the program are broken
  2  the command line is wrong
`

const doctorUsage = `ginreload doctor looks at what ginreload depends on: the toolchain, its cache
and linker, the configuration, where the files lie, limits of the system, ports,
editor and terminal. It says what to do about that which is slow or does not
work, and takes some seconds: a small server is built in a temporary folder.

Usage:
  ginreload doctor [--json] [flags]

All flags of ginreload may be given, as for a run. Nothing of the project is
built or started, and nothing is changed.

Flags:
      --json           the same as JSON, for other programs
  -h, --help           print this text

Exit codes:
  0  nothing is a problem
  1  something is: ✘
  2  the command line is wrong
`

const upgradeUsage = `ginreload upgrade has a program that embeds package supervisor replace itself
by the binary that now stands at its path, without losing a request.

Usage:
  ginreload upgrade [--wait] [--timeout TIME] [PID | --pid-file FILE]

Without PID and file it is the only such program of this user. The PID may be
that of any generation that still lives, and of a process in a container.

Flags:
      --pid-file FILE  read the PID from FILE
      --wait           wait for the end and print each step; else it is enough
                       that the program has accepted the upgrade
      --timeout TIME   call the upgrade off if the new version has not taken
                       over after TIME (30s, 5m); without it the limits of the
                       program hold
  -h, --help           print this text

Exit codes:
  0  the new version serves (with --wait), or the upgrade was accepted
  1  it did not come to that; standard error says why, whether the old version
     serves on, and what to do
  2  the command line is wrong

For systemd before 253: ExecReload=ginreload upgrade --wait $MAINPID
`

const statusUsage = `ginreload status shows programs that embed package supervisor: generations,
connections by what they do, listeners, upgrades and what went wrong.

Usage:
  ginreload status [--json] [PID | --pid-file FILE]

Without PID and file it shows every such program of this user, for root those
of all users.

Flags:
      --pid-file FILE  read the PID from FILE
      --json           what the processes say, as JSON
  -h, --help           print this text

Exit codes:
  0  shown; what needs somebody has a !, so does a process that does not answer
  1  the one that was named does not answer; standard error says why
  2  the command line is wrong
`

const superviseUsage = `ginreload supervise runs a program below a parent that stays, whichever process
of the program serves: as PID 1 of a container, below supervisord and the like.
It passes signals on (USR2 upgrades a program that embeds package supervisor),
reaps what is left behind, and exits as the program does.

Usage:
  ginreload supervise [flags] -- PROGRAM [arguments]

Flags:
      --restart            start the program again when it crashes; its sockets
                           are kept, so that nobody is refused
      --stop-timeout TIME  kill what is left so long after TERM, INT or QUIT
                           (30s, 5m); without it there is no limit
      --leash              if ginreload is killed (kill -9), so is the program;
                           without it the program goes on
  -h, --help               print this text

Exit codes:
  that of the program; 128 + N if signal N has killed it
  126  it cannot be started
  127  it does not exist
  1    ginreload could not do its work
  2    the command line is wrong
`
