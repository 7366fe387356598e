package report

import "github.com/fatih/color"

// style is how a terminal shows things. The colours are switched on or off one
// by one: the package's own switch is a global, and asks about standard output.
type style struct {
	dim, bold, good, bad, warn, link *color.Color
	symbols
}

type symbols struct {
	open, edit, ok, failed, same, alert, note, arrow, dot, more string
}

func newStyle(colored, ascii bool) style {
	paint := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if colored {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	s := style{
		dim:  paint(color.Faint),
		bold: paint(color.Bold),
		good: paint(color.FgGreen),
		bad:  paint(color.FgRed),
		warn: paint(color.FgYellow),
		link: paint(color.FgCyan),
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
