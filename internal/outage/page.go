package outage

import (
	"mime"
	"regexp"
	"strconv"
	"strings"
)

// Page is what there is to say.
type Page struct {
	Headline string // on one line, such as "#3 crashed: exit code 2"
	Detail   string // the text of the error; escape sequences of terminals are taken out
}

// longestDetail is how much of an error is shown; what matters stands first.
const longestDetail = 64 << 10

// advice says what to do about it.
const (
	adviceLoads = "Save a fix: this page loads again by itself when the program is back."
	adviceAgain = "Save a fix, and send the request again."
)

// escapes are what terminals understand (ECMA-48, section 5.4), and titles.
var escapes = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)?|[ -Z\\\\^-~])")

// clean returns p without what is no text: it is shown in terminals too.
func (p Page) clean() Page {
	if p.Headline = plain(p.Headline, false); p.Headline == "" {
		p.Headline = "the program does not run"
	}
	cut := len(p.Detail) > longestDetail
	p.Detail = strings.TrimRight(plain(p.Detail[:min(len(p.Detail), longestDetail)], true), "\n")
	if cut {
		p.Detail += "\n…"
	}
	return p
}

func plain(text string, lines bool) string {
	text = escapes.ReplaceAllString(strings.ToValidUTF8(text, ""), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n' && lines:
			return r
		case r == '\n':
			return ' '
		case r < ' ', 0x7f <= r && r < 0xa0:
			return -1
		}
		return r
	}, text)
}

const (
	typeHTML = "text/html"
	typeJSON = "application/json"
	typeText = "text/plain"
)

// preferred returns which of the three types accept asks for most.
func preferred(accept []string) string {
	best, most := typeText, 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil || kind != typeHTML && kind != typeJSON && kind != typeText {
			continue
		}
		q, err := strconv.ParseFloat(params["q"], 64)
		if err != nil {
			q = 1
		}
		if q > most {
			best, most = kind, q
		}
	}
	return best
}
