package report

import (
	"fmt"
	"math"

	"github.com/ginreload/ginreload/internal/event"
)

// duration writes milliseconds the way people compare them: whole ones below
// ten seconds, where a tenth of a second would hide what was gained.
func duration(ms float64) string {
	if math.Round(ms) < 10_000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", ms/1000)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func generation(n int) string { return fmt.Sprintf("#%d", n) }

func ending(exit event.Exit) string {
	if exit.Signal != "" {
		return "killed by " + clean(exit.Signal)
	}
	return fmt.Sprintf("exit code %d", exit.Code)
}

// because appends what was chosen and why, as far as that is known.
func because(what, why string) string {
	text := spaced(": ", clean(what))
	if why != "" {
		text += " (" + clean(why) + ")"
	}
	return text
}

// spaced puts space before text, unless there is none.
func spaced(space, text string) string {
	if text == "" {
		return ""
	}
	return space + text
}
