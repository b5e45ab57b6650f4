import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from midstream.adapters.webhooks import post as send
from midstream.adapters.webhooks.post import may_be_told

OWN = (ip_network("127.0.0.0/8"),)


def post(*, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Return what is said of a body sent where this machine itself may be told."""
    return send(url=url, body=body, headers=headers, networks=OWN)


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


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"])
def test_this_machine_is_not_told_unless_it_may_be_however_it_is_called(server: ThreadingHTTPServer, host: str) -> None:
    url = f"http://{host}:{server.server_port}/204"
    assert "no public address" in send(url=url, body=b"{}", headers={})
    assert server.taken == []  # type: ignore[attr-defined]
    assert post(url=url, body=b"{}", headers={}) == ""


def test_whether_somebody_listens_in_a_network_of_ours_is_not_told() -> None:
    urls = [f"{scheme}://127.0.0.1:{port}/" for scheme in ("http", "https") for port in (1, 22, 443, 65535)]
    assert len({send(url=url, body=b"{}", headers={}) for url in urls}) == 1


def test_the_connection_goes_to_the_address_that_was_looked_at(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is looked up again may stand for another address by then."""
    asked: list[str] = []

    def rebound(host: str, port: int, *_: Any, **__: Any) -> list[Any]:  # noqa: ANN401 - as the library's
        asked.append(host)
        address = host if host[0].isdigit() else "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    url = f"http://hooks.example:{server.server_port}/204"
    assert post(url=url, body=b"{}", headers={}) == ""
    assert asked.count("hooks.example") == 1
    ((_, headers, _),) = server.taken  # type: ignore[attr-defined]
    assert headers["Host"] == f"hooks.example:{server.server_port}"


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (["::1", "127.0.0.1"], ""),  # the server is at the second
        (["127.0.0.1", "::1"], ""),
        (["10.0.0.1", "127.0.0.1"], ""),  # the first may not be told
        (["::1", "::1"], "no connection:"),
    ],
)
def test_of_a_host_with_several_addresses_the_first_that_answers_is_told(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, addresses: list[str], said: str
) -> None:
    look_up = socket.getaddrinfo

    def known(host: str, port: int, *more: Any, **named: Any) -> list[Any]:  # noqa: ANN401 - as the library's
        if host != "hooks.example":
            return look_up(host, port, *more, **named)
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    url = f"http://hooks.example:{server.server_port}/204"
    found = send(url=url, body=b"{}", headers={}, networks=(*OWN, ip_network("::1/128")))
    assert found.startswith(said)
    assert (found == "", len(server.taken)) == (said == "", int(said == ""))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - it is refused
        ("224.0.1.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff0e::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d822", True),
    ],
)
def test_public_addresses_are_told_and_no_others(address: str, may: bool) -> None:  # noqa: FBT001 - what is expected
    assert may_be_told(address) is may


def test_a_network_that_is_allowed_is_told_however_its_addresses_are_put() -> None:
    networks = (ip_network("10.20.0.0/16"), ip_network("fd00::/8"))
    told = [
        may_be_told(each, networks) for each in ("10.20.3.4", "::ffff:10.20.3.4", "fd00::7", "10.21.0.1", "fe80::1")
    ]
    assert told == [True, True, True, False, False]
