package supervisor

import "errors"

// Further reasons, for which there was no upgrade at all or for which one that
// had succeeded was taken back. Metrics and the admin socket tell them too.
const (
	ReasonUnsupported Reason = "unsupported" // ErrNotSupported
	ReasonNotReady    Reason = "not ready"   // ErrNotReady
	ReasonUpgrading   Reason = "upgrading"   // ErrUpgrading
	ReasonReplaced    Reason = "replaced"    // ErrReplaced
	ReasonStopping    Reason = "stopping"    // ErrStopping
	ReasonSpent       Reason = "spent"       // ErrSpent
	ReasonBackoff     Reason = "backoff"     // *BackoffError
	ReasonDied        Reason = "died"        // the new process died after it had taken over
	ReasonForbidden   Reason = "forbidden"   // another user asked over the admin socket
	ReasonOther       Reason = "other"
)

// ReasonOf returns the reason that an error of Upgrade stands for, "" for nil.
func ReasonOf(err error) Reason {
	var paused *BackoffError
	var failed *UpgradeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &paused):
		return ReasonBackoff
	case errors.As(err, &failed) && failed.Reason != "":
		return failed.Reason
	case errors.Is(err, errCalledOff):
		return ReasonCalledOff
	}
	for _, r := range []struct {
		err    error
		reason Reason
	}{
		{ErrNotSupported, ReasonUnsupported},
		{ErrNotReady, ReasonNotReady},
		{ErrUpgrading, ReasonUpgrading},
		{ErrReplaced, ReasonReplaced},
		{ErrStopping, ReasonStopping},
		{ErrSpent, ReasonSpent},
	} {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return ReasonOther
}
