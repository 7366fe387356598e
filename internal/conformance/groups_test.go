//go:build unix

package conformance

type group struct {
	name  string
	cases []Case
}

func groups() []group {
	return []group{
		{"smoke", []Case{
			{name: "start, save, reload", steps: []step{started, reloads, reloads}},
			{name: "compiled", golang: true, steps: []step{started, reloads}},
			{name: "ignored", steps: []step{started, ignores("a_test.go", "README.md"), rebuilds("x.html"), interrupt, exits(0)}},
		}},
	}
}
