package cli

import (
	"context"
	"slices"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/service"
)

// sidecar is a service that is no Go program.
type sidecar struct {
	config.Service
	console *app.Console
	edits   chan struct{} // room for one
}

// run is the command as a member of the fleet.
func (c sidecar) run(ctx context.Context, f *fleet, cues service.Cues) error {
	env := &environment{own: f.session.Env(f.in.Env), files: slices.Concat(f.cfg.EnvFiles, c.EnvFiles), set: c.Env}
	voice := &voice{publish: named(f.hub, c.Name)}
	stdout, stderr := c.console.Files()
	return service.Command{
		Settings: service.Settings{Line: c.Service.Run, Ready: c.Ready, Grace: c.KillDelay},
		Session:  f.session, Dir: c.Dir, Stdout: stdout, Stderr: stderr, Settle: c.console.Settle,
		Env: func() []string {
			variables, problems := env.Program()
			voice.problems(problems)
			return variables
		},
		Edits: c.edits, Publish: voice.publish,
	}.Run(ctx, cues)
}
