"""Figures of the public site: ten thousand advisories, from their documents to the directory that is served."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figure import Figure, NotRun, Places, peak_of, seconds

if TYPE_CHECKING:
    from midstream.formats.catalogue.document import Affected, Catalogue, Entry, Product

PRODUCTS, EACH, RELEASES = 20, 500, 40
"""Twenty products with forty releases and five hundred advisories each; every advisory has three documents of 4 kB."""

_WHOLE = "import sys; from pathlib import Path; from bench.site import whole; whole(Path(sys.argv[1]))"


def world() -> "Catalogue":
    """Return the measured site's catalogue without its advisories."""
    from midstream.formats.catalogue import document as d  # noqa: PLC0415 - the peak is that of the measured process

    products = tuple(
        d.Product(
            key=f"product-{one}",
            name=f"Product {one}",
            repository="https://github.com/example/product",
            branches=tuple(d.Branch(name=f"release/{branch}.x", kind="lts") for branch in range(4)),
            releases=tuple(
                d.Release(version=f"{branch}.{patch}.0", tag=f"v{branch}.{patch}.0", branch=f"release/{branch}.x")
                for branch in range(4)
                for patch in range(RELEASES // 4)
            ),
        )
        for one in range(PRODUCTS)
    )
    publisher = d.Publisher(name="Example", url="https://example.org", base_url="https://security.example.org")
    return d.Catalogue(publisher=publisher, products=products)


def affected(product: "Product", fixed: int, commit: str) -> "Affected":
    """Return what an advisory says of a product: never fixed on the first branch, on the others in release `fixed`."""
    from midstream.formats.catalogue import document as d  # noqa: PLC0415 - as above

    lines = tuple(
        d.Line(
            branch=branch.name,
            status="fixed" if place else "affected",
            fixed_in=f"{place}.{fixed}.0" if place else "",
            commits=(commit,),
        )
        for place, branch in enumerate(product.branches)
    )
    verdicts: dict[str, d.Verdict] = {}
    for each in product.releases:
        major, minor, _ = each.version.split(".")
        verdicts[each.version] = "fixed" if major != "0" and int(minor) >= fixed else "affected"
    return d.Affected(product=product.key, lines=lines, verdicts=verdicts)


def entry(frame: "Catalogue", number: int, *, changed: str) -> "Entry":
    """Return one advisory whole."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - as above

    from midstream.formats.catalogue import document as d  # noqa: PLC0415 - as above

    name = f"EX-{number:05}"
    moment = datetime(2026, 11, 25, tzinfo=UTC) - timedelta(hours=number)
    return d.Entry(
        summary=d.Summary(
            id=name,
            title=f"A length is not checked in part {number}" + (" (changed)" if name == changed else ""),
            published_at=moment,
            modified_at=moment,
            severity="high",
            score=7.8,
            summary="A length that comes from outside is not checked before it is used.",
            fix="Fixed in some releases. No fix on release/0.x.",
            aliases=(f"CVE-2026-{10000 + number}",),
            affected=(affected(frame.products[number % PRODUCTS], number % (RELEASES // 4), f"{number:040x}"),),
            documents=tuple(
                d.Document(format=each, path=f"advisories/{name.lower()}.{each}.json", size=4000, sha256="ab" * 32)
                for each in ("osv", "cve", "csaf")
            ),
        ),
        details="The service reads the *length* and copies as many bytes.\n\n- before the check\n- for anybody",
        impact="Code may be run.",
        references=(d.Reference(url=f"https://example.org/{number}", kind="advisory"),),
        revisions=(d.Revision(number="1", at=moment, summary="First published."),),
    )


def put(folder: Path, *, changed: str = "") -> None:
    """Return nothing, after the site stands in the folder; with `changed`, that one advisory is another than before.

    Advisories that did not change are taken from the catalogue that stands there, as the desk takes them.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    import msgspec  # noqa: PLC0415 - as above

    from midstream.adapters.publication import DirectoryTarget  # noqa: PLC0415 - as above
    from midstream.formats.catalogue.files import read_catalogue, write_entry  # noqa: PLC0415 - as above
    from midstream.formats.tree import Part  # noqa: PLC0415 - as above
    from midstream.site.build import advisory_page_file, shared_parts  # noqa: PLC0415 - as above

    frame = world()
    target = DirectoryTarget(folder / "site")
    content = target.read("catalogue.json")
    old = {each.id: each for each in read_catalogue(content).advisories} if content else {}
    document = b'{"text": "' + b"x" * 4000 + b'"}\n'

    def files(number: int) -> list[tuple[str, bytes]]:
        made = entry(frame, number, changed=changed)
        name = made.summary.id.lower()
        page = advisory_page_file(frame, made)
        return [page, (f"advisories/{name}.record.json", write_entry(made))] + [
            (each.path, document) for each in made.summary.documents
        ]

    summaries = []
    parts = []
    for number in range(PRODUCTS * EACH):
        name = f"EX-{number:05}"
        is_old = name in old and name != changed
        summaries.append(old[name] if is_old else entry(frame, number, changed=changed).summary)
        stamp = "2" if name == changed else "1"
        parts.append(Part(key=f"advisory {name}", stamp=stamp, files=lambda number=number: files(number)))
    catalogue = msgspec.structs.replace(frame, advisories=tuple(summaries))
    parts += shared_parts(catalogue, now=datetime(2026, 11, 25, tzinfo=UTC))
    target.publish(parts)


def whole(folder: Path) -> None:
    """Return nothing, after the whole site was published into an empty folder."""
    put(folder)


def _run(places: Places) -> Path:
    folder = places.scratch / "site"
    if not folder.exists():
        folder.mkdir()
        put(folder)
    return folder


def time_of_the_whole(places: Places) -> float:
    """Return how long the whole site takes, in seconds."""
    folder = places.scratch / f"whole-{time.monotonic_ns()}"
    folder.mkdir()
    return seconds(lambda: put(folder))


def peak_of_the_whole(places: Places) -> float:
    """Return the peak memory of a process that makes the whole site, in megabytes."""
    folder = places.scratch / f"peak-{time.monotonic_ns()}"
    folder.mkdir()
    return peak_of([sys.executable, "-c", _WHOLE, str(folder)])


def time_of_one_change(places: Places) -> float:
    """Return how long it takes until one changed advisory of all of them stands there; the best of three."""
    folder = _run(places)
    return min(seconds(lambda name=name: put(folder, changed=name)) for name in ("EX-00001", "EX-05000", "EX-09999"))


def time_of_no_change(places: Places) -> float:
    """Return how long a run takes that finds nothing to do; it may write nothing."""
    folder = _run(places)
    put(folder)
    before = {path: path.lstat().st_mtime_ns for path in (folder / "site").resolve().rglob("*")}
    found = seconds(lambda: put(folder))
    after = {path: path.lstat().st_mtime_ns for path in (folder / "site").resolve().rglob("*")}
    if before != after:
        raise NotRun("a run without a change wrote something")
    return found


FIGURES = (
    Figure(name="site: 10,000 advisories, whole", limit=90, unit="s", measure=time_of_the_whole),
    Figure(name="site: 10,000 advisories, whole, peak memory", limit=400, unit="MB", measure=peak_of_the_whole),
    Figure(name="site: one of 10,000 changed", limit=1, unit="s", measure=time_of_one_change),
    Figure(name="site: none of 10,000 changed", limit=1, unit="s", measure=time_of_no_change),
)
