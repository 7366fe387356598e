"""A server of Python's standard library. Tests edit it."""
import hashlib
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

GREETING = "hello, version 1"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        if url.path == "/slow":
            time.sleep(int(parse_qs(url.query)["ms"][0]) / 1000)
        self.answer(GREETING)

    def do_POST(self):
        total = hashlib.sha256()
        while size := int(self.rfile.readline(), 16):
            total.update(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        self.answer(total.hexdigest())

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_request(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
