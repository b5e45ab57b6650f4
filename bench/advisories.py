"""Figures of advisories: from one record to every document."""

import statistics
import time
from datetime import UTC, datetime, timedelta

from bench.figure import Figure, Places
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


FIGURES = (Figure(name="one record to every document, checked", limit=40, unit="ms", measure=every_document),)
