package config

// EventsOnly reports that somebody has decided against polling, also where it is
// called for. A file that says poll = false has not: air init writes that into each,
// and those whose file systems call for it would be left with the very trouble that
// they have with Air. A flag or a variable is meant.
func (c Config) EventsOnly() bool {
	return !c.Poll && c.isSaid("build.poll") && c.said["build.poll"].origin.doc == nil
}
