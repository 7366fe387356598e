package outage

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// handler answers every request with the page.
type handler struct{ page func() Page }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page := h.page().clean()
	loads := r.Method == http.MethodGet || r.Method == http.MethodHead
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Connection", "close")
	header.Set("Retry-After", "1")
	header.Set("X-Ginreload", "down")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		header.Set("Content-Type", "application/grpc")
		header.Set("Grpc-Status", "14") // UNAVAILABLE
		header.Set("Grpc-Message", url.PathEscape(page.Headline))
		return
	}
	kind := preferred(r.Header.Values("Accept"))
	body := render(kind, page, loads)
	header.Set("Content-Type", kind+"; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("ETag", tag(page))
	rc := http.NewResponseController(w)
	w.WriteHeader(http.StatusServiceUnavailable)
	w.Write(body)
	rc.Flush()
	if r.Header.Get("Expect") == "" {
		rc.SetReadDeadline(time.Now().Add(bodyTime))
		io.CopyN(io.Discard, r.Body, longestBody)
	}
}

// tag tells the script of a page whether another one has replaced it.
func tag(page Page) string {
	h := fnv.New64a()
	io.WriteString(h, page.Headline+"\n"+page.Detail)
	return fmt.Sprintf(`"%x"`, h.Sum64())
}

func render(kind string, page Page, loads bool) []byte {
	advice := adviceAgain
	if loads && kind == typeHTML {
		advice = adviceLoads
	}
	var b bytes.Buffer
	switch kind {
	case typeHTML:
		err := pageTemplate.Execute(&b, struct {
			Page
			Advice, Tag string
			Loads       bool
		}{page, advice, tag(page), loads})
		if err == nil {
			return b.Bytes()
		}
		b.Reset()
	case typeJSON:
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		enc.Encode(struct {
			Error  string `json:"error"`
			Detail string `json:"detail,omitempty"`
			Advice string `json:"advice"`
		}{page.Headline, page.Detail, advice})
		return b.Bytes()
	}
	fmt.Fprintf(&b, "ginreload: %s\n\n", page.Headline)
	if page.Detail != "" {
		fmt.Fprintf(&b, "%s\n\n", page.Detail)
	}
	fmt.Fprintf(&b, "%s\n", advice)
	return b.Bytes()
}
