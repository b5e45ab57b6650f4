"""Where things stand under the site: file names that no id can lead out of, and the way from one page to another."""

import re

from midstream.formats.catalogue.document import Catalogue

_NOT_PLAIN = re.compile(r"[^a-z0-9+.-]+")
LONGEST = 100


class BadName(Exception):
    """Two things would stand at one place, or a name leaves nothing for a file's: `what`, and a `hint`."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def slug(name: str) -> str:
    """Return `name` as a file name: lower case, of letters, digits and ``+ - . _``, never hidden, never a way up."""
    plain = _NOT_PLAIN.sub("_", name.lower()).lstrip(".")[:LONGEST].rstrip(".")
    if not plain.strip("_"):
        raise BadName(f"{name[:40]!r} leaves nothing for a file name", hint="Give it a name of letters and digits.")
    return plain


def advisory_page(name: str) -> str:
    """Return the place of an advisory's page."""
    return f"advisories/{slug(name)}.html"


def document_place(name: str, format_: str, ending: str = "json") -> str:
    """Return the place of one of an advisory's documents."""
    return f"advisories/{slug(name)}.{slug(format_)}.{slug(ending)}"


def product_page(key: str) -> str:
    """Return the place of a product's page."""
    return f"{slug(key)}/index.html"


def home_of(catalogue: Catalogue, key: str) -> str:
    """Return the page that lists a product's releases: the front page, when there is no other product."""
    return "index.html" if len(catalogue.products) == 1 else product_page(key)


def release_page(key: str, version: str) -> str:
    """Return the place of a release's page."""
    return f"{slug(key)}/releases/{slug(version)}.html"


def branch_page(key: str, branch: str) -> str:
    """Return the place of a branch's page."""
    return f"{slug(key)}/branches/{slug(branch)}.html"


KEPT = frozenset({"advisories", "csaf", "static", ".well-known"})
"""Folders of the site itself; no product may be called so."""


def check_places(catalogue: Catalogue) -> None:
    """Return nothing; raise `BadName` when two things of the catalogue would stand at one place."""
    taken: dict[str, str] = {}
    for product in catalogue.products:
        if slug(product.key) in KEPT:
            raise BadName(f"a product cannot be called {product.key!r}", hint="Give it another key.")
        _take(taken, product_page(product.key), product.key)
        for release in product.releases:
            _take(taken, release_page(product.key, release.version), release.version)
        for branch in product.branches:
            _take(taken, branch_page(product.key, branch.name), branch.name)
    for advisory in catalogue.advisories:
        _take(taken, advisory_page(advisory.id), advisory.id)


def _take(taken: dict[str, str], place: str, name: str) -> None:
    if place in taken:
        raise BadName(f"{taken[place]!r} and {name!r} would both stand at {place}", hint="Rename one of them.")
    taken[place] = name


def up(place: str) -> str:
    """Return the way from the page at `place` to the root of the site: empty there, else ``../``, once or more."""
    return "../" * place.count("/")
