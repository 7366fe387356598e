package outage

import "net"

type Page struct{ Headline, Detail string }
type Server struct{}

func Serve(listeners []net.Listener, page func() Page) *Server { return &Server{} }
func (s *Server) Close()                                       {}
