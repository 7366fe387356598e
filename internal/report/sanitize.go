package report

import (
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
