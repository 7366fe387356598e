package watcher

import (
	"path/filepath"
	"slices"
)

// names knows by how many paths a folder is watched: through links, bind mounts,
// or as a root and as a part of another one. The kernel has one watch for a
// folder, and fsnotify one path for a watch. So the source is told of the first
// path only, the label, and its events are taken for events of all.
type names struct {
	source source
	lost   func(folder string) // is told of folders whose watch was lost with their label
	of     map[string]*watch
	by     map[identity]*watch
}

type watch struct {
	id    identity
	label string
	names []string // the label too
}

func newNames(s source, lost func(folder string)) *names {
	return &names{source: s, lost: lost, of: make(map[string]*watch), by: make(map[identity]*watch)}
}

// add watches a folder, which was id a moment ago.
func (n *names) add(folder string, id identity) error {
	if n.source.polls() {
		return nil
	}
	if w, ok := n.of[folder]; ok && w.id == id {
		return nil
	}
	n.remove(folder)
	w, ok := n.by[id]
	if !ok {
		if err := n.source.add(folder); err != nil {
			return err
		}
		w = &watch{id: id, label: folder}
		n.by[id] = w
	}
	w.names = append(w.names, folder)
	n.of[folder] = w
	return nil
}

// remove lets go of a name. The error of the source would say that the kernel or
// fsnotify was faster.
func (n *names) remove(folder string) {
	w, ok := n.of[folder]
	if !ok {
		return
	}
	delete(n.of, folder)
	if folder != w.label {
		w.names = slices.DeleteFunc(w.names, func(name string) bool { return name == folder })
		return
	}
	_ = n.source.remove(folder)
	delete(n.by, w.id)
	for _, name := range w.names {
		if name != folder {
			delete(n.of, name)
			n.lost(name)
		}
	}
}

// everyName returns the events as they are under all names of their folders.
func (n *names) everyName(events map[string]event) map[string]event {
	if n.source.polls() {
		return events // a poller knows paths only
	}
	all := batch{events: make(map[string]event, len(events))}
	for path, e := range events {
		all.join(path, e)
		for _, folder := range n.others(path) {
			all.join(folder, e)
		}
		for _, folder := range n.others(filepath.Dir(path)) {
			all.join(filepath.Join(folder, filepath.Base(path)), e)
		}
	}
	return all.events
}

// others returns what else a label stands for.
func (n *names) others(label string) []string {
	if w, ok := n.of[label]; ok && w.label == label {
		return w.names[1:]
	}
	return nil
}
