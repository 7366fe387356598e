package direct

import (
	"reflect"
	"strings"
	"testing"
)

const printedBuild = `WORK=/tmp/go-build1

#
# example.com/a
#

mkdir -p $WORK/b002/
echo '# import config' > $WORK/b002/importcfg # internal
cd /src/a
/go/tool/compile -o $WORK/b002/_pkg_.a -trimpath "$WORK/b002=>" -p example.com/a -lang=go1.25 -complete -buildid one/one -c=2 -nolocalimports -importcfg $WORK/b002/importcfg -pack ./a.go "./with space.go"
go tool buildid -w $WORK/b002/_pkg_.a # internal

#
# example.com/main
#

mkdir -p $WORK/b001/
cat >$WORK/b001/importcfg << 'EOF' # internal
# import config
packagefile example.com/a=$WORK/b002/_pkg_.a
EOF
cat >$WORK/b001/embedcfg << 'EOF' # internal
{
	"Files": {"x": "/src/x"}
}EOF
cd /src
GOOS='linux' /go/tool/compile -o $WORK/b001/_pkg_.a -trimpath "$WORK/b001=>" -p main -importcfg $WORK/b001/importcfg -embedcfg $WORK/b001/embedcfg -pack ./main.go /elsewhere/b.go
cat >$WORK/b001/importcfg.link << 'EOF' # internal
packagefile example.com/main=$WORK/b001/_pkg_.a
packagefile example.com/a=$WORK/b002/_pkg_.a
modinfo "0w\xaf\n EOF"
EOF
cd .
GOROOT='/go' /go/tool/link -o $WORK/b001/exe/a.out -importcfg $WORK/b001/importcfg.link -buildmode=exe -buildid=a/b/c/d -s "-X=main.v=1 (2)" $WORK/b001/_pkg_.a
`

func TestReadScript(t *testing.T) {
	t.Parallel()
	s, err := readScript(printedBuild)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.compiles) != 2 || len(s.files) != 3 {
		t.Fatalf("%d compiles, %d files", len(s.compiles), len(s.files))
	}
	if got, want := s.compiles[0].args[len(s.compiles[0].args)-2:], []string{"/src/a/a.go", "./with space.go"}; !reflect.DeepEqual(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	if got := s.compiles[1].env; !reflect.DeepEqual(got, []string{"GOOS=linux"}) {
		t.Errorf("environment %q", got)
	}
	if got, want := s.files["$WORK/b001/embedcfg"], "{\n\t\"Files\": {\"x\": \"/src/x\"}\n}"; got != want {
		t.Errorf("embedcfg %q, want %q", got, want)
	}
	if got := s.link.args; got[len(got)-2] != "-X=main.v=1 (2)" {
		t.Errorf("link %q", got)
	}
	if got := packageFiles(s.files["$WORK/b001/importcfg.link"]); len(got) != 2 || got["example.com/a"] != "$WORK/b002/_pkg_.a" {
		t.Errorf("importcfg %q", got)
	}
}

func TestReadScriptThatIsNone(t *testing.T) {
	t.Parallel()
	two := printedBuild + printedBuild[strings.LastIndex(printedBuild, "GOROOT="):]
	for name, text := range map[string]string{
		"empty": "", "no link": strings.ReplaceAll(printedBuild, "tool/link", "tool/asm"), "two links": two,
		"open": "cat >$WORK/x << 'EOF' # internal\nabc\n",
	} {
		if _, err := readScript(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzReadScript(f *testing.F) {
	f.Add(printedBuild)
	f.Add("cat >x << 'EOF' # internal\n}EOF\nlink \"\\")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readScript(text)
		if err != nil {
			return
		}
		for _, c := range append(s.compiles, s.link) {
			if tool := c.tool(); tool != "compile" && tool != "link" {
				t.Errorf("%q is a command", c.args)
			}
		}
	})
}
