"""The web desk over copies of stores that are made once: the small project with its cases, and the demo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from midstream.desk.desk import Desk
from tests.desks import Clock
from tests.web import make_copies, new_parts, open_desk, reset, visitor


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stores that tests begin with."""
    return make_copies(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def clock() -> Clock:
    """Stands at the start of the tests' world until a test moves it."""
    return Clock()


@pytest.fixture
def desk(copies: dict[str, Path], clock: Clock) -> Desk:
    """The desk over the small project: acme-1 under embargo, acme-2 public, acme-3 just reported."""
    reset(copies["small"])
    settings.MIDSTREAM = new_parts(clock)
    return open_desk(clock)


@pytest.fixture
def demo(copies: dict[str, Path], clock: Clock) -> Desk:
    """The desk over the demo."""
    reset(copies["demo"])
    settings.MIDSTREAM = new_parts(clock)
    return open_desk(clock)


@pytest.fixture
def visit(desk: Desk) -> Callable[[str], Client]:
    """Gives a browser over the small project, in which a person is signed in."""
    del desk
    return visitor
