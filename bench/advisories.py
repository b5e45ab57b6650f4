"""Figures of advisories: from one record to every document, and counts of what differs, is kept and is refused."""

import functools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from bench.figure import Count, Figure, NotRun, Places
from midstream.advisories.checks.agreement import disagreements
from midstream.advisories.checks.leaks import leaks, secrets_of
from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.public import public_part
from midstream.advisories.record import (
    Advisory,
    Component,
    Credit,
    Dates,
    Distribution,
    Fix,
    Ids,
    Line,
    Publisher,
    Reference,
    Release,
    Revision,
    Score,
    Weakness,
)
from midstream.advisories.targets.target import Target

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PUBLISHER = Publisher(
    name="Example Firmware",
    namespace="https://example.org",
    contact="security@example.org",
    cna_org_id="8f4d1b2e-5c3a-4d6b-9e7f-0a1b2c3d4e5f",
    cna_short="example",
    base_url="https://security.example.org",
)
BRANCHES, PATCHES = 6, 8


def one_record() -> tuple[Advisory, tuple[Release, ...]]:
    """Return a record of one component with six branches, and its calendar of 48 releases."""
    releases = tuple(
        Release(
            component="fw",
            version=f"2.{minor}.{patch}",
            tag=f"v2.{minor}.{patch}",
            branch=f"release/2.{minor}.x",
            at=NOW,
        )
        for minor in range(BRANCHES)
        for patch in range(PATCHES)
    )
    lines = tuple(
        Line(
            branch=f"release/2.{minor}.x",
            first="0",
            introduced=(f"{1:040x}",),
            status="fixed",
            fix=(Fix(sha=f"{minor + 2:040x}", release=f"2.{minor}.5"),),
        )
        for minor in range(BRANCHES)
    )
    return _record(lines), releases


def _record(lines: tuple[Line, ...]) -> Advisory:
    component = Component(
        key="fw",
        vendor="Example",
        name="Firmware",
        purl="pkg:github/example/fw",
        repo="https://github.com/example/fw",
        scheme="semver",
        kind="product",
        paths=("src/update.c",),
        line=lines,
    )
    return Advisory(
        id="FW-2026-1",
        ids=Ids(cve="CVE-2026-12345"),
        state="published",
        title={"en": "A length is trusted"},
        summary={"en": "The update service trusts a length."},
        details={"en": "The service copies *as many bytes* as a record says.\n\n" * 10},
        weakness=(Weakness(cwe=787, role="root"),),
        score=(Score(vector="CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"),),
        component=(component,),
        reference=(Reference(url="https://example.org/1", title="Advisory", kind="advisory"),),
        credit=(Credit(name="Rosa Lind", role="finder", consent="public"),),
        dates=Dates(reported=NOW - timedelta(days=90), public=NOW - timedelta(days=1)),
        revision=(Revision(number="1", at=NOW - timedelta(days=1), summary="First published."),),
        distribution=Distribution(tlp="clear"),
    )


def every_document(places: Places) -> float:
    """Return the milliseconds of processor time to write and check every document of one record, and that all agree."""
    del places
    record, releases = one_record()

    def work() -> None:
        public = public_part(record, now=NOW)
        secrets = secrets_of(whole=record, public=public)
        for target in TARGETS.values():
            if target.lacks(public, PUBLISHER):
                continue
            document = target.write(record=public, publisher=PUBLISHER, releases=releases, now=NOW)
            content = target.dump(document)
            found = check_of(target, document, now=NOW)
            found += disagreements(target, document, record=public, releases=releases)
            found += leaks(content, secrets=secrets)
            if found:
                raise ValueError(f"{target.name}: {found[0]}")

    work()
    took = []
    for _ in range(15):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return statistics.median(took) * 1000


RECORDS = 1000
"""Random records of which every format is asked about every release."""
OFFICIAL = 200
"""Random records that are put to the official tests of CSAF."""
World = tuple[Advisory, tuple[Release, ...]]


