package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// status is what this command shows of a supervisor's status; package
// supervisor describes it.
type status struct {
	PID        int       `json:"pid"`
	Generation int       `json:"generation"`
	Time       time.Time `json:"time"`
	Phase      string    `json:"phase"`
	Since      time.Time `json:"since"`
	Started    time.Time `json:"started"`
	Unready    string    `json:"unready"`
	Degraded   string    `json:"degraded"`
	Program    struct {
		Path     string    `json:"path"`
		Modified time.Time `json:"modified"`
		Replaced bool      `json:"replaced"`
		Module   string    `json:"module"`
		Revision string    `json:"revision"`
		Dirty    bool      `json:"dirty"`
		Go       string    `json:"go"`
	} `json:"program"`
	Listeners []struct {
		Name    string `json:"name"`
		Network string `json:"network"`
		Address string `json:"address"`
		Backlog *struct {
			Length int `json:"length"`
			Limit  int `json:"limit"`
		} `json:"backlog"`
		Connections connections `json:"connections"`
	} `json:"listeners"`
	Connections connections `json:"connections"`
	Upgrades    struct {
		Succeeded int            `json:"succeeded"`
		Failed    map[string]int `json:"failed"`
		Refused   int            `json:"refused"`
		Current   *attempt       `json:"current"`
		Last      *attempt       `json:"last"`
		NotBefore *time.Time     `json:"not_before"`
	} `json:"upgrades"`
	Trouble *struct {
		Time time.Time `json:"time"`
		Step string    `json:"step"`
		Text string    `json:"text"`
	} `json:"trouble"`
	Older    *neighbour `json:"older"`
	Newer    *neighbour `json:"newer"`
	Deadline *time.Time `json:"drain_deadline"`
	Drain    *struct {
		Moved    int `json:"moved"`
		Released int `json:"released"`
	} `json:"drain"`
}

type connections struct {
	New      int `json:"new"`
	Idle     int `json:"idle"`
	Active   int `json:"active"`
	Hijacked int `json:"hijacked"`
}

type attempt struct {
	Begun       time.Time `json:"begun"`
	TookSeconds float64   `json:"took_seconds"`
	Generation  int       `json:"generation"`
	PID         int       `json:"pid"`
	Outcome     string    `json:"outcome"`
	Steps       []struct {
		Name    string  `json:"name"`
		Seconds float64 `json:"seconds"`
	} `json:"steps"`
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

type neighbour struct {
	PID        int `json:"pid"`
	Generation int `json:"generation"`
}

// generation is a process with what it has said about itself.
type generation struct {
	process
	raw json.RawMessage
	status
	silent error // why it has said nothing
}

// program is what runs, newest generation first.
type program []generation

// inspect asks a process how it is.
func inspect(ctx context.Context, p process) (generation, error) {
	g := generation{process: p}
	a, err := report(ctx, p)
	switch {
	case err != nil:
		return g, err
	case a.Error != nil && a.Error.Reason == "forbidden":
		return g, forbidden(p, errors.New(a.Error.Text))
	case a.Error != nil:
		return g, fmt.Errorf("%v: %s", p, a.Error.Text)
	}
	g.raw = a.Status
	if err := json.Unmarshal(a.Status, &g.status); err != nil {
		return g, fmt.Errorf("understand the status of %v: %w", p, err)
	}
	return g, nil
}

// of returns the program that a process belongs to, whichever generation it is.
func of(ctx context.Context, p process) (program, error) {
	g, err := inspect(ctx, p)
	for range hops {
		if err != nil || g.Newer == nil {
			break
		}
		newer, findErr := g.neighbour(g.Newer.PID)
		if findErr != nil {
			break // it has died, and the older one will say so
		}
		next, inspectErr := inspect(ctx, newer)
		if inspectErr != nil {
			break
		}
		g = next
	}
	if err != nil {
		return nil, err
	}
	all := program{g}
	if g.Older == nil {
		return all, nil
	}
	older, err := g.neighbour(g.Older.PID)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil // it has left meanwhile
	}
	left := generation{process: older, status: status{PID: g.Older.PID, Generation: g.Older.Generation, Phase: "draining"}}
	if err == nil {
		if asked, err := inspect(ctx, older); err == nil {
			return append(all, asked), nil
		} else if errors.Is(err, errNoSocket) {
			return all, nil
		}
	}
	left.silent = err
	return append(all, left), nil
}

// programs returns all that run and that this user may ask.
func programs(ctx context.Context) ([]program, error) {
	found, err := running()
	if err != nil {
		return nil, err
	}
	var all []program
	seen := make(map[int]bool)
	for _, p := range found {
		if seen[p.pid] {
			continue
		}
		one, err := of(ctx, p)
		if err != nil {
			if errors.Is(err, errNoSocket) {
				continue // it has left meanwhile
			}
			one = program{{process: p, silent: err}}
		}
		if seen[one[0].process.pid] {
			continue
		}
		for _, g := range one {
			seen[g.process.pid] = true
		}
		all = append(all, one)
	}
	return all, nil
}

// only returns the program that is meant if none was named.
func only(ctx context.Context) (process, error) {
	all, err := programs(ctx)
	if err != nil {
		return process{}, err
	}
	switch len(all) {
	case 0:
		return process{}, &Failure{
			What: "no program with a supervisor runs here that this user may operate",
			Hint: "name its PID, or run the same as its user, as root, or inside of its container",
		}
	case 1:
		return all[0][0].process, nil
	}
	var b strings.Builder
	for _, one := range all {
		fmt.Fprintf(&b, "\n    %d  %s", one[0].process.pid, one[0].exe)
	}
	return process{}, &Failure{
		What: fmt.Sprintf("%d programs with a supervisor run here:%s", len(all), b.String()),
		Hint: "say which by its PID",
	}
}
