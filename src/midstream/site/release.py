"""The pages of releases and of branches: what each release is affected by, and which one is not."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from midstream.formats.catalogue.document import Affected, Branch, Catalogue, Product, Release, Summary
from midstream.site.front import row, until_words
from midstream.site.layout import WORDS, crumbs, day, page
from midstream.site.markup import Html, h, join
from midstream.site.places import branch_page, home_of, release_page, up

CLEAN = frozenset({"fixed", "not_affected"})
"""The verdicts after which a release is free of an advisory."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An advisory as it concerns one product, with its line made once for the pages of all releases."""

    summary: Summary
    part: Affected
    shown: Html


def rows_of(product: Product, advisories: Iterable[Summary]) -> list[Row]:
    """Return the advisories that concern the product, withdrawn ones left out, each with its line."""
    place = release_page(product.key, "0")
    found: list[Row] = []
    for each in advisories:
        part = next((part for part in each.affected if part.product == product.key), None)
        if part is not None and each.withdrawn_at is None:
            found.append(Row(summary=each, part=part, shown=row(each, place=place, products={})))
    return found


def open_counts(product: Product, rows: Iterable[Row]) -> dict[str, int]:
    """Return for each release how many advisories it is affected by, or may be; what is not known counts too."""
    counts = dict.fromkeys((release.version for release in product.releases), 0)
    for each in rows:
        verdicts = each.part.verdicts
        for version in counts:
            if verdicts.get(version) not in CLEAN:
                counts[version] += 1
    return counts


