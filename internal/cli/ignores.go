package cli

import (
	"context"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/gitignore"
	"github.com/ginreload/ginreload/internal/ignore"
	"github.com/ginreload/ginreload/internal/plan"
)

// ignores says what is left out besides what the configuration leaves out.
func ignores(ctx context.Context, cfg config.Config, env []string) *ignore.Ignore {
	o := ignore.Options{
		Root:   cfg.Root,
		Counts: func(file string) bool { return plan.Compiled(file) || cfg.AsksFor(file) },
		Names:  cfg.Names,
	}
	if cfg.Gitignore {
		o.Git = gitignore.New(cfg.Root, gitignore.Global(ctx, cfg.Root, env), func() []string {
			return gitignore.Tracked(ctx, cfg.Root, env)
		})
	}
	return ignore.New(o)
}
