"""What stands on a target and differs from what was published, field by field where it can be told."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from midstream.cases.case import replay
from midstream.desk.advisories.documents import documents, known_of
from midstream.desk.desk import Desk
from midstream.desk.ports import Drift, Target
from midstream.formats.catalogue.document import Catalogue
from midstream.formats.catalogue.files import CatalogueError, read_catalogue
from midstream.formats.csaf.places import ROOT
from midstream.formats.csaf.provider_check import check_provider

SHOWN = 200
"""Characters of a value that are shown."""


def differences(desk: Desk, *, target: Target) -> list[dict[str, str]]:
    """Return each difference: the place, the field as a JSON Pointer, what was published and what was found."""
    drifted = target.drift()
    wanted = _wanted(desk, target, {each.place for each in drifted}) if drifted else {}
    return [row for each in drifted for row in _rows(each, wanted.get(each.place), target.found(each.place))]


def provider_faults(target: Target) -> list[dict[str, str]]:
    """Return what is wrong with the CSAF provider that stands there: the place, and what is said of it in a sentence.

    What was published is right; it can be spoilt by what others add, take away or serve in its stead.
    """
    places = target.places(ROOT)
    if not places:
        return []
    faults = check_provider(_Standing(target, places), base_url=_catalogue(target).publisher.base_url)
    return [{"place": each.path, "said": f"{each.sentence} (CSAF 2.0, section {each.rule})"} for each in faults]


class _Standing(Mapping[str, bytes]):
    """The files that stand on a target, each read when it is asked for."""

    def __init__(self, target: Target, places: list[str]) -> None:
        self._target = target
        self._places = dict.fromkeys(places)

    def __getitem__(self, place: str) -> bytes:
        if place not in self._places:
            raise KeyError(place)
        return self._target.found(place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _wanted(desk: Desk, target: Target, places: set[str]) -> dict[str, bytes]:
    """Return what the documents at these places are today, as far as cases of the desk make them."""
    found: dict[str, bytes] = {}
    by_path = {one.path: (each.id, one.format) for each in _catalogue(target).advisories for one in each.documents}
    asked = {place: by_path[place] for place in places if place in by_path}
    if not asked:
        return found
    cases = [key.removeprefix("advisory ") for key in target.stamps() if key.startswith("advisory ")]
    for name in cases:
        at = known_of(desk, replay(desk.store.facts(f"case/{name}"), case=name), public=True)
        for place, (identifier, format_) in asked.items():
            if at.record.id == identifier:
                found.update((place, one.content) for one in documents(desk, at).written if one.format == format_)
    return found


def _catalogue(target: Target) -> Catalogue:
    content = target.read("catalogue.json")
    try:
        return read_catalogue(content or b"")
    except CatalogueError:
        from midstream.formats.catalogue.document import Publisher  # noqa: PLC0415

        return Catalogue(publisher=Publisher(name=""))


def _rows(drift: Drift, wanted: bytes | None, found: bytes) -> Iterator[dict[str, str]]:
    rows: list[tuple[str, Any, Any]] = []
    if wanted and found:
        try:
            rows = list(_fields(msgspec.json.decode(wanted), msgspec.json.decode(found), path=""))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            rows = []
    if not rows:
        absent = "nothing"
        yield {
            "place": drift.place,
            "field": "",
            "wanted": drift.wanted[:12] or absent,
            "found": drift.found[:12] or absent,
        }
    for field, ours, theirs in rows:
        yield {"place": drift.place, "field": field, "wanted": _shown(ours), "found": _shown(theirs)}


class _Absent:
    """Stands for a value that is not there."""


_ABSENT = _Absent()


def _fields(ours: Any, theirs: Any, *, path: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 (any JSON)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _fields(ours.get(name, _ABSENT), theirs.get(name, _ABSENT), path=f"{path}/{step}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        for place in range(max(len(ours), len(theirs))):
            one = ours[place] if place < len(ours) else _ABSENT
            other = theirs[place] if place < len(theirs) else _ABSENT
            yield from _fields(one, other, path=f"{path}/{place}")
    elif ours != theirs:
        yield path, ours, theirs


def _shown(value: Any) -> str:  # noqa: ANN401 (any JSON)
    return "nothing" if value is _ABSENT else msgspec.json.encode(value).decode()[:SHOWN]
