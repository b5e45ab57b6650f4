"""A shell that knows midstream: the command line run in this process, over a real store, by a clock the test holds."""

import contextlib
import io
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from midstream.adapters.mail import read_mail
from midstream.cli.app import Session, run
from midstream.desk.desk import Desk
from midstream.store import open_store
from midstream.wiring.main import open_history, open_trials
from midstream.wiring.parts import open_pages
from midstream.wiring.settings import default_person, key_file, settle
from tests.desks import Clock


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """What it wrote to stdout, read as JSON."""
        return msgspec.json.decode(self.out)


class Shell:
    """Runs commands over the store at `store`, as `person` unless a call says otherwise."""

    def __init__(self, store: Path, *, person: str, clock: Clock) -> None:
        self.store = store
        self.person = person
        self.clock = clock

    @property
    def now(self) -> datetime:
        return self.clock.now

    def desk(self, url: str = "") -> Desk:
        """Return the desk over the store."""
        url = url or str(self.store)
        return Desk(
            store=open_store(url=url, key_file=key_file(url)),
            clock=self.clock,
            read_mail=read_mail,
            open_pages=open_pages,
        )

    def __call__(self, *words: str, by: str | None = None) -> Said:
        """Return what ``midstream --store … --as … WORDS`` says."""
        person = self.person if by is None else by
        named = ["--as", person] if person else []
        session = Session(
            open_desk=self.desk,
            open_trials=open_trials,
            open_history=open_history,
            settle=settle,
            default_person=default_person,
            clock=self.clock,
        )
        out, err = io.BytesIO(), io.StringIO()
        before = sys.argv
        sys.argv = ["midstream", "--store", str(self.store), *named, *words]
        stdout = io.TextIOWrapper(out, encoding="utf-8", newline="")
        try:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(err):
                code = run(session)
        finally:
            sys.argv = before
        stdout.flush()
        return Said(code=code, out=out.getvalue().decode(), err=err.getvalue())
