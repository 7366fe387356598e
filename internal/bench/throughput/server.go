//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// server is a process of this program that serves.
type server struct {
	url string
	cmd *exec.Cmd
	pid int // of the generation that serves
}

// start returns when the server answers.
func start(ctx context.Context, kind string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a port: %w", err)
	}
	addr := ln.Addr().String()
	ln.Close()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), serverEnv+"="+kind, "ADDR="+addr)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s server: %w", kind, err)
	}
	s := &server{url: "http://" + addr + "/", cmd: cmd}
	if err := s.await(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// await returns when a process answers that is not the one that did.
func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	again := time.NewTicker(200 * time.Microsecond)
	defer again.Stop()
	for {
		if pid, err := s.ask(ctx, &client); err == nil && pid != s.pid {
			s.pid = pid
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for an answer of %s: %w", s.url, context.Cause(ctx))
		}
	}
}

func (s *server) ask(ctx context.Context, client *http.Client) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"pid", nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// upgrade returns how long it took until the next generation answered.
func (s *server) upgrade(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := syscall.Kill(s.pid, syscall.SIGUSR2); err != nil {
		return 0, fmt.Errorf("ask process %d for an upgrade: %w", s.pid, err)
	}
	if err := s.await(ctx); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// stop ends all generations.
func (s *server) stop() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	s.cmd.Wait()
}

var rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// wrk returns the requests per second that url answers.
func wrk(ctx context.Context, url string, reuse bool, seconds int) (float64, error) {
	args := []string{"-t1", "-c32", fmt.Sprintf("-d%ds", seconds)}
	if !reuse {
		args = append(args, "-H", "Connection: close")
	}
	said, err := exec.CommandContext(ctx, "wrk", append(args, url)...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run wrk: %w: %s", err, said)
	}
	found := rate.FindSubmatch(said)
	if found == nil {
		return 0, fmt.Errorf("wrk does not say how many requests were answered: %s", said)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
