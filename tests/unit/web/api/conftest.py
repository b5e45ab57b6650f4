"""Programs over the small project, each with a token of a person's."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from midstream.desk.desk import Desk
from midstream.desk.front.tokens import SCOPES, make_token
from tests.web import Program

Programs = Callable[..., Program]


@pytest.fixture
def program(desk: Desk) -> Programs:
    """Gives a program with a token of that person and those scopes; with all of them when none is named."""
    count = 0

    def make(person: str, *scopes: str) -> Program:
        nonlocal count
        count += 1
        _, told = make_token(
            desk,
            person=person,
            label="a test",
            scopes=scopes or tuple(SCOPES),
            expires_at=desk.clock() + timedelta(days=30),
            name=f"{count:016x}",
            secret="s" * 43,
        )
        return Program(told)

    return make
