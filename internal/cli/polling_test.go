package cli

import (
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/watcher"
)

func TestPollingIsToldWithItsCause(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on       watcher.FileSystem
		interval time.Duration
		want     string
	}{
		{watcher.FileSystem{Type: "9p", Mount: "/mnt/c", Polls: true, Why: "what Windows changes has no events here"}, 0,
			"/mnt/c (9p): what Windows changes has no events here; so ginreload also looks at the files, every 250ms"},
		{watcher.FileSystem{Type: "fuse", Polls: true, Why: "why"}, time.Second, "fuse: why; so ginreload also looks at the files, every 1s"},
		{watcher.FileSystem{Mount: `Z:\`, Polls: true, Why: "why"}, 0, `Z:\: why; so ginreload also looks at the files, every 250ms`},
		{watcher.FileSystem{Polls: true, Why: "why"}, 0, "why; so ginreload also looks at the files, every 250ms"},
	} {
		s := &stages{cfg: config.Config{PollInterval: c.interval}}
		s.polled(c.on)
		if len(s.early) != 1 || s.early[0].Message != c.want {
			t.Errorf("got  %v\nwant %s", s.early, c.want)
		}
	}
}
