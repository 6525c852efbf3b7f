"""A reader who leaves early is no news; a fault of the server is."""

import socket
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from helpers.book import PageServer


class Faulty(BaseHTTPRequestHandler):
    """Raises what the test says instead of answering."""

    error: Exception

    def do_GET(self):
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"), [(BrokenPipeError("gone"), False), (ValueError("a fault of ours"), True)]
)
def test_only_faults_are_told(error, told, capsys):
    handler = type("Handler", (Faulty,), {"error": error})
    with PageServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        server.daemon_threads = False  # so that closing the server waits for the answer
        thread.start()
        with socket.create_connection(server.server_address) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.recv(1)
        thread.join()
    assert (str(error) in capsys.readouterr().err) is told
