package lean

import (
	"fmt"
	"slices"
)

// A strip is the work on one object file. Symbols are numbered through all blocks,
// blockReferences included.
type strip struct {
	*object
	debug []bool // is DWARF

	places map[uint64]uint32 // new place of a string, by its old length and place
	pool   []byte            // the strings
}

// shrinkObject returns the parts of the smaller object file.
func shrinkObject(text []byte) ([][]byte, error) {
	o, err := parse(text)
	if err != nil {
		return nil, err
	}
	s := &strip{object: o, debug: make([]bool, o.defined()+o.count(blockReferences)), places: make(map[uint64]uint32)}
	if err := s.find(); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s.write()
}

// find marks what is DWARF: what functions have as such, and what is named so.
func (s *strip) find() error {
	aux := s.block(blockAux)
	for ; len(aux) > 0; aux = aux[auxSize:] {
		if !isDebugAux(aux[0]) {
			continue
		}
		switch i, known, err := s.number(aux[1:]); {
		case err != nil:
			return err
		case known:
			s.debug[i] = true
		}
	}
	symbols := s.text[s.offsets[blockSymbols]:s.offsets[blockReferences+1]]
	for i := range s.debug {
		name, err := s.stringAt(symbols[i*symbolSize:])
		if err != nil {
			return err
		}
		s.debug[i] = s.debug[i] || isDebugName(name)
	}
	first := s.count(blockSymbols)
	if slices.Contains(s.debug[first:s.firstNamed()], true) {
		return fmt.Errorf("%w: there is DWARF known by its content", ErrUnknown)
	}
	return nil
}

// check wants nothing else to refer to DWARF.
func (s *strip) check() error {
	for i := range s.defined() {
		if s.debug[i] {
			continue
		}
		relocs, aux := s.relocs(i), s.aux(i)
		for ; len(relocs) > 0; relocs = relocs[relocSize:] {
			if err := s.checkReference(relocs[relocSize-8:]); err != nil {
				return err
			}
		}
		for ; len(aux) > 0; aux = aux[auxSize:] {
			if isDebugAux(aux[0]) {
				continue
			}
			if err := s.checkReference(aux[1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *strip) checkReference(ref []byte) error {
	i, known, err := s.number(ref)
	if err == nil && known && s.debug[i] {
		err = fmt.Errorf("%w: what is no DWARF needs DWARF", ErrUnknown)
	}
	return err
}

// write puts the blocks together again. No symbol gets another number, since
// these stand in the data, too.
func (s *strip) write() (parts [][]byte, err error) {
	var out [blocks][]byte
	for block, size := range []int{blockImports: importSize, blockPackages: stringSize, blockFiles: stringSize} {
		if out[block], err = s.strings(s.block(block), size); err != nil {
			return nil, err
		}
	}
	for block, first := blockSymbols, 0; block <= blockReferences; block++ {
		out[block] = s.symbols(block, first)
		first += s.count(block)
	}
	for _, block := range []int{blockFlags, blockHashes64, blockHashes} {
		out[block] = s.block(block)
	}
	for _, block := range []int{blockRelocIndex, blockAuxIndex, blockDataIndex, blockRelocs, blockAux} {
		out[block] = make([]byte, 0, len(s.block(block)))
	}
	var data [][]byte
	size := 0
	for i := range s.defined() + 1 {
		out[blockRelocIndex] = little.AppendUint32(out[blockRelocIndex], uint32(len(out[blockRelocs])/relocSize))
		out[blockAuxIndex] = little.AppendUint32(out[blockAuxIndex], uint32(len(out[blockAux])/auxSize))
		out[blockDataIndex] = little.AppendUint32(out[blockDataIndex], uint32(size))
		if i == s.defined() || s.debug[i] {
			continue
		}
		out[blockRelocs] = append(out[blockRelocs], s.relocs(i)...)
		for aux := s.aux(i); len(aux) > 0; aux = aux[auxSize:] {
			if !isDebugAux(aux[0]) {
				out[blockAux] = append(out[blockAux], aux[:auxSize]...)
			}
		}
		data = append(data, s.data(i))
		size += len(s.data(i))
	}
	return s.join(out, data, size), nil
}

// strings copies entries that begin with a string.
func (s *strip) strings(entries []byte, size int) ([]byte, error) {
	out := slices.Clone(entries)
	for at := 0; at < len(out); at += size {
		if _, err := s.stringAt(out[at:]); err != nil {
			return nil, err
		}
		s.move(out[at:])
	}
	return out, nil
}

// symbols copies those of a block, whose first has the number given.
func (s *strip) symbols(block, first int) []byte {
	out := slices.Clone(s.block(block))
	for i := range s.count(block) {
		symbol := out[i*symbolSize:]
		if s.debug[first+i] {
			little.PutUint32(symbol, 0)                           // no name
			symbol[symbolFlags], symbol[symbolFlags+1] = 0, 0     // nothing special
			little.PutUint32(symbol[symbolFlags+2:symbolSize], 0) // and empty
		}
		s.move(symbol)
	}
	return out
}

// move has a reference to a string, which is known to be there, refer to its new
// place.
func (s *strip) move(ref []byte) {
	size, at := little.Uint32(ref), little.Uint32(ref[4:])
	if size == 0 {
		at = 0
	}
	key := uint64(size)<<32 | uint64(at)
	to, ok := s.places[key]
	if !ok {
		to = uint32(fixedSize + len(s.pool))
		s.places[key] = to
		s.pool = append(s.pool, s.text[at:][:size]...)
	}
	little.PutUint32(ref[4:], to)
}

// join writes the header, and returns all parts of the file in order.
func (s *strip) join(out [blocks][]byte, data [][]byte, size int) [][]byte {
	header := slices.Clone(s.text[:fixedSize])
	at := fixedSize + len(s.pool)
	for i := range blocks {
		little.PutUint32(header[fixedSize-4*(blocks-i):], uint32(at))
		at += len(out[i])
		if i == blockData {
			at += size
		}
	}
	parts := append([][]byte{header, s.pool}, out[:blockData]...)
	parts = append(parts, data...)
	// The linker takes the address even of what is empty, and something has to be there.
	return append(parts, make([]byte, 8))
}
