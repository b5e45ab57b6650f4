"""The tracker's text lists: ``data/CVE/list``, and ``list`` in ``data/DSA``, ``DLA`` and ``DTSA`` of its repository.

Their grammar is that of the tracker's own ``lib/python/bugs.py`` and ``doc/security-team.d.o/security_tracker``.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

from midstream.formats.debian_tracker.notes import Advisory, Entry, Kind, Note

_HEAD = re.compile(r"((?:CVE|TEMP)-[0-9A-Za-z-]+)(?:\s+[(\[](.*?)[)\]]?)?\s*")
_ADVISORY = re.compile(r"\[[^\]]*\]\s+((?:DSA|DLA|DTSA|ELA)-[0-9-]+)(?:\s+(.*))?")
_REFERENCES = re.compile(r"\{(.*)\}\s*")
_NOTE = re.compile(
    r"(?:\[(?P<release>[a-z][a-z0-9-]*)\]\s+)?-\s+(?P<package>[A-Za-z0-9][A-Za-z0-9.+-]*)"
    r"\s*(?:<(?P<state>[a-z-]+)>|(?P<version>[^\s(<]+))?\s*(?:\((?P<more>.*)\)?)?"
)
_STATES: dict[str, Kind] = {
    "unfixed": "unfixed",
    "removed": "removed",
    "not-affected": "not-affected",
    "undetermined": "undetermined",
    "no-dsa": "no-dsa",
    "postponed": "postponed",
    "ignored": "ignored",
    "end-of-life": "end-of-life",
    "unaffected": "not-affected",
}
_URGENCIES = {"unimportant", "low", "medium", "high", "end-of-life"}
_REMARK = re.compile(r"[A-Z][A-Z-]{3,}(?::.*)?|check\b.*|debianbug.*|http.*")
_BUG = re.compile(r"bug #([0-9]{1,9})")
LINE_LIMIT = 20_000


def read_cve_list(lines: Iterable[str], *, faults: list[str]) -> Iterator[Entry]:
    """Yield the vulnerabilities of ``data/CVE/list`` with their notes; a line that cannot be read goes to `faults`."""
    entry: Entry | None = None
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT or not line.strip():
            if line.strip():
                faults.append(f"{number}: a line of {len(line)} characters")
            continue
        if not line[0].isspace():
            if entry is not None:
                yield _named(entry)
            found = _HEAD.fullmatch(line)
            entry = Entry(id=found[1], description=found[2] or "", line=number) if found else None
            if found is None:
                faults.append(f"{number}: {line.strip()[:80]!r} begins no entry")
            continue
        if entry is not None:
            _take(entry, line.strip(), number, faults)
    if entry is not None:
        yield _named(entry)


def _take(entry: Entry, text: str, number: int, faults: list[str]) -> None:
    if text.startswith("REJECTED"):
        entry.is_rejected = True
    elif text[0] in "[-":
        note = _note(text, number)
        if note is not None:
            entry.notes.append(note)
        elif "<itp>" not in text:
            faults.append(f"{number}: {text[:80]!r} is no note")
    elif references := _REFERENCES.fullmatch(text):
        entry.advisories += references[1].split()
    elif not _REMARK.fullmatch(text):
        faults.append(f"{number}: {text[:80]!r} is no note")


def read_advisory_list(lines: Iterable[str], *, faults: list[str]) -> Iterator[Advisory]:
    """Yield the advisories of ``data/DSA/list``, ``data/DLA/list`` or ``data/DTSA/list``.

    A line that cannot be read goes to `faults`; remarks (``NOTE: …``) are passed over.
    """
    advisory: Advisory | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        if len(line) > LINE_LIMIT:
            faults.append(f"{number}: a line of {len(line)} characters")
        elif not line[0].isspace():
            if advisory is not None:
                yield advisory
            found = _ADVISORY.fullmatch(text)
            advisory = Advisory(id=found[1], title=found[2] or "", line=number) if found else None
            if found is None:
                faults.append(f"{number}: {text[:80]!r} begins no advisory")
        elif advisory is not None:
            _take_part(advisory, text, number, faults)
    if advisory is not None:
        yield advisory


def _take_part(advisory: Advisory, text: str, number: int, faults: list[str]) -> None:
    references = _REFERENCES.fullmatch(text)
    note = None if references else _note(text, number)
    if references:
        advisory.vulnerabilities += references[1].split()
    elif note is not None:
        advisory.notes.append(note)
    elif not _REMARK.fullmatch(text):
        faults.append(f"{number}: {text[:80]!r} is no note")


def _note(text: str, number: int) -> Note | None:
    found = _NOTE.fullmatch(text)
    if found is None or found["state"] == "itp":
        return None
    more = [part.strip() for part in (found["more"] or "").rstrip(")").split(";")]
    state = found["state"]
    if state and state not in _STATES:
        return None
    return Note(
        package=found["package"],
        release=found["release"] or "",
        kind=_STATES[state] if state else "fixed" if found["version"] else "unfixed",
        version=found["version"] or "",
        urgency=next((part for part in more if part in _URGENCIES), ""),
        reason="; ".join(part for part in more if part and part not in _URGENCIES and not part.startswith("bug #")),
        bug=next((int(found[1]) for part in more if (found := _BUG.fullmatch(part))), 0),
        line=number,
    )


def _named(entry: Entry) -> Entry:
    """Return the entry; one that has no number yet gets a name of its own, as the tracker gives it one."""
    if entry.id.endswith("-XXXX"):
        bug = next((note.bug for note in entry.notes if note.bug), 0)
        digest = hashlib.sha256(entry.description.encode()).hexdigest()[:6].upper()
        entry.id = f"TEMP-{bug:07d}-{digest}"
    return entry
