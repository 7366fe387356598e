package supervisor

import (
	"net"
	"strings"
	"testing"
)

func TestServes(t *testing.T) {
	tcp := func(text string) net.Addr {
		a, err := net.ResolveTCPAddr("tcp", text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	udp := func(text string) net.Addr {
		a, err := net.ResolveUDPAddr("udp", text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	unix := func(path string) net.Addr { return &net.UnixAddr{Name: path, Net: "unix"} }
	for _, c := range []struct {
		have    net.Addr
		network string
		addr    string
		want    bool
	}{
		{tcp("[::]:80"), "tcp", ":80", true},
		{tcp("[::]:80"), "tcp", "0.0.0.0:80", true},
		{tcp("0.0.0.0:80"), "tcp", ":80", true},
		{tcp("0.0.0.0:80"), "tcp4", ":http", true},
		{tcp("127.0.0.1:80"), "tcp", "127.0.0.1:80", true},
		{tcp("127.0.0.1:80"), "tcp", "[::ffff:127.0.0.1]:80", true},
		{tcp("127.0.0.1:80"), "tcp", "127.0.0.1:0", true},
		{tcp("127.0.0.1:80"), "tcp", "127.0.0.1:81", false},
		{tcp("127.0.0.1:80"), "tcp", "127.0.0.2:80", false},
		{tcp("127.0.0.1:80"), "tcp", ":80", false},
		{tcp("[::]:80"), "tcp", "127.0.0.1:80", false},
		{tcp("[::1]:80"), "tcp6", "[::1]:80", true},
		{tcp("[::1]:80"), "tcp", "127.0.0.1:80", false},
		{tcp("127.0.0.1:80"), "tcp", "no port", false},
		{tcp("127.0.0.1:80"), "unix", "127.0.0.1:80", false},
		{unix("/run/s"), "unix", "/run/s", true},
		{unix("@s"), "unix", "@s", true},
		{unix("/run/s"), "unix", "/run/other", false},
		{unix("/run/s"), "tcp", "/run/s", false},
		{udp("127.0.0.1:53"), "udp", "127.0.0.1:53", true},
		{udp("[::]:53"), "udp4", ":53", true},
		{udp("127.0.0.1:53"), "udp", "127.0.0.1:54", false},
		{udp("127.0.0.1:53"), "tcp", "127.0.0.1:53", false},
		{tcp("127.0.0.1:53"), "udp", "127.0.0.1:53", false},
		{&net.UnixAddr{Name: "/run/s", Net: "unixgram"}, "unixgram", "/run/s", true},
		{&net.UnixAddr{Name: "/run/s", Net: "unixgram"}, "unix", "/run/s", false},
		{nil, "tcp", ":80", false},
	} {
		if got := serves(c.have, c.network, c.addr); got != c.want {
			t.Errorf("serves(%v, %q, %q) = %t", c.have, c.network, c.addr, got)
		}
	}
}

func FuzzServes(f *testing.F) {
	f.Add("tcp", "127.0.0.1:80")
	f.Add("tcp6", "[::1%lo]:0")
	f.Add("unix", "@")
	f.Fuzz(func(t *testing.T, network, addr string) {
		if strings.ContainsFunc(addr, func(r rune) bool { return r >= 'g' && r <= 'z' || r >= 'G' && r <= 'Z' }) {
			return // it may be a name, which would be looked up
		}
		serves(&net.TCPAddr{}, network, addr)
		serves(&net.UDPAddr{}, network, addr)
		serves(&net.UnixAddr{}, network, addr)
	})
}

func TestStoreName(t *testing.T) {
	for name, want := range map[string]string{
		"http":                   "http",
		"a:b c\n":                "a_b_c_",
		"größe":                  "gr__e",
		strings.Repeat("x", 300): strings.Repeat("x", 255),
	} {
		if got := storeName(name); got != want {
			t.Errorf("storeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzStoreName(f *testing.F) {
	f.Add("a:b")
	f.Add("\x00\xff\u2028")
	f.Fuzz(func(t *testing.T, name string) {
		got := storeName(name)
		if len(got) > 255 || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }) {
			t.Errorf("storeName(%q) = %q", name, got)
		}
		if again := storeName(got); again != got {
			t.Errorf("storeName(%q) = %q", got, again)
		}
	})
}
