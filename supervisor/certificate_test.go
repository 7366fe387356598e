package supervisor

import (
	"crypto/tls"
	"net"
	"testing"
)

// Which certificate a client gets where a server has several sources of them.
func TestCertificateOfAListener(t *testing.T) {
	// They are told apart by their one field; nobody looks into them here.
	of := func(name string) *tls.Certificate { return &tls.Certificate{OCSPStaple: []byte(name)} }
	own := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "known" || hello.ServerName == "" {
			return of("own"), nil
		}
		return nil, nil
	}
	for _, c := range []struct {
		name, server string
		config       *tls.Config
		files        bool
		want         string
	}{
		{"files alone", "x", nil, true, "files"},
		{"files in place of certificates", "", &tls.Config{Certificates: []tls.Certificate{*of("fixed")}}, true, "files"},
		{"a name that the program knows", "known", &tls.Config{GetCertificate: own}, true, "own"},
		{"a name that it does not", "x", &tls.Config{GetCertificate: own}, true, "files"},
		{"no name", "", &tls.Config{GetCertificate: own}, true, "files"},
		{"no name, another listener", "", &tls.Config{GetCertificate: own}, false, "own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &Listener{}
			if c.files {
				l.certificate = &Certificate{}
				l.certificate.current.Store(of("files"))
			}
			hello := &tls.ClientHelloInfo{ServerName: c.server, Conn: &tcpConn{(*net.TCPConn)(nil), &conn{origin: l}}}
			got, err := certify(c.config).GetCertificate(hello)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.OCSPStaple) != c.want {
				t.Errorf("it got that of %q, want %q", got.OCSPStaple, c.want)
			}
		})
	}
}
