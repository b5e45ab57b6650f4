"""The whole site as parts: one for each advisory, and those that say something of all of them."""

import functools
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from midstream.formats.catalogue.document import Catalogue, Entry, Summary
from midstream.formats.catalogue.files import write_catalogue
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


def shared_parts(catalogue: Catalogue, *, now: datetime, csaf: bool = False) -> Iterator[Part]:
    """Yield the parts that say something of all advisories; raise `BadName` when two would stand at one place."""
    check_places(catalogue)
    yield _part("static", ((f"static/{name}", (OWN / "static" / name).read_bytes()) for name in STATIC))
    yield _part(
        "whole",
        (
            ("index.html", front(catalogue)),
            ("data.html", data_page(catalogue, csaf=csaf)),
            ("feed.xml", feed(catalogue)),
            ("catalogue.json", write_catalogue(catalogue)),
            ("advisories.sqlite", database(catalogue)),
            (".well-known/security.txt", security_txt(catalogue, now=now)),
        ),
    )
    by_product: dict[str, list[Summary]] = {product.key: [] for product in catalogue.products}
    for each in catalogue.advisories:
        for part in each.affected:
            by_product.setdefault(part.product, []).append(each)
    several = len(catalogue.products) > 1
    for product in catalogue.products:
        own = by_product[product.key]
        rows = rows_of(product, own)
        files = [*release_pages(catalogue, product, rows), *branch_pages(catalogue, product, rows)]
        if several:
            files.append((product_page(product.key), product_front(catalogue, product, own)))
        yield _part(f"product {product.key}", files)


def _part(key: str, files: Iterable[tuple[str, bytes]]) -> Part:
    made = tuple(files)
    whole = hashlib.sha256()
    for place, content in made:
        whole.update(place.encode() + b"\0" + hashlib.sha256(content).digest())
    return Part(key=key, stamp=whole.hexdigest(), files=lambda: made)
