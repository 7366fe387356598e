package app

import "os"

func (c *Console) follow(_, _ *os.File) {}

func (c *Console) unfollow() {}

// unreadBytes is not known here.
func unreadBytes(*os.File) int { return 0 }
