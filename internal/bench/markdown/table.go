package markdown

import (
	"strings"
	"unicode/utf8"
)

// Table aligns the first column to the left and all others to the right. The
// first row is the head; all have as many cells as it has.
func Table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for i, row := range rows {
		for column, cell := range row {
			pad := strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell))
			if column == 0 {
				text.WriteString("| " + cell + pad + " |")
			} else {
				text.WriteString(" " + pad + cell + " |")
			}
		}
		text.WriteString("\n")
		if i == 0 {
			text.WriteString(rule(widths))
		}
	}
	return text.String()
}

func rule(widths []int) string {
	text := "|" + strings.Repeat("-", widths[0]+2) + "|"
	for _, width := range widths[1:] {
		text += strings.Repeat("-", width+1) + ":|"
	}
	return text + "\n"
}
