"""Serving the web desk: granian, with as many processes as were asked for."""

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from granian.constants import Interfaces
from granian.server import Server

from midstream.wiring.settings import oidc_settings
from midstream.wiring.web import Oidc, Site, application, set_up

if TYPE_CHECKING:
    from midstream.cli.serving import Serving

THREADS = 1
"""Requests that one process works on at once; most of a request is Python, which runs one at a time."""


def load(site: Site, target: str) -> WSGIHandler:
    """Return the application, in a process that granian started for it."""
    del target
    return application(site)


def site_of(asked: "Serving") -> Site:
    """Return the site that is asked for, with the identity provider that the environment names."""
    oidc = oidc_settings()
    return Site(
        store=asked.store,
        url=asked.url,
        behind_proxy=asked.behind_proxy,
        oidc=Oidc(**oidc) if oidc else None,
    )


def _begin_anew(asked: "Serving") -> None:
    """Take this process's place with one that has not opened the store yet: Django is set up once, for the pages."""
    sys.stdout.flush()
    sys.stderr.flush()
    program = "from midstream.wiring.main import main; main()"
    words = ("--store", asked.store, "serve", "--port", str(asked.port), "--workers", str(asked.workers))
    os.execv(sys.executable, [sys.executable, "-c", program, *words])  # noqa: S606 - our own program, no shell


def serve(asked: "Serving") -> None:
    """Serve until the process is told to stop; trouble with the store is told before anything listens."""
    site = site_of(asked)
    if settings.configured:
        _begin_anew(asked)
    set_up(site)
    connections.close_all()  # a connection must not be shared with the processes that are made now
    sys.stdout.flush()
    server = Server(
        "midstream",
        address=asked.host,
        port=asked.port,
        interface=Interfaces.WSGI,
        workers=asked.workers,
        blocking_threads=THREADS,
        ssl_cert=asked.certificate,
        ssl_key=asked.private_key,
        log_access=False,
        respawn_failed_workers=True,
        websockets=False,
    )
    server.serve(target_loader=partial(load, site))
