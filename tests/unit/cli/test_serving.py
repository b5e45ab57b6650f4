"""Serving the desk: to this machine alone, unless HTTPS is seen to; and accounts by the command line."""

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import click
import pytest

from midstream.cli.serving import Serving, check, is_loopback

MAIN = "from midstream.wiring.main import main; main()"
CERTIFICATE, KEY = Path("desk.pem"), Path("desk.key")
URL = "https://desk.example.org"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"host": "::1"},
        {"host": "localhost", "port": 9000},
        {"url": URL, "behind_proxy": True},
        {"host": "0.0.0.0", "url": URL, "behind_proxy": True},  # noqa: S104 - behind a proxy
        {"host": "192.0.2.1", "url": URL, "certificate": CERTIFICATE, "private_key": KEY},
    ],
)
def test_what_is_safe_is_served(asked: dict[str, object]) -> None:
    check(Serving(store="store.db", **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"host": "0.0.0.0"}, "can be reached from outside"),  # noqa: S104 - it is refused
        ({"host": "::"}, "can be reached from outside"),
        ({"host": "desk.local"}, "can be reached from outside"),
        ({"host": "0.0.0.0", "url": URL}, "Nobody speaks HTTPS"),  # noqa: S104 - it is refused
        ({"url": "http://desk.example.org", "behind_proxy": True}, "https address"),
        ({"url": "https://", "behind_proxy": True}, "https address"),
        ({"url": f"{URL}/desk", "behind_proxy": True}, "a host alone"),
        ({"behind_proxy": True}, "under which address"),
        ({"certificate": CERTIFICATE, "url": URL}, "needs its key"),
        ({"private_key": KEY, "url": URL}, "needs its key"),
    ],
)
def test_what_is_not_safe_is_refused_before_anything_listens(asked: dict[str, object], said: str) -> None:
    with pytest.raises(click.UsageError, match=re.escape(said)):
        check(Serving(store="store.db", **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "is_it"), [("127.0.0.1", True), ("127.8.8.8", True), ("[::1]", True), ("10.0.0.1", False), ("a", False)]
)
def test_what_this_machine_alone_reaches(host: str, is_it: bool) -> None:  # noqa: FBT001 - data
    assert is_loopback(host) is is_it


def midstream(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "--store", str(folder / "store.db"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_demo_ends_at_the_desk_and_stops_when_told(tmp_path: Path) -> None:
    port = free_port()
    words = ("--store", str(tmp_path / "store.db"), "demo", "--serve", "--port", str(port))
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    ) as server:
        try:
            page = ""
            for _ in range(300):
                with contextlib.suppress(OSError):
                    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
                    break
                time.sleep(0.1)
            assert "The demo" in page
            assert "yuki" in page
        finally:
            server.terminate()
            server.wait(timeout=30)


def test_accounts_are_made_listed_and_closed(tmp_path: Path) -> None:
    assert midstream(tmp_path, "demo").returncode == 0
    made = midstream(tmp_path, "account", "add", "mara", "--url", "https://desk.example.org/")
    assert re.fullmatch(r"https://desk\.example\.org/accounts/password/reset/key/\S+/\n", made.stdout)
    assert midstream(tmp_path, "account", "add", "marra").returncode == 2
    assert "mara" in midstream(tmp_path, "account", "list").stdout
    assert midstream(tmp_path, "account", "close", "mara").returncode == 0
    assert "closed" in midstream(tmp_path, "account", "list").stdout
    assert midstream(tmp_path, "account", "close", "nobody").returncode == 2
    assert midstream(tmp_path, "account", "forget-factors", "mara").returncode == 0
    keys = (tmp_path / "web.key").stat().st_mode & 0o777
    assert keys == 0o600
