"""A command sent twice, on a view that is no longer true, by a wrong clock, or while others append."""

from datetime import timedelta
from pathlib import Path

import pytest

from midstream.cases.errors import Refused
from midstream.desk.desk import ATTEMPTS, Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse, Stale
from midstream.desk.intake import take_reports
from midstream.desk.ports import Conflict
from midstream.desk.projects import activate_policy, load_project
from midstream.ledger.errors import BadFact, ClockBackwards
from tests.desks import (
    POLICY,
    PROJECT,
    START,
    Clock,
    act,
    bare_desk,
    book,
    check_store,
    embargoed,
    everything,
    mail,
    mail_file,
    reported,
)


def order(verb: str, *, case: str = "acme-1", by: str = "ada", key: str = "", **fields: object) -> Order:
    return Order(verb=verb, case=case, fields=fields, by=by, key=key)


# The same command twice


def test_the_same_key_records_once_and_gives_the_same_facts_back(desk: Desk, clock: Clock) -> None:
    reported(desk)
    first = do(desk, order("note", key="k1", text="Once."))
    clock.pass_(hours=1)
    before = everything(desk)
    again = do(desk, order("note", key="k1", text="Once."))
    other = do(desk, order("note", key="k1", text="Something else."))
    assert (first.repeated, again.repeated, other.repeated) == (False, True, True)
    assert first.facts == again.facts == other.facts
    assert everything(desk) == before


def test_a_repeated_command_gives_back_what_it_recorded_in_other_streams(desk: Desk) -> None:
    embargoed(desk)
    reported(desk, "acme-2")
    for command in (order("assign-cve", key="k1"), order("link-duplicate", case="acme-2", key="k2", of="acme-1")):
        first = do(desk, command)
        assert len({fact.stream for fact in first.facts}) == 2
        assert do(desk, command).facts == first.facts


def test_a_key_is_the_own_of_the_person_who_used_it(desk: Desk) -> None:
    """Nobody learns by a key what others did, nor takes it away from them."""
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    do(desk, order("score", key="k1", severity="high"))
    mine = do(desk, order("note", by="xeno", key="k1", text="Mine."))
    assert (mine.repeated, [fact.kind for fact in mine.facts]) == (False, ["note.added"])
    assert do(desk, order("score", key="k1", severity="low")).repeated


def test_a_key_used_for_one_verb_is_no_key_for_another(desk: Desk) -> None:
    reported(desk)
    do(desk, order("note", key="k1", text="Once."))
    before = everything(desk)
    with pytest.raises(Misuse, match=r"the key 'k1' was used for note\.added"):
        do(desk, order("score", key="k1", severity="high"))
    assert everything(desk) == before


def test_a_key_opens_no_verb_that_is_not_for_oneself(desk: Desk) -> None:
    reported(desk)
    desk.store.put_blob("acme-1", b"The mail.")
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    do(desk, order("note", by="xeno", key="k1", text="Mine."))
    with pytest.raises(Refused, match="erase is not for you"):
        do(desk, order("erase", by="xeno", key="k1", reason="None of my business."))
    assert desk.store.blob_count("acme-1") == 1


# A view that is no longer true


def test_a_stale_view_is_refused_with_the_news(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "acknowledge")
    act(desk, "acme-1", "score", by="bob", severity="high")
    before = everything(desk)
    with pytest.raises(Stale) as caught:
        do(desk, Order(verb="accept", case="acme-1", fields={}, by="ada", seen=1))
    assert "moved on since fact 1" in caught.value.what
    assert "report.acknowledged by ada at 2026-11-20T09:30Z" in caught.value.what
    assert "severity.scored by bob" in caught.value.what
    assert "--seen 3" in caught.value.hint
    assert everything(desk) == before
    [fact] = do(desk, Order(verb="accept", case="acme-1", fields={}, by="ada", seen=3)).facts
    assert fact.number == 4


def test_a_view_of_the_future_is_no_view(desk: Desk) -> None:
    reported(desk)
    with pytest.raises(Misuse, match="has no fact 2 yet") as caught:
        do(desk, Order(verb="accept", case="acme-1", fields={}, by="ada", seen=2))
    assert caught.value.hint == "It stands at fact 1."


