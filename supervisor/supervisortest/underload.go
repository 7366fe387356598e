package supervisortest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// stopWithin is how long UpgradeUnderLoad lets the last generation drain.
const stopWithin = 30 * time.Second

// UpgradeUnderLoad starts the program, puts it under load, upgrades it n times,
// one upgrade after the other, ends the load and stops the program. The report
// and the upgrades up to an error are returned with it. Lost requests are no
// error: see Report.Failed.
//
// Before each upgrade the KeepAlive clients get the time to ask again: half a
// second, or their think time if that is longer.
func (p Program) UpgradeUnderLoad(ctx context.Context, load Load, n int) (*Report, []Upgrade, error) {
	process, err := p.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	var upgrades []Upgrade
	report, err := load.During(ctx, func(ctx context.Context) (err error) {
		upgrades, err = process.upgradeTimes(ctx, n, max(load.Think, time.Second/2))
		return err
	})
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return report, upgrades, errors.Join(err, process.Stop(stop))
}

func (p *Process) upgradeTimes(ctx context.Context, n int, rest time.Duration) ([]Upgrade, error) {
	var upgrades []Upgrade
	timer := time.NewTimer(rest)
	defer timer.Stop()
	for i := range n {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return upgrades, context.Cause(ctx)
		}
		u, err := p.Upgrade(ctx)
		if err != nil {
			return upgrades, fmt.Errorf("upgrade %d of %d: %w", i+1, n, err)
		}
		upgrades = append(upgrades, u)
		timer.Reset(rest)
	}
	return upgrades, nil
}
