package report

import (
	"encoding/json"
	"io"

	"github.com/ginreload/ginreload/internal/event"
)

// JSON returns a sink that writes each event as one line.
func JSON(w io.Writer) event.Sink {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return func(e event.Event) { _ = encoder.Encode(e) }
}
