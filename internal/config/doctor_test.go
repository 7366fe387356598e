package config

import "testing"

func TestDoctorCommand(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "[build]\npoll_interval = 500\n"})
	c, command, err := Load([]string{"-C", dir, "doctor", "--json", "--build.poll=false"}, environment(), dir)
	if err != nil || command != Doctor || !c.JSON || len(c.Notes) != 1 {
		t.Errorf("%s with %d notes, json %v: %v", command, len(c.Notes), c.JSON, err)
	}
	c, command, err = Load([]string{"doctor", "-h"}, environment(), dir)
	if err != nil || command != Help || c.Topic != Doctor {
		t.Errorf("%s of %s: %v", command, c.Topic, err)
	}
	if _, _, err := Load([]string{"doctor", "me"}, environment(), dir); err == nil {
		t.Error("an operand is taken")
	}
	if c, command, err = Load([]string{"--", "doctor"}, environment(), dir); err != nil || command != Run || c.Args[0] != "doctor" {
		t.Errorf("the argument doctor: %s %q, %v", command, c.Args, err)
	}
}
