package config

// InitCommand is what Init was asked for.
type InitCommand struct {
	Package string // main package as go build takes it, "" = find it
	From    string // file of another tool, or its command line; "" = look at the project
}

const initUsage = `ginreload init writes a short .air.toml, which Air reads too. It does not
overwrite one.

Usage:
  ginreload init [PACKAGE]
  ginreload init --from FILE
  ginreload init --from 'COMMAND LINE'

It looks at the folder that it is started in: the main package (PACKAGE, if
there are several), embedded files, templ, sqlc, Tailwind, folders of a
frontend, and modules of a workspace that the program needs.

Flags:
      --from FILE  convert what another tool was told, and name what cannot be
                   carried over: modd.conf, reflex.conf, runner.conf of fresh,
                   or a command line of wgo, reflex, CompileDaemon or gin, also
                   as it stands in a Makefile, Procfile, Dockerfile or script
  -h, --help       print this text

Examples:
  ginreload init ./cmd/api
  ginreload init --from modd.conf
  ginreload init --from "wgo -file=.go -file=.templ templ generate :: go run ."

Exit codes:
  0  written
  1  there is a configuration already, or --from names something else
  2  the command line is wrong, or several packages are there and none is named
`
