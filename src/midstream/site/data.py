"""The page of data and feeds: what can be had, and how to ask the SQLite file."""

from midstream.formats.catalogue.document import Catalogue
from midstream.formats.csaf.places import METADATA, Shown
from midstream.site.layout import page
from midstream.site.markup import Html, h, join

QUESTION = "SELECT id, severity, title, fix FROM affected WHERE product = '{product}' AND version = '{version}';"


def data_page(catalogue: Catalogue, *, csaf: Shown | None) -> bytes:
    """Return the page; with `csaf`, it names the CSAF provider that stands under the site."""
    product = next((each for each in catalogue.products if each.releases), None)
    key, version = (product.key, product.releases[-1].version) if product else ("product", "1.0")
    question = QUESTION.format(product=key.replace("'", "''"), version=version.replace("'", "''"))
    rows = [
        ("feed.xml", "Atom feed", "The newest advisories, for a feed reader."),
        ("catalogue.json", "JSON catalogue", "Every advisory with how each release stands, in one document."),
        ("advisories.sqlite", "SQLite", "The same as a database, to be read and asked."),
        (".well-known/security.txt", "security.txt", "How to report a vulnerability."),
    ]
    if csaf:
        beside = "with feed, digests and signatures" if csaf.is_signed else "with feed and digests, not signed"
        rows.append((METADATA, "CSAF provider", f"Every advisory as CSAF 2.0, {beside}."))
    body = join(
        (
            h("h1", "Data and feeds"),
            h("p", "Everything on these pages can be had as data, from here, without an account.", class_="lead"),
            h("dl", *(_one(*row) for row in rows), class_="about"),
            h("h2", "Ask the SQLite file"),
            h("p", f"Which advisories affect version {version}, or may?"),
            h("pre", h("code", f'sqlite3 advisories.sqlite "{question}"')),
        )
    )
    return page(catalogue.publisher, place="data.html", title="Data and feeds", body=body)


def _one(place: str, name: str, purpose: str) -> Html:
    return h("div", h("dt", h("a", name, href=place)), h("dd", purpose))
