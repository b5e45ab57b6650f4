"""The way in: hands the commands what they need, and opens nothing before one asks for it."""

import gc
import sys
from typing import TYPE_CHECKING

from midstream.cli.app import Session, run
from midstream.wiring.parts import clock, open_desk, open_history, open_trials
from midstream.wiring.settings import default_person, settle

if TYPE_CHECKING:
    from midstream.cli.serving import Accounts, PostOffice, Serving


def serve(asked: "Serving") -> None:
    """Serve the web desk until the process is told to stop."""
    from midstream.wiring.serve import serve as serve_it  # noqa: PLC0415 - only this command needs Django's pages

    serve_it(asked)


def accounts(store: str) -> "Accounts":
    """Return the accounts of the store; its tables are made when they are not there."""
    from midstream.wiring.web import Site, set_up  # noqa: PLC0415 - only this command needs accounts

    set_up(Site(store=store))
    from midstream.wiring.accounts import StoredAccounts  # noqa: PLC0415 - needs Django set up

    return StoredAccounts()


def post_office(store: str) -> "PostOffice":
    """Return what sends mail to people with accounts, through Django's mail backend."""
    from midstream.wiring.web import Site, set_up  # noqa: PLC0415 - only this command needs accounts

    set_up(Site(store=store))
    from midstream.wiring.post_office import DjangoMail  # noqa: PLC0415 - needs Django set up

    return DjangoMail()


def main() -> None:
    """Run the command line and leave with its exit code."""
    session = Session(
        open_desk=open_desk,
        open_trials=open_trials,
        open_history=open_history,
        settle=settle,
        default_person=default_person,
        clock=clock,
        serve=serve,
        accounts=accounts,
        post_office=post_office,
    )
    code = run(session)
    gc.freeze()  # it ends: looking for cycles once more, in all it holds, frees nothing that leaving does not
    sys.exit(code)
