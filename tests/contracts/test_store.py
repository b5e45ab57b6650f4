"""The contract of `desk.ports.Store`, on every store."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from midstream.cases.visibility import Viewer
from midstream.desk.ports import Conflict, Store
from midstream.desk.views import CaseView
from midstream.ledger.chain import Head, digest_of, empty, head_of, read_line
from midstream.ledger.fact import Fact
from midstream.ledger.kinds import Unknown
from tests.contracts.examples import HOUR, NOW, add, duty, notes, verified, view

TEAM = Viewer(person="ada", teams=frozenset({"tf-m"}))
NOBODY = Viewer(person="nobody")


def contents(store: Store) -> tuple[object, ...]:
    """All that can be seen of a store, to say that nothing changed."""
    everyone = Viewer(person="", teams=frozenset({"tf-m", "zephyr"}))
    views = [store.view(line.case) for line in store.case_lines(everyone)]
    return list(store.everything()), store.heads(), views, store.blob_count("a")


# Facts


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.head("case/a") == empty("case/a")
    assert store.facts("case/a") == []
    assert store.with_key("case/a", "k") == []
    assert store.streams("") == []
    assert store.heads() == []
    assert list(store.everything()) == []
    assert store.view("a") is None
    assert store.case_lines(TEAM) == []
    assert store.task_lines(TEAM, now=NOW) == []
    assert store.board_lines(TEAM) == []
    assert store.cases_with_message("<m@example.org>") == []


def test_facts_come_back_as_they_were_recorded(store: Store) -> None:
    first = add(store, "case/a", "one", "zwei — Ω 🔑", "tab\there \u0000 and a nul", key="k1")
    second = add(store, "case/b", "other")
    third = add(store, "case/a", "four", key="k2")
    assert store.facts("case/a") == [*first, *third]
    assert list(store.everything()) == [*first, *second, *third]
    assert store.head("case/a") == head_of(third, stream="case/a")
    assert store.heads() == [head_of(third, stream="case/a"), head_of(second, stream="case/b")]
    assert verified(store) == [*first, *second, *third]


def test_facts_of_a_command_are_found_by_its_key(store: Store) -> None:
    first = add(store, "case/a", "one", "two", key="k1")
    add(store, "case/a", "three", key="k2")
    add(store, "case/a", "four", key="")
    add(store, "case/b", "other", key="k1")
    assert store.with_key("case/a", "k1") == list(first)
    assert store.with_key("case/a", "k3") == []
    assert store.with_key("case/a", "") == []


def test_streams_are_named_by_prefix(store: Store) -> None:
    for stream in ("project/tf-m", "case/b", "case/a-2", "case/a", "case/a.1"):
        add(store, stream, "one")
    assert store.streams("case/") == ["case/a", "case/a-2", "case/a.1", "case/b"]
    assert store.streams("project/") == ["project/tf-m"]
    assert store.streams("case/%") == store.streams("case_") == []
    assert len(store.streams("")) == 5


def test_facts_of_two_streams_are_appended_together(store: Store) -> None:
    here, there = notes("case/a", ["one", "two"]), notes("project/tf-m", ["three"])
    store.append([here[0], *there, here[1]], views=[view("a", 2)], expect={"case/a": 0, "project/tf-m": 0})
    assert store.facts("case/a") == list(here)
    assert store.facts("project/tf-m") == list(there)
    assert [fact.stream for fact in store.everything()] == ["case/a", "project/tf-m", "case/a"]
    assert store.view("a") == view("a", 2)


@pytest.mark.parametrize("stands", [0, 2])
def test_a_stale_append_is_a_conflict_and_writes_nothing(store: Store, stands: int) -> None:
    add(store, "case/a", "one", views=[view("a")])
    before = contents(store)
    facts = notes("case/a", ["again"], head=Head(stream="case/a", number=stands, digest="0" * 64, recorded_at=None))
    with pytest.raises(Conflict) as caught:
        store.append(facts, views=[view("a", 9, title="other")], expect={"case/a": stands}, blobs=[("a", b"x")])
    assert (caught.value.stream, caught.value.expected, caught.value.found) == ("case/a", stands, 1)
    assert contents(store) == before


@pytest.mark.parametrize(("stream", "stands"), [("project/tf-m", 0), ("project/tf-m", 2), ("project/new", 1)])
def test_a_stream_that_is_only_looked_at_must_stand_still_too(store: Store, stream: str, stands: int) -> None:
    add(store, "project/tf-m", "one")
    before = contents(store)
    with pytest.raises(Conflict) as caught:
        store.append(notes("case/a", ["one"]), views=[view("a")], expect={"case/a": 0, stream: stands})
    assert (caught.value.stream, caught.value.expected) == (stream, stands)
    assert contents(store) == before
    store.append(notes("case/a", ["one"]), views=[], expect={"case/a": 0, "project/tf-m": 1, "project/new": 0})


def test_facts_that_do_not_follow_on_are_refused(store: Store) -> None:
    facts = notes("case/a", ["one", "two", "three"])
    with pytest.raises(Conflict):
        store.append([facts[0], facts[2]], views=[], expect={"case/a": 0})
    with pytest.raises(Conflict):
        store.append(facts[1:], views=[], expect={"case/a": 0})
    assert contents(store) == ([], [], [], 0)


def test_a_fact_of_a_newer_version_is_kept_whole(store: Store) -> None:
    raw = b'{"more":[1,{"deep":"\xc3\xa9"}]}'
    texts = {"stream": "case/a", "number": 1, "kind": "moon.risen", "said_by": "x", "key": ""}
    times = {"happened_at": "2026-01-01T00:00:00.000000Z", "recorded_at": "2026-01-02T00:00:00.000001Z"}
    digest = digest_of(**texts, **times, raw=raw, previous="0" * 64)  # type: ignore[arg-type]
    line = {**texts, **times, "body": msgspec.Raw(raw), "previous": "0" * 64, "digest": digest}
    fact = read_line(msgspec.json.encode(line, order="sorted"))
    assert isinstance(fact.body, Unknown)
    assert store.load([fact]) == 1
    assert store.facts("case/a") == verified(store) == [fact]


# Import


def mixed(count: int) -> Iterator[Fact]:
    """Facts of three streams in turn, each stream chained."""
    heads: dict[str, Head] = {}
    for number in range(count):
        stream = f"case/{'abc'[number % 3]}"
        facts = notes(stream, [f"text {number}"], head=heads.get(stream))
        heads[stream] = head_of(facts, stream=stream)
        yield from facts


def test_an_import_is_recorded_in_order(store: Store) -> None:
    facts = list(mixed(2_500))
    assert store.load(iter(facts)) == 2_500
    assert verified(store) == facts
    assert store.facts("case/b") == facts[1::3]
    assert store.load([]) == 0


def test_an_import_goes_on_where_streams_stand(store: Store) -> None:
    facts = list(mixed(9))
    store.load(facts[:4])
    add(store, "project/tf-m", "one")
    assert store.load(facts[4:]) == 5
    assert [fact for fact in verified(store) if fact.stream != "project/tf-m"] == facts


@pytest.mark.parametrize("start", [0, 5])
def test_an_import_that_does_not_follow_on_is_a_conflict(store: Store, start: int) -> None:
    facts = list(mixed(9))
    store.load(facts[:3])
    before = contents(store)
    with pytest.raises(Conflict):
        store.load([facts[6] if start else facts[3], facts[start]])
    assert contents(store) == before


def test_what_an_import_raises_undoes_it(store: Store) -> None:
    add(store, "project/tf-m", "one")
    before = contents(store)

    def cut_off() -> Iterator[Fact]:
        yield from mixed(1_500)
        raise EOFError

    with pytest.raises(EOFError):
        store.load(cut_off())
    assert contents(store) == before
    assert store.load(mixed(3)) == 3


def test_an_import_may_read_the_store_while_it_is_drawn(store: Store) -> None:
    add(store, "case/z", "one")

    def asking() -> Iterator[Fact]:
        for fact in mixed(1_200):
            assert len(store.facts("case/z")) == 1
            yield fact

    assert store.load(asking()) == 1_200


# Read models


def test_a_view_comes_back_as_it_was(store: Store) -> None:
    whole = view(
        "a", 1, duties=(duty("a", "z"), duty("a", "b", due=None)), policy="x 1", cve="CVE-2026-1", invented=True
    )
    bare = view("b", 1, duties=(), cells=(), areas=(), readers={}, claims={}, message_ids=(), began_at=None)
    add(store, "case/a", "one", views=[whole, bare])
    assert store.view("a") == whole
    assert store.view("b") == bare
    assert store.view("c") is None


def test_a_later_view_replaces_all_of_an_earlier_one(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a", 1), view("b", 1)])
    later = view("a", 2, readers={"wim": True}, areas=("net",), message_ids=("<2@x>",), duties=(), is_public=True)
    add(store, "case/a", "two", views=[later])
    assert store.view("a") == later
    assert store.view("b") == view("b", 1)
    assert store.cases_with_message("<a@example.org>") == []
    assert store.cases_with_message("<2@x>") == ["a"]
    assert [line.duty.case for line in store.task_lines(Viewer(person="vic"), now=NOW)] == ["b"]
    assert {line.case: line.title for line in store.case_lines(Viewer(person="vic"))} == {"a": "", "b": view("b").title}
    assert [line.case for line in store.case_lines(Viewer(person="wim"))] == ["a"]
    maintainer = Viewer(person="x", areas=frozenset({("tf-m", "boot")}))
    assert {line.case: line.title for line in store.case_lines(maintainer)} == {"a": "", "b": view("b").title}


def test_views_are_replaced_when_nothing_moved(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a"), view("b")])
    store.replace_views([view("a", 1, title="new")], expect={"case/a": 1, "project/tf-m": 0})
    assert store.view("a") == view("a", 1, title="new")
    assert store.view("b") == view("b")
    with pytest.raises(Conflict):
        store.replace_views([view("b", 1, title="new")], expect={"case/a": 0})
    assert store.view("b") == view("b")


def test_remaking_all_views_takes_away_those_not_remade(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a"), view("gone")])
    remade = [view(f"c{number:03}", number, message_ids=("<same@x>", f"<{number}@x>")) for number in range(250)]
    store.replace_views(iter(remade))
    assert store.view("a") is store.view("gone") is None
    assert [store.view(entry.case) for entry in remade] == remade
    assert store.cases_with_message("<same@x>") == [entry.case for entry in remade]
    assert store.cases_with_message("<a@example.org>") == []
    assert len(store.task_lines(TEAM, now=NOW)) == 250


def test_what_remaking_raises_undoes_it(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a")])

    def broken() -> Iterator[CaseView]:
        for number in range(150):
            assert store.facts("case/a")
            yield view(f"c{number}")
        raise EOFError

    with pytest.raises(EOFError):
        store.replace_views(broken())
    assert [line.case for line in store.case_lines(TEAM)] == ["a"]


def test_open_duties_are_tasks(store: Store) -> None:
    instant = timedelta(microseconds=1)
    lifted = [
        msgspec.structs.replace(duty("a", f"lifted {name}"), lifted_at=NOW + distance)
        for name, distance in (("before", -instant), ("now", timedelta()), ("later", instant))
    ]
    duties = (
        duty("a", "opens now", opens=timedelta()),
        duty("a", "opens later", opens=instant),
        duty("a", "overdue", due=-HOUR),
        *lifted,
    )
    just = view("b", project="zephyr", duties=(duty("b", "opens now", opens=timedelta()),))
    add(store, "case/a", "one", views=[view("a", duties=duties, claims={"overdue": "bob"}), just])
    other = Viewer(person="zoe", teams=frozenset({"zephyr"}))
    assert [line.duty for line in store.task_lines(other, now=NOW)] == list(just.duties)
    assert store.task_lines(other, now=NOW - instant) == []
    lines = store.task_lines(TEAM, now=NOW)
    assert [line.duty for line in lines] == [duties[2], duties[5], duties[0]]
    assert [line.claimed_by for line in lines] == ["bob", "", ""]
    assert {(line.project, line.title, line.severity, line.areas) for line in lines} == {
        ("tf-m", view("a").title, "high", ("boot",))
    }
    later = store.task_lines(TEAM, now=NOW + instant)
    assert [line.duty.key for line in later] == ["overdue", "opens later", "opens now"]
    assert store.task_lines(TEAM, now=NOW - 2 * HOUR) == []


def test_tasks_are_sorted_by_due_instant_severity_case_and_key(store: Store) -> None:
    words = ["unscored", "none", "low", "medium", "high", "critical"]
    views = [
        view(f"c{place}", severity=word, duties=(duty(f"c{place}", "b"), duty(f"c{place}", "a")))
        for place, word in enumerate(words)
    ]
    views += [
        view("d", severity="critical", duties=(duty("d", "never", due=None), duty("d", "late", due=2 * HOUR))),
        view("b", severity="high", duties=(duty("b", "soon", due=HOUR / 2), duty("b", "a"), duty("b", "A"))),
    ]
    add(store, "case/a", "one", views=views)
    found = [(line.duty.case, line.duty.key) for line in store.task_lines(TEAM, now=NOW)]
    assert found == [
        ("b", "soon"),
        *[("c5", "a"), ("c5", "b")],
        *[("b", "A"), ("b", "a"), ("c4", "a"), ("c4", "b")],
        *[("c3", "a"), ("c3", "b"), ("c2", "a"), ("c2", "b"), ("c1", "a"), ("c1", "b"), ("c0", "a"), ("c0", "b")],
        *[("d", "late"), ("d", "never")],
    ]


def test_lists_can_be_of_one_project(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a"), view("b", project="zephyr"), view("c", project="zephyr")])
    both = Viewer(person="x", teams=frozenset({"tf-m", "zephyr"}))
    assert [line.duty.case for line in store.task_lines(both, now=NOW, project="tf-m")] == ["a"]
    assert [line.case for line in store.case_lines(both, project="zephyr")] == ["c", "b"]
    assert [line.case for line in store.board_lines(both, project="zephyr")] == ["b", "c"]
    assert store.case_lines(both, project="none") == []
    assert len(store.task_lines(both, now=NOW)) == len(store.case_lines(both)) == len(store.board_lines(both)) == 3


def test_cases_are_listed_with_the_latest_first(store: Store) -> None:
    began = {"a": NOW - HOUR, "b": NOW, "c": None, "d": NOW - 2 * HOUR, "e": NOW - HOUR}
    add(store, "case/a", "one", views=[view(case, began_at=at) for case, at in began.items()])
    assert [line.case for line in store.case_lines(TEAM)] == ["b", "e", "a", "d", "c"]


def test_a_case_line_says_when_something_is_due_next(store: Store) -> None:
    supported_until = msgspec.structs.replace(duty("a", "gone", due=HOUR), lifted_at=NOW)
    duties = (duty("a", "x", due=3 * HOUR), duty("a", "y", due=2 * HOUR), duty("a", "z", due=None), supported_until)
    add(store, "case/a", "one", views=[view("a", duties=duties), view("b", duties=())])
    found = {line.case: line.next_due_at for line in store.case_lines(TEAM)}
    assert found == {"a": NOW + 2 * HOUR, "b": None}


def test_the_public_reads_public_words_only(store: Store) -> None:
    secret = view("a", title="the reporter's words", is_public=True, cve="CVE-2026-1")
    opened = msgspec.structs.replace(secret, case="b", public_title="the advisory's words", began_at=NOW + HOUR)
    add(store, "case/a", "one", views=[secret, opened, view("c")])
    lines = store.case_lines(NOBODY)
    assert [(line.case, line.title, line.cve, line.severity, line.is_public) for line in lines] == [
        ("b", "the advisory's words", "CVE-2026-1", "high", True),
        ("a", "", "CVE-2026-1", "high", True),
    ]
    assert {(line.number, line.triage, line.embargo, line.fix, line.policy) for line in lines} == {(0, "", "", "", "")}
    assert {(line.began_at, line.public_at, line.next_due_at) for line in lines} == {(None, None, None)}
    board = store.board_lines(NOBODY)
    assert [(line.case, line.title, list(line.cells)) for line in board] == [
        ("a", "", ["main"]),
        ("b", "the advisory's words", ["main"]),
    ]
    assert b"reporter" not in msgspec.json.encode([lines, board])
    assert store.task_lines(NOBODY, now=NOW) == []


def test_the_order_of_public_lines_does_not_tell_when_cases_began(store: Store) -> None:
    order = ["a", "b", "c", "d"]
    shuffled = {"a": 3, "b": 1, "c": 4, "d": 2}
    views = [view(case, is_public=True, began_at=NOW - shuffled[case] * HOUR) for case in order]
    add(store, "case/a", "one", views=[*views, view("z", project="zephyr", began_at=NOW - 9 * HOUR)])
    lines = store.case_lines(Viewer(person="x", teams=frozenset({"zephyr"})))
    assert [line.case for line in lines] == ["z", "d", "c", "b", "a"]


def test_a_removed_participant_is_out_even_as_a_maintainer(store: Store) -> None:
    add(store, "case/a", "one", views=[view("a"), view("b", readers={})])
    boot = frozenset({("tf-m", "boot"), ("zephyr", "net")})
    assert [line.case for line in store.case_lines(Viewer(person="wim", areas=boot))] == ["b"]
    assert [line.case for line in store.case_lines(Viewer(person="mia", areas=boot))] == ["b", "a"]
    assert store.case_lines(Viewer(person="mia", areas=frozenset({("zephyr", "boot"), ("tf-m", "net")}))) == []


def test_participants_read_the_whole_line(store: Store) -> None:
    entry = view("a", is_public=True)
    add(store, "case/a", "one", views=[entry])
    for who in (TEAM, Viewer(person="vic"), Viewer(person="mia", areas=frozenset({("tf-m", "boot")}))):
        (line,) = store.case_lines(who)
        assert (line.title, line.number, line.triage, line.began_at) == (entry.title, 1, "accepted", NOW)
        (row,) = store.board_lines(who)
        assert (row.title, dict(row.cells)) == (entry.title, {cell.branch: cell for cell in entry.cells})
        assert [task.duty for task in store.task_lines(who, now=NOW)] == list(entry.duties)


# Blobs


def test_a_blob_comes_back(store: Store) -> None:
    content = bytes(range(256)) * 10
    digest = store.put_blob("a", content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert store.blob("a", digest) == content
    assert store.blob("a", "0" * 64) is None
    assert store.put_blob("a", b"") == hashlib.sha256(b"").hexdigest()
    assert store.blob("a", hashlib.sha256(b"").hexdigest()) == b""


def test_the_same_content_is_kept_once_per_case(store: Store) -> None:
    digest = store.put_blob("a", b"one")
    assert store.put_blob("a", b"one") == digest
    assert store.blob_count("a") == 1
    assert store.blob("b", digest) is None
    assert not store.has_key("b")
    store.put_blob("b", b"one")
    assert (store.blob_count("a"), store.blob_count("b")) == (1, 1)


def test_erasing_a_case_takes_its_blobs_and_key(store: Store) -> None:
    digests = [store.put_blob("a", text) for text in (b"one", b"two", b"two")]
    kept = store.put_blob("b", b"one")
    assert store.has_key("a")
    assert store.erase("a") == 2
    assert not store.has_key("a")
    assert [store.blob("a", digest) for digest in digests] == [None] * 3
    assert (store.blob_count("a"), store.erase("a"), store.erase("never")) == (0, 0, 0)
    assert store.blob("b", kept) == b"one"
    assert store.blob("a", store.put_blob("a", b"new")) == b"new"
    assert store.has_key("a")


def test_blobs_are_kept_with_the_facts_that_name_them(store: Store) -> None:
    digest = hashlib.sha256(b"mail").hexdigest()
    store.append(notes("case/a", ["one"]), views=[view("a")], expect={"case/a": 0}, blobs=[("a", b"mail"), ("b", b"x")])
    assert store.blob("a", digest) == b"mail"
    assert (store.blob_count("a"), store.blob_count("b")) == (1, 1)
    with pytest.raises(Conflict):
        store.append(notes("case/a", ["one"]), views=[], expect={"case/a": 0}, blobs=[("c", b"mail")])
    assert (store.blob_count("c"), store.has_key("c")) == (0, False)


CALLED = [
    ("ada", "a", ["a"]),  # on no team, but a reader of it
    ("ada", "A", ["a"]),
    ("ada", "cve-2026-1", ["a"]),
    ("ada", "Adv-1", ["a"]),
    ("ada", "GHSA-2222-3333-4444", ["a"]),
    ("ada", "adv", []),
    ("ada", "", []),
    ("eve", "A", []),
    ("eve", "adv-1", []),
    ("eve", "B", ["b"]),
    ("eve", "cve-2026-2", ["b"]),
    ("eve", "ADV-2", []),  # public, but its advisory was not published
    ("eve", "adv-3", ["c"]),
]


@pytest.mark.parametrize(("person", "name", "found"), CALLED)
def test_a_case_is_called_by_the_ids_that_its_reader_may_know(
    store: Store, person: str, name: str, found: list[str]
) -> None:
    mine = {"ada": True}
    add(
        store,
        "case/a",
        "one",
        views=[
            view("a", readers=mine, cve="CVE-2026-1", names=("ADV-1", "GHSA-2222-3333-4444")),
            view("b", readers={}, cve="CVE-2026-2", names=("ADV-2",), is_public=True),
            view("c", readers={}, names=("ADV-3",), is_public=True, named_publicly=True),
        ],
    )
    assert store.cases_called(Viewer(person=person), name) == found


def test_every_case_of_a_name_is_found(store: Store) -> None:
    add(store, "case/a", "one", views=[view(case, readers={}, cve="CVE-2026-1", is_public=True) for case in "cab"])
    assert store.cases_called(Viewer(person="eve"), "CVE-2026-1") == ["a", "b", "c"]
