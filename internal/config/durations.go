package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The kinds of settings that are times. Air has whole numbers of milliseconds
// for most of them.

const day = 24 * time.Hour

const millisWords = `a number of milliseconds, or a duration such as "500ms"`

// millis is a whole number in files, as Air has it; as text it may be a
// duration as well.
var millis = kind[time.Duration]{
	fromTOML: func(raw any) (time.Duration, error) {
		ms, ok := raw.(int64)
		if !ok {
			return 0, expected("a whole number of milliseconds", raw)
		}
		if ms < 0 || ms > day.Milliseconds() {
			return 0, &misfit{message: fmt.Sprintf("expected 0 to %d milliseconds, got %d", day.Milliseconds(), ms)}
		}
		return time.Duration(ms) * time.Millisecond, nil
	},
	fromText: func(text string) (time.Duration, error) {
		text = strings.TrimSpace(text)
		d, err := time.ParseDuration(text)
		if ms, notANumber := strconv.ParseInt(text, 10, 32); notANumber == nil {
			d, err = time.Duration(ms)*time.Millisecond, nil
		}
		if err != nil || d < 0 || d > day {
			return 0, expectedText(millisWords, text)
		}
		return d, nil
	},
	show: func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) },
}

const durationWords = `a duration such as "500ms" or "2s"`

var duration = kind[time.Duration]{
	fromTOML: func(raw any) (time.Duration, error) {
		switch raw := raw.(type) {
		case int64:
			return notNegative(milliOrNano(raw))
		case string:
			text, err := said(raw)
			if err != nil {
				return 0, err
			}
			d, err := time.ParseDuration(text)
			if err != nil {
				return 0, expectedText(durationWords, raw)
			}
			return notNegative(d)
		}
		return 0, expected(`a duration such as "500ms" or a number of milliseconds`, raw)
	},
	fromText: func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(strings.TrimSpace(text))
		if err != nil || d < 0 {
			return 0, expectedText(durationWords, text)
		}
		return d, nil
	},
	show: func(d time.Duration) string { return tomlString(d.String()) },
}

// killDelay is a duration of which flags of Air accept whole numbers only.
var killDelay = func() kind[time.Duration] {
	k := duration
	k.fromText = func(text string) (time.Duration, error) {
		if number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && number >= 0 {
			return milliOrNano(number), nil
		}
		d, err := duration.fromText(text)
		if err != nil {
			err = expectedText(millisWords, text)
		}
		return d, err
	}
	return k
}()

// milliOrNano is Air's rule for kill_delay: a number below a million is
// milliseconds and any other nanoseconds. Files rely on both.
func milliOrNano(number int64) time.Duration {
	if 0 <= number && number < int64(time.Millisecond) {
		return time.Duration(number) * time.Millisecond
	}
	return time.Duration(number)
}

func notNegative(d time.Duration) (time.Duration, error) {
	if d < 0 {
		return 0, &misfit{message: "expected a duration that is not negative"}
	}
	return d, nil
}
