//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// compare gives the same clients and the same upgrades to each contestant, one
// after the other.
func compare(ctx context.Context, o options, stdout, stderr io.Writer) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to start: %w", err)
	}
	var standings []standing
	for _, c := range contestants() {
		if !o.only.MatchString(c.name) {
			continue
		}
		fmt.Fprintf(stderr, "%s: %d upgrades\n", c.name, o.upgrades)
		s, err := c.measure(ctx, binary, o.upgrades)
		if err != nil {
			return err
		}
		standings = append(standings, s)
	}
	return standingsTable(stdout, standings)
}

func standingsTable(w io.Writer, standings []standing) error {
	kinds := []supervisortest.Kind{
		supervisortest.KeepAlive, supervisortest.Idle, supervisortest.NewConn, supervisortest.Slow, supervisortest.Upload,
	}
	rows := [][]string{{"", "upgrades", "asked in vain", "requests", "failed"}}
	for _, k := range kinds {
		rows[0] = append(rows[0], string(k))
	}
	rows[0] = append(rows[0], "silent", "old process stayed", "exits", "hangs", "missing", "not executable")
	for _, s := range standings {
		if s.unbuilt != "" {
			rows = append(rows, []string{s.name, "not built: " + s.unbuilt})
			continue
		}
		row := []string{s.name, fmt.Sprint(s.upgrade), fmt.Sprint(s.missed), fmt.Sprint(s.report.Requests), fmt.Sprint(s.report.Failed)}
		for _, k := range kinds {
			row = append(row, fmt.Sprintf("%d of %d", s.report.ByKind[k].Failed, s.report.ByKind[k].Requests))
		}
		row = append(row, fmt.Sprintf("%d of %d", s.silent, silentClients), stays(s.stayed),
			s.broken["exits"], s.broken["hangs"], s.broken["missing"], s.broken["not executable"])
		rows = append(rows, row)
	}
	for i, row := range rows {
		for len(row) < len(rows[0]) {
			row = append(row, "")
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintln(w, strings.Repeat("|---", len(row))+"|")
		}
	}
	_, err := fmt.Fprintf(w, `
Asked in vain: upgrades that did not come within 20 s, without a broken binary. Columns by kind: failed of all requests. silent: connected before the upgrade, sent after it. Broken binaries: what 4 s of
requests saw after an upgrade to one that exits, hangs, is missing or is not executable, and whether a good one can follow.
`)
	return err
}

func stays(all []time.Duration) string {
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	text := func(d time.Duration) string {
		if d >= tooLong {
			return "> " + tooLong.String()
		}
		return d.Round(10 * time.Millisecond).String()
	}
	return fmt.Sprintf("%s, at most %s", text(all[len(all)/2]), text(all[len(all)-1]))
}
