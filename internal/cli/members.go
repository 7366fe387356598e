package cli

import "sync"

// members are the changed files of which the loop knew, when it heard of the
// change, that the program is made of them. Builds ask, in goroutines of their own.
type members struct {
	mu    sync.Mutex // guards files
	files map[string]bool
}

func (m *members) note(path string, member bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = make(map[string]bool)
	}
	m.files[path] = member
}

func (m *members) has(path string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[path]
}
