package gitignore

import "strings"

// classes are those of POSIX in brackets, as ranges.
var classes = map[string]string{
	"alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": ` \t`, "cntrl": "\x00-\x1f\x7f", "digit": "0-9", "graph": "!-~", "lower": "a-z",
	"print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \t\n\v\f\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}

// translate turns a pattern of git into one of doublestar. There braces are
// special, two asterisks count only alone between slashes, and "a/**" is also a
// itself; classes have no names.
func translate(pattern string, anchored bool) string {
	parts := []string{pattern}
	if anchored {
		parts = strings.Split(pattern, "/")
	}
	for i, part := range parts {
		if anchored && len(part) > 1 && strings.Trim(part, "*") == "" {
			parts[i] = "**"
			continue
		}
		parts[i] = translatePart(part)
	}
	if n := len(parts); n > 1 && parts[n-1] == "**" {
		parts = append(parts, "*")
	}
	return strings.Join(parts, "/")
}

func translatePart(part string) string {
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		switch c := part[i]; {
		case c == '\\' && i+1 < len(part):
			b.WriteString(part[i : i+2])
			i++
		case c == '{' || c == '}':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '*' && i > 0 && part[i-1] == '*' && strings.HasSuffix(b.String(), "*"):
		case c == '[':
			n := bracket(&b, part[i:])
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// bracket writes the bracket expression that part begins with and returns its
// length. One that is not closed is written so that it does not match, as in git.
func bracket(b *strings.Builder, part string) int {
	i := 1
	b.WriteByte('[')
	if i < len(part) && (part[i] == '!' || part[i] == '^') {
		b.WriteByte('^')
		i++
	}
	for first := i; i < len(part); i++ {
		switch c := part[i]; {
		case c == ']' && i > first:
			b.WriteByte(']')
			return i + 1
		case c == '\\' && i+1 < len(part):
			b.WriteString(part[i : i+2])
			i++
		case strings.HasPrefix(part[i:], "[:"):
			name, _, closed := strings.Cut(part[i+2:], ":]")
			if members, ok := classes[name]; ok && closed {
				b.WriteString(members)
				i += len(name) + 3
				continue
			}
			b.WriteString(`\[`)
		case c == ']' || c == '[' || c == '^' || c == '!':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return len(part)
}
