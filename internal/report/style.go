package report

import "github.com/fatih/color"

// style is how the lines of one part look. The colours are switched on or off one
// by one: the package's own switch is a global, and asks about standard output.
type style struct {
	dim, bold, good, bad, warn, link *color.Color
	ink                              *color.Color // of lines in which nothing has a colour of its own
	symbols
}

type symbols struct {
	open, edit, ok, failed, same, alert, note, arrow, dot, more string
}

// inks are the colours that a user can give a part.
var inks = map[string]color.Attribute{
	"red": color.FgRed, "green": color.FgGreen, "yellow": color.FgYellow, "blue": color.FgBlue,
	"magenta": color.FgMagenta, "cyan": color.FgCyan, "white": color.FgWhite,
}

// newStyle returns the usual style, unless ink is one of inks, which takes the
// place of all colours but those of trouble, or raw, which is no colour at all.
func newStyle(colored, ascii bool, ink string) style {
	paint := func(on bool, attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if colored && on && ink != "raw" {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	attribute, chosen := inks[ink]
	s := style{
		dim:  paint(!chosen, color.Faint),
		bold: paint(!chosen, color.Bold),
		good: paint(!chosen, color.FgGreen),
		bad:  paint(true, color.FgRed),
		warn: paint(true, color.FgYellow),
		link: paint(!chosen, color.FgCyan),
		ink:  paint(chosen, attribute),
		symbols: symbols{
			open: "▸", edit: "~", ok: "✔", failed: "✘", same: "=", alert: "!", note: "·",
			arrow: "→", dot: "·", more: "…",
		},
	}
	if ascii {
		s.symbols = symbols{
			open: ">", edit: "~", ok: "+", failed: "x", same: "=", alert: "!", note: "-",
			arrow: "->", dot: "-", more: "...",
		}
	}
	return s
}
