package ignore

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/gitignore"
)

// lines are those of a .gitignore as projects have it.
const lines = `# binaries
*.exe
*.exe~
*.dll
*.so
*.dylib
*.test
*.out
/bin/
/dist/
/tmp/
coverage.txt
coverage.html
*.coverprofile
profile.cov
go.work.sum
.env
.env.*
!.env.example
.DS_Store
Thumbs.db
*~
*.sw[op]
node_modules/
web/.next/
web/dist/*
!web/dist/.gitkeep
/data/**
!/data/README.md
**/generated/*.json
logs/
*.log
*.pid
`

// What the answers for 100 000 files in 5 000 folders cost, the reading of
// .gitignore files included.
func BenchmarkLargeTree(b *testing.B) {
	root := b.TempDir()
	var paths []string
	folders := []string{}
	for n := range 5000 {
		folder := filepath.Join(root, fmt.Sprintf("pkg%d", n/500), fmt.Sprintf("group%d", n/50), fmt.Sprintf("part%d", n))
		folders = append(folders, folder)
		for m := range 20 {
			paths = append(paths, filepath.Join(folder, fmt.Sprintf("file%d.%s", m, []string{"go", "html", "log", "json"}[m%4])))
		}
	}
	for _, folder := range folders {
		write(b, folder, "x", "")
	}
	write(b, root, ".git/HEAD", "")
	write(b, root, ".gitignore", lines)
	write(b, root, "main.go", "package main\n")
	for b.Loop() {
		i := New(Options{
			Root: root, Git: gitignore.New(root, "", nil),
			Counts: func(file string) bool { return strings.HasSuffix(file, ".go") },
			Names:  func(string, string, bool) bool { return false },
		})
		left := 0
		for _, folder := range folders {
			i.Left(folder, true)
		}
		for _, path := range paths {
			if i.Left(path, false) {
				left++
			}
		}
		if left == 0 {
			b.Fatal("nothing is left out")
		}
	}
}
