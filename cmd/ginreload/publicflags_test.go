//go:build linux

package main

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// encrypted are the clients of a server with a certificate of its own making.
func encrypted(path string) func([]string, string) supervisortest.Load {
	return func(ports []string, _ string) supervisortest.Load {
		return supervisortest.Load{
			TLSURL: "https://127.0.0.1:" + ports[0], TLSConfig: &tls.Config{InsecureSkipVerify: true},
			Path: path, TLS: 4, Every: 20 * time.Millisecond, Think: 10 * time.Millisecond, HTTP2: 2,
		}
	}
}

func boltArgs(ports []string, dir string) []string {
	return []string{"-d", filepath.Join(dir, "test.bolt"), "-p", ports[0]}
}

// httpbinArgs has httpbin wait for the header of a slow client; by default it
// hangs up after a second.
func httpbinArgs(ports []string, _ string) []string {
	return []string{"-host", "127.0.0.1", "-port", ports[0], "-srv-read-header-timeout", "20s"}
}

func etcdArgs(ports []string, dir string) []string {
	client, peer := "http://127.0.0.1:"+ports[0], "http://127.0.0.1:"+ports[1]
	return []string{
		"--data-dir", filepath.Join(dir, "default.etcd"), "--log-level", "error",
		"--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer,
	}
}

// etcdModules drops the replacements by folders of etcd's repository, so that
// the modules come from the proxy.
func etcdModules(t *testing.T, _ []string, dir string) {
	for _, replaced := range []string{"/api/v3", "/client/pkg/v3", "/client/v2", "/client/v3", "/pkg/v3", "/raft/v3", ""} {
		command(t, dir, "go", "mod", "edit", "-dropreplace=go.etcd.io/etcd"+replaced)
	}
	command(t, dir, "go", "mod", "edit", "-dropreplace=go.etcd.io/tests/v3")
	command(t, dir, "go", "build", "-mod=mod", "-o", filepath.Join(t.TempDir(), "etcd"), ".")
}

// caddyfile has Caddy serve one port and be administered on another, and write
// nothing into the home of whoever runs the test.
func caddyfile(t *testing.T, ports []string, dir string) {
	write(t, filepath.Join(dir, "Caddyfile.test"), fmt.Sprintf(
		"{\n\tadmin 127.0.0.1:%s\n\tauto_https off\n\tpersist_config off\n\tstorage file_system %s\n}\nhttp://127.0.0.1:%s {\n\trespond \"hello\"\n}\n", ports[1], filepath.Join(dir, "storage"), ports[0]))
}

// gotifyFiles are the configuration, and pages in place of those that its
// authors build with another tool. The text to edit stands in comments as well.
func gotifyFiles(t *testing.T, ports []string, dir string) {
	write(t, filepath.Join(dir, "config.yml"), fmt.Sprintf("server:\n  listenaddr: 127.0.0.1\n  port: %s\n", ports[0]))
	for _, page := range []string{"index.html", "manifest.json", "asset-manifest.json"} {
		write(t, filepath.Join(dir, "ui", "build", page), page)
	}
	replaceAll(t, filepath.Join(dir, "model"), "example: green", "example: ok")
}
