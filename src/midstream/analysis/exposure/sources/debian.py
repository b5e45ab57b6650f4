"""From the notes of Debian's security tracker to rows: for each release, up to which version a package is touched.

The rules are those of the tracker's documentation: without a note of its own a release follows unstable; a release with
several fixes is repaired by the highest; a package that is new enough for the fix of unstable is repaired whatever an
older note of the release says ("no-dsa" stays written when a later version enters).
"""

from collections.abc import Iterable, Sequence

from midstream.analysis.exposure.sources.rows import AdvisoryRow, Collected, RangeRow, UnreadRow, UnsureRow
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, key_function
from midstream.formats.debian_tracker.notes import Entry, Note

RELEASES = {
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
}
"""Numbers of Debian's releases. A source that knows better says so; a release without a number keeps its codename."""


def ecosystem_of_release(codename: str, *, numbers: dict[str, str]) -> str:
    """Return the ecosystem of a release by its codename: ``Debian:12`` for bookworm, ``Debian:sid`` for unstable."""
    return f"Debian:{numbers.get(codename) or RELEASES.get(codename) or codename}"


def take_entry(
    into: Collected,
    entry: Entry,
    *,
    place: str,
    releases: Iterable[str],
    numbers: dict[str, str],
    published: Sequence[Note] = (),
) -> None:
    """Return nothing, after the rows of one vulnerability were added.

    `releases` are the codenames that follow unstable; `published` are the notes of DSAs and DLAs that name it.
    """
    line = f"{place}:{entry.line}" if entry.line else f"{place}: {entry.id}"
    into.advisories.append(
        AdvisoryRow(
            advisory=entry.id,
            withdrawn="rejected" if entry.is_rejected else "",
            summary=" ".join(entry.description.split())[:300],
            line=line,
        )
    )
    by_package: dict[str, dict[str, list[Note]]] = {}
    for note in (*entry.notes, *published):
        by_package.setdefault(note.package, {}).setdefault(note.release, []).append(note)
    for package, by_release in by_package.items():
        general = by_release.pop("", by_release.get("sid", []))
        for release in {*releases, *by_release} if entry.line else by_release:
            ecosystem = ecosystem_of_release(release, numbers=numbers)
            into.ecosystems.add(ecosystem)
            own = by_release.get(release, [])
            said = own or general
            if not said:
                continue
            note = next((each for each in said if each.kind != "fixed"), said[0])
            where = f"{place}:{note.line}" if note.line else line
            row = RangeRow(ecosystem, package, LOWEST, HIGHEST, entry.id, _state(said, general), "0", "", where)
            _take_row(into, row, said, general if own else [])


def _take_row(into: Collected, row: RangeRow, said: list[Note], general: list[Note]) -> None:
    """Add the row up to its fix; one whose fix no one can place is told as unsure, and where it was read."""
    try:
        into.ranges.append(_bounded(row, said, general))
    except InvalidVersion as error:
        into.unsure.append(UnsureRow(row.ecosystem, row.name, row.advisory, error.what, row.line))
        fault = UnreadRow(row.line, f"{row.name}: {error.what}")
        if into.unread[-1:] != [fault]:  # one line may stand for many releases
            into.unread.append(fault)


def _bounded(row: RangeRow, said: list[Note], general: list[Note]) -> RangeRow:
    """Return the row, ending where the package is repaired; raise `InvalidVersion` for a fix no one can place.

    `general` is what the tracker says of unstable, where the release has notes of its own.
    """
    fixes = [note for note in said if note.kind == "fixed"]
    if not fixes and not any(note.kind == "not-affected" for note in said):
        fixes = [note for note in general if note.kind == "fixed"]
    if not fixes:
        return row
    key, version = max((key_function("deb")(note.version), note.version) for note in fixes)
    return row._replace(hi=key, until=f"< {version}")


def _state(said: list[Note], general: list[Note]) -> str:
    """Return the tracker's words: ``no-dsa: Minor issue``, ``unimportant``, ``not-affected: introduced later``."""
    told = [note for note in said if note.kind not in {"fixed", "unfixed"}]
    words = [note.kind + (f": {' '.join(note.reason.split())[:200]}" if note.reason else "") for note in told]
    if any(note.urgency == "unimportant" for note in (*said, *general)):
        words.append("unimportant")
    if any(note.urgency == "end-of-life" for note in said) and "end-of-life" not in words:
        words.append("end-of-life")
    return "; ".join(words)
