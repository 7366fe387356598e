package builder

import "context"

// before runs the commands that the build begins with. It is true if the build
// ends with them.
func (b *Builder) before(ctx context.Context, env []string, temp string) (Result, bool, error) {
	var all Result
	given := "" // role of the list that was given up with a command that failed
	for _, c := range b.recipe.Before {
		if c.Role != "" && c.Role == given {
			continue
		}
		ran, err := b.shell(ctx, env, temp, c)
		all.Output += ran.output
		all.Command += ran.elapsed
		if err != nil && (c.Must || ctx.Err() != nil) {
			return all, true, err
		}
		if err != nil {
			given = c.Role // Progress was told
			continue
		}
		one, failed, err := conclude(ctx, ran)
		if failed && (c.Must || one.Outcome == Canceled) {
			one.Output, one.Command = all.Output, all.Command
			return one, true, err
		}
		if failed {
			given = c.Role
		}
	}
	return all, false, nil
}
