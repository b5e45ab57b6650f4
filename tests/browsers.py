"""A real server and a real browser for tests: the desk as it is served, over a store of its own, seen by Chromium.

The server is another process, and all that a test tells its store goes through the command line: where Playwright runs,
Django's own models may not be asked. Pictures are kept in ``artefacts/``, which git ignores.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed (Debian: apt-get install chromium)")
"""For tests that need the browser."""

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ROOT = Path(__file__).parent.parent
ARTEFACTS = ROOT / "artefacts"
PROGRAM = "from midstream.wiring.main import main; main()"
SIZES = {"phone": (320, 720), "desk": (1440, 900)}


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIDSTREAM_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


class Served:
    """The desk of one store, served to this machine by one process of its own, or not served for a while.

    `address` names a store that is no file; what belongs beside it lies beside `store`.
    """

    def __init__(self, store: Path, *, address: str = "") -> None:
        self.store = store
        self.address = address or str(store)
        keys = {name: str(store.parent / f"{name}.key") for name in ("MIDSTREAM_KEY_FILE", "MIDSTREAM_WEB_KEY_FILE")}
        self._more: dict[str, str] = keys if address else {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def tell(self, *words: str, by: str = "yuki", ok: bool = True) -> str:
        """Return what ``midstream WORDS`` says on stdout, as `by`; what it says otherwise is a failed test."""
        command = [sys.executable, "-c", PROGRAM, "--store", self.address, "--as", by, *words]
        done = subprocess.run(command, check=False, capture_output=True, env=_environment(**self._more), timeout=60)
        assert not ok or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def add_environment(self, **more: str) -> None:
        """Let the server, when it starts, find these in its environment too."""
        self._more |= more

    def start(self) -> None:
        """Serve, and return once it listens."""
        command = [sys.executable, "-c", PROGRAM, "--store", self.address, "serve", "--port", str(self.port)]
        with (self.store.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--workers", "1"],
                stdout=log,
                stderr=log,
                env=_environment(**self._more),
                start_new_session=True,
            )
        for _ in range(300):
            assert self._process.poll() is None, self.log
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        raise AssertionError(f"it does not listen: {self.log}")

    def workers(self) -> list[int]:
        """Return the numbers of the processes that answer: the children of the one that was started."""
        assert self._process
        mine = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        return [int(word) for word in Path(mine).read_text(encoding="ascii").split()]

    def stop(self) -> None:
        """Serve no more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None

    @property
    def log(self) -> str:
        """What the server said."""
        return (self.store.parent / "server.log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def serving(folder: Path, *, copy_of: Path | None = None) -> Iterator[Served]:
    """Serve a new store in `folder`: a copy of the one in the folder `copy_of`, or an empty one."""
    if copy_of is not None:
        shutil.copytree(copy_of, folder, dirs_exist_ok=True)
    served = Served(folder / "store.db")
    served.start()
    try:
        yield served
    finally:
        served.stop()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser with a new, empty profile."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


class Seen(msgspec.Struct, kw_only=True):
    """What a browser did while it was watched: every address it asked for, and what its console complained of."""

    asked: list[str] = []
    complaints: list[str] = []

    def check(self, *origins: str) -> None:
        """Fail when anything came from elsewhere than these origins, or the console complained."""
        foreign = [url for url in self.asked if not url.startswith((*origins, "data:image/svg+xml"))]
        assert not foreign
        assert self.asked, "the watch saw nothing"
        assert not self.complaints


def watch(context: BrowserContext) -> Seen:
    """Return what is filled with all that the pages of a context ask for and complain of, from now on."""
    seen = Seen()
    context.on("request", lambda request: seen.asked.append(request.url))
    context.on(
        "console",
        lambda said: (
            seen.complaints.append(f"{said.page.url}: {said.text}") if said.type in {"error", "warning"} else None
        ),
    )
    context.on("weberror", lambda error: seen.complaints.append(str(error.error)))
    return seen


def context_of(
    browser: Browser,
    *,
    size: str = "desk",
    scheme: str = "light",
    storage_state: StorageState | None = None,
    any_certificate: bool = False,
) -> BrowserContext:
    """Return a new set of windows, with nothing kept from before."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        storage_state=storage_state,
        ignore_https_errors=any_certificate,
    )
    context.set_default_timeout(15_000)
    return context


def sign_in_demo(page: Page, url: str, person: str) -> None:
    """Come in as one of the demo's people."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_role("button", name=person, exact=True).click()
    page.wait_for_url(lambda reached: "/accounts/" not in reached)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"), full_page=True)


def is_too_wide(page: Page) -> bool:
    """Return whether a reader must scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
