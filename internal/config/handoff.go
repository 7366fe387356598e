package config

import (
	"net/url"
	"strings"
)

// How a program without package supervisor gives way to its next version is
// said in the section [ginreload], which Air passes over.

const readyWords = `a URL such as "http://localhost:8080/healthz" or a path such as "/healthz"`

func handoffKind(text string) bool { return text == "auto" || text == "restart" }

// readyAddress accepts what can be asked without a guess: localhost:8080/x may
// be a scheme as well, //host/x a path, and healthz is neither URL nor path.
func readyAddress(text string) bool {
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.HasPrefix(text, "//"):
		return false
	case strings.HasPrefix(text, "/"):
		return true
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
