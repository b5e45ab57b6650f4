"""The tracker's JSON dump, which holds supported releases only.

    {source: {CVE: {releases: {codename: {status, fixed_version, urgency, nodsa, nodsa_reason}}}}}

The shape is that of the tracker's own program (``tracker_service.py``, ``_get_json``).
"""

from collections.abc import Iterator

import msgspec

from midstream.formats.debian_tracker.notes import Entry, Kind, Note


class _Release(msgspec.Struct):
    status: str
    fixed_version: str | None = None
    urgency: str | None = None
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Vulnerability(msgspec.Struct):
    releases: dict[str, msgspec.Raw]
    description: str | None = None


_TREE = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]])
_VULNERABILITY = msgspec.json.Decoder(_Vulnerability)
_RELEASE = msgspec.json.Decoder(_Release)


def read_dump(data: bytes, *, faults: list[str]) -> Iterator[Entry]:
    """Yield an entry for each package and vulnerability; what cannot be read is told in `faults`, the rest is kept.

    Raise `ValueError` when the whole is no dump.
    """
    try:
        tree = _TREE.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    for package, vulnerabilities in tree.items():
        for name, raw in vulnerabilities.items():
            try:
                found = _VULNERABILITY.decode(raw)
            except msgspec.MsgspecError as error:
                faults.append(f"{package}, {name}: {error}")
                continue
            notes = []
            for release, part in found.releases.items():
                try:
                    notes.append(_note(package, release, _RELEASE.decode(part)))
                except (msgspec.MsgspecError, ValueError) as error:
                    faults.append(f"{package}, {name}, {release}: {error}")
            yield Entry(id=name, description=found.description or "", notes=notes)


def _note(package: str, release: str, said: _Release) -> Note:
    kind: Kind
    urgency = said.urgency or ""
    if said.status == "resolved":
        kind = "not-affected" if said.fixed_version in {"0", None} else "fixed"
    elif said.status == "undetermined":
        kind = "undetermined"
    elif said.status != "open":
        raise ValueError(f"the status {said.status[:40]!r} is not one of open, resolved, undetermined")
    elif urgency == "end-of-life":
        kind = "end-of-life"
    elif said.nodsa is not None:
        kind = {"ignored": "ignored", "postponed": "postponed"}.get(said.nodsa_reason or "", "no-dsa")  # type: ignore[assignment]
    else:
        kind = "unfixed"
    version = said.fixed_version if kind == "fixed" and said.fixed_version else ""
    return Note(package=package, release=release, kind=kind, version=version, urgency=urgency, reason=said.nodsa or "")
