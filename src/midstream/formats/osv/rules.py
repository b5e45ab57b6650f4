"""What an OSV record must keep: the specification (1.7.5), and what OSV's own linter asks for by its codes."""

import re
from collections.abc import Iterator, Sequence

from packageurl import PackageURL

from midstream.formats.base.addresses import split_address
from midstream.formats.base.cvss import scored
from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import unknown_members, wrong_members
from midstream.formats.base.versions import key_of
from midstream.formats.osv import names
from midstream.formats.osv.document import Affected, Event, OsvRecord, Range, Severity

_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
_VERSION = re.compile(r"1\.[0-9]{1,4}\.[0-9]{1,4}")


def check(document: OsvRecord) -> tuple[Fault, ...]:
    """Return the faults of the record, in the order of the document."""
    found = wrong_members(document)
    found += [
        _fault(
            "schema", path, f"{path.rpartition('/')[2]} is no member of OSV; put what is your own in database_specific"
        )
        for path, _ in unknown_members(document)
    ]
    found += _identity(document)
    found += _moments(document)
    found += _severities(document.severity, "/severity")
    if not document.affected and not document.withdrawn:
        found.append(
            _fault("REC:001", "/affected", "affected is empty; a record that is not withdrawn names what it affects")
        )
    for place, entry in enumerate(document.affected):
        found += _affected(entry, f"/affected/{place}")
    for place, reference in enumerate(document.references):
        if reference.type not in names.REFERENCES:
            found.append(_fault("schema", f"/references/{place}/type", f"{reference.type!r} is no type of reference"))
        if not split_address(reference.url).netloc or re.search(r"[\s<>\"]", reference.url):
            found.append(_fault("schema", f"/references/{place}/url", f"{reference.url[:80]!r} is no web address"))
    for place, credit in enumerate(document.credits):
        if not credit.name:
            found.append(_fault("schema", f"/credits/{place}/name", "a credit without a name"))
        if credit.type and credit.type not in names.CREDITS:
            found.append(
                _fault(
                    "schema", f"/credits/{place}/type", f"{credit.type!r} is no type of credit; they are in capitals"
                )
            )
    return tuple(found)


def _fault(rule: str, path: str, sentence: str) -> Fault:
    return Fault(rule=rule, path=path, sentence=sentence)


def _identity(document: OsvRecord) -> Iterator[Fault]:
    if document.schema_version and not _VERSION.fullmatch(document.schema_version):
        yield _fault("schema", "/schema_version", f"{document.schema_version!r} is no version 1 of OSV, such as 1.7.5")
    if not names.has_known_prefix(document.id):
        yield _fault(
            "schema",
            "/id",
            f"{document.id[:80]!r} begins with no registered prefix; an own id begins with {names.LOCAL}",
        )
    elif re.search(r"[\s/\\]|\.\.", document.id):
        yield _fault("schema", "/id", f"{document.id[:80]!r} holds a blank or what could be a path")
    for rule, name, entries in (
        ("REC:002", "aliases", document.aliases),
        ("REC:003", "upstream", document.upstream),
        ("REC:004", "related", document.related),
    ):
        if document.id in entries:
            yield _fault(rule, f"/{name}", f"{document.id} names itself in {name}")
        if len(set(entries)) != len(entries):
            yield _fault(rule, f"/{name}", f"{name} holds an id twice")
    both = sorted(set(document.aliases) & set(document.upstream))
    if both:
        yield _fault(
            "REC:003", "/upstream", f"{both[0]} is an alias and upstream; a fork has upstream ids, not aliases"
        )


def _moments(document: OsvRecord) -> Iterator[Fault]:
    for name, text in (("published", document.published), ("withdrawn", document.withdrawn)):
        if text and not _is_moment(text):
            yield _fault("schema", f"/{name}", f"{text!r} is no moment in UTC that ends in Z")
    if not _is_moment(document.modified):
        yield _fault("schema", "/modified", f"{document.modified!r} is no moment in UTC that ends in Z")
    published, modified = read_moment(document.published), read_moment(document.modified)
    if published and modified and modified < published:
        yield _fault("specification", "/modified", "modified lies before published")


def _is_moment(text: str) -> bool:
    return bool(_MOMENT.fullmatch(text)) and read_moment(text) is not None


