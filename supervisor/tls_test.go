//go:build unix

package supervisor_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// certify puts a certificate into dir and returns the client's side of it.
func certify(t *testing.T, dir string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

// startTLS starts the program with a TLS listener and returns its address.
func startTLS(t *testing.T, words ...string) (r *running, addr string, config *tls.Config) {
	t.Helper()
	r = prepare(t, append(words, "also=tls,tcp,127.0.0.1:0,tls")...)
	config = certify(t, r.dir)
	r.launch()
	r.answers()
	return r, r.get("/addr?name=tls"), config
}

// strict runs n clients that repeat ask until ctx ends, and reports what fails.
func strict(ctx context.Context, t *testing.T, n int, client func() (ask func() error)) (wait func(maxCrossed int64)) {
	var running sync.WaitGroup
	var requests, crossed, failed atomic.Int64
	for range n {
		running.Go(func() {
			ask := client()
			for ctx.Err() == nil {
				requests.Add(1)
				switch err := ask(); {
				case errors.Is(err, errCrossed):
					crossed.Add(1)
				case err != nil:
					failed.Add(1)
					t.Error("request failed: ", err)
				}
			}
		})
	}
	return func(maxCrossed int64) {
		running.Wait()
		if crossed.Load() > maxCrossed {
			t.Error("a GOAWAY made a request fail that could be repeated")
		}
		t.Logf("%d requests, %d crossed a GOAWAY, %d failed", requests.Load(), crossed.Load(), failed.Load())
	}
}

// errCrossed is the end of a request that met a GOAWAY on its way, which says
// that the server has not looked at it. Any client may repeat it, but that of
// Go has nothing left to repeat if the body can be read only once. net/http
// sends one GOAWAY and not the two that would close this gap.
var errCrossed = errors.New("crossed a GOAWAY")

// bare hides that the body can be read twice, so that no client repeats it.
type bare struct{ io.Reader }

// http2Client is that of Go, with a body that it can repeat or one that it cannot.
func http2Client(url string, transport *http.Transport, body func() io.Reader) func() (ask func() error) {
	return func() func() error {
		client := http.Client{Transport: transport, Timeout: patience}
		return func() error {
			resp, err := client.Post(url, "text/plain", body())
			if err != nil {
				for _, unseen := range []string{"graceful shutdown GOAWAY] after Request.Body was written", "cannot rewind body"} {
					if strings.Contains(err.Error(), unseen) {
						return errCrossed
					}
				}
				return err
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err == nil && (resp.ProtoMajor != 2 || !strings.HasPrefix(string(text), "generation ")) {
				err = fmt.Errorf("%s %s: %q", resp.Proto, resp.Status, text)
			}
			return err
		}
	}
}

func upgradesFor(t *testing.T, r *running, n int) {
	for range n {
		r.upgrade()
	}
	if got := r.get("/"); got != fmt.Sprintf("generation %d\n", n+1) {
		t.Error(got)
	}
}

func TestHTTP2UnderUpgrades(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"TLS", "clear"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &http.Transport{Protocols: new(http.Protocols)}
			defer transport.CloseIdleConnections()
			var r *running
			var url string
			if name == "TLS" {
				var addr string
				r, addr, transport.TLSClientConfig = startTLS(t)
				transport.Protocols.SetHTTP2(true)
				url = "https://" + addr + "/"
			} else {
				r = start(t, "h2c")
				transport.Protocols.SetUnencryptedHTTP2(true)
				url = r.url + "/"
			}
			ctx, cancel := context.WithCancel(t.Context())
			once := func() io.Reader { return bare{strings.NewReader("body")} }
			again := func() io.Reader { return strings.NewReader("body") }
			waits := []func(int64){
				strict(ctx, t, 4, http2Client(url, transport, once)),
				strict(ctx, t, 4, http2Client(url, transport.Clone(), again)),
			}
			upgradesFor(t, r, 10)
			cancel()
			waits[0](math.MaxInt64)
			waits[1](0)
		})
	}
}

// tlsClient is a client of HTTP/1.1 that goes when it is told to, and takes
// every other end of a connection for a failure.
func tlsClient(addr, path string, config *tls.Config, think time.Duration) func() (ask func() error) {
	return func() func() error {
		var nc net.Conn
		var br *bufio.Reader
		return func() (err error) {
			if think > 0 {
				<-time.After(think)
			}
			if nc == nil {
				if nc, err = tls.Dial("tcp", addr, config); err != nil {
					return err
				}
				nc.SetDeadline(time.Now().Add(patience))
				br = bufio.NewReader(nc)
			}
			leave := true
			defer func() {
				if leave {
					nc.Close()
					nc = nil
				}
			}()
			if _, err := fmt.Fprintf(nc, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", path); err != nil {
				return err
			}
			resp, err := http.ReadResponse(br, nil)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, resp.Body)
			leave = err != nil || resp.Close
			return err
		}
	}
}

func TestTLSUnderUpgrades(t *testing.T) {
	t.Parallel()
	r, addr, config := startTLS(t, "h1")
	ctx, cancel := context.WithCancel(t.Context())
	waits := []func(int64){
		strict(ctx, t, 4, tlsClient(addr, "/", config, 0)),
		strict(ctx, t, 4, tlsClient(addr, "/", config, 5*time.Millisecond)),
		// Still under way when all others have gone, and at once back.
		strict(ctx, t, 4, tlsClient(addr, "/slow?ms=1300", config, 0)),
	}
	upgradesFor(t, r, 4)
	cancel()
	for _, wait := range waits {
		wait(0)
	}
}

// The handshake of such a connection has not begun, so it can move.
func TestTLSConnectionWithoutBytesMoves(t *testing.T) {
	t.Parallel()
	r, addr, config := startTLS(t)
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	r.upgrade()
	r.expect(`generation 1 ended: <nil>`)
	newWire(t, tls.Client(nc, config)).expect("generation 2")
}

// As with net/http's own Shutdown, the client sees that the end is no attack.
func TestIdleTLSConnectionIsClosedWithAnAlert(t *testing.T) {
	t.Parallel()
	r, addr, config := startTLS(t, "h1")
	nc, err := tls.Dial("tcp", addr, config)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, nc)
	w.expect("generation 1")
	r.upgrade()
	if _, err := w.br.ReadByte(); err != io.EOF {
		t.Error(err)
	}
	r.expect(`report 1 upgrade: .*released 1,`)
	r.expect(`generation 1 ended: <nil>`)
}

func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	r, addr, config := startTLS(t, "h1")
	handshake := func(config *tls.Config) *wire {
		t.Helper()
		nc, err := tls.Dial("tcp", addr, config)
		if err != nil {
			t.Fatal(err)
		}
		return newWire(t, nc)
	}
	before := handshake(config)
	before.expect("generation 1")
	renewed := certify(t, r.dir)
	handshake(config) // so far nobody has read it
	r.signal(syscall.SIGHUP)
	r.expect(`supervisor: reloaded`)
	handshake(renewed).expect("generation 1")
	before.expect("generation 1")

	// Half of a pair, as in the moment between two files.
	if err := os.Rename(filepath.Join(r.dir, "cert.pem"), filepath.Join(r.dir, "key.pem")); err != nil {
		t.Fatal(err)
	}
	r.signal(syscall.SIGHUP)
	r.expect(`level=WARN msg="supervisor: reloaded" error="supervisor: load certificate .*cert.pem.*the old one stays in use"`)
	handshake(renewed).expect("generation 1")
}
