package config

import "slices"

// The order in which services start. after[i] lists those that i waits for.

// orderServices adds what holds unless after says otherwise: a command comes
// after the one before it, and a Go program after all commands. What would make a
// circle is left out.
func (c *Config) orderServices(after [][]int) {
	for i, s := range c.services {
		if s.says("after") {
			continue
		}
		for j := range c.services {
			other := c.services[j]
			if other.Run == "" || j == i || s.Run != "" && j != c.commandBefore(i) || reaches(after, j, i) {
				continue
			}
			after[i] = append(after[i], j)
		}
	}
	c.order = nil
	for len(c.order) < len(c.services) {
		next := slices.IndexFunc(c.services, func(s writtenService) bool {
			return !slices.Contains(c.order, s.Name) && !slices.ContainsFunc(after[c.indexOf(s.Name)], func(j int) bool {
				return !slices.Contains(c.order, c.services[j].Name)
			})
		})
		c.order = append(c.order, c.services[next].Name)
	}
	for i := range c.services {
		c.services[i].After = nil
		for _, j := range after[i] {
			c.services[i].After = append(c.services[i].After, c.services[j].Name)
		}
	}
}

// commandBefore is the nearest command before a service, -1 if there is none.
func (c *Config) commandBefore(i int) int {
	for j := i - 1; j >= 0; j-- {
		if c.services[j].Run != "" {
			return j
		}
	}
	return -1
}

func (c *Config) indexOf(name string) int {
	return slices.IndexFunc(c.services, func(s writtenService) bool { return s.Name == name })
}

func (c *Config) rank(name string) int { return slices.Index(c.order, name) }

// reaches reports whether from waits for to, be it through others, or is it.
func reaches(after [][]int, from, to int) bool {
	return from == to || slices.ContainsFunc(after[from], func(next int) bool { return reaches(after, next, to) })
}
