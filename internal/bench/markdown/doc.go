// Package markdown prints tables that read well on a terminal, and in Markdown
// as GitHub has it, so that figures can be quoted as they are. It escapes
// nothing.
package markdown
