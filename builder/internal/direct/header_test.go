package direct

import "testing"

func TestHeader(t *testing.T) {
	t.Parallel()
	const top = "//go:build linux\n\npackage p\n\n"
	const rest = "\n\n//go:embed x\nvar x string\n\n"
	const file = top + "import \"fmt\"" + rest + "func f() { fmt.Println(1) }\n"
	cases := []struct {
		name, text string
		same       bool
	}{
		{"a body", top + "import \"fmt\"" + rest + "func f() { fmt.Println(2) }\n", true},
		{"lines, comments and names of imports", "//go:build linux\n\n// Package p is.\npackage p\n\nimport (\n\tf2 \"fmt\"\n)" + rest + "//go:noinline\nfunc f() {}\n", true},
		{"a syntax error in a body", top + "import \"fmt\"" + rest + "func f() { fmt.Println(1 }\n", true},
		{"a syntax error in the imports", top + "import \"fmt" + rest + "func f() { fmt.Println(1) }\n", false},
		{"an import more", top + "import \"fmt\"\nimport \"os\"" + rest + "func f() { fmt.Println(1) }\n", false},
		{"no import", top + rest + "func f() {}\n", false},
		{"cgo", top + "import \"C\"" + rest + "func f() { fmt.Println(1) }\n", false},
		{"the constraint", "//go:build !linux\n\npackage p\n\n" + "import \"fmt\"" + rest + "func f() { fmt.Println(1) }\n", false},
		{"an old constraint", "// +build linux\n\n" + file, false},
		{"what is embedded", top + "import \"fmt\"\n\n//go:embed y\nvar x string\n\nfunc f() { fmt.Println(1) }\n", false},
		{"the package", "//go:build linux\n\npackage q\n\nimport \"fmt\"" + rest + "func f() { fmt.Println(1) }\n", false},
		{"a directive", file + "\n//go:linkname f g\n", false},
		{"a setting", "//go:debug panicnil=1\n" + file, false},
	}
	for _, c := range cases {
		if same := headerOf("p.go", []byte(file)) == headerOf("p.go", []byte(c.text)); same != c.same {
			t.Errorf("%s: same is %v", c.name, same)
		}
	}
}
