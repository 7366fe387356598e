// Command grpc serves gRPC beside HTTP. At an upgrade grpc.Server tells its
// clients to go with GOAWAY and ends calls under way; clients notice nothing.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/ginreload/ginreload/supervisor"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

const greeting = "hello, version 1"

func main() {
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

func serve() error {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		return err
	}
	web, err := sup.Listen("http", "tcp", ":"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		return err
	}
	calls, err := sup.Listen("grpc", "tcp", ":"+cmp.Or(os.Getenv("GRPC_PORT"), "9090"))
	if err != nil {
		return err
	}
	if err := sup.Serve(web, &http.Server{Handler: http.HandlerFunc(greet)}); err != nil {
		return err
	}
	// The health service stands for one of your own.
	srv := grpc.NewServer(grpc.UnaryInterceptor(tag))
	grpc_health_v1.RegisterHealthServer(srv, health.NewServer())
	if err := sup.ServeGraceful(calls, srv); err != nil {
		return err
	}
	return sup.Run(context.Background())
}

func greet(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, greeting) }

// tag tells the client which process has answered.
func tag(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := grpc.SetHeader(ctx, metadata.Pairs("pid", fmt.Sprint(os.Getpid()))); err != nil {
		return nil, err
	}
	return handler(ctx, req)
}
