package service

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	askEvery  = 100 * time.Millisecond // nobody tells when a port begins to answer
	askPeriod = time.Second            // for one answer
)

// answers returns true when what is to be ready answers: an http(s) URL with a
// status below 400, a host:port by a connection. It is false when ctx is done.
func answers(ctx context.Context, ready string) bool {
	ask := connects
	if strings.Contains(ready, "://") {
		client := &http.Client{
			Transport:     &http.Transport{DisableKeepAlives: true}, // not through a proxy
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		ask = func(ctx context.Context, url string) bool { return responds(ctx, client, url) }
	}
	look := time.NewTicker(askEvery)
	defer look.Stop()
	for {
		asking, forget := context.WithTimeout(ctx, askPeriod)
		ok := ask(asking, ready)
		forget()
		if ok {
			return true
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return false
		}
	}
}

func connects(ctx context.Context, address string) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func responds(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode < 400
}
