package report

import "fmt"

// changes is the set of files that changed; the zero value is empty. One name
// stands for all: the first of the latest change, which is the file that its
// author has just saved.
type changes struct {
	name string
	seen map[string]bool
}

func (c *changes) add(files []string) {
	if len(files) == 0 {
		return
	}
	c.name = files[0]
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	for _, file := range files {
		c.seen[file] = true
	}
}

// String returns api/user.go (+2), or "" for no files.
func (c *changes) String() string {
	if len(c.seen) > 1 {
		return fmt.Sprintf("%s (+%d)", clean(c.name), len(c.seen)-1)
	}
	return clean(c.name)
}
