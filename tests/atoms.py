"""The 35 atoms of the full record by which formats are compared: what of a record stands in a document, and comes back.

The floor of a format is what a naive exporter kept of 35 such atoms. A new format takes one row in `FORMATS`.
"""

import json
import re
from datetime import datetime

import msgspec

from midstream.advisories.mapping import project
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory
from midstream.advisories.targets.target import Target
from midstream.formats.base.moments import write_moment
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, sha

ATOMS = {
    "id": ("id", "TFMV-9"),
    "cve": ("ids.cve", "CVE-2025-53022"),
    "ghsa": ("ids.ghsa", "GHSA-2345-6789-cfgh"),
    "related": ("ids.related", "TFMV-8"),
    "title": ("title", "The update service trusts the length of a dependency record"),
    "summary": ("summary", "A crafted image makes the firmware update service read beyond its buffer."),
    "details": ("details", "It happens before the image is verified."),
    "impact": ("impact", "Code of the secure side may be changed by a client of the non-secure side."),
    "weakness": ("weakness.cwe", "787"),
    "second weakness": ("weakness.cwe", "20"),
    "attack pattern": ("attack_pattern", "100"),
    "score 3": ("score.vector", RECORD.score[0].vector),
    "score 4": ("score.vector", RECORD.score[1].vector),
    "vendor": ("component.vendor", "TrustedFirmware.org"),
    "name": ("component.name", "Trusted Firmware-M"),
    "purl": ("component.purl", "pkg:github/trustedfirmware-m/trusted-firmware-m"),
    "repository": ("component.repo", "https://github.com/TrustedFirmware-M/trusted-firmware-m"),
    "cpe": ("component.cpe", "cpe:2.3:o:arm:trusted_firmware-m:*:*:*:*:*:*:*:*"),
    "path": ("component.paths", "secure_fw/partitions/firmware_update/tfm_fwu_req_mngr.c"),
    "routine": ("component.routines", "tfm_fwu_install"),
    "branch": ("component.line.branch", "release/2.1.x"),
    "introduced": ("component.line.introduced", sha(11)),
    "fix commit": ("component.line.fix.sha", sha(22)),
    "fix release": ("component.line.fix.release", "2.1.3"),
    "justification": ("component.statement.justification", "inline_mitigations_already_exist"),
    "workaround": ("workaround.text", "Switch the firmware update partition off."),
    "reference": ("reference.url", "https://lists.example.org/1"),
    "credit": ("credit.name", "Rosa Lind"),
    "credited organisation": ("credit.org", "Quiet Works"),
    "revision": ("revision.summary", "Fixed in 2.1.3."),
    "date reported": ("dates.reported", "2026-05-09T12:00:00Z"),
    "date reserved": ("dates.id_reserved", "2026-05-29T12:00:00Z"),
    "date public": ("dates.public", "2026-08-17T12:00:00Z"),
    "date of the embargo": ("dates.embargo_extended", "2026-08-07T12:00:00Z"),
    "traffic light": ("distribution.tlp", "clear"),
}
"""Each atom by its name: the field of the record that it is in, and its text."""
SPELLINGS = {
    "id": ("x_TFMV-9",),
    "date reported": ("2026-05-09T12:00:00+00:00", "9 May 2026"),
    "date public": ("2026-08-17T12:00:00+00:00", "17 Aug 2026"),
    "traffic light": ("CLEAR", "WHITE"),
}
"""How formats write some of the atoms otherwise."""
NEVER = "date of the embargo"
"""What no document may hold."""


class Floor(msgspec.Struct, frozen=True):
    """How many of the atoms stand in a document at least, and how many come back when it is read."""

    held: int
    read: int


FORMATS = {
    "cve": Floor(24, 24),
    "csaf20": Floor(22, 22),
    "csaf21": Floor(24, 24),
    "cyclonedx": Floor(18, 18),
    "cyclonedx-1.6": Floor(18, 18),
    "osv": Floor(17, 17),
    "spdx": Floor(13, 13),
    "openvex": Floor(9, 9),
    "ghsa": Floor(9, 9),
    "atom": Floor(7, 7),
    "zephyr": Floor(3, 3),
    "trustedfirmware": Floor(3, 3),
    "mail": Floor(3, 3),
}
"""The floor of every format."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The names of the atoms that stand in a document, that come back, and that were promised and do not."""

    held: frozenset[str]
    read: frozenset[str]
    lost: frozenset[str]


def kept_by(target: Target) -> Kept:
    """Return what a format keeps of the atoms of the full record."""
    record = public_part(RECORD, now=NOW)
    raw = target.dump(target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW))
    text = " ".join(raw.decode().split())
    held = {
        name
        for name, (_, atom) in ATOMS.items()
        if any(_stands(spelling, text) for spelling in (atom, *SPELLINGS.get(name, ())))
    }
    read = _named(target.read(target.load(raw)).partial)
    promised = _named(project(record, kept=target.places))
    return Kept(held=frozenset(held), read=frozenset(read), lost=frozenset(promised - read))


def _stands(atom: str, text: str) -> bool:
    """Whether the atom stands in the text; a short one by itself, and not within a longer word or number."""
    if len(atom) >= 8:
        return json.dumps(atom)[1:-1] in text
    return re.search(rf"(?<![\w.]){re.escape(atom)}(?!\w)", text) is not None


def _named(partial: Advisory) -> set[str]:
    """Return the names of the atoms that a record has, each in its own field."""
    return {name for name, (field, atom) in ATOMS.items() if any(atom in text for text in _texts(partial, field))}


def _texts(part: object, field: str) -> list[str]:
    """Return the texts of a field, at any depth."""
    if isinstance(part, tuple):
        return [text for item in part for text in _texts(item, field)]
    if isinstance(part, dict):
        return [text for item in part.values() for text in _texts(item, field)]
    if isinstance(part, msgspec.Struct):
        name, _, rest = field.partition(".")
        return _texts(getattr(part, name), rest)
    return [write_moment(part) if isinstance(part, datetime) else str(part)]
