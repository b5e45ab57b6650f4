"""A desk over an empty store in memory, with the small project loaded, and the clock it runs by."""

import pytest

from midstream.desk.desk import Desk
from tests.desks import Clock, bare_desk, equipped


@pytest.fixture
def clock() -> Clock:
    """Stands at the start of the tests' world until a test moves it."""
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    """Serves the small project; ada and bob are its response team, and ada is on duty."""
    return equipped(bare_desk(clock=clock))
