package config

import "strings"

// nearest returns the candidate that name is likely to be a misspelling of, ""
// for none. A third of the letters may be wrong, which still finds
// stop_on_error behind stop_on_root, the commonest invention in real files.
func nearest(name string, candidates []string) string {
	best, limit := "", max(len(name)/3, 1)
	for _, candidate := range candidates {
		if d := distance(strings.ToLower(name), candidate); d <= limit && d < len(candidate) {
			best, limit = candidate, d-1
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			replaced := last[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
