package app

import "os"

func (c *Console) follow(_, _ *os.File) {}

func (c *Console) unfollow() {}
