package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// A text is refused with words, or shown as TOML that means the same.
func FuzzVariable(f *testing.F) {
	for i, text := range []string{"x", " a,b ", "true", "500", "1.5ms", "1000000", "-1", "\"\\\x00é\xff", "(", "9e99", "1h", "auto", "/up", "[,", ""} {
		f.Add(uint8(i*7), text)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		s := settings[int(which)%len(settings)]
		v, err := s.fromText(text)
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("%s: an error without words", s.name)
			}
			return
		}
		if v.nothing() || v.text == "" {
			return
		}
		var doc map[string]any
		if err := toml.Unmarshal([]byte("x = "+v.text), &doc); err != nil {
			t.Fatalf("%s: %q is shown as %s: %v", s.name, text, v.text, err)
		}
		again, err := s.fromTOML(doc["x"])
		if err != nil || !again.nothing() && again.text != v.text {
			t.Fatalf("%s: %q is shown as %s, which is read as %s: %v", s.name, text, v.text, again.text, err)
		}
	})
}

func FuzzFlags(f *testing.F) {
	for _, line := range []string{
		"", "-d\x00-v", "--build.cmd\x00make\x00x", "-build.poll\x00true", "--build.poll\x00maybe", "--build.exclude_dir\x00a,b\x00--build.exclude_dir=c", "check\x00f\x00--json",
		"--\x00-v", "--build.delay=-", "-=", "--=x", "-", "---", "supervise\x00--\x00x", "upgrade\x001", "--color=\x00init", "--build.kill_delay\x009223372036854775807",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\x00")
		line, err := parseCommandLine(args)
		var usage *UsageError
		if err != nil && (!errors.As(err, &usage) || usage.Message == "") {
			t.Fatalf("%q: %T %v", args, err, err)
		}
		var c Config
		c.sayDefaults(true)
		c.sayAll(line.statements())
		for _, s := range line.statements() {
			if c.said[s.setting.name].origin.place != s.origin.place {
				t.Fatalf("%q: %s is not what the flag says", args, s.setting.name)
			}
		}
	})
}
