package watcher

import "testing"

func TestIsDropping(t *testing.T) {
	droppings := []string{
		".#x.go", "#x.go#", "x.go~", ".x.go.un~", ".x.go.swp", ".x.go.swo", ".x.go.swn", ".x.go.swx", ".x.go.swpx",
		"x.go.swp", ".x.go.kate-swp", "4913", "5036", "5159",
		"x.go___jb_tmp___", "x.go___jb_old___", ".goutputstream-A1B2C3",
		"x.go.1234567", "app-go-tmp-umask", "app.exe~", "list1234.tmp", ".subl8fa.tmp",
		".fuse_hidden0000001", ".nfs000000000123",
	}
	files := []string{
		"x.go", "go.mod", "go.sum", ".env", ".air.toml", "x.go.tmpl", "x.swf", "x.sw", "#", "#notes",
		"4914", "4912", "1234", "-4913", "x.bak", "x.orig", "x.go.txt", "x.go.", "tmp", "tmp.go", "x.tmpl",
		"x.go.1a", "swp", "nfs", "index.html", "4913.go",
	}
	for _, name := range droppings {
		if !isDropping(name) {
			t.Errorf("%s is a dropping", name)
		}
	}
	for _, name := range files {
		if isDropping(name) {
			t.Errorf("%s is a file", name)
		}
	}
}