def release_pages(catalogue: Catalogue, product: Product, rows: list[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield place and page of each release of the product."""
    counts = open_counts(product, rows)
    for release in product.releases:
        place = release_page(product.key, release.version)
        body = _release(catalogue, product, release, rows, counts=counts, place=place)
        title = f"{product.name} {release.version}"
        yield place, page(catalogue.publisher, place=place, title=title, body=body)


def _release(
    catalogue: Catalogue, product: Product, release: Release, rows: list[Row], *, counts: Mapping[str, int], place: str
) -> Html:
    home = f"{up(place)}{home_of(catalogue, product.key)}"
    by_word: dict[str, list[Html]] = {}
    for each in rows:
        by_word.setdefault(each.part.verdicts.get(release.version, "unknown"), []).append(each.shown)
    bad = by_word.get("affected", [])
    looked = by_word.get("under_investigation", [])
    unknown = by_word.get("unknown", [])
    return join(
        (
            crumbs(
                (product.name, home),
                ("Releases", f"{home}#releases"),
                (release.version, ""),
            ),
            h("h1", f"{product.name} {release.version}"),
            _facts(product, release, place=place),
            h(
                "div",
                *_answer(product, release, counts=counts, bad=len(bad), open_=len(looked) + len(unknown), place=place),
                class_="answer",
            ),
            _group("Affected by", bad),
            _group("Being looked into", looked),
            _group("Not known", unknown, "Nobody has said yet how this release stands to these."),
            _group("Has the fix of", by_word.get("fixed", [])),
            _group("Never affected by", by_word.get("not_affected", [])),
        )
    )


def _facts(product: Product, release: Release, *, place: str) -> Html:
    branch = next((branch for branch in product.branches if branch.name == release.branch), None)
    where = h("a", release.branch, href=f"{up(place)}{branch_page(product.key, release.branch)}") if branch else None
    parts = [
        join(("Released ", day(release.released_on))) if release.released_on else None,
        join(("branch ", where, *until_words(branch.supported_until))) if branch else None,
        join(("tag ", h("code", release.tag))) if release.tag else None,
        join(("commit ", h("code", release.commit[:12]))) if release.commit else None,
    ]
    return h("p", join((part for part in parts if part), " · "), class_="facts")


def _answer(
    product: Product, release: Release, *, counts: Mapping[str, int], bad: int, open_: int, place: str
) -> Iterator[Html]:
    if bad:
        some = "1 published advisory" if bad == 1 else f"{bad} published advisories"
        yield h("p", h("strong", f"{release.version} is affected by {some}."), class_="bad")
        yield h("p", *_advice(product, release, counts, place=place))
    elif not open_:
        yield h("p", h("strong", f"{release.version} is not affected by any published advisory."), class_="good")
    if open_:
        yield h("p", f"Of {open_}{' more' if bad else ''} it is not known yet.", class_="open")


def _advice(product: Product, release: Release, counts: Mapping[str, int], *, place: str) -> Iterator[str]:
    better = update_to(product, release, counts)
    if better is None:
        yield "No later release is free of all published advisories yet."
        return
    address = f"{up(place)}{release_page(product.key, better.version)}"
    same = better.branch == release.branch
    yield "Update to "
    yield h("a", better.version, href=address)
    yield f", {'the same branch' if same else better.branch or 'another branch'}: no published advisory affects it."


def update_to(product: Product, release: Release, counts: Mapping[str, int]) -> Release | None:
    """Return the newest later release without an open advisory, of the same branch if there is one, or None."""
    later = product.releases[product.releases.index(release) + 1 :]
    free = [each for each in later if not counts.get(each.version, 1)]
    same = [each for each in free if each.branch == release.branch]
    return (same or free)[-1] if free else None


def _group(title: str, rows: list[Html], note: str = "") -> Html | None:
    if not rows:
        return None
    return h(
        "section",
        h("h2", f"{title} ({len(rows)})"),
        h("p", note) if note else None,
        h("ul", *rows, class_="advisories"),
    )


def branch_pages(catalogue: Catalogue, product: Product, rows: list[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield place and page of each branch of the product."""
    counts = open_counts(product, rows)
    for branch in product.branches:
        place = branch_page(product.key, branch.name)
        home = f"{up(place)}{home_of(catalogue, product.key)}"
        body = _branch(product, branch, rows, counts=counts, place=place, home=home)
        yield place, page(catalogue.publisher, place=place, title=f"{product.name} {branch.name}", body=body)


def _branch(
    product: Product, branch: Branch, rows: list[Row], *, counts: Mapping[str, int], place: str, home: str
) -> Html:
    members = [release for release in reversed(product.releases) if release.branch == branch.name]
    heads = h("tr", *(h("th", head, scope="col") for head in ("Release", "Released", "Affected by")))
    lines = [
        h(
            "tr",
            h("th", h("a", each.version, href=f"{up(place)}{release_page(product.key, each.version)}"), scope="row"),
            h("td", day(each.released_on), data_head="Released"),
            h("td", "none" if not counts[each.version] else str(counts[each.version]), data_head="Affected by"),
        )
        for each in members
    ]
    groups: dict[str, list[Html]] = {}
    for each in rows:
        status = next((line.status for line in each.part.lines if line.branch == branch.name), "unknown")
        groups.setdefault(_GROUPS.get(status, "unknown"), []).append(each.shown)
    until = h("p", *until_words(branch.supported_until), class_="facts") if branch.supported_until else None
    return join(
        (
            crumbs((product.name, home), (branch.name, "")),
            h("h1", f"{product.name} {branch.name}"),
            until,
            h("table", h("thead", heads), h("tbody", *lines), class_="lines") if lines else h("p", "No release yet."),
            _group("Open on this branch", groups.get("affected", [])),
            _group("Being looked into", groups.get("under_investigation", [])),
            _group("Fixed on this branch", groups.get("fixed", [])),
            _group("Never affected", groups.get("not_affected", [])),
            _group("Not known", groups.get("unknown", []), "Nothing was recorded of this branch."),
        )
    )


_GROUPS = {word: word for word in WORDS} | {
    "wont_fix": "affected",
    "eol": "affected",
    "investigating": "under_investigation",
}
"""Under which heading of a branch's page a line of that status stands."""