@functools.cache
def records(count: int) -> tuple[World, ...]:
    """Return so many random records, each with its calendar of releases: the same ones each time.

    No two of them have the same components, so that no question is asked twice.
    """
    try:
        from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415 - not everybody has it

        from tests.advisories import worlds  # noqa: PLC0415 - as above
    except ImportError as error:
        raise NotRun(f"{error.name} is not installed") from None
    found: dict[str, World] = {}

    @seed(20261125)
    @settings(
        max_examples=2 * count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds())
    def gather(world: World) -> None:
        found.setdefault(repr(world[0].component), world)

    gather()
    return tuple(found.values())[:count]


def agreement_of(target: Target) -> Callable[[Places], Count]:
    """Return what counts the releases of which the bytes of a format say another thing than the record."""

    def measure(places: Places) -> Count:
        del places
        compared = differ = 0
        for record, document, releases in written(target, RECORDS):
            compared += sum(len([each for each in releases if each.component == one.key]) for one in record.component)
            differ += len(disagreements(target, document, record=record, releases=releases))
        return Count(differ, f"of {compared:,} verdicts on {RECORDS:,} records")

    return measure


def written(target: Target, count: int) -> Iterator[tuple[Advisory, object, tuple[Release, ...]]]:
    """Yield each random record's public part, its document read back from the bytes, and the calendar."""
    found = records(count)
    from tests.advisories import NOW, PUBLISHER, STATES, ended  # noqa: PLC0415 - as above

    for number, (whole, releases) in enumerate(found):
        record = public_part(ended(whole, STATES[number % len(STATES)]), now=NOW)
        if not target.lacks(record, PUBLISHER):
            document = target.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW)
            yield record, target.load(target.dump(document)), releases


def atoms_of(name: str) -> Callable[[Places], Count]:
    """Return what counts the atoms of the full record that stand in a document of the format."""

    def measure(places: Places) -> Count:
        from tests.atoms import ATOMS, kept_by  # noqa: PLC0415 - as above

        del places
        kept = kept_by(TARGETS[name])
        if kept.lost:
            raise ValueError(f"{name} loses {', '.join(sorted(kept.lost))}, which its mapping promises")
        return Count(len(kept.held), f"of {len(ATOMS)}; {len(kept.read)} come back, none lost that is promised")

    return measure


def mandatory_tests(places: Places) -> Count:
    """Return how many mandatory tests of CSAF 2.0 fail on random records, as PyPI's ``csaf`` has them."""
    try:
        from csaf.csaf.v20 import validate  # noqa: PLC0415 - not everybody has it
    except ImportError:
        raise NotRun("the package csaf is not installed") from None
    del places
    run = failed = 0
    target = TARGETS["csaf20"]
    for record, document, _ in written(target, OFFICIAL):
        report = validate(json.loads(target.dump(document)), preset="mandatory")
        results = [each for each in report.results if not each.skipped]
        failed += sum(not each.passed or bool(each.errors) for each in results)
        run += len(results)
        del record
    return Count(failed, f"of {run:,} on {OFFICIAL} records")


def _floors() -> dict[str, int]:
    try:
        from tests.atoms import FORMATS  # noqa: PLC0415 - as above
    except ImportError:
        return {}
    return {name: floor.held for name, floor in FORMATS.items()}


FIGURES = (
    Figure(name="one record to every document, checked", limit=40, unit="ms", measure=every_document),
    *(
        Figure(name=f"agreement: {target.title}, verdicts that differ", limit=0, unit="", measure=agreement_of(target))
        for target in TARGETS.values()
        if target.evaluate is not None
    ),
    *(
        Figure(name=f"atoms: {TARGETS[name].title}", limit=floor, unit="", measure=atoms_of(name), is_floor=True)
        for name, floor in _floors().items()
    ),
    Figure(name="mandatory tests of CSAF 2.0 that fail", limit=0, unit="", measure=mandatory_tests),
)
