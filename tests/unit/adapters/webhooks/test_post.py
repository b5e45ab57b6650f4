import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from midstream.adapters.webhooks import post


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        taken = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), taken))  # type: ignore[attr-defined]
        self.send_response(int(self.path.rpartition("/")[2].partition("?")[0]))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.taken = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_other_side_gets_body_headers_and_query(server: ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{server.server_port}/in/204?room=7"
    assert post(url=url, body=b'{"a": 1}', headers={"Midstream-Delivery": "h1-1"}) == ""
    ((path, headers, body),) = server.taken  # type: ignore[attr-defined]
    assert (path, headers["Midstream-Delivery"], body) == ("/in/204?room=7", "h1-1", b'{"a": 1}')


@pytest.mark.parametrize("status", [301, 302, 308, 400, 410, 500])
def test_any_other_status_is_trouble_and_no_redirect_is_followed(server: ThreadingHTTPServer, status: int) -> None:
    url = f"http://127.0.0.1:{server.server_port}/{status}"
    assert post(url=url, body=b"{}", headers={}) == f"it answered with status {status}"
    assert len(server.taken) == 1  # type: ignore[attr-defined]


def test_nobody_there_is_trouble() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert post(url=f"http://127.0.0.1:{port}/", body=b"{}", headers={}).startswith("no connection:")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://127.0.0.1:1/\r\nA: b"])
def test_an_address_that_is_none_is_trouble(url: str) -> None:
    assert post(url=url, body=b"{}", headers={})


def test_a_server_without_tls_is_trouble(server: ThreadingHTTPServer) -> None:
    assert post(url=f"https://127.0.0.1:{server.server_port}/204", body=b"{}", headers={}).startswith("no ")
