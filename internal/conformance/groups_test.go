//go:build unix

package conformance

type group struct {
	name  string
	cases []Case
}

func groups() []group {
	return []group{
		{"discovery", discoveryCases()},
		{"program", programCases()},
		{"flags", flagCases()},
		{"watching", watchingCases()},
		{"building", buildingCases()},
		{"commands", commandCases()},
		{"stopping", stoppingCases()},
		{"ending", endingCases()},
		{"environment", environmentCases()},
		{"output", outputCases()},
		{"rules", ruleCases()},
		{"check", checkCases()},
	}
}
