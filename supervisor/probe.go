package supervisor

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// probeTime is what the new process may take to answer a probe.
const probeTime = 10 * time.Second

// exam is what a new process has to pass before it may accept. Its probes reach
// the server of a listener over connections that are handed to it like those
// of clients, because through the queue of the socket nobody could tell which
// process answers, and clients would meet one that nobody has looked at yet.
type exam struct {
	sup      *Supervisor
	next     *successor
	prepared prepared
	pid      int
}

func (x *exam) run(ctx context.Context) error {
	begun := time.Now()
	if err := x.probe(ctx); err != nil {
		return fmt.Errorf("the new process is not healthy: %w", err)
	}
	x.sup.emit(Event{Kind: EventProbed, PID: x.pid, Took: time.Since(begun)})
	probation := time.NewTimer(x.sup.opts.Probation)
	defer probation.Stop()
	select {
	case <-probation.C:
		return nil
	case <-ctx.Done():
		return errCalledOff
	}
}

func (x *exam) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	client := x.client()
	defer client.CloseIdleConnections()
	if x.prepared.Probe != "" {
		if err := x.ask(ctx, client); err != nil {
			return err
		}
	} else if err := x.greet(ctx); err != nil {
		return err
	}
	if x.sup.opts.Probe == nil {
		return nil
	}
	if err := x.sup.opts.Probe(ctx, client); err != nil {
		return fmt.Errorf("the probe of the program says: %w", err)
	}
	return nil
}

// ask gets the probe's path from the first listener that speaks HTTP.
func (x *exam) ask(ctx context.Context, client *http.Client) error {
	target := url.URL{Scheme: "http", Path: x.prepared.Probe}
	for _, v := range x.prepared.Serves {
		if v.HTTP || v.TLS {
			target.Host = probeHost(v.Name)
			if v.TLS {
				target.Scheme = "https"
			}
			break
		}
	}
	if target.Host == "" {
		return nil // it has nobody to answer
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", x.prepared.Probe, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", x.prepared.Probe, unwrapURL(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 400))
	return fmt.Errorf("GET %s was answered with %s: %s", x.prepared.Probe, resp.Status, oneLine(string(text)))
}

// greet asks each plain listener for what net/http answers without the
// program's handlers: that there is an answer is all that counts.
func (x *exam) greet(ctx context.Context) error {
	for _, v := range x.prepared.Serves {
		if !v.HTTP {
			continue
		}
		if err := x.greetOne(ctx, v.Name); err != nil {
			return fmt.Errorf("its listener %s does not answer: %w", v.Name, err)
		}
	}
	return nil
}

func (x *exam) greetOne(ctx context.Context, name string) error {
	nc, err := x.dial(ctx, name)
	if err != nil {
		return err
	}
	defer nc.Close()
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(past) })
	defer stop()
	if _, err := io.WriteString(nc, "OPTIONS * HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
	if err != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return resp.Body.Close()
}

// client returns a client whose requests go to the new process, and whose hosts
// are names of listeners.
func (x *exam) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			host, _, _ := strings.Cut(addr, ":")
			for _, v := range x.prepared.Serves {
				if probeHost(v.Name) == host {
					return x.dial(ctx, v.Name)
				}
			}
			return nil, fmt.Errorf("the new process has no server for a listener named %q", host)
		},
		// Who is at the other end of our own socket pair needs no certificate.
		TLSClientConfig:       &tls.Config{InsecureSkipVerify: true},
		ResponseHeaderTimeout: probeTime,
	}}
}

// dial returns our end of a connection whose other end the new process gets.
func (x *exam) dial(ctx context.Context, name string) (net.Conn, error) {
	here, there, err := connect(ctx)
	if err != nil {
		// Without a loopback device, as in a bare network namespace.
		here, there, err = connectPair()
	}
	if err != nil {
		return nil, fmt.Errorf("open a connection to probe with: %w", err)
	}
	defer there.Close()
	if err := x.next.ctl.sendConn(message{Probe: name}, there); err != nil {
		here.Close()
		return nil, err
	}
	return here, nil
}

// connect returns both ends of a TCP connection, as handlers may look at the
// address of their client.
func connect(ctx context.Context) (here, there net.Conn, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if ln, err = net.Listen("tcp", "[::1]:0"); err != nil {
			return nil, nil, err
		}
	}
	defer ln.Close()
	var d net.Dialer
	if here, err = d.DialContext(ctx, "tcp", ln.Addr().String()); err != nil {
		return nil, nil, err
	}
	ln.(*net.TCPListener).SetDeadline(time.Now().Add(probeTime))
	for {
		there, err = ln.Accept()
		if err != nil {
			here.Close()
			return nil, nil, err
		}
		if there.RemoteAddr().String() == here.LocalAddr().String() {
			return here, there, nil
		}
		there.Close() // somebody else has found the port
	}
}

// probeHost makes a listener's name fit for a URL.
func probeHost(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '-'
	}, name))
}

// unwrapURL leaves out the method and URL that net/http puts before an error.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
