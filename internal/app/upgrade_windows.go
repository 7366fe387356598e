package app

import "os"

// Nothing announces a supervisor that can upgrade here, so this is never sent.
var upgradeSignal os.Signal = os.Interrupt
