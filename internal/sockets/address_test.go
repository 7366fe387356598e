//go:build linux && (amd64 || arm64)

package sockets

import (
	"net/netip"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func inside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join("/home", path)
}

func TestParse(t *testing.T) {
	v6 := func(port, addr string) string {
		ip := netip.MustParseAddr(addr).As16()
		return "\x0a\x00" + port + "\x00\x00\x00\x00" + string(ip[:]) + "\x00\x00\x00\x00"
	}
	for raw, want := range map[string]string{
		"\x02\x00\x1f\x90\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00":     "127.0.0.1:8080",
		"\x02\x00\x1f\x90\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00tail": "127.0.0.1:8080",
		"\x02\x00\x1f\x90\x7f\x00\x00\x01":                                     "", // too short for the kernel
		"\x02\x00\x00\x00\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00":     "", // any port
		v6("\x1f\x90", "::"):             "[::]:8080",
		v6("\x1f\x90", "::")[:24]:        "[::]:8080", // without a scope (RFC 2133)
		v6("\x1f\x90", "::")[:23]:        "",
		v6("\x00\x00", "::1"):            "",
		v6("\x00\x01", "::ffff:1.2.3.4"): "[::ffff:1.2.3.4]:1",
		"\x01\x00":                       "", // the kernel chooses a name (unix(7), autobind)
		"\x01\x00/run/a":                 "/run/a",
		"\x01\x00/run/a\x00rest":         "/run/a",
		"\x01\x00a.sock\x00":             "/home/a.sock",
		"\x01\x00@a\x00":                 "/home/@a",
		"\x01\x00\x00a":                  "@a",
		"\x01\x00\x00a\x00":              "@a\x00", // another name than the one before
		"\x01\x00\x00a\x00b":             "@a\x00b",
		"\x10\x00\x00\x00\x00\x00":       "", // netlink
		"\x01":                           "",
		"":                               "",
	} {
		got, ok := parse([]byte(raw), inside)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: got %v, %v, not %q", raw, got, ok, want)
		}
	}
}

func TestConflicts(t *testing.T) {
	tcp := func(s string) address { return address{tcp: netip.MustParseAddrPort(s)} }
	single := func(s string) address { return address{tcp: netip.MustParseAddrPort(s), single: true} }
	path := func(s string) address { return address{path: s} }
	for _, test := range []struct {
		a, b address
		want bool
	}{
		{tcp("127.0.0.1:80"), tcp("127.0.0.1:80"), true},
		{tcp("127.0.0.1:80"), tcp("127.0.0.1:81"), false},
		{tcp("127.0.0.1:80"), tcp("127.0.0.2:80"), false},
		{tcp("127.0.0.1:80"), tcp("0.0.0.0:80"), true},
		{tcp("127.0.0.1:80"), tcp("[::]:80"), true},
		{tcp("127.0.0.1:80"), single("[::]:80"), false},
		{tcp("0.0.0.0:80"), tcp("[::]:80"), true},
		{tcp("0.0.0.0:80"), single("[::]:80"), false},
		{tcp("0.0.0.0:80"), single("[::1]:80"), false},
		{tcp("0.0.0.0:80"), tcp("[::1]:80"), false},
		{tcp("0.0.0.0:80"), tcp("[::ffff:127.0.0.1]:80"), true},
		{tcp("127.0.0.1:80"), tcp("[::ffff:127.0.0.1]:80"), true},
		{tcp("[::]:80"), single("[::]:80"), true},
		{tcp("[::]:80"), tcp("[::1]:80"), true},
		{tcp("[::1]:80"), single("[::]:80"), true},
		{path("/a"), path("/a"), true},
		{path("/a"), path("@a"), false},
		{path("/a"), tcp("[::]:80"), false},
	} {
		if got := test.a.conflicts(test.b); got != test.want {
			t.Errorf("%v %v: got %v", test.a, test.b, got)
		}
		if got := test.b.conflicts(test.a); got != test.want {
			t.Errorf("%v %v: got %v", test.b, test.a, got)
		}
	}
}

func TestDialable(t *testing.T) {
	for at, want := range map[string]string{
		"0.0.0.0:80":            "127.0.0.1:80",
		"[::]:80":               "127.0.0.1:80",
		"192.0.2.1:80":          "192.0.2.1:80",
		"[::1]:80":              "[::1]:80",
		"[::ffff:192.0.2.1]:80": "192.0.2.1:80",
	} {
		if got := dialable(netip.MustParseAddrPort(at), false); got != want {
			t.Errorf("%s: got %s", at, got)
		}
	}
	if got := dialable(netip.MustParseAddrPort("[::]:80"), true); got != "[::1]:80" {
		t.Errorf("got %s", got)
	}
}

// What is parsed is what the kernel says of a socket that was bound to it.
func FuzzParseAddress(f *testing.F) {
	f.Add([]byte("\x02\x00\x1f\x90\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x02\x00\x00\x00\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(append([]byte("\x0a\x00\x1f\x90"), make([]byte, 24)...))
	f.Add([]byte("\x01\x00\x00name\x00tail"))
	f.Add([]byte("\x01\x00relative"))
	f.Add([]byte("\x01\x00/absolute\x00\x00"))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, ok := parse(raw, inside)
		if !ok {
			return
		}
		if a.tcp.IsValid() == (a.path != "") {
			t.Errorf("%q is %v", raw, a)
		}
		if a.file() != "" && !filepath.IsAbs(a.file()) {
			t.Errorf("%q is %q, which is not absolute", raw, a.file())
		}
		if raw[0] != unix.AF_UNIX || a.file() != "" || len(raw) > unix.SizeofSockaddrUnix {
			return
		}
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if unix.Bind(fd, &unix.SockaddrUnix{Name: "@" + string(raw[3:])}) != nil {
			return
		}
		if bound, ok := boundTo(fd, inside); !ok || bound != a {
			t.Errorf("%q is %q, and bound to %q", raw, a.path, bound.path)
		}
	})
}
