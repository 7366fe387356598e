package lean

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The blocks of an object file, in their order (Blk… in cmd/internal/goobj).
const (
	blockImports = iota
	blockPackages
	blockFiles
	blockSymbols  // of the package; others refer to them by number
	blockHashed64 // known by their content
	blockHashed
	blockNamed      // known by their name in all packages
	blockReferences // to such, in the numbers after those of blockNamed
	blockFlags      // of symbols that are referred to
	blockHashes64
	blockHashes
	blockRelocIndex // first relocation of each symbol
	blockAuxIndex
	blockDataIndex
	blockRelocs
	blockAux
	blockData
	blockRefNames // for tools alone
	blockEnd
	blocks
)

// Sizes of what is in the blocks, and of the header before them.
const (
	objectMagic = "\x00go120ld"
	fixedSize   = len(objectMagic) + 8 + 4 + 4*blocks // magic, fingerprint, flags, offsets
	stringSize  = 8                                   // length and place
	importSize  = stringSize + 8
	symbolSize  = stringSize + 2 + 1 + 1 + 1 + 4 + 4 // name, ABI, kind, two sets of flags, size, alignment
	flagsSize   = 8 + 2
	relocSize   = 4 + 1 + 2 + 8 + 8 // the last is the symbol
	auxSize     = 1 + 8

	symbolFlags = stringSize + 2 + 1
)

// What stands in place of the number of a package (PkgIdx… in cmd/internal/goobj).
const (
	inNames = 1<<31 - 1
	inSelf  = inNames - 4
)

// Kinds of auxiliary symbols that are DWARF of a function.
const (
	firstDebugAux = 3
	lastDebugAux  = 6
)

// debugPrefixes begin the names of DWARF symbols that have one (cmd/internal/dwarf).
var debugPrefixes = []string{"go:info.", "go:constinfo.", "go:cuinfo."}

// An object is an object file.
type object struct {
	text    []byte
	offsets [blocks]int
}

var little = binary.LittleEndian

// parse checks all that is relied on later: order and sizes of the blocks.
func parse(text []byte) (*object, error) {
	o := &object{text: text}
	if len(text) < fixedSize || string(text[:len(objectMagic)]) != objectMagic {
		return nil, fmt.Errorf("%w: it is of another version of Go", ErrUnknown)
	}
	before := fixedSize
	for i := range o.offsets {
		at := int(little.Uint32(text[fixedSize-4*(blocks-i):]))
		if at < before || at > len(text) {
			return nil, fmt.Errorf("%w: its blocks are in disorder", ErrUnknown)
		}
		o.offsets[i], before = at, at
	}
	for block, size := range map[int]int{
		blockImports: importSize, blockPackages: stringSize, blockFiles: stringSize,
		blockSymbols: symbolSize, blockHashed64: symbolSize, blockHashed: symbolSize, blockNamed: symbolSize, blockReferences: symbolSize,
		blockFlags: flagsSize, blockRelocs: relocSize, blockAux: auxSize,
		blockRelocIndex: 4, blockAuxIndex: 4, blockDataIndex: 4,
	} {
		if len(o.block(block))%size != 0 {
			return nil, fmt.Errorf("%w: block %d has another size", ErrUnknown, block)
		}
	}
	for block, limit := range map[int]int{
		blockRelocIndex: len(o.block(blockRelocs)) / relocSize,
		blockAuxIndex:   len(o.block(blockAux)) / auxSize,
		blockDataIndex:  len(o.block(blockData)),
	} {
		if err := o.checkIndex(block, limit); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// checkIndex wants one entry more than there are symbols with something to refer
// to, in ascending order.
func (o *object) checkIndex(block, limit int) error {
	index := o.block(block)
	if len(index) != 4*(o.defined()+1) {
		return fmt.Errorf("%w: block %d has another length", ErrUnknown, block)
	}
	before := 0
	for i := 0; i < len(index); i += 4 {
		at := int(little.Uint32(index[i:]))
		if at < before || at > limit {
			return fmt.Errorf("%w: block %d is in disorder", ErrUnknown, block)
		}
		before = at
	}
	return nil
}

func (o *object) block(i int) []byte { return o.text[o.offsets[i]:o.offsets[i+1]] }

// count is the number of symbols in a block.
func (o *object) count(block int) int { return len(o.block(block)) / symbolSize }

// defined is the number of symbols that are defined here.
func (o *object) defined() int {
	return o.count(blockSymbols) + o.count(blockHashed64) + o.count(blockHashed) + o.count(blockNamed)
}

// firstNamed is the number of the first symbol that is known by its name.
func (o *object) firstNamed() int { return o.defined() - o.count(blockNamed) }

// span is what an index says of a symbol: its first entry, and that of the next.
func (o *object) span(block, symbol int) (from, to int) {
	index := o.block(block)[4*symbol:]
	return int(little.Uint32(index)), int(little.Uint32(index[4:]))
}

func (o *object) relocs(symbol int) []byte {
	from, to := o.span(blockRelocIndex, symbol)
	return o.block(blockRelocs)[from*relocSize : to*relocSize]
}

func (o *object) aux(symbol int) []byte {
	from, to := o.span(blockAuxIndex, symbol)
	return o.block(blockAux)[from*auxSize : to*auxSize]
}

func (o *object) data(symbol int) []byte {
	from, to := o.span(blockDataIndex, symbol)
	return o.block(blockData)[from:to]
}

// number finds the symbol that is referred to, if it is one that may be DWARF.
func (o *object) number(ref []byte) (i int, known bool, err error) {
	i = int(little.Uint32(ref[4:]))
	limit := o.count(blockSymbols)
	switch little.Uint32(ref) {
	case inSelf:
	case inNames:
		i += o.firstNamed()
		limit = o.defined() + o.count(blockReferences)
	default:
		return 0, false, nil
	}
	if i >= limit {
		return 0, false, fmt.Errorf("%w: a symbol is nowhere", ErrUnknown)
	}
	return i, true, nil
}

// stringAt reads the string that is referred to there.
func (o *object) stringAt(ref []byte) (string, error) {
	size, at := int(little.Uint32(ref)), int(little.Uint32(ref[4:]))
	if size == 0 {
		return "", nil
	}
	if at > len(o.text) || size > len(o.text)-at {
		return "", fmt.Errorf("%w: a name is nowhere", ErrUnknown)
	}
	return string(o.text[at : at+size]), nil
}

func isDebugAux(kind byte) bool { return kind >= firstDebugAux && kind <= lastDebugAux }

func isDebugName(name string) bool {
	for _, prefix := range debugPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
