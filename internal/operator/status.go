package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Status is `ginreload status`.
type Status struct {
	Target Target // without one: every program that this user may ask
	JSON   bool   // what the programs say, as they say it
	Out    io.Writer
}

// Run asks and prints. It fails if the process that was named does not answer;
// others that do not are part of what it prints.
func (s Status) Run(ctx context.Context) error {
	all, err := s.programs(ctx)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.encode(all)
	}
	if len(all) == 0 {
		fmt.Fprintln(s.Out, "no program with a supervisor runs here that this user may ask")
	}
	for i, one := range all {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		one.print(s.Out)
	}
	return nil
}

func (s Status) programs(ctx context.Context) ([]program, error) {
	if !s.Target.given() {
		return programs(ctx)
	}
	p, err := s.Target.find()
	if err != nil {
		return nil, err
	}
	one, err := of(ctx, p)
	switch {
	case err == nil:
		return []program{one}, nil
	case !errors.Is(err, errNoSocket):
		return nil, err
	case elsewhere(p):
		return nil, &Failure{
			What: fmt.Sprintf("%v is in another network namespace (a container?), where its admin socket cannot be reached from here", p),
			Hint: fmt.Sprintf("enter that network: nsenter -t %d -n ginreload status %d, or run ginreload inside: docker exec", p.pid, p.pid),
			Err:  err,
		}
	}
	return nil, &Failure{
		What: fmt.Sprintf("%v has no admin socket: it runs no supervisor, or has switched that off (NoAdmin)", p),
		Hint: "if the PID comes from a file, the file may be stale: ginreload status without it lists what answers",
		Err:  err,
	}
}

