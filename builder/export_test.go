package builder

import "context"

// SyntaxErrors is what is said early of a file.
func (b *Builder) SyntaxErrors(file string) []Diagnostic {
	return b.syntaxErrors(context.Background(), b.recipe.environ(), file)
}

func (b *Builder) IsMember(file string) bool { return b.member(file) }
