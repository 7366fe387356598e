package report

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// clean makes text from outside one harmless line: characters that control the
// terminal, or the order in which others are shown, become U+FFFD, and so do
// bytes that are not UTF-8. Blocks of several lines go through cleanBlock.
func clean(text string) string { return replace(text, hostile) }

// cleanBlock keeps tabs and the ends of lines.
func cleanBlock(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return replace(text, func(r rune) bool { return r != '\t' && r != '\n' && hostile(r) })
}

// escapes are the sequences with which programs control a terminal (ECMA-48),
// paints those of them that only choose colours.
var (
	escapes = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)|[ -/]*[0-Z\\\\^-~])")
	paints  = regexp.MustCompile("^\x1b\\[[0-9;:]*m$")
)

const unpainted = "\x1b[m"

// foreign makes what a tool prints harmless. Progress that the tool writes over
// with a carriage return is shown as it stands in the end, and colours stay if
// colored, up to the end of the text.
func foreign(text string, colored bool) string {
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	painted := false
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		line = line[strings.LastIndexByte(line, '\r')+1:]
		var b strings.Builder
		for line != "" {
			at := escapes.FindStringIndex(line)
			if at == nil {
				at = []int{len(line), len(line)}
			}
			b.WriteString(cleanBlock(line[:at[0]]))
			if escape := line[at[0]:at[1]]; colored && paints.MatchString(escape) {
				b.WriteString(escape)
				painted = true
			}
			line = line[at[1]:]
		}
		lines[i] = b.String()
	}
	text = strings.Join(lines, "\n")
	if painted {
		text += unpainted
	}
	return text
}

func replace(text string, bad func(rune) bool) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, bad) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

func hostile(r rune) bool {
	switch {
	case r < ' ', 0x7f <= r && r < 0xa0: // C0, DEL, C1
		return true
	case r == 0x200e, r == 0x200f, r == 0x061c, // marks, embeddings, overrides and isolates of direction
		0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	case r == 0x2028, r == 0x2029: // ends of lines to some terminals
		return true
	}
	return false
}