// encode prints one document. pid is the process as it is seen from here, which
// in its own status may be another number (pid_namespaces(7)).
func (s Status) encode(all []program) error {
	type entry struct {
		PID    int             `json:"pid"`
		Status json.RawMessage `json:"status,omitempty"`
		Error  string          `json:"error,omitempty"`
	}
	doc := struct {
		Version   int     `json:"version"`
		Processes []entry `json:"processes"`
	}{1, []entry{}}
	for _, one := range all {
		for _, g := range one {
			e := entry{PID: g.process.pid, Status: g.raw}
			if g.silent != nil {
				e.Error = g.silent.Error()
			}
			doc.Processes = append(doc.Processes, e)
		}
	}
	enc := json.NewEncoder(s.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

// print shows a program: what runs, who serves, where, and what went wrong.
func (one program) print(w io.Writer) {
	main := one[0]
	if main.silent != nil {
		fmt.Fprintf(w, "%v\n  ! %v\n", main.process, main.silent)
		return
	}
	fmt.Fprintf(w, "%s%s\n", main.Program.Path, main.build())
	one.generations(w)
	main.listeners(w)
	main.past(w)
}

// build says which version runs.
func (g generation) build() string {
	var parts []string
	if v := g.Program.Module; v != "" && v != "(devel)" {
		parts = append(parts, v)
	}
	if r := g.Program.Revision; r != "" {
		r = r[:min(len(r), 12)]
		if g.Program.Dirty {
			r += " with changes"
		}
		parts = append(parts, r)
	}
	if !g.Program.Modified.IsZero() {
		parts = append(parts, "built or copied "+g.Program.Modified.Local().Format(time.DateTime))
	}
	if g.Program.Go != "" {
		parts = append(parts, g.Program.Go)
	}
	if len(parts) == 0 {
		return ""
	}
	return "\n  " + strings.Join(parts, ", ")
}

func (one program) generations(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "\n  GENERATION\tPID\tPHASE\tSINCE\tAGE\tNEW\tIDLE\tACTIVE\tHIJACKED")
	for _, g := range one {
		if g.silent != nil {
			fmt.Fprintf(t, "  %d\t%d\t%s\tdoes not answer: %v\n", g.Generation, g.process.pid, g.Phase, g.silent)
			continue
		}
		n := g.Connections
		fmt.Fprintf(t, "  %d\t%d\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", g.Generation, g.process.pid, g.Phase,
			age(g.Time.Sub(g.Since)), age(g.Time.Sub(g.Started)), n.New, n.Idle, n.Active, n.Hijacked)
	}
	t.Flush()
	for _, g := range one {
		if g.Deadline == nil {
			continue
		}
		fmt.Fprintf(w, "  generation %d waits for %s, for %s more at most", g.Generation, g.Connections.inWords(), age(max(0, g.Deadline.Sub(g.Time))))
		if g.Drain != nil && g.Drain.Moved > 0 {
			fmt.Fprintf(w, "; %d connections have moved on", g.Drain.Moved)
		}
		fmt.Fprintln(w)
	}
}

// inWords says what a drain waits for.
func (c connections) inWords() string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{c.Active, "1 request", "%d requests"},
		{c.Hijacked, "1 hijacked connection", "%d hijacked connections"},
		{c.New, "1 new connection", "%d new connections"},
		{c.Idle, "1 idle connection", "%d idle connections"},
	} {
		switch p.n {
		case 0:
		case 1:
			parts = append(parts, p.one)
		default:
			parts = append(parts, fmt.Sprintf(p.many, p.n))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func (g generation) listeners(w io.Writer) {
	if len(g.Listeners) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "\n  LISTENER\tADDRESS\tQUEUE\tNEW\tIDLE\tACTIVE\tHIJACKED")
	for _, l := range g.Listeners {
		queue := "-"
		if l.Backlog != nil {
			queue = fmt.Sprintf("%d of %d", l.Backlog.Length, l.Backlog.Limit)
		}
		n := l.Connections
		fmt.Fprintf(t, "  %s\t%s\t%s\t%d\t%d\t%d\t%d\n", l.Name, l.Address, queue, n.New, n.Idle, n.Active, n.Hijacked)
	}
	t.Flush()
}

// past says what has happened, and what an operator has to know: lines with a
// mark need somebody.
func (g generation) past(w io.Writer) {
	u := g.Upgrades
	fmt.Fprintf(w, "\n  upgrades: %d succeeded", u.Succeeded)
	for i, reason := range slices.Sorted(maps.Keys(u.Failed)) {
		fmt.Fprintf(w, "%s%d failed (%s)", [...]string{", ", " and "}[min(i, 1)], u.Failed[reason], reason)
	}
	fmt.Fprintln(w)
	if u.Current != nil {
		fmt.Fprintf(w, "  under way: to generation %d, for %s%s\n", u.Current.Generation, age(g.Time.Sub(u.Current.Begun)), u.Current.path())
	}
	if u.Last != nil {
		fmt.Fprintf(w, "  last: %s ago to generation %d, %s after %s%s\n", age(g.Time.Sub(u.Last.Begun)), u.Last.Generation,
			u.Last.Outcome, brief(seconds(u.Last.TookSeconds)), u.Last.path())
		if u.Last.Outcome != "upgraded" && u.Last.Error != "" {
			fmt.Fprintf(w, "  ! %s\n", u.Last.Error)
		}
	}
	if g.Trouble != nil && (u.Last == nil || u.Last.Error != g.Trouble.Text) {
		fmt.Fprintf(w, "  ! %s ago, %s: %s\n", age(g.Time.Sub(g.Trouble.Time)), g.Trouble.Step, g.Trouble.Text)
	}
	if u.NotBefore != nil && u.NotBefore.After(g.Time) {
		fmt.Fprintf(w, "  ! this binary is tried again in %s at the earliest; another one at once\n", age(u.NotBefore.Sub(g.Time)))
	}
	if g.Degraded != "" {
		fmt.Fprintf(w, "  ! %s\n", g.Degraded)
	}
	if g.Program.Replaced {
		fmt.Fprintf(w, "  ! another file stands at %s now: it was deployed, but not upgraded to\n", g.Program.Path)
	}
}

// path lists the steps of an upgrade with their times, on a line of its own.
func (a *attempt) path() string {
	var parts []string
	for _, s := range a.Steps {
		parts = append(parts, strings.TrimSpace(s.Name+" "+brief(seconds(s.Seconds))))
	}
	if len(parts) == 0 {
		return ""
	}
	return "\n        " + strings.Join(parts, ", ")
}

// age is brief for what is at least seconds.
func age(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	return brief(d)
}