def _severities(severities: Sequence[Severity], path: str) -> Iterator[Fault]:
    for place, severity in enumerate(severities):
        if severity.type in ("CVSS_V2", "Ubuntu"):
            continue
        found = scored(severity.score)
        if severity.type not in names.SEVERITIES:
            yield _fault("schema", f"{path}/{place}/type", f"{severity.type!r} is no type of severity")
        elif found is None or found.version not in names.SEVERITIES[severity.type]:
            yield _fault("schema", f"{path}/{place}/score", f"{severity.score[:80]!r} is no vector of {severity.type}")


def _affected(entry: Affected, path: str) -> Iterator[Fault]:
    if entry.package is not None:
        if not names.is_ecosystem(entry.package.ecosystem):
            yield _fault(
                "schema",
                f"{path}/package/ecosystem",
                f"{entry.package.ecosystem!r} is no registered ecosystem; for firmware leave package out and use GIT",
            )
        if not entry.package.name:
            yield _fault("schema", f"{path}/package/name", "a package without a name")
        if entry.package.purl and not _is_purl(entry.package.purl):
            yield _fault("PKG:003", f"{path}/package/purl", f"{entry.package.purl!r} is no package URL")
    yield from _severities(entry.severity, f"{path}/severity")
    kinds = {each.type for each in entry.ranges}
    if "GIT" in kinds and len(kinds) > 1:
        yield _fault("specification", f"{path}/ranges", "commits and versions in one entry; write two entries")
    if not entry.ranges and not entry.versions:
        yield _fault("REC:001", path, "an entry without ranges and versions affects nothing")
    if len(set(entry.versions)) != len(entry.versions):
        yield _fault("specification", f"{path}/versions", "versions holds one twice")
    for place, each in enumerate(entry.ranges):
        yield from _range(each, f"{path}/ranges/{place}", has_package=entry.package is not None)


def _is_purl(text: str) -> bool:
    try:
        return not PackageURL.from_string(text).version
    except ValueError:
        return False


def _range(found: Range, path: str, *, has_package: bool) -> Iterator[Fault]:
    if found.type not in ("GIT", "SEMVER", "ECOSYSTEM"):
        yield _fault("schema", f"{path}/type", f"{found.type!r} is no type of range")
    if found.type == "GIT" and not found.repo:
        yield _fault("schema", f"{path}/repo", "a GIT range needs the address of its repository")
    if found.type in ("SEMVER", "ECOSYSTEM") and not has_package:
        yield _fault(
            "RNG:002", f"{path}/type", f"a {found.type} range needs a package; without one only GIT is understood"
        )
    if not any(event.introduced for event in found.events):
        yield _fault("RNG:001", f"{path}/events", "the range has no introduced event; write 0 where nobody knows it")
    if any(event.fixed for event in found.events) and any(event.last_affected for event in found.events):
        yield _fault("schema", f"{path}/events", "fixed and last_affected in one range; use one of them")
    starts = {event.introduced for event in found.events if event.introduced}
    both = sorted(starts & {event.fixed for event in found.events if event.fixed})
    if both:
        yield _fault("RNG:002", f"{path}/events", f"{both[0]} is introduced and fixed, so nothing is affected")
    for place, event in enumerate(found.events):
        yield from _event(event, f"{path}/events/{place}", kind=found.type)


def _event(event: Event, path: str, *, kind: str) -> Iterator[Fault]:
    given = [text for text in (event.introduced, event.fixed, event.last_affected, event.limit) if text]
    if len(given) != 1:
        yield _fault("schema", path, "an event has exactly one of introduced, fixed, last_affected and limit")
        return
    text = given[0]
    if kind == "GIT" and text != "0" and not _HASH.fullmatch(text):
        yield _fault("schema", path, f"{text[:80]!r} is no whole commit: 40 or 64 hexadecimal digits in lower case")
    if kind == "SEMVER" and text not in ("0", "*") and key_of(scheme="semver", version=text) is None:
        yield _fault("specification", path, f"{text[:80]!r} is no semantic version")
    if kind == "SEMVER" and text.startswith("v"):
        yield _fault("specification", path, f"{text[:80]!r} has a leading v, which SEMVER has not")
