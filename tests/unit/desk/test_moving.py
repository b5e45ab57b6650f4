"""The ledger checked, written out and read in: every damage is named, and a bad line changes nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator

import msgspec
import pytest

from midstream.cases.errors import Refused
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.moving import Verdict, check_empty, export_lines, import_lines, rebuild, verify_ledger
from midstream.desk.ports import StoreTrouble
from midstream.ledger.chain import Head
from midstream.ledger.errors import BadFact
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.intake import ReportReceived
from midstream.store.memory import MemoryStore
from tests.desks import Clock, act, bare_desk, check_store, embargoed, everything, opened, reported, tell


def with_mail(desk: Desk, case: str = "acme-3", content: bytes = b"The mail.") -> str:
    digest = desk.store.put_blob(case, content)
    tell(desk, f"case/{case}", ReportReceived(project="acme", channel="mail", title="Mail", content=digest))
    return digest


@pytest.fixture
def lines(desk: Desk) -> list[bytes]:
    """Is the export of a desk with two cases."""
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    opened(desk)
    return list(export_lines(desk))


# Export and import


def test_what_is_exported_is_imported_to_the_same_digests(desk: Desk, clock: Clock, lines: list[bytes]) -> None:
    other = bare_desk(clock=clock)
    ticks: list[None] = []
    assert import_lines(other, lines, where="x", tick=lambda: ticks.append(None)) == len(lines) - 1
    assert len(ticks) >= len(lines) - 1
    assert [fact.digest for fact in other.store.everything()] == [fact.digest for fact in desk.store.everything()]
    assert everything(other)[:2] == everything(desk)[:2]
    assert list(export_lines(other)) == lines
    check_store(other)


def test_the_last_line_says_how_many_there_were(lines: list[bytes]) -> None:
    assert lines[-1] == b'{"end":%d}' % (len(lines) - 1)


def test_an_empty_ledger_is_one_line(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    assert list(export_lines(desk)) == [b'{"end":0}']
    assert import_lines(desk, [b'{"end":0}\n'], where="x") == 0


def test_a_second_import_changes_nothing(clock: Clock, lines: list[bytes]) -> None:
    other = bare_desk(clock=clock)
    import_lines(other, lines, where="x")
    before = everything(other)
    assert import_lines(other, [line + b"\r\n" for line in lines], where="x") == 0
    assert everything(other) == before


def test_an_import_adds_what_is_new_since_the_last_one(desk: Desk, clock: Clock, lines: list[bytes]) -> None:
    other = bare_desk(clock=clock)
    import_lines(other, lines, where="x")
    act(desk, "acme-1", "acknowledge")
    assert import_lines(other, export_lines(desk), where="x") == 1
    assert everything(other)[:2] == everything(desk)[:2]
    # An older export says nothing that the store does not know.
    assert import_lines(other, lines, where="x") == 0


def altered(line: bytes) -> bytes:
    return line.replace(b'"said_by":"ada"', b'"said_by":"bob"')


def rewritten(line: bytes) -> bytes:
    return line.replace(b'"kind":"', b'"king":"')


DAMAGES: list[tuple[str, Callable[[list[bytes]], list[bytes]], int, str]] = [
    ("an altered line", lambda all_: [*all_[:3], altered(all_[3]), *all_[4:]], 4, "does not match its digest"),
    ("a missing line", lambda all_: [all_[0], *all_[2:]], 2, "fact 2 is missing before it"),
    ("a repeated line", lambda all_: [*all_[:3], all_[2], *all_[3:]], 4, "this number is there twice"),
    ("lines that changed places", lambda all_: [all_[0], all_[2], all_[1], *all_[3:]], 2, "fact 2 is missing"),
    ("a line that is no fact", lambda all_: [*all_[:3], rewritten(all_[3]), *all_[4:]], 4, "not a fact"),
    ("an empty line", lambda all_: [*all_[:3], b"\n", *all_[3:]], 4, "not a fact"),
    ("a line that is not text", lambda all_: [*all_[:3], b"\xff\xfe", *all_[3:]], 4, "not a fact"),
    ("a file that is cut off", lambda all_: all_[:-1], 0, "the end is missing"),
    ("a file cut off in a line", lambda all_: [*all_[:4], all_[4][:40]], 5, "not a fact"),
    ("a file without the last of a stream", lambda all_: [*all_[:-2], all_[-1]], -1, "the end names another count"),
    ("a line after the end", lambda all_: [*all_, all_[0]], 0, "a line after the end"),
    ("nothing at all", lambda _: [], 1, "the end is missing"),
]


@pytest.mark.parametrize(("damage", "number", "what"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_a_damaged_export_is_refused_naming_the_line_and_changes_nothing(
    clock: Clock, lines: list[bytes], damage: Callable[[list[bytes]], list[bytes]], number: int, what: str
) -> None:
    other = bare_desk(clock=clock)
    broken = damage(list(lines))
    assert broken != lines
    place = {0: len(lines), -1: len(lines) - 1}.get(number, number)
    place += number == 0 and len(broken) > len(lines)
    with pytest.raises(BadFact) as caught:
        import_lines(other, broken, where="own.jsonl")
    assert caught.value.what.startswith(f"own.jsonl:{place}: ")
    assert what in caught.value.what
    assert caught.value.hint
    assert everything(other) == ([], {}, {})


def test_two_histories_that_part_are_not_mixed(clock: Clock, lines: list[bytes]) -> None:
    other = bare_desk(clock=clock)
    tell(other, "case/acme-9", ReportReceived(project="acme", channel="mail", title="Another ninth case"))
    before = everything(other)
    with pytest.raises(BadFact, match="case/acme-9 fact 1 is another one here") as caught:
        import_lines(other, lines, where="own.jsonl")
    assert "own.jsonl:" in caught.value.what
    assert "two different histories" in caught.value.hint
    assert everything(other) == before


# Verify


def sound(desk: Desk) -> Verdict:
    return verify_ledger(desk)


def test_a_sound_ledger_has_no_complaints_and_counts_what_was_looked_at(desk: Desk, lines: list[bytes]) -> None:
    with_mail(desk)
    ticks: list[None] = []
    found = verify_ledger(desk, tick=lambda: ticks.append(None))
    assert found == Verdict(streams=4, facts=len(lines), blobs=1, complaints=())
    assert len(ticks) == found.facts


class Damaged(MemoryStore):
    """A store in which one thing is not as it was recorded."""

    def __init__(self, sound_one: MemoryStore) -> None:
        super().__init__()
        self.__dict__.update(sound_one.__dict__)
        self.change: Callable[[Fact], Fact | None] = lambda fact: fact
        self.stop_at = ""

    def everything(self) -> Iterator[Fact]:
        for fact in super().everything():
            if f"{fact.stream} {fact.number}" == self.stop_at:
                raise StoreTrouble(f"{fact.stream} fact {fact.number} cannot be read", hint="Restore a backup.")
            if (changed := self.change(fact)) is not None:
                yield changed


def damaged(desk: Desk) -> Damaged:
    assert isinstance(desk.store, MemoryStore)
    desk.store = Damaged(desk.store)
    return desk.store


@pytest.mark.parametrize("field", ["said_by", "kind", "key", "raw", "digest", "previous", "happened_at", "recorded_at"])
def test_one_changed_field_of_a_stored_fact_is_found(desk: Desk, lines: list[bytes], field: str) -> None:
    def change(fact: Fact) -> Fact:
        if (fact.stream, fact.number) != ("case/acme-1", 3):
            return fact
        value = getattr(fact, field)
        if isinstance(value, bytes):
            changed: object = value[:-1] + bytes([value[-1] ^ 1])
        else:
            changed = f"{value}x" if isinstance(value, str) else value.replace(microsecond=1)
        return msgspec.structs.replace(fact, **{field: changed})

    assert lines
    damaged(desk).change = change
    complaints = sound(desk).complaints
    assert complaints
    assert complaints[0].startswith("case/acme-1 fact 3: ")
    # Every fact after it in the stream is told of once, not one by one.
    assert sum(complaint.startswith("case/acme-1 fact") for complaint in complaints) == 1


def test_a_missing_fact_is_found_at_its_place(desk: Desk, lines: list[bytes]) -> None:
    assert lines
    damaged(desk).change = lambda fact: None if (fact.stream, fact.number) == ("case/acme-1", 2) else fact
    assert sound(desk).complaints == ("case/acme-1 fact 3: fact 2 is missing before it",)


def test_a_missing_last_fact_is_found_by_the_head(desk: Desk, lines: list[bytes]) -> None:
    assert lines
    store = damaged(desk)
    number = store.head("case/acme-1").number
    store.change = lambda fact: None if (fact.stream, fact.number) == ("case/acme-1", number) else fact
    assert sound(desk).complaints == (
        f"case/acme-1: its head says fact {number}, its facts end with fact {number - 1}",
    )


def test_an_import_that_was_stopped_before_its_lists_were_made_is_mended_by_repeating_it(
    desk: Desk, lines: list[bytes]
) -> None:
    desk.store.replace_views([])
    assert import_lines(desk, lines, where="x") == 0
    assert desk.store.view("acme-1") is not None


def test_an_older_export_is_compared_by_the_last_fact_of_each_stream(desk: Desk, lines: list[bytes]) -> None:
    do(desk, Order(verb="note", case="acme-1", fields={"text": "later"}, by="ada"))
    assert import_lines(desk, lines, where="x") == 0


def test_a_head_that_says_another_thing_is_found(
    desk: Desk, lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lines
    heads = desk.store.heads()
    kept = [head for head in heads if head.stream != "case/acme-9"]
    extra = Head(stream="case/zeta-1", number=2, digest="00" * 32, recorded_at=None)
    wrong = msgspec.structs.replace(kept[0], digest="11" * 32)
    monkeypatch.setattr(desk.store, "heads", lambda: [wrong, *kept[1:], extra])
    complaints = sound(desk).complaints
    assert complaints == (
        f"{wrong.stream} fact {wrong.number}: its head has another digest",
        "case/zeta-1: its head says fact 2, its facts end with nothing",
        f"{wrong.stream}: its head says fact {wrong.number}, its facts end with fact {wrong.number}",
        "case/acme-9: its head says nothing, its facts end with fact 1",
    )


def test_what_is_appended_while_the_ledger_is_verified_is_no_complaint(desk: Desk, lines: list[bytes]) -> None:
    assert lines
    begun = False

    def tick() -> None:
        nonlocal begun
        if not begun:
            begun = True
            do(desk, Order(verb="note", case="acme-1", fields={"text": "meanwhile"}, by="ada"))

    assert verify_ledger(desk, tick=tick).complaints == ()
    assert begun


def test_a_fact_that_cannot_be_read_is_a_complaint_and_what_follows_was_not_looked_at(
    desk: Desk, lines: list[bytes]
) -> None:
    assert lines
    damaged(desk).stop_at = "case/acme-1 2"
    complaints = sound(desk).complaints
    assert complaints[0] == "case/acme-1 fact 2 cannot be read; what follows it was not looked at"


def test_a_missing_or_damaged_blob_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = with_mail(desk)
    ask = desk.store.blob
    monkeypatch.setattr(desk.store, "blob", lambda _case, _digest: None)
    assert sound(desk).complaints == (f"case/acme-3 fact 1: its content {digest[:12]}… is missing",)

    def broken(case: str, digest: str) -> bytes | None:
        raise StoreTrouble(f"blob {digest[:12]} of {case} is damaged", hint="Restore a backup.")

    monkeypatch.setattr(desk.store, "blob", broken)
    assert sound(desk).complaints == (f"case/acme-3 fact 1: blob {digest[:12]} of acme-3 is damaged",)
    monkeypatch.setattr(desk.store, "blob", ask)
    assert sound(desk).complaints == ()


def test_what_was_erased_is_not_missed(desk: Desk) -> None:
    digest = with_mail(desk)
    act(desk, "acme-3", "erase", reason="The reporter asked.")
    assert desk.store.blob("acme-3", digest) is None
    assert sound(desk).complaints == ()


# Rebuild, and a store for one project


def test_rebuilding_remakes_every_view_from_the_facts(desk: Desk, lines: list[bytes]) -> None:
    assert lines
    before = everything(desk)
    stray = msgspec.structs.replace(desk.store.view("acme-1"), case="acme-77", title="Nobody's")  # type: ignore[type-var]
    wrong = msgspec.structs.replace(desk.store.view("acme-1"), title="Wrong")  # type: ignore[type-var]
    desk.store.replace_views([stray, wrong], expect={})  # type: ignore[list-item]
    assert desk.store.view("acme-77") is not None
    ticks: list[None] = []
    rebuild(desk, tick=lambda: ticks.append(None))
    assert everything(desk) == before
    assert desk.store.view("acme-77") is None
    assert len(ticks) == 2


def test_a_case_of_a_project_that_is_not_loaded_has_no_view(desk: Desk) -> None:
    tell(desk, "case/zeta-1", ReportReceived(project="zeta", channel="mail", title="Too early"))
    reported(desk)
    rebuild(desk)
    assert desk.store.view("zeta-1") is None
    assert desk.store.view("acme-1") is not None


def test_a_store_that_serves_another_project_is_not_taken_for_empty(desk: Desk, clock: Clock) -> None:
    check_empty(bare_desk(clock=clock), apart_from="tf-m")
    check_empty(desk, apart_from="acme")
    with pytest.raises(Refused, match="the store holds project/acme") as caught:
        check_empty(desk, apart_from="tf-m")
    assert "--store PATH" in caught.value.hint


def test_the_digest_of_a_line_is_that_of_its_fact(desk: Desk, lines: list[bytes]) -> None:
    """The chain in an export can be checked with nothing but JSON and SHA-256."""
    row = msgspec.json.decode(lines[0])
    digest, previous = row.pop("digest"), row.pop("previous")
    text = msgspec.json.encode(row, order="sorted")
    assert hashlib.sha256(previous.encode() + text).hexdigest() == digest
    assert re.fullmatch(rb"[ -~]*", lines[0])
    assert desk.store.facts("project/acme")[0].digest == digest
