"""The book of policies: which text is in force, what it is made of, and what cannot be put together."""

from datetime import date
from pathlib import Path

import pytest

from midstream.policy.book import Book, make_book, read_text, shipped, shipped_with
from midstream.policy.errors import PolicyError
from midstream.policy.resolve import resolve
from midstream.policy.rules import slug
from tests.telling import clock, limit, obligation

DAY = date(2026, 3, 2)


def header(name: str, *, since: str = "2020-01-01", until: str = "", extends: str = "", unless: str = "") -> str:
    lines = [f'[policy]\nname = "{name}"', f'title = "The {name}"', f'version = "of {since}"', f"valid_from = {since}"]
    lines += [f"valid_until = {until}"] if until else []
    lines += [f"extends = {extends}"] if extends else []
    lines += [f"unless = {unless}"] if unless else []
    return "\n".join(lines) + "\n"


def drop(name: str) -> str:
    return f'\n[[drop]]\nname = "{name}"\nwhy = "Not here."\n'


def book(*texts: str) -> Book:
    """The book of texts that stand in a.toml, b.toml and so on."""
    return make_book(read_text(text, where=f"{'abcdef'[count]}.toml") for count, text in enumerate(texts))


def fault(*texts: str, name: str = "house", day: date = DAY) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        resolve(book(*texts), name, day)
    return caught.value


class TestDays:
    old = header("house", since="2020-01-01", until="2025-12-31")
    new = header("house", since="2026-01-01")

    @pytest.mark.parametrize(
        ("day", "where"),
        [
            (date(2019, 12, 31), None),
            (date(2020, 1, 1), "a.toml"),
            (date(2025, 12, 31), "a.toml"),
            (date(2026, 1, 1), "b.toml"),
            (date(9999, 12, 31), "b.toml"),
        ],
    )
    def test_the_text_in_force_on_a_day(self, day: date, where: str | None) -> None:
        found = book(self.old, self.new).on("house", day)
        assert (found.where if found else None) == where
        policy = resolve(book(self.old, self.new), "house", day)
        assert (policy.version if policy else None) == {
            None: None,
            "a.toml": "of 2020-01-01",
            "b.toml": "of 2026-01-01",
        }[where]

    def test_a_day_between_two_texts_has_none(self) -> None:
        later = book(self.old, header("house", since="2026-02-01"))
        assert later.on("house", date(2026, 1, 15)) is None
        assert resolve(later, "house", date(2026, 1, 15)) is None

    def test_texts_are_put_in_the_order_of_their_days(self) -> None:
        assert [text.where for text in book(self.new, self.old).texts["house"]] == ["b.toml", "a.toml"]

    @pytest.mark.parametrize(
        ("first", "second", "where", "day", "hint"),
        [
            ("", "2026-01-01", "b.toml:5", "2026-01-01", "Give a.toml valid_until = 2025-12-31."),
            ("2026-01-01", "2026-01-01", "b.toml:5", "2026-01-01", "Give a.toml valid_until = 2025-12-31."),
            ("2025-12-31", "2019-06-01", "a.toml:5", "2020-01-01", "Give b.toml valid_until = 2019-12-31."),
            ("", "2020-01-01", "b.toml:5", "2020-01-01", "Let one begin on a later day."),
        ],
    )
    def test_two_texts_for_one_day_are_refused(self, first: str, second: str, where: str, day: str, hint: str) -> None:
        with pytest.raises(PolicyError) as caught:
            book(header("house", until=first), header("house", since=second))
        other = "a.toml" if where.startswith("b") else "b.toml"
        assert caught.value.what == f"{where}: two texts of 'house' are in force on {day}: this one and {other}"
        assert caught.value.hint == hint

    def test_the_first_day_of_the_calendar_is_no_trouble(self) -> None:
        with pytest.raises(PolicyError, match="two texts of 'house' are in force on 0001-01-01"):
            book(header("house", since="0001-01-01"), header("house", since="0001-01-01"))

    def test_a_name_nobody_has(self) -> None:
        error = fault(self.new, name="hous")
        assert (error.what, error.hint) == ("policies: no policy is called 'hous'", "Did you mean 'house'?")
        with pytest.raises(PolicyError) as caught:
            book().on("house", DAY)
        assert caught.value.hint == "There are no policies here."


PARENT = (
    header("parent")
    + clock(name="public date")
    + obligation(name="answer")
    + limit(name="length", on="deferral.granted")
)


