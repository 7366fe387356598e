package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Upgrade is `ginreload upgrade`.
type Upgrade struct {
	Target  Target
	Wait    bool          // for the end; else it is enough that the upgrade is accepted
	Timeout time.Duration // after which an upgrade that has not taken over is called off; 0 for never
	Out     io.Writer
	// Signals end the waiting. They do not call the upgrade off: others may
	// count on it by now.
	Signals <-chan os.Signal
}

// late is how much longer than Timeout a program may take to say that it has
// called the upgrade off.
const late = 10 * time.Second

// hops is how many generations may pass while we look for the one that serves.
const hops = 10

var (
	errInterrupted  = errors.New("interrupted")
	errSilent       = errors.New("no answer")
	errUnsupervised = errors.New("no supervisor")
)

// Run asks for the upgrade and tells how it goes. The error is a *Failure
// wherever there is something to do about it.
func (u Upgrade) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var listener sync.WaitGroup
	defer listener.Wait()
	defer cancel(nil)
	listener.Go(func() {
		select {
		case <-u.Signals:
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	})
	deadline := time.Time{}
	if u.Timeout > 0 {
		deadline = time.Now().Add(u.Timeout)
		timer := time.AfterFunc(u.Timeout+late, func() { cancel(errSilent) })
		defer timer.Stop()
	}
	p, err := u.find(ctx)
	if err != nil {
		return err
	}
	for range hops {
		newer, err := u.ask(ctx, p, deadline)
		if newer == 0 {
			return err
		}
		next, findErr := p.neighbour(newer)
		if findErr != nil {
			return errors.Join(err, findErr)
		}
		fmt.Fprintf(u.Out, "process %d has been replaced by process %d; asking that one\n", p.pid, next.pid)
		p = next
	}
	return fmt.Errorf("%d generations have come and gone meanwhile: somebody else upgrades this program all the time", hops)
}

func (u Upgrade) find(ctx context.Context) (process, error) {
	if u.Target.given() {
		return u.Target.find()
	}
	return only(ctx)
}

// ask has p upgrade. newer is the PID, as p knows it, of the process to ask instead.
func (u Upgrade) ask(ctx context.Context, p process, deadline time.Time) (newer int, err error) {
	r := request{Command: "upgrade", Wait: u.Wait}
	if !deadline.IsZero() {
		r.TimeoutSeconds = max(time.Until(deadline), time.Millisecond).Seconds()
	}
	older, err := olderOf(ctx, p)
	if err != nil {
		return 0, err
	}
	told := &progress{out: u.Out, p: p, older: older}
	c, err := ask(ctx, p, r)
	if errors.Is(err, errNoSocket) {
		return 0, u.nudge(p)
	}
	if err != nil {
		return 0, err
	}
	defer c.close()
	for {
		a, err := c.next()
		if err != nil {
			return 0, told.silence(ctx, err)
		}
		switch {
		case a.Event != nil:
			told.step(*a.Event)
			if !u.Wait && told.accepted {
				fmt.Fprintf(u.Out, "accepted; ginreload status %d tells how it goes\n", p.pid)
				return 0, nil
			}
		case a.Result != nil:
			told.done(*a.Result)
			return 0, nil
		case a.Error != nil && a.Error.Newer != 0:
			return a.Error.Newer, told.failure(*a.Error)
		case a.Error != nil:
			return 0, told.failure(*a.Error)
		}
	}
}

// olderOf returns the generation before that of p if that is still there: the
// upgrade begins when it has left, and a person should know what is waited for.
// The question also shows whether p is able to answer.
func olderOf(ctx context.Context, p process) (*neighbour, error) {
	g, err := inspect(ctx, p)
	if errors.Is(err, errSilent) && context.Cause(ctx) == nil {
		return nil, &Failure{
			What: fmt.Sprintf("%v does not answer, so nothing was asked of it", p),
			Now:  "it may be stopped (kill -CONT starts it again), or stuck; its listeners still take connections into their queues",
			Hint: fmt.Sprintf("look at it: ps -o stat,wchan:30,etime,args -p %d; kill -QUIT prints its goroutines, and ends it", p.pid),
			Err:  err,
		}
	}
	return g.Older, nil
}

// nudge asks a process without an admin socket, if that is safe.
func (u Upgrade) nudge(p process) error {
	if u.Wait {
		f := &Failure{
			What: fmt.Sprintf("%v has no admin socket, so its upgrade cannot be waited for; nothing was sent to it", p),
			Hint: "leave out --wait to send SIGUSR2 to it if it has a supervisor, and read its log for the result",
		}
		if elsewhere(p) {
			f.What = fmt.Sprintf("%v is in another network namespace (a container?), where its admin socket cannot be reached from here; nothing was sent to it", p)
			f.Hint = fmt.Sprintf("enter that network: nsenter -t %d -n ginreload upgrade --wait %d, or run ginreload inside: docker exec", p.pid, p.pid)
		} else if supervised(p) != nil {
			return unsupervised(p)
		}
		return f
	}
	err := nudge(p)
	switch {
	case errors.Is(err, errUnsupervised):
		return unsupervised(p)
	case errors.Is(err, fs.ErrPermission):
		return forbidden(p, err)
	case err != nil:
		return fmt.Errorf("send SIGUSR2 to %v: %w", p, err)
	}
	fmt.Fprintf(u.Out, "sent SIGUSR2 to %v, which has no admin socket that can be reached from here; its log tells how the upgrade goes\n", p)
	return nil
}

// unsupervised is the error for a process that is somebody else's.
func unsupervised(p process) error {
	return &Failure{
		What: fmt.Sprintf("%v runs no supervisor that this command can see, so nothing was sent to it: SIGUSR2 might end it", p),
		Hint: "if the PID comes from a file, the file may be stale: ginreload status lists the programs that can be upgraded",
		Err:  errUnsupervised,
	}
}

func forbidden(p process, err error) error {
	return &Failure{
		What: fmt.Sprintf("%v belongs to another user: %v", p, err),
		Hint: "run the same as that user or as root",
		Err:  err,
	}
}
