"""A real PostgreSQL server for the length of a test session, from the machine's own programs."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

INSTALL = "PostgreSQL's server is not installed; on Debian and Ubuntu: apt-get install postgresql"
_ATTEMPTS = 3  # another process may take the port between choosing and using it


class Unavailable(Exception):
    """No server can be started here, with the reason and what to install."""


class Server:
    """A running server, and its databases by address; it may be stopped for a while."""

    def __init__(self, *, port: int, password: str, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.port = port
        self.password = password
        self.count = 0
        self.kept = ""
        self._begin = begin
        self.process = begin()

    def stop(self) -> None:
        """Stop, as an administrator does: connections are cut."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def start(self) -> None:
        """Go on, with the same databases under the same addresses."""
        self.process = self._begin()
        assert _is_ready(self.process, self)

    def address(self, name: str) -> str:
        """The address of a database of that name."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{name}"

    def create(self) -> str:
        """Make a database and return its address."""
        self.count += 1
        self.run(f"CREATE DATABASE store_{self.count}")
        return self.address(f"store_{self.count}")

    def run(self, *statements: str, name: str = "postgres") -> None:
        """Run statements in the database of that name, each outside any transaction."""
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """Start a server of a new cluster in a temporary folder, and stop and remove it at the end.

    Unless it is `durable`, it does not wait for the disk: tests end processes, not the machine, and would take thrice
    as long.
    """
    programs = _programs()
    who = _other_user() if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="midstream-postgresql-"))
    try:
        password = secrets.token_hex(16)
        secret = folder / "password"
        secret.write_text(password)
        if who is not None:
            for path in (folder, secret):
                os.chown(path, who.pw_uid, who.pw_gid)
        _run(
            [str(programs / "initdb"), f"--pgdata={folder / 'data'}", "--username=postgres", f"--pwfile={secret}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions", *_language(programs)],
            who,
        )  # fmt: skip
        for attempt in range(1, _ATTEMPTS + 1):
            server = _start(programs, folder, who, password, durable=durable)
            try:
                if _is_ready(server.process, server):
                    yield server
                    return
                if attempt == _ATTEMPTS:
                    raise Unavailable(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}")
            finally:
                server.process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
                server.process.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    if not found and (named := shutil.which("initdb")):
        found = [Path(named).resolve()]
    if not found or not (found[0].parent / "postgres").exists():
        raise Unavailable(INSTALL)
    return found[0].parent


def _language(programs: Path) -> list[str]:
    """A language in which "a" comes before "B", as real databases have one, where the server knows any."""
    version = float(programs.parent.name) if programs.parent.name.isdigit() else 0
    return ["--no-locale", *(["--locale-provider=icu", "--icu-locale=en-US"] if version >= 15 else [])]


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable(
        "PostgreSQL does not run as root, and there is no user postgres or nobody; run the tests as a user"
    )


def _run(command: list[str], who: pwd.struct_passwd | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(who))
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2000:]}")


def _as(who: pwd.struct_passwd | None) -> dict[str, object]:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    if who is None:
        return {"env": environment}
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "env": environment}


def _start(programs: Path, folder: Path, who: pwd.struct_passwd | None, password: str, *, durable: bool) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 40,
        "fsync": "on" if durable else "off",
    }
    options = (f"-D{folder / 'data'}", *(f"-c{name}={value}" for name, value in settings.items()))

    def begin() -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            return subprocess.Popen([str(programs / "postgres"), *options], stdout=log, stderr=log, cwd="/", **_as(who))

    return Server(port=port, password=password, begin=begin)


def _is_ready(process: subprocess.Popen[bytes], server: Server) -> bool:
    for _ in range(600):
        if process.poll() is not None:
            return False
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False
