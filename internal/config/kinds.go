package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// kind is how values of a type are written: in a file, as text in a variable
// or flag, and when they are shown.
type kind[T any] struct {
	boolean, list bool
	fromTOML      func(raw any) (T, error)
	fromText      func(text string) (T, error)
	show          func(T) string
}

// errNothing is for an empty string, which says nothing.
var errNothing = errors.New("nothing")

// misfit is a value that does not fit. Element counts from 1; 0 is all of it.
type misfit struct {
	element int
	message string
}

func (m *misfit) Error() string { return m.message }

func expected(what string, raw any) error {
	return &misfit{message: "expected " + what + ", got " + describe(raw)}
}

func expectedText(what, text string) error {
	return &misfit{message: fmt.Sprintf("expected %s, got %q", what, text)}
}

var text = kind[string]{
	fromTOML: func(raw any) (string, error) {
		text, ok := raw.(string)
		if !ok {
			return "", expected("a string", raw)
		}
		return said(text)
	},
	fromText: said,
	show:     tomlString,
}

func said(text string) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", errNothing
	}
	return text, nil
}

// choice is a text that has to satisfy ok, which what puts into words.
func choice(what string, ok func(string) bool) kind[string] {
	check := func(text string, err error) (string, error) {
		if err == nil && !ok(text) {
			err = expectedText(what, text)
		}
		return text, err
	}
	return kind[string]{
		fromTOML: func(raw any) (string, error) { return check(text.fromTOML(raw)) },
		fromText: func(words string) (string, error) { return check(text.fromText(words)) },
		show:     tomlString,
	}
}

// banner is the one text of which an empty one says something.
var banner = kind[*string]{
	fromTOML: func(raw any) (*string, error) {
		text, ok := raw.(string)
		if !ok {
			return nil, expected("a string", raw)
		}
		return &text, nil
	},
	fromText: func(text string) (*string, error) { return &text, nil },
	show: func(text *string) string {
		if text == nil {
			return ""
		}
		return tomlString(*text)
	},
}

var boolean = kind[bool]{
	boolean: true,
	fromTOML: func(raw any) (bool, error) {
		value, ok := raw.(bool)
		if !ok {
			return false, expected("true or false", raw)
		}
		return value, nil
	},
	fromText: func(text string) (bool, error) {
		value, err := strconv.ParseBool(strings.TrimSpace(text))
		if err != nil {
			return false, expectedText("true or false", text)
		}
		return value, nil
	},
	show: strconv.FormatBool,
}

var port = kind[int]{
	fromTOML: func(raw any) (int, error) {
		number, ok := raw.(int64)
		if !ok || number < 0 || number > 65535 {
			return 0, expected("a port, 0 to 65535", raw)
		}
		return int(number), nil
	},
	fromText: func(text string) (int, error) {
		number, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
		if err != nil {
			return 0, expectedText("a port, 0 to 65535", text)
		}
		return int(number), nil
	},
	show: strconv.Itoa,
}

func describe(raw any) string {
	switch raw.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a section"
	}
	return "a date or time"
}
