"""The whole site as parts: one for each advisory, and those that say something of all of them."""

import functools
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from midstream.formats.catalogue.document import Catalogue, Entry, Product, Summary
from midstream.formats.catalogue.files import write_catalogue
from midstream.formats.csaf.places import Shown
from midstream.formats.tree import Part
from midstream.site.advisory import advisory
from midstream.site.data import data_page
from midstream.site.database import database
from midstream.site.feed import feed, security_txt
from midstream.site.front import front, product_front
from midstream.site.places import advisory_page, check_places, product_page
from midstream.site.release import branch_pages, release_pages, rows_of

OWN = Path(__file__).parent
STATIC = ("site.css", "site.js", "icon.svg")


@functools.cache
def edition() -> str:
    """Return the digest of the site's own code and static files: pages made by another edition are made again."""
    whole = hashlib.sha256()
    for path in sorted((*OWN.glob("*.py"), *(OWN / "static").iterdir())):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def advisory_page_file(catalogue: Catalogue, entry: Entry) -> tuple[str, bytes]:
    """Return place and bytes of an advisory's page. Of the catalogue, publisher and products are read."""
    return advisory_page(entry.summary.id), advisory(catalogue, entry)


def shared_parts(catalogue: Catalogue, *, now: datetime, csaf: Shown | None = None) -> Iterator[Part]:
    """Yield the parts that say something of all advisories; raise `BadName` when two would stand at one place.

    `csaf` is the CSAF provider that stands under the site, if one does.
    """
    check_places(catalogue)
    yield Part(key="static", stamp=edition(), files=lambda: [(f"static/{each}", _static(each)) for each in STATIC])
    frame = msgspec.structs.replace(catalogue, advisories=())
    several = len(catalogue.products) > 1
    by_product: dict[str, list[Summary]] = {product.key: [] for product in catalogue.products}
    for each in catalogue.advisories:
        for part in each.affected:
            by_product.setdefault(part.product, []).append(each)
    for product in catalogue.products:
        own = by_product[product.key]
        made = functools.partial(_of_product, frame, product, own, several=several)
        yield Part(key=f"product {product.key}", stamp=_stamp((frame, product.key, own)), files=made)
    listed = write_catalogue(catalogue)
    stamp = _stamp((hashlib.sha256(listed).hexdigest(), now.year, now.month, csaf))
    yield Part(key="whole", stamp=stamp, files=functools.partial(_whole, catalogue, listed, now=now, csaf=csaf))


def _whole(catalogue: Catalogue, listed: bytes, *, now: datetime, csaf: Shown | None) -> Iterator[tuple[str, bytes]]:
    yield "index.html", front(catalogue)
    yield "data.html", data_page(catalogue, csaf=csaf)
    yield "feed.xml", feed(catalogue)
    yield "catalogue.json", listed
    yield "advisories.sqlite", database(catalogue)
    yield ".well-known/security.txt", security_txt(catalogue, now=now, csaf=csaf)


def _of_product(
    catalogue: Catalogue, product: Product, own: list[Summary], *, several: bool
) -> Iterator[tuple[str, bytes]]:
    rows = rows_of(product, own)
    yield from release_pages(catalogue, product, rows)
    yield from branch_pages(catalogue, product, rows)
    if several:
        yield product_page(product.key), product_front(catalogue, product, own)


def _static(name: str) -> bytes:
    return (OWN / "static" / name).read_bytes()


def _stamp(of: object) -> str:
    """Return the digest of what a part is made of, and of the code that makes it."""
    return hashlib.sha256(edition().encode() + msgspec.json.encode(of)).hexdigest()
