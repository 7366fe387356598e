package builder

import "context"

// before runs the commands that the build begins with. It is true if the build
// ends with them.
func (b *Builder) before(ctx context.Context, env []string, temp string) (Result, bool, error) {
	var all Result
	for _, c := range b.recipe.Before {
		ran, err := b.shell(ctx, env, temp, c)
		all.Output += ran.output
		all.Command += ran.elapsed
		if err != nil && (c.Must || ctx.Err() != nil) {
			return all, true, err
		}
		if err != nil {
			continue // Progress was told
		}
		one, failed, err := conclude(ctx, ran)
		if failed && (c.Must || one.Outcome == Canceled) {
			one.Output, one.Command = all.Output, all.Command
			return one, true, err
		}
	}
	return all, false, nil
}
