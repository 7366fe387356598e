//go:build linux

package main

import (
	"path/filepath"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// plainly are the clients that every HTTP server can have.
func plainly(path string) func([]string, string) supervisortest.Load {
	return func(ports []string, _ string) supervisortest.Load {
		return supervisortest.Load{
			URL: "http://127.0.0.1:" + ports[0], Path: path,
			KeepAlive: 8, Think: 10 * time.Millisecond,
			Idle: 4, IdleThink: 500 * time.Millisecond,
			NewConn: 3, Every: 10 * time.Millisecond,
			SlowHeader: 2,
		}
	}
}

const (
	ginModule     = "github.com/gin-gonic/gin@v1.10.1"
	ginExamples   = "github.com/gin-gonic/gin@v1.3.0"
	httpbinModule = "github.com/mccutchen/go-httpbin/v2@v2.18.3"
	tusdModule    = "github.com/tus/tusd/v2@v2.8.0"
)

func publicPrograms() []public {
	return []public{
		{
			name: "gin-realtime-chat", module: ginExamples, folder: "examples/realtime-chat",
			requires: []string{ginModule, "github.com/dustin/go-broadcast@v0.0.0-20211018055107-71439988bd91"},
			ports:    map[string]string{":8080": "127.0.0.1:PORT1"}, pkg: ".",
			file: "template.go", text: "Welcome to", path: "/room/1", clients: plainly("/room/1"),
		},
		{
			name: "gin-two-ports", module: ginExamples, folder: "examples/multiple-service",
			requires: []string{ginModule, "golang.org/x/sync@v0.16.0"},
			ports:    map[string]string{":8080": "127.0.0.1:PORT1", ":8081": "127.0.0.1:PORT2"}, pkg: ".",
			file: "main.go", text: "Welcome server 01", path: "/", clients: plainly("/"),
		},
		{
			name: "gin-tls", module: ginExamples, folder: "examples/http2",
			requires: []string{ginModule},
			ports:    map[string]string{":8080": "127.0.0.1:PORT1"}, pkg: ".",
			file: "main.go", text: "Welcome, Ginner!", clients: encrypted("/welcome"), cuts: supervisortest.HTTP2,
		},
		{
			name: "gin-graceful-shutdown", module: ginExamples, folder: "examples/graceful-shutdown/graceful-shutdown",
			requires: []string{ginModule},
			ports:    map[string]string{":8080": "127.0.0.1:PORT1"}, pkg: ".",
			file: "server.go", text: "Welcome Gin Server", path: "/",
			clients: func(ports []string, dir string) supervisortest.Load {
				load := plainly("/")(ports, dir) // each answer takes 5 s
				load.NewConn, load.Every, load.SlowHeader = 8, 200*time.Millisecond, 0
				load.Timeout = 30 * time.Second
				return load
			},
		},
		{
			name: "boltdbweb", module: "github.com/evnix/boltdbweb@v0.0.0-20191029203843-5b16e6623bd9",
			requires: []string{ginModule, "github.com/boltdb/bolt@v1.3.1", "github.com/elazarl/go-bindata-assetfs@v1.0.1", "github.com/sirupsen/logrus@v1.9.3"},
			pkg:      ".", args: boltArgs,
			file: "boltdbweb.go", text: "pong", path: "/ping", clients: plainly("/ping"), refuses: true,
		},
		{
			name: "boltdbweb-alone", module: "github.com/evnix/boltdbweb@v0.0.0-20191029203843-5b16e6623bd9",
			requires: []string{ginModule, "github.com/boltdb/bolt@v1.3.1", "github.com/elazarl/go-bindata-assetfs@v1.0.1", "github.com/sirupsen/logrus@v1.9.3"},
			pkg:      ".", args: boltArgs, flags: []string{"--overlap=false"},
			file: "boltdbweb.go", text: "pong", path: "/ping", clients: plainly("/ping"),
		},
		{
			name: "websocket-chat", module: "github.com/gorilla/websocket@v1.5.3", in: "examples/chat", pkg: ".",
			args: func(ports []string, _ string) []string { return []string{"-addr", "127.0.0.1:" + ports[0]} },
			file: "examples/chat/main.go", text: "Method not allowed", clients: plainly("/"),
		},
		{
			name: "httpbin", module: httpbinModule, pkg: "./cmd/go-httpbin", args: httpbinArgs,
			file: "httpbin/handlers.go", text: "Disallow: /deny", path: "/robots.txt",
			clients: func(ports []string, dir string) supervisortest.Load {
				load := plainly("/robots.txt")(ports, dir)
				load.Slow, load.SlowPath = 4, "/delay/1"
				return load
			},
		},
		{
			name: "httpbin-websocket", module: httpbinModule, pkg: "./cmd/go-httpbin", args: httpbinArgs, cuts: supervisortest.WebSocket,
			file: "httpbin/handlers.go", text: "Disallow: /deny", path: "/robots.txt",
			clients: func(ports []string, dir string) supervisortest.Load {
				load := plainly("/robots.txt")(ports, dir)
				load.WebSocket, load.WebSocketPath = 3, "/websocket/echo"
				return load
			},
		},
		{
			name: "tusd", module: tusdModule, pkg: "./cmd/tusd",
			args: func(ports []string, dir string) []string {
				return []string{"-host", "127.0.0.1", "-port", ports[0], "-upload-dir", filepath.Join(dir, "uploads")}
			},
			file: "cmd/tusd/cli/greeting.go", text: "Welcome to tusd", path: "/", clients: plainly("/"),
		},
		{
			name: "tusd-unix", module: tusdModule, pkg: "./cmd/tusd",
			args: func(_ []string, dir string) []string {
				return []string{"-unix-sock", filepath.Join(dir, "s"), "-upload-dir", filepath.Join(dir, "uploads")}
			},
			file: "cmd/tusd/cli/greeting.go", text: "Welcome to tusd",
			clients: func(_ []string, dir string) supervisortest.Load {
				return supervisortest.Load{Unix: 8, UnixPath: filepath.Join(dir, "s"), Think: 10 * time.Millisecond}
			},
		},
		{
			name: "caddy", module: "github.com/caddyserver/caddy/v2@v2.10.0", pkg: "./cmd/caddy", prepare: caddyfile,
			args: func(_ []string, dir string) []string {
				return []string{"run", "--config", filepath.Join(dir, "Caddyfile.test"), "--adapter", "caddyfile"}
			},
			file: "modules/caddyhttp/server.go", text: "handled request", clients: plainly("/"),
		},
		{
			name: "pocketbase", module: "github.com/pocketbase/pocketbase@v0.28.4", pkg: "./examples/base",
			args: func(ports []string, dir string) []string {
				return []string{"serve", "--http=127.0.0.1:" + ports[0], "--dir", filepath.Join(dir, "pb_data")}
			},
			file: "apis/health.go", text: "API is healthy", path: "/api/health", clients: plainly("/api/health"),
		},
		{ // Gin with GORM and SQLite, through cgo
			name: "gotify", module: "github.com/gotify/server/v2@v2.5.0", pkg: ".", prepare: gotifyFiles,
			file: "model/health.go", text: "green", path: "/health", clients: plainly("/health"),
		},
		{
			name: "etcd", module: "go.etcd.io/etcd/server/v3@v3.5.21", pkg: ".", args: etcdArgs, prepare: etcdModules,
			flags: []string{"--overlap=false"},
			file:  "etcdmain/help.go", text: "Usage:", clients: plainly("/health"),
		},
	}
}
