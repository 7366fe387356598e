package app

import "os"

func (c *Console) follow(_, _ *os.File) {}

func (c *Console) unfollow() {}

// unreadBytes is not known here.
func unreadBytes(*os.File) int { return 0 }

func (c *Console) read(from *os.File, buf []byte) (int, error) { return c.readThenKeep(from, buf) }
