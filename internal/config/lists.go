package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// The kinds of settings that are lists.

var list = kind[[]string]{
	list:     true,
	fromTOML: elements,
	fromText: split,
	show:     showList,
}

func elements(raw any) ([]string, error) {
	all, ok := raw.([]any)
	if !ok {
		return nil, expected("a list of strings", raw)
	}
	texts := make([]string, 0, len(all))
	for i, element := range all {
		text, ok := element.(string)
		if !ok {
			return nil, &misfit{i + 1, fmt.Sprintf("expected a list of strings, element %d is %s", i+1, describe(element))}
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// split is Air's way with lists on the command line: there is no way to write a
// comma within an element.
func split(text string) ([]string, error) {
	if strings.TrimSpace(text) == "" {
		return []string{}, nil
	}
	return strings.Split(text, ","), nil
}

func showList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = tomlString(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// ofList is a list of which something is made, or checked.
func ofList[T any](of func([]string) (T, error), show func(T) string) kind[T] {
	then := func(texts []string, err error) (made T, _ error) {
		if err != nil {
			return made, err
		}
		return of(texts)
	}
	return kind[T]{
		list:     true,
		fromTOML: func(raw any) (T, error) { return then(elements(raw)) },
		fromText: func(text string) (T, error) { return then(split(text)) },
		show:     show,
	}
}

var patterns = ofList(func(texts []string) ([]string, error) {
	for i, pattern := range texts {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, &misfit{i + 1, fmt.Sprintf("%q is not a file pattern: %v", pattern, err)}
		}
	}
	return texts, nil
}, showList)

var regexps = ofList(func(texts []string) ([]*regexp.Regexp, error) {
	var all []*regexp.Regexp
	for i, text := range texts {
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, &misfit{i + 1, err.Error()}
		}
		all = append(all, re)
	}
	return all, nil
}, func(all []*regexp.Regexp) string {
	var texts []string
	for _, re := range all {
		texts = append(texts, re.String())
	}
	return showList(texts)
})

var entrypoint = func() kind[[]string] {
	k := ofList(func(texts []string) ([]string, error) {
		if len(texts) > 0 && strings.TrimSpace(texts[0]) == "" {
			return nil, &misfit{1, "the first element names the program and must not be empty"}
		}
		return texts, nil
	}, showList)
	many := k.fromTOML
	k.fromTOML = func(raw any) ([]string, error) {
		switch raw := raw.(type) {
		case string:
			text, err := said(raw)
			return []string{text}, err
		case []any:
			return many(raw)
		}
		return nil, expected("a string or a list of strings", raw)
	}
	return k
}()
