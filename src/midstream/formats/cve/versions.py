"""What a CVE Record says of a version, by its own algorithm.

Source: cve-schema, docs/versions.md, "Version Status Decision Algorithm": a single version decides by being equal, a
range by its bounds and the changes within; where nothing decides, the default status counts, without one ``unknown``.
"""

from collections.abc import Sequence

from midstream.formats.base.versions import Key, key_of
from midstream.formats.cve.document import Affected, Version

UNKNOWN = "unknown"


def status_of(affected: Sequence[Affected], *, version: str) -> str:
    """Return ``affected``, ``unaffected`` or ``unknown`` for a version, over the entries of one product.

    Lists of commits say nothing of versions and are passed over. Of several lists that speak, ``affected`` outweighs
    ``unknown`` and that outweighs ``unaffected``.
    """
    said = [_of_entry(entry, version=version) for entry in affected if not is_of_commits(entry)]
    for word in ("affected", UNKNOWN):
        if word in said:
            return word
    return said[0] if said else UNKNOWN


def is_of_commits(entry: Affected) -> bool:
    """Return whether the entry's list speaks of commits."""
    return any(version.version_type == "git" for version in entry.versions)


def _of_entry(entry: Affected, *, version: str) -> str:
    for candidate in entry.versions:
        if (word := _of_version(candidate, version=version)) is not None:
            return word
    return entry.default_status or UNKNOWN


def _of_version(candidate: Version, *, version: str) -> str | None:
    if not candidate.is_range:
        return candidate.status if candidate.version == version else None
    scheme = "semver" if candidate.version_type == "semver" else "custom"
    key = key_of(scheme=scheme, version=version)
    start = _bound(candidate.version, scheme=scheme)
    end = _bound(candidate.less_than or candidate.less_than_or_equal, scheme=scheme)
    if key is None or (start is None and candidate.version != "0"):
        return None
    if start is not None and key < start:
        return None
    if end is not None and (key > end or (key == end and candidate.less_than)):
        return None
    status = candidate.status
    placed = [(place, change.status) for change in candidate.changes if (place := _bound(change.at, scheme=scheme))]
    for place, word in sorted(placed):
        status = word if place <= key else status
    return status


def _bound(version: str, *, scheme: str) -> Key | None:
    """Return the key of a bound; None for ``*``, which is no bound, and for ``0``, the first version of all."""
    return None if version in ("*", "0", "") else key_of(scheme=scheme, version=version)