class TestExtends:
    def names(self, *texts: str, day: date = DAY) -> dict[str, str]:
        """What the policy is made of: the name of each entry, and the policy it comes from."""
        policy = resolve(book(*texts), "house", day)
        assert policy is not None
        rules = {rule.name: rule.policy for rule in policy.rules}
        return {**rules, **dict.fromkeys(policy.clocks, "clock"), **{rule.name: "limit" for rule in policy.limits}}

    def test_what_a_parent_says_holds(self) -> None:
        found = self.names(header("house", extends='["parent"]') + obligation(name="own"), PARENT)
        assert found == {
            "answer": "parent of 2020-01-01",
            "own": "house of 2020-01-01",
            "public date": "clock",
            "length": "limit",
        }

    def test_a_policy_knows_its_own_header(self) -> None:
        policy = resolve(book(header("house", extends='["parent"]'), PARENT), "house", DAY)
        assert policy is not None
        assert (policy.name, policy.title, policy.version) == ("house", "The house", "of 2020-01-01")
        assert (policy.label, policy.extends, policy.source) == ("house of 2020-01-01", ("parent",), "")
        assert policy.valid_from == date(2020, 1, 1)

    def test_own_words_take_the_place_of_a_parents(self) -> None:
        own = obligation(name="answer", clause="OWN") + limit(name="length", on="deferral.granted", within="1 day")
        policy = resolve(book(header("house", extends='["parent"]') + own, PARENT), "house", DAY)
        assert policy is not None
        assert [rule.clause for rule in policy.rules] == ["OWN"]
        assert [str(rule.within) for rule in policy.limits] == ["1 day"]

    def test_what_is_dropped_does_not_hold(self) -> None:
        assert self.names(header("house", extends='["parent"]') + drop("answer"), PARENT) == {
            "public date": "clock",
            "length": "limit",
        }

    def test_a_drop_takes_every_entry_of_the_name(self) -> None:
        both = header("parent") + clock(name="same") + obligation(name="same")
        assert self.names(header("house", extends='["parent"]') + drop("same"), both) == {}

    def test_an_own_entry_may_take_the_place_of_a_dropped_one(self) -> None:
        text = header("house", extends='["parent"]') + drop("answer") + obligation(name="answer", clause="OWN")
        assert self.names(text, PARENT)["answer"] == "house of 2020-01-01"

    def test_grandparents_count_once_even_by_two_ways(self) -> None:
        texts = [
            header("house", extends='["left", "right"]'),
            header("left", extends='["parent"]') + obligation(name="left"),
            header("right", extends='["parent"]') + obligation(name="right"),
            PARENT,
        ]
        assert list(self.names(*texts)) == ["answer", "left", "right", "public date", "length"]

    def test_the_text_of_a_parent_is_that_of_the_same_day(self) -> None:
        texts = [
            header("house", extends='["parent"]'),
            header("parent", until="2025-12-31") + obligation(name="old"),
            header("parent", since="2026-01-01") + obligation(name="new"),
        ]
        assert list(self.names(*texts, day=date(2025, 12, 31))) == ["old"]
        assert list(self.names(*texts, day=date(2026, 1, 1))) == ["new"]

    def test_what_lifts_a_parents_obligations_is_the_parents_own(self) -> None:
        texts = [
            header("house", extends='["parent"]', unless='["case.closed"]')
            + obligation(name="own", unless="public.known"),
            header("parent", unless='"report.rejected"')
            + obligation(name="answer")
            + obligation(name="stay", always=True),
        ]
        policy = resolve(book(*texts), "house", DAY)
        assert policy is not None
        assert {rule.name: [str(event) for event in rule.unless] for rule in policy.rules} == {
            "answer": ["report.rejected"],
            "stay": [],
            "own": ["public.known", "case.closed"],
        }

    def test_clauses_left_out_and_decisions_are_gathered_once(self) -> None:
        said = '\n[[left_out]]\nclause = "9"\nwhy = "w"\n[[decision]]\nclause = "8"\nquestion = "q"\ndecided = "d"\n'
        texts = [
            header("house", extends='["left", "right"]') + said.replace('"9"', '"7"'),
            header("left", extends='["parent"]'),
            header("right", extends='["parent"]'),
            header("parent") + said,
        ]
        policy = resolve(book(*texts), "house", DAY)
        assert policy is not None
        assert [entry.clause for entry in policy.left_out] == ["9", "7"]
        assert [entry.clause for entry in policy.decisions] == ["8", "8"]

    def test_what_has_to_be_kept_to_know_the_past(self) -> None:
        texts = [
            header("house", until="2025-12-31", extends='["before"]'),
            header("house", since="2026-01-01", extends='["parent"]'),
            header("parent", extends='["grand", "house"]'),
            header("before"),
            header("grand"),
            header("other"),
        ]
        assert [text.where for text in book(*texts).with_ancestors("house")] == [f"{name}.toml" for name in "abcde"]
        assert book(*texts).with_ancestors("nobody") == ()


