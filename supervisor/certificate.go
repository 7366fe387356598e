package supervisor

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
)

// Certificate is a certificate with its key in two files that can be read again
// while a server uses it. Handshakes under way keep the one that they began
// with. Its methods may be called from any goroutine.
type Certificate struct {
	certFile, keyFile string
	current           atomic.Pointer[tls.Certificate]
}

// LoadCertificate reads a pair of PEM files, as tls.LoadX509KeyPair does.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	if err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload reads the files again. If they are no pair, which is so while only one
// of them has been replaced, the certificate stays as it is.
func (c *Certificate) Reload() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current.Store(&pair)
	return nil
}

// GetCertificate is for the field of that name in tls.Config.
func (c *Certificate) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current.Load(), nil
}

// ReloadCertificates reads the files of all ServeTLS again. What cannot be read
// stays as it was and is in the error. SIGHUP does this unless Options.OnReload
// is set; that hook may call it.
func (s *Supervisor) ReloadCertificates() error {
	s.mu.Lock()
	var all []*Certificate
	for _, v := range s.servers {
		if v.ln.certificate != nil {
			all = append(all, v.ln.certificate)
		}
	}
	s.mu.Unlock()
	var errs []error
	for _, c := range all {
		if err := c.Reload(); err != nil {
			errs = append(errs, fmt.Errorf("supervisor: %w; the old one stays in use", err))
		}
	}
	return errors.Join(errs...)
}

// certify has a server find the certificate of the listener that a connection
// came through: it may serve several. As in net/http the files take the place of
// Certificates, and GetCertificate is asked first, if the client says for whom.
func certify(config *tls.Config) *tls.Config {
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	own, others := config.GetCertificate, config.Certificates
	config.Certificates = nil
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if own != nil && hello.ServerName != "" {
			if cert, err := own(hello); cert != nil || err != nil {
				return cert, err
			}
		}
		if c := tracked(hello.Conn); c != nil && c.origin.certificate != nil {
			return c.origin.certificate.GetCertificate(hello)
		}
		for i := range others {
			if hello.SupportsCertificate(&others[i]) == nil {
				return &others[i], nil
			}
		}
		if own != nil {
			return own(hello)
		}
		return nil, errors.New("no certificate for this listener")
	}
	return config
}
