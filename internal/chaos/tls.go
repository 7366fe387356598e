//go:build linux

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certify puts a certificate into the folder and returns the client's side of it.
func (s *service) certify() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.t.must(err, "make a key")
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	s.t.must(err, "make a certificate")
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	s.t.must(err, "marshal the key")
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		s.t.must(os.WriteFile(filepath.Join(s.dir, name), pem.EncodeToMemory(block), 0o644), "write "+name)
	}
	parsed, err := x509.ParseCertificate(cert)
	s.t.must(err, "parse the certificate")
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

// startTLS starts the program with a TLS listener and returns its address.
func (t *trial) startTLS(words ...string) (s *service, addr string, config *tls.Config) {
	s = t.prepare(append(words, "also=tls,tcp,127.0.0.1:0,tls")...)
	config = s.certify()
	s.launch()
	s.answers()
	s.watch.begin()
	return s, s.get("/addr?name=tls"), config
}

func (t *trial) tlsDial(addr string, config *tls.Config) net.Conn {
	nc, err := tls.Dial("tcp", addr, config)
	t.must(err, "connect with TLS")
	return nc
}
