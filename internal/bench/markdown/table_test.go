package markdown

import "testing"

func TestTable(t *testing.T) {
	t.Parallel()
	const want = `| tool   | time |
|--------|-----:|
| größer | 1 ms |
| –      |      |
`
	got := Table([][]string{{"tool", "time"}, {"größer", "1 ms"}, {"–", ""}})
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
