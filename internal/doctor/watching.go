package doctor

import "fmt"

func files(f Facts) []Finding {
	switch {
	case f.Watch.Polls:
		return one(Note, "build.poll is on: files are looked at again and again", "without it changes are seen at once, where the system tells of them")
	case f.Root.Polls:
		return one(Note, "the project is on "+f.Root.Type+": "+f.Root.Why+", so files are looked at again and again", "a project on a disk of this system reloads sooner")
	case f.Root.Type == "":
		return nil
	}
	return one(OK, "the project is on "+f.Root.Type+", which tells of changes", "")
}

func watches(f Facts) []Finding {
	w := f.Watch
	if w.Most == 0 || w.Polls || f.Root.Polls {
		return nil
	}
	raise := func(name string, to int) string {
		return fmt.Sprintf("sudo sysctl fs.inotify.%s=%d, and the same line in /etc/sysctl.d/60-inotify.conf to keep it", name, to)
	}
	text := fmt.Sprintf("%d folders to watch, %d of %d watches are in use", w.Folders, w.Used, w.Most)
	var found []Finding
	switch {
	case w.Folders > w.Most-w.Used:
		found = one(Problem, text, raise("max_user_watches", max(524288, 2*w.Most)))
	case w.Folders+w.Used > w.Most/2:
		found = one(Warning, text, raise("max_user_watches", max(524288, 2*w.Most)))
	default:
		found = one(OK, text, "")
	}
	text = fmt.Sprintf("%d of %d inotify instances are in use", w.Watchers, w.MostInstances)
	switch {
	case w.MostInstances == 0:
	case w.Watchers >= w.MostInstances:
		found = append(found, Finding{Level: Problem, Text: text, Next: raise("max_user_instances", max(1024, 2*w.MostInstances))})
	case w.Watchers > w.MostInstances*3/4:
		found = append(found, Finding{Level: Warning, Text: text, Next: raise("max_user_instances", max(1024, 2*w.MostInstances))})
	}
	return found
}
