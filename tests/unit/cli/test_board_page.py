"""The board as a page, and following a repository."""

import os
import threading
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from midstream.analysis.backports import Found, Hit, Rung, Verdict
from midstream.analysis.backports.grid import MEANINGS, OPEN, SIGNS, Grid, Row, Square, square
from midstream.analysis.backports.trial import ConflictFile, Trial
from midstream.cli.backports.page import board_page, write_page
from midstream.cli.backports.watch import LEAST, watch

FIX, HIT, GONE = "1f" * 20, "2e" * 20, "3d" * 20
EVIL = '</td><script>alert("1")</script>\u202e\x1b[31m'


def verdict(word: str, **more: object) -> Verdict:
    base = Verdict(fix="F-1", branch="lts", word="unknown", because="so it is", sure="strong", found=(Found(fix=FIX),))
    return msgspec.structs.replace(base, word=word, **more)


FOUND = Found(fix=FIX, hit=Hit(commit=HIT, rung=Rung.TRAILER, sure="certain", also=(Rung.SUBJECT,)))
CONFLICT = Trial(
    branch="lts",
    target=HIT,
    commits=(FIX,),
    outcome="conflict",
    files=(ConflictFile(path="docs/a.rst", kinds=("content",), is_docs=True),),
)


@pytest.mark.parametrize(
    ("given", "trial", "state", "detail", "line"),
    [
        (verdict("fixed", found=(FOUND,), first_release="v1.2"), None, "fixed", "v1.2", "by cherry-pick trailer, also"),
        (verdict("fixed", found=(FOUND,)), None, "fixed", "not released yet", "(certain)"),
        (
            verdict("partly fixed", found=(FOUND, Found(fix=GONE))),
            None,
            "partly fixed",
            "1 of 2 commits",
            "nothing found",
        ),
        (
            verdict("vulnerable", found=(Found(fix=FIX, nearest="2e2e similar"),)),
            None,
            "vulnerable",
            "",
            "nearest: 2e2e",
        ),
        (verdict("vulnerable"), CONFLICT, "conflicts", "1 file, documentation only", "docs/a.rst (content): ask @ada"),
        (
            verdict("vulnerable"),
            msgspec.structs.replace(CONFLICT, outcome="clean", files=()),
            "applies",
            "",
            "tried on",
        ),
        (
            verdict("vulnerable"),
            msgspec.structs.replace(CONFLICT, outcome="empty", files=()),
            "nothing to apply",
            "",
            "tried on",
        ),
        (
            verdict("vulnerable"),
            msgspec.structs.replace(CONFLICT, outcome="error", files=(), what="no tree", hint="Fetch."),
            "trial failed",
            "",
            "not tried: no tree. Fetch.",
        ),
        (
            verdict("vulnerable", found=(msgspec.structs.replace(FOUND, reverted_by=GONE),)),
            None,
            "vulnerable",
            "",
            "was reverted by 3d3d3d3d3d3d",
        ),
        (verdict("not affected"), CONFLICT, "not affected", "1 file, documentation only", "so it is"),
    ],
)
def test_a_square_says_in_a_word_what_the_verdict_and_the_trial_say(
    given: Verdict, trial: Trial | None, state: str, detail: str, line: str
) -> None:
    found = square(given, trial, asked=["@ada"])
    assert (found.state, found.detail) == (state, detail)
    assert any(line in text for text in found.evidence), found.evidence
    assert found.is_open is (state in OPEN)


class Reader(HTMLParser):
    """Checks that every element is closed where it was opened, and keeps what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def grid(*rows: Row, **more: object) -> Grid:
    base = Grid(title="Board", read_at="2026-11-20 09:30Z", branches=(("lts", "until 2027"), ("old", "")), rows=rows)
    return msgspec.structs.replace(base, **more)


def test_the_page_shows_every_state_by_sign_and_word_with_its_evidence() -> None:
    rows = [
        Row(name=f"F-{place}", title="", squares={"lts": Square(state=state, evidence=(f"proof {place}",))})
        for place, state in enumerate(SIGNS)
    ]
    page = read(board_page(grid(*rows)))
    for place, state in enumerate(SIGNS):
        assert f"{SIGNS[state]} {state}: {MEANINGS[state]}" in page.text
        assert f"proof {place}" in page.text
    links = {value[1:] for name, value in page.attributes if name == "href"}
    assert links == {value for name, value in page.attributes if name == "id"} - {"evidence"}
    assert page.text.count("not asked") == len(rows)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_the_page_runs_nothing_and_asks_nobody() -> None:
    square_ = Square(state="conflicts", detail=EVIL, evidence=(EVIL,))
    row = Row(name=EVIL, title=EVIL, squares={EVIL: square_})
    text = board_page(grid(row, title=EVIL, branches=((EVIL, EVIL),), notices=(EVIL,)))
    page = read(text)
    assert "script" not in page.tags
    assert {name for name, _ in page.attributes} <= {
        *("lang", "charset", "name", "content", "http-equiv", "class", "scope", "href", "id"),
        *("aria-hidden", "aria-labelledby", "data-branch"),
    }
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "url(" not in text


@pytest.mark.parametrize(("count", "words"), [(0, "Nothing is open."), (1, "1 square needs"), (2, "2 squares need")])
def test_the_page_counts_what_is_open(count: int, words: str) -> None:
    rows = [Row(name=f"F-{n}", title="", squares={"lts": Square(state="vulnerable")}) for n in range(count)]
    rows.append(Row(name="G", title="", squares={"lts": Square(state="fixed")}))
    assert words in board_page(grid(*rows))


def test_a_page_is_written_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "board.html"
    write_page(file, "one")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("one", 0o600)
    file.chmod(0o644)
    write_page(file, "two")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("two", 0o644)
    link = tmp_path / "link.html"
    link.symlink_to(file)
    write_page(link, "three")
    assert (link.is_symlink(), file.read_text()) == (True, "three")
    with pytest.raises(OSError, match="gone"):
        write_page(tmp_path / "gone" / "board.html", "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board.html", "link.html"]


def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_page(pipe, "page")
    reader.join(timeout=10)
    assert (got, pipe.is_fifo()) == (["page"], True)


def test_it_is_drawn_at_once_and_again_only_when_something_moved() -> None:
    states = iter(["a", "a", "b", "b", "c"])
    slept: list[float] = []
    drawn: list[int] = []
    assert watch(lambda: next(states), lambda: drawn.append(1), every=0.1, sleep=slept.append, looks=5) == 3
    assert slept == [LEAST] * 4
    assert len(drawn) == 3


def test_a_person_can_stop_it(capsys: pytest.CaptureFixture[str]) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    assert watch(lambda: "a", lambda: None, every=5, sleep=stop) == 1
    assert "stopped" in capsys.readouterr().err
