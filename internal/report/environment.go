package report

import "strings"

// ColorEnabled decides whether to colour a stream. mode is what the user chose,
// always, never or auto; with auto the answer is, in this order: no with
// NO_COLOR, yes with CLICOLOR_FORCE or FORCE_COLOR unless it is 0, no on a dumb
// terminal, and then isTerminal, which is about the very stream that is written.
func ColorEnabled(mode string, isTerminal bool, env func(string) string) bool {
	forced := func(name string) bool { return env(name) != "" && env(name) != "0" }
	switch {
	case mode == "always":
		return true
	case mode == "never", env("NO_COLOR") != "":
		return false
	case forced("CLICOLOR_FORCE"), forced("FORCE_COLOR"):
		return true
	case env("TERM") == "dumb":
		return false
	}
	return isTerminal
}

// ASCII decides whether the symbols have to be plain ASCII, because the locale
// is not known to be UTF-8 or the terminal is a dumb one. Windows has no locale
// in its environment, but its terminal says that it is there.
func ASCII(env func(string) string) bool {
	if env("TERM") == "dumb" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(env(name)); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return env("WT_SESSION") == ""
}
