package config

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// How a program without package supervisor gives way to its next version: the
// section [ginreload] of the file, which Air passes over, and the flags of the
// same names, which beat it. The checks and their words serve both.

const (
	handoffKinds = `"auto" or "restart"`
	readyKinds   = `a URL such as "http://localhost:8080/healthz" or a path such as "/healthz"`
	holdKinds    = `a duration such as "500ms" or "10s"`
)

func (c *Config) defaultHandoff() {
	c.Handoff, c.Overlap, c.Hold = "auto", true, 10*time.Second
}

func (c *Config) decodeHandoff(r *reader) {
	r.checked("ginreload.handoff", &c.Handoff, handoffKind, handoffKinds)
	r.boolean("ginreload.overlap", &c.Overlap)
	r.checked("ginreload.ready", &c.Ready, readyAddress, readyKinds)
	r.duration("ginreload.hold", &c.Hold)
}

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

// handoffFlags are the settings that the command line has made, in its order.
type handoffFlags []func(*Config)

func (f handoffFlags) override(c *Config) {
	for _, set := range f {
		set(c)
	}
}

// define lets the values be checked when they are parsed, whatever the command.
// An empty --ready is the way back from the file to the default.
func (f *handoffFlags) define(flags *pflag.FlagSet) {
	set := func(ok bool, kinds string, set func(*Config)) error {
		if !ok {
			return errors.New("expected " + kinds)
		}
		*f = append(*f, set)
		return nil
	}
	flags.Func("handoff", "", func(text string) error {
		return set(handoffKind(text), handoffKinds, func(c *Config) { c.Handoff = text })
	})
	flags.BoolFunc("overlap", "", func(text string) error {
		overlap, err := strconv.ParseBool(text)
		return set(err == nil, "true or false", func(c *Config) { c.Overlap = overlap })
	})
	flags.Func("ready", "", func(text string) error {
		return set(text == "" || readyAddress(text), readyKinds, func(c *Config) { c.Ready = text })
	})
	flags.Func("hold", "", func(text string) error {
		hold, err := time.ParseDuration(text)
		return set(err == nil && hold >= 0, holdKinds, func(c *Config) { c.Hold = hold })
	})
}

// strayOverlap finds `--overlap false`, which does the opposite of what it looks
// like: the flag alone stands for true, and the word is for the program.
func strayOverlap(args, operands []string) error {
	before := len(args) - len(operands) - 1
	if len(operands) == 0 || before < 0 || strings.TrimLeft(args[before], "-") != "overlap" || args[before][0] != '-' {
		return nil
	}
	if operands[0] != "true" && operands[0] != "false" {
		return nil
	}
	return &UsageError{Message: "--overlap takes its value after a =", Hint: "--overlap=" + operands[0]}
}
