package manager

import (
	"fmt"
	"net"
	"time"
)

// tellWithin bounds how long a manager that does not read holds up its program.
const tellWithin = time.Second

// Tell sends text to a notify socket, as a program does.
func Tell(socket, text string) error {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify the service manager: %w", err)
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(tellWithin))
	if _, err := conn.Write([]byte(text)); err != nil {
		return fmt.Errorf("notify the service manager: %w", err)
	}
	return nil
}
