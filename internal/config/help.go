package config

// Usage returns the text for --help.
func Usage() string {
	return `ginreload builds and runs a Go server, and again on every change of its files.

Usage:
  ginreload [flags] [package] [arguments for the program]
  ginreload init

The first word is the package if it is a path such as ./cmd/api, a folder with
a main package, a .go file or an import path. Otherwise it and what follows go
to the program, as with Air. What follows the package, or --, always does.

Commands:
  init                 write a short .air.toml

Flags:
  -C, --chdir DIR      run as if started in DIR
  -c, --config FILE    read FILE instead of .air.toml or .config/air.toml
      --color WHEN     auto, always or never
      --json           one line of JSON per event on standard output instead of
                       text; the program's output goes to standard error then
  -v, --verbose        say more
      --version        print the version
  -h, --help           print this text

Environment:
  NO_COLOR             if not empty: no colour
  CLICOLOR_FORCE       if neither empty nor 0: colour, also into a pipe
  air_wd               run in this folder, as with Air

Examples:
  ginreload                              the main package of this folder
  ginreload ./cmd/api --port 8080        this package, with arguments
  ginreload server --port 8080           no folder server: three arguments
  ginreload -C backend -- ./config.yaml  in backend; the path is an argument
`
}
