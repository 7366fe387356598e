package supervisor

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// machines are the ELF machines of the architectures that Go runs on (elf(5)).
var machines = map[string]elf.Machine{
	"386": elf.EM_386, "amd64": elf.EM_X86_64, "arm": elf.EM_ARM, "arm64": elf.EM_AARCH64,
	"loong64": elf.EM_LOONGARCH, "mips": elf.EM_MIPS, "mipsle": elf.EM_MIPS, "mips64": elf.EM_MIPS, "mips64le": elf.EM_MIPS,
	"ppc64": elf.EM_PPC64, "ppc64le": elf.EM_PPC64, "riscv64": elf.EM_RISCV, "s390x": elf.EM_S390,
}

// format checks that the kernel would run the file, and that all of it is
// there: the headers of an ELF file say where its last byte is. Scripts are
// left to their interpreters.
func format(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // a file may be executable and not readable
	}
	defer f.Close()
	var magic [4]byte
	n, _ := io.ReadFull(f, magic[:])
	if n >= 2 && string(magic[:2]) == "#!" {
		return nil
	}
	if string(magic[:n]) != elf.ELFMAG[:n] {
		return fmt.Errorf("it is no program: it begins with %q; is it the right file?", magic[:n])
	}
	if n < len(magic) {
		return incomplete{size, 64}
	}
	file, err := elf.NewFile(f)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return incomplete{size, size + 1}
	}
	if err != nil {
		return fmt.Errorf("it is no program: %w; is it damaged?", err)
	}
	if want, ok := machines[runtime.GOARCH]; ok && file.Machine != want {
		return fmt.Errorf("it is built for %s, and this machine is %s; build it with GOARCH=%s", file.Machine, runtime.GOARCH, runtime.GOARCH)
	}
	if want := extent(file); size < want {
		return incomplete{size, want}
	}
	return nil
}

// extent is how long the file has to be.
func extent(file *elf.File) int64 {
	end := uint64(0)
	for _, p := range file.Progs {
		end = max(end, p.Off+p.Filesz)
	}
	for _, s := range file.Sections {
		if s.Type != elf.SHT_NOBITS {
			end = max(end, s.Offset+s.FileSize)
		}
	}
	return int64(end)
}