def test_what_somebody_may_not_read_is_no_news_to_them(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "acknowledge")
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    act(desk, "acme-1", "review", attendees=3, decision="Secret.")
    [fact] = do(desk, Order(verb="name-weakness", case="acme-1", fields={"cwe": "CWE-1"}, by="xeno", seen=2)).facts
    assert fact.number == 5
    act(desk, "acme-1", "review", attendees=3)
    with pytest.raises(Stale) as caught:
        do(desk, Order(verb="name-weakness", case="acme-1", fields={"cwe": "CWE-2"}, by="xeno", seen=2))
    assert "weakness.named" in caught.value.what
    assert "meeting.reviewed" not in caught.value.what
    assert "--seen 5" in caught.value.hint
    with pytest.raises(Misuse) as ahead:
        do(desk, Order(verb="name-weakness", case="acme-1", fields={"cwe": "CWE-2"}, by="xeno", seen=99))
    assert ahead.value.hint == "It stands at fact 5."


# Clocks


def test_nothing_happens_in_the_future(desk: Desk) -> None:
    reported(desk)
    with pytest.raises(BadFact, match="after now"):
        do(desk, Order(verb="accept", case="acme-1", fields={}, by="ada", at=START + timedelta(minutes=1)))


def test_a_clock_that_went_backwards_records_nothing(desk: Desk, clock: Clock) -> None:
    reported(desk)
    before = everything(desk)
    clock.pass_(minutes=-1)
    with pytest.raises(ClockBackwards):
        act(desk, "acme-1", "accept")
    assert everything(desk) == before


def test_others_who_append_meanwhile_make_the_decision_anew(desk: Desk) -> None:
    """A decision rests on the facts as they are when it is recorded: of two acknowledgements the second is refused."""
    reported(desk)
    raced = False
    ask = desk.store.head

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(desk_store, name)

        def append(self, *args: object, **more: object) -> None:
            nonlocal raced
            if not raced:
                raced = True
                act(desk, "acme-1", "acknowledge", by="bob")
            desk_store.append(*args, **more)  # type: ignore[arg-type]

    desk_store = desk.store
    racing = bare_desk(clock=desk.clock, store=Racing())  # type: ignore[arg-type]
    with pytest.raises(Refused, match=r"report\.acknowledged is on record: fact 2.*by bob"):
        act(racing, "acme-1", "acknowledge")
    assert ask("case/acme-1").number == 2
    check_store(desk)


def test_a_stream_that_never_stands_still_is_given_up(desk: Desk) -> None:
    reported(desk)
    tries = 0

    class Moving:
        def __getattr__(self, name: str) -> object:
            return getattr(desk.store, name)

        def append(self, *_: object, **__: object) -> None:
            nonlocal tries
            tries += 1
            raise Conflict(stream="case/acme-1", expected=1, found=2)

    with pytest.raises(Conflict, match="stands at fact 2, not 1"):
        act(bare_desk(clock=desk.clock, store=Moving()), "acme-1", "acknowledge")  # type: ignore[arg-type]
    assert tries == ATTEMPTS


def test_what_another_process_changed_of_the_project_is_seen(desk: Desk) -> None:
    other = bare_desk(clock=desk.clock, store=desk.store)
    renamed = PROJECT.replace('policy = "acme"', 'policy = "acme-two"')
    assert desk.team("acme").project.policy == "acme"
    load_project(other, text=renamed, where="midstream.toml", by="ada")
    [fact] = activate_policy(desk, project="acme", book=book(POLICY.replace('"acme"', '"acme-two"')), by="ada")
    assert fact.body.policy == "acme-two"  # type: ignore[attr-defined]
    check_store(desk)


def test_a_mail_taken_while_the_project_changes_is_under_the_project_as_changed(desk: Desk, tmp_path: Path) -> None:
    raced = False

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            nonlocal raced
            if not raced:
                raced = True
                other = bare_desk(clock=desk.clock, store=store)
                load_project(other, text=PROJECT.replace("Europe/Paris", "Asia/Tokyo"), where="x", by="ada")
            store.append(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    raw = mail(Date="Fri, 20 Nov 2026 09:30:00 +0000")
    [taken] = take_reports(desk, path=mail_file(tmp_path, raw), project="acme", by="ada")
    assert taken.outcome == "new"
    [triage] = [duty for duty in desk.store.view("acme-1").duties if duty.name == "triage"]  # type: ignore[union-attr]
    assert triage.zone == "Asia/Tokyo"
    check_store(desk)
