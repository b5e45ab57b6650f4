"""Public cases that a report reads like: by CVE id, file, component or title. Of private ones nothing is even read.

What is public of a case is what somebody may read of it who is nobody in particular, so that an answer neither holds
nor depends on anything else.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from midstream.cases.visibility import Viewer
from midstream.desk.desk import Desk
from midstream.desk.intake import SIMILAR
from midstream.desk.reading import show
from midstream.desk.views import CaseLine
from midstream.ledger.fact import fields_of
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.triage import ComponentNamed

HINTS = 5
"""How many cases are named at most."""

LOOKED_AT = 150
"""How many of the cases that were named last are looked into for files and components; all are by CVE and title."""

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z0-9_+\-./]+")
_FILE = re.compile(r"[a-z0-9_+\-.]{1,80}\.(?:c|h|cc|cpp|hpp|cxx|s|asm|rs|py|ld|dts|dtsi|cmake)")
_SHORTEST = 4
"""Letters that a component needs to be found in a text."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody typed so far."""

    title: str
    area: str = ""
    text: str = ""


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """A public case that may be the same, and why it is named."""

    case: str
    title: str
    why: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is public of a case besides its CVE id: its title, names of files, and of components and areas."""

    title: str
    files: frozenset[str]
    parts: frozenset[str]


class PublicWords:
    """The words of public cases, kept until the case has another fact; for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, Words]] = OrderedDict()

    def of(self, desk: Desk, line: CaseLine, *, number: int) -> Words:
        """Return the words of a public case that has that many facts."""
        with self._lock:
            kept = self._kept.get(line.case)
        if kept is not None and kept[0] == number:
            return kept[1]
        words = words_of(desk, line)
        with self._lock:
            self._kept[line.case] = number, words
            while len(self._kept) > 2 * LOOKED_AT:
                self._kept.popitem(last=False)
        return words


def words_of(desk: Desk, line: CaseLine) -> Words:
    """Return the words of a public case: of the facts that anybody may read, and of its advisory once published."""
    facts = show(desk, line.case, by="").facts
    texts = [text for fact in facts for text in _texts(fields_of(fact))]
    title = line.title
    if any(isinstance(fact.body, AdvisoryPublished) for fact in facts):
        from midstream.desk.advisories.documents import known  # noqa: PLC0415 - large, and only this needs it

        record = known(desk, line.case, by="", public=True).record
        title = title or next(iter(record.title.values()), "")
        texts += _texts(msgspec.to_builtins(record))
    named = [fact.body for fact in facts if isinstance(fact.body, ComponentNamed)]
    parts = {name.casefold() for body in named for name in (body.component, body.area) if len(name) >= _SHORTEST}
    return Words(title=title, files=frozenset(files_in("\n".join(texts))), parts=frozenset(parts))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)


def files_in(text: str) -> set[str]:
    """Return the names of source files in a text, without their folders, in small letters."""
    names = {path.rstrip(".").rpartition("/")[2].casefold() for path in _PATH.findall(text)}
    return {name for name in names if _FILE.fullmatch(name)}


def public_alike(desk: Desk, *, told: Told, project: str, words: PublicWords) -> list[Alike]:
    """Return the public cases of the project that what was told reads like, the likeliest first."""
    lines = desk.store.case_lines(Viewer(person=""), project=project)
    lines.sort(key=lambda line: [int(part) if part.isdecimal() else 0 for part in line.case.split("-")], reverse=True)
    numbers = {head.stream: head.number for head in desk.store.heads("case/")}
    whole = f"{told.title}\n{told.area}\n{told.text}"
    named = {found.upper() for found in _CVE.findall(whole)}
    files, said, area = files_in(whole), whole.casefold(), told.area.strip().casefold()
    looked_at = {
        line.case: words.of(desk, line, number=numbers.get(f"case/{line.case}", 0)) for line in lines[:LOOKED_AT]
    }
    titles = {line.case: looked_at[line.case].title if line.case in looked_at else line.title for line in lines}
    scores = _scores(told.title, titles)
    found: list[tuple[tuple[int, ...], Alike]] = []
    for line in lines:
        known = looked_at.get(line.case, _NO_WORDS)
        same_file = sorted(files & known.files)
        same_part = sorted(part for part in known.parts if part == area or ("/" in part and part in said))
        score = scores.get(line.case, 0)
        is_named, is_titled = line.cve.upper() in named, score >= SIMILAR
        # The first of what they share is what the reader is told.
        shared = [
            *([f"names {line.cve}"] if is_named else []),
            *(f"names {file}" for file in same_file),
            *(f"in {part}" for part in same_part),
            *(["a title like it"] if is_titled else []),
        ]
        if shared and titles[line.case]:
            rank = (int(is_named), len(same_file), int(is_titled), len(same_part), score)
            found.append((rank, Alike(case=line.case, title=titles[line.case], why=shared[0])))
    found.sort(key=lambda entry: entry[0], reverse=True)
    return [alike for _, alike in found[:HINTS]]


_NO_WORDS = Words(title="", files=frozenset(), parts=frozenset())


def _scores(title: str, titles: dict[str, str]) -> dict[str, int]:
    """Return how much each title reads like this one, out of 100, those below the half left out."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only reports compare texts

    if len(title.strip()) < 8:
        return {}
    folded = {case: other.casefold() for case, other in titles.items() if other}
    found = process.extract(title.casefold(), folded, scorer=fuzz.token_set_ratio, score_cutoff=50, limit=None)
    return {case: round(score) for _, score, case in found}
