package config

// A setting is one key with a value: what it accepts, what holds without it,
// and where in an In it goes.
type setting[In any] struct {
	name     string
	boolean  bool // as a flag it may stand alone
	list     bool // as a flag it may be repeated
	initial  value[In]
	fromTOML func(raw any) (value[In], error)     // of a file
	fromText func(text string) (value[In], error) // of a variable or a flag
}

// value is what a layer says of a setting; the zero value is nothing, and so is
// an empty string: it stands for what holds without it, as with Air.
type value[In any] struct {
	text  string // as TOML, and as JSON
	store func(*In)
}

func (v value[In]) nothing() bool { return v.store == nil }

// define makes a setting of its parts. What kind returns is shared by all that
// read it, and not to be changed in place.
func define[In, T any](name string, k kind[T], initial T, field func(*In) *T) setting[In] {
	say := func(v T, err error) (value[In], error) {
		if err == errNothing {
			return value[In]{}, nil
		}
		return value[In]{text: k.show(v), store: func(in *In) { *field(in) = v }}, err
	}
	byDefault, _ := say(initial, nil)
	return setting[In]{
		name: name, boolean: k.boolean, list: k.list, initial: byDefault,
		fromTOML: func(raw any) (value[In], error) { return say(k.fromTOML(raw)) },
		fromText: func(text string) (value[In], error) { return say(k.fromText(text)) },
	}
}

func named[In any](settings []setting[In], name string) (setting[In], bool) {
	for _, s := range settings {
		if s.name == name {
			return s, true
		}
	}
	return setting[In]{}, false
}
