package builder

import (
	"context"
	"fmt"
)

// SyntaxErrors is what is said early of a file.
func (b *Builder) SyntaxErrors(file string) []Diagnostic {
	return b.syntaxErrors(context.Background(), b.recipe.environ(), file)
}

func (b *Builder) IsMember(file string) bool { return b.member(file) }

// Hasten lets builds be recorded at once.
func (b *Builder) Hasten() { b.quiet = 0 }

// Record begins to record, as after a build, and waits.
func (b *Builder) Record() error {
	b.prepareDirect(b.recipe.environ(), "", b.recipe.Flags)
	return b.Recorded()
}

// Recorded waits for the recording under way, and tells why there is no record.
func (b *Builder) Recorded() error {
	if b.short.done != nil {
		<-b.short.done
	}
	if b.short.record == nil {
		return fmt.Errorf("no record: %v", b.short.trouble)
	}
	if b.recipe.Cache != "" && (!b.short.lean || b.short.fat != nil) {
		return fmt.Errorf("not lean: %v", b.short.fat)
	}
	return nil
}
