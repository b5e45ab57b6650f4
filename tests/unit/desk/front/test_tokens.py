from datetime import timedelta

import pytest

from midstream.desk.errors import Misuse, NotFound
from midstream.desk.front.tokens import LONGEST, SEEN, holder, make_token, revoke_token
from tests.desks import Clock, bare_desk

SECRET = "s" * 43


def made(desk, clock, **more):  # noqa: ANN001, ANN003, ANN201 - a maker of one call
    given = {"person": "ada", "label": "ci", "scopes": ["read"], "expires_at": clock.now + timedelta(days=9)}
    return make_token(desk, name="n" * 16, secret=SECRET, **(given | more))


def test_a_token_is_known_by_what_was_told_once() -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    token, told = made(desk, clock, scopes=["write", "read", "read"])
    assert token.scopes == ("read", "write")
    assert SECRET not in str(desk.store.token(token.name))
    found = holder(desk, told)
    assert found is not None
    assert (found.person, found.used_at) == ("ada", None)
    assert desk.store.tokens("ada")[0].used_at == clock.now


@pytest.mark.parametrize(
    "presented",
    ["", "mst", f"mst_{'n' * 16}", f"mst_{'n' * 16}_{SECRET[1:]}", f"x_{'n' * 16}_{SECRET}", f"mst_other_{SECRET}"],
)
def test_anything_else_is_no_token(presented: str) -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    made(desk, clock)
    assert holder(desk, presented) is None


def test_an_expired_or_revoked_token_is_none() -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    token, told = made(desk, clock)
    clock.now = token.expires_at - timedelta(microseconds=1)
    assert holder(desk, told)
    clock.now = token.expires_at
    assert holder(desk, told) is None
    clock.now = token.made_at
    revoke_token(desk, person="ada", name=token.name)
    assert holder(desk, told) is None
    first = desk.store.tokens("ada")[0].revoked_at
    clock.pass_(hours=1)
    assert revoke_token(desk, person="ada", name=token.name).revoked_at == first


def test_only_its_person_revokes_a_token() -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    token, told = made(desk, clock)
    for person, name in (("bob", token.name), ("ada", "other")):
        with pytest.raises(NotFound):
            revoke_token(desk, person=person, name=name)
    assert holder(desk, told)


def test_its_last_use_is_kept_once_an_hour() -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    _, told = made(desk, clock)
    holder(desk, told)
    first = clock.now
    clock.now += SEEN / 2
    holder(desk, told)
    assert desk.store.tokens("ada")[0].used_at == first
    clock.now += SEEN / 2
    holder(desk, told)
    assert desk.store.tokens("ada")[0].used_at == clock.now


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["all"]}, {"label": " "}, {"label": "x" * 101}],
)
def test_a_token_for_nothing_is_refused(wrong: dict[str, object]) -> None:
    clock = Clock()
    desk = bare_desk(clock=clock)
    with pytest.raises(Misuse):
        made(desk, clock, **wrong)
    assert desk.store.tokens("ada") == []


@pytest.mark.parametrize("after", [timedelta(0), -timedelta(days=1), LONGEST + timedelta(microseconds=1)])
def test_a_token_ends_within_a_year(after: timedelta) -> None:
    clock = Clock()
    with pytest.raises(Misuse):
        made(bare_desk(clock=clock), clock, expires_at=clock.now + after)
