"""Shared by the tests of data sets that Keras downloads: a server on this computer."""

import http.server
import threading

import pytest


class Server(http.server.ThreadingHTTPServer):
    """Serves whatever its attributes say, and counts the requests."""

    daemon_threads = False  # so that closing the server waits for its answers
    content: bytes | None = b""  # None: there is no such file
    promised = None  # the length to promise, if it is not that of the content
    silent = False
    requests = 0


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        if self.server.silent:
            self.server.gone.wait()
            return
        if self.server.content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", self.server.promised or len(self.server.content))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(request):
    """A server that has the file ``CONTENT`` of the test's module."""
    with Server(("127.0.0.1", 0), Answer) as running:
        running.content = request.module.CONTENT
        running.gone = threading.Event()
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.gone.set()
        running.shutdown()
