module github.com/ginreload/ginreload

go 1.25

require (
	github.com/cloudflare/tableflip v1.2.3
	github.com/coder/websocket v1.8.14
	github.com/coreos/go-systemd/v22 v22.6.0
	github.com/creack/pty v1.1.24
	github.com/fatih/color v1.18.0
	github.com/fsnotify/fsnotify v1.10.0
	github.com/joho/godotenv v1.5.1
	github.com/mattn/go-isatty v0.0.20
	github.com/pelletier/go-toml/v2 v2.2.4
	github.com/rogpeppe/go-internal v1.14.1
	github.com/spf13/pflag v1.0.10
	go.uber.org/goleak v1.3.0
	golang.org/x/mod v0.21.0
	golang.org/x/net v0.30.0
	golang.org/x/sys v0.41.0
	golang.org/x/tools v0.26.0
)

require (
	github.com/bmatcuk/doublestar/v4 v4.10.0
	github.com/mattn/go-colorable v0.1.13 // indirect
)
