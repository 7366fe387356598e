package supervisor

import "os"

type tap struct{ real, reader *os.File }

func newTap() (*tap, error)                { return nil, nil }
func (*tap) release()                      {}
func (*tap) drain()                        {}
func (*tap) lines() (said, stack []string) { return nil, nil }
func (*tap) keepMore()                     {}
func onTerminal() bool                     { return false }
func setStderr(*os.File) error             { return ErrNotSupported }