class TestFaults:
    def test_an_unknown_parent(self) -> None:
        error = fault(header("house", extends='["parnt"]'), PARENT)
        assert error.what == "a.toml:6: extends an unknown policy 'parnt'"
        assert error.hint == "Did you mean 'parent'?"

    def test_a_parent_not_in_force(self) -> None:
        error = fault(header("house", extends='["parent"]'), header("parent", since="2026-06-01"))
        assert error.what == "a.toml:6: no text of 'parent' is in force on 2026-03-02"
        assert error.hint == "Let its days cover those of the policy that extends it."

    @pytest.mark.parametrize(
        ("texts", "what"),
        [
            ([header("house", extends='["house"]')], "a.toml:6: policies extend each other: house → house"),
            (
                [
                    header("house", extends='["left"]'),
                    header("left", extends='["right"]'),
                    header("right", extends='["left"]'),
                ],
                "c.toml:6: policies extend each other: left → right → left",
            ),
        ],
    )
    def test_a_circle(self, texts: list[str], what: str) -> None:
        error = fault(*texts)
        assert (error.what, error.hint) == (what, "Break the circle in one of them.")

    def test_two_parents_that_clash(self) -> None:
        other = header("other") + obligation(name="answer")
        texts = [header("house", extends='["parent", "other"]'), PARENT, other]
        error = fault(*texts)
        assert error.what == "a.toml:6: obligation 'answer' comes from both b.toml and c.toml"
        assert error.hint == "Redefine it here, or drop it in one of them."
        assert resolve(book(texts[0] + obligation(name="answer"), *texts[1:]), "house", DAY) is not None

    def test_a_parent_that_redefines_what_the_other_has_from_their_parent(self) -> None:
        texts = [
            header("house", extends='["left", "right"]'),
            header("left", extends='["parent"]'),
            header("right", extends='["parent"]') + obligation(name="answer", clause="RIGHT"),
            PARENT,
        ]
        assert fault(*texts).what == "a.toml:6: obligation 'answer' comes from both d.toml and c.toml"

    def test_a_drop_of_nothing(self) -> None:
        error = fault(header("house", extends='["parent"]') + drop("anser"), PARENT)
        assert error.what == "a.toml:9: nothing called 'anser' is there to drop"
        assert error.hint == "Did you mean 'answer'?"
        error = fault(header("house") + obligation(name="answer") + drop("answer"))
        assert error.what.endswith("nothing called 'answer' is there to drop")
        assert error.hint == "This policy extends nothing."

    def test_a_fault_in_a_parent_names_the_parents_file(self) -> None:
        error = fault(header("house", extends='["parent"]'), header("parent") + obligation(do="nothing"))
        assert error.where == "b.toml:13"
        error = fault(header("house", extends='["parent"]'), header("parent", unless='["x.y"]'))
        assert error.where == "b.toml:6"

    def test_a_clock_that_was_dropped_is_missed_where_it_is_used(self) -> None:
        parent = PARENT + obligation(name="tell", after="public date")
        error = fault(header("house", extends='["parent"]') + drop("public date"), parent)
        assert "no clock is called 'public date'" in error.what
        assert error.where.startswith("b.toml:")


def test_the_shipped_book_can_be_read() -> None:
    assert {"zephyr", "trustedfirmware"} <= set(shipped().texts)
    assert resolve(shipped(), "zephyr", DAY) is not None


def test_files_are_added_to_the_shipped_book_or_take_the_place_of_a_text(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(header("house"), encoding="utf-8")
    assert shipped_with([own]).texts.keys() == {*shipped().texts, "house"}
    first = shipped().texts["zephyr"][0]
    changed = tmp_path / "changed.toml"
    changed.write_text(first.text.replace(first.file.policy.title, "Ours"), encoding="utf-8")
    texts = shipped_with([changed]).texts["zephyr"]
    assert texts[0].file.policy.title == "Ours"
    assert len(texts) == len(shipped().texts["zephyr"])


def test_a_file_that_is_no_utf_8_is_read_as_far_as_it_can(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(header("house").replace("The house", "Caf\xe9").encode("latin-1"))
    assert shipped_with([own]).texts["house"][0].file.policy.title == "Caf\ufffd"


@pytest.mark.parametrize(
    ("name", "key"), [("Tell users", "tell-users"), ("T9 (LTS): fix!", "t9-lts-fix"), ("--", ""), ("é", "")]
)
def test_the_name_of_an_obligation_in_a_key(name: str, key: str) -> None:
    assert slug(name) == key
