"""Small catalogues for tests: one product with two branches, two advisories, and as many more as asked for."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from midstream.formats.catalogue.document import (
    Affected,
    Branch,
    Catalogue,
    Credit,
    Document,
    Entry,
    Line,
    Product,
    Publisher,
    Reference,
    Release,
    Revision,
    Score,
    Summary,
    Verdict,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PUBLISHER = Publisher(
    name="Acme Boot",
    url="https://acme.example.org",
    contact="security@acme.example.org",
    base_url="https://security.acme.example.org",
)
VERSIONS = {"1.0.0": "release/1.x", "1.0.1": "release/1.x", "2.0.0": "release/2.x", "2.0.1": "release/2.x"}
PRODUCT = Product(
    key="acme",
    name="Acme Boot",
    repository="https://github.com/acme/boot",
    branches=(
        Branch(name="release/1.x", kind="lts", supported_until=date(2027, 5, 31)),
        Branch(name="release/2.x", kind="lts"),
    ),
    releases=tuple(
        Release(
            version=version, tag=f"v{version}", branch=branch, released_on=date(2025, 1, 1 + place), commit="ab" * 20
        )
        for place, (version, branch) in enumerate(VERSIONS.items())
    ),
)


def entry(name: str = "ACME-1", *, day: int = 0, title: str = "Length is not checked", **verdicts: Verdict) -> Entry:
    """Return an advisory; `verdicts` are by version with ``_`` for dots and ``v`` before, the others are affected."""
    said: dict[str, Verdict] = dict.fromkeys(VERSIONS, "affected")
    said |= {version[1:].replace("_", "."): word for version, word in verdicts.items()}
    fixed = {VERSIONS[version]: version for version, word in reversed(said.items()) if word == "fixed"}
    moment = NOW - timedelta(days=day)
    return Entry(
        summary=Summary(
            id=name,
            title=title,
            published_at=moment,
            modified_at=moment,
            severity="high",
            score=7.8,
            summary="A length is not checked.",
            fix="Fixed in 1.0.1.",
            aliases=("CVE-2026-10001",),
            affected=(
                Affected(
                    product="acme",
                    lines=tuple(
                        Line(
                            branch=branch,
                            status="fixed" if branch in fixed else "affected",
                            fixed_in=fixed.get(branch, ""),
                            commits=("cd" * 20,),
                        )
                        for branch in dict.fromkeys(VERSIONS.values())
                    ),
                    verdicts=said,
                ),
            ),
            documents=(Document(format="osv", path=f"advisories/{name.lower()}.osv.json", size=100, sha256="ab" * 32),),
        ),
        details="A crafted image makes it *read* beyond its buffer.",
        impact="Secrets may be read.",
        workarounds=("Switch it off.",),
        components=("src/boot.c",),
        weaknesses=("CWE-787: Out-of-bounds Write",),
        scores=(Score(vector="CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", score=7.8, severity="high"),),
        references=(Reference(url="https://acme.example.org/1", title="More", kind="advisory"),),
        credits=(Credit(name="Rosa Lind", role="finder"),),
        revisions=(Revision(number="1", at=moment, summary="First published."),),
    )


ENTRIES = (entry(v1_0_1="fixed"), entry("ACME-2", day=1, v1_0_0="not_affected", v1_0_1="unknown", v2_0_1="fixed"))


def catalogue(entries: tuple[Entry, ...] = ENTRIES, **changes: object) -> Catalogue:
    """Return a catalogue of the entries."""
    made = Catalogue(publisher=PUBLISHER, products=(PRODUCT,), advisories=tuple(each.summary for each in entries))
    return msgspec.structs.replace(made, **changes)
