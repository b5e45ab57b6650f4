"""The moment the mails of these tests are read at, and the shortest way to read one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from midstream.adapters.mail import translate
from midstream.desk.mail import IncomingMail


@pytest.fixture
def now() -> datetime:
    """A moment in 2026."""
    return datetime(2026, 8, 3, 12, tzinfo=UTC)


@pytest.fixture
def take(now: datetime) -> Callable[[bytes], IncomingMail]:
    """Translates the bytes of one mail."""
    return lambda raw: translate(raw=raw, now=now)
