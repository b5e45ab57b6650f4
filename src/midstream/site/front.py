"""The front page and the page of each product: whether a version is affected, its releases, and every advisory."""

from collections.abc import Iterable, Mapping

from midstream.formats.catalogue.document import Affected, Catalogue, Product, Release, Summary
from midstream.site.layout import WORDS, day, page, severity
from midstream.site.markup import Html, h, join
from midstream.site.places import advisory_page, branch_page, product_page, release_page, up

MARKS = {"affected": "a", "fixed": "f", "not_affected": "n", "under_investigation": "i", "unknown": "u"}
"""One letter for each verdict: what the script reads, a letter for each release in their order."""
NEWEST = 30
"""How many advisories the front page lists when there are several products; each product's page has all of its own."""


def front(catalogue: Catalogue) -> bytes:
    """Return the front page: for one product its whole page, for several the products and the newest advisories."""
    place = "index.html"
    title = f"{catalogue.publisher.name} security advisories"
    if len(catalogue.products) == 1:
        body = _whole(catalogue.products[0], catalogue.advisories, place=place, title=title)
    else:
        names = {product.key: product.name for product in catalogue.products}
        newest = catalogue.advisories[:NEWEST]
        body = join(
            (
                h("h1", title),
                h("p", "Choose what you use, to see whether your version is affected.", class_="lead"),
                h("section", h("h2", "Am I affected?"), _products(catalogue), id="check"),
                h(
                    "section",
                    h("h2", "The newest advisories"),
                    _list(newest, products=names, place=place),
                    id="advisories",
                ),
            )
        )
    return page(
        catalogue.publisher, place=place, title=title, body=body, description=f"Every public advisory of {title}."
    )


def product_front(catalogue: Catalogue, product: Product, advisories: Iterable[Summary]) -> bytes:
    """Return the page of one product, with all of its advisories."""
    place = product_page(product.key)
    title = f"{product.name} advisories"
    return page(
        catalogue.publisher, place=place, title=title, body=_whole(product, tuple(advisories), place=place, title=title)
    )


def _products(catalogue: Catalogue) -> Html:
    rows = [
        h("li", h("a", product.name, href=product_page(product.key)), f" {len(product.releases)} releases")
        for product in catalogue.products
    ]
    return h("ul", *rows, class_="products")


def _whole(product: Product, advisories: tuple[Summary, ...], *, place: str, title: str) -> Html:
    return join(
        (
            h("h1", title),
            checker(product),
            h(
                "section",
                h("h2", "All advisories"),
                _search(len(advisories)),
                _list(advisories, product=product, place=place),
                id="advisories",
            ),
            h("section", h("h2", "All releases"), releases(product, place=place), id="releases"),
        )
    )


def checker(product: Product, *, advisory: str = "") -> Html:
    """Return the box in which a visitor types a version; the script answers from what stands in the page.

    Without the script it is not shown, and the list of releases leads to the same answers.
    """
    shown = product.releases[-1].version if product.releases else "1.0"
    newest = shown if len(product.releases) < 2 else product.releases[-2].version
    asks = f"Is my version affected by {advisory}?" if advisory else "Am I affected?"
    options = [h("option", value=release.version) for release in reversed(product.releases)]
    box = h(
        "form",
        h("label", f"Your version of {product.name}", for_="version"),
        h(
            "input",
            id="version",
            list="versions",
            autocomplete="off",
            spellcheck="false",
            placeholder=f"such as {newest}",
            aria_describedby="answer",
        ),
        h("datalist", *options, id="versions"),
        id="box",
        hidden=True,
        data_product=product.name,
        data_versions=" ".join(release.version for release in product.releases),
        data_tags=" ".join(release.tag.replace(" ", "_") for release in product.releases),
        data_branches=" ".join((release.branch or "-").replace(" ", "_") for release in product.releases),
    )
    plain = h("noscript", h("p", "Choose your version from the ", h("a", "list of releases", href="#releases"), "."))
    return h("section", h("h2", asks), box, h("div", id="answer", role="status"), plain, id="check", class_="check")


def _search(count: int) -> Html:
    return h(
        "form",
        h("label", "Search the advisories", for_="search"),
        h("input", id="search", type="search", autocomplete="off", placeholder="an id, a word, a branch, a commit"),
        h("p", f"{count} advisories", id="found", role="status"),
        id="finder",
        hidden=True,
    )


def _list(
    advisories: Iterable[Summary],
    *,
    place: str,
    product: Product | None = None,
    products: Mapping[str, str] | None = None,
) -> Html:
    rows = [row(each, place=place, product=product, products=products or {}) for each in advisories]
    if not rows:
        return h("p", "No advisory was published yet.")
    return h("ul", *rows, id="list", class_="advisories")


def row(each: Summary, *, place: str, product: Product | None = None, products: Mapping[str, str]) -> Html:
    """Return one line of a list; with a product, also what the script needs to answer for each of its releases."""
    chosen = next((part for part in each.affected if product is not None and part.product == product.key), None)
    marks = marks_of(chosen, product) if chosen is not None and product is not None else ""
    where = [products.get(part.product, part.product) for part in each.affected] if products else []
    told = " ".join((*each.aliases, *each_words(each)))
    return h(
        "li",
        h(
            "p",
            h("a", each.id, href=f"{up(place)}{advisory_page(each.id)}"),
            *(f" {alias}" for alias in each.aliases),
            class_="ids",
        ),
        h("p", each.title, class_="title"),
        h(
            "p",
            severity("unknown" if each.withdrawn_at else each.severity, each.score),
            " published ",
            day(each.published_at),
            ", withdrawn" if each.withdrawn_at else None,
            f" · {', '.join(where)}" if where else None,
            class_="facts",
        ),
        h("p", each.fix, class_="fix") if each.fix else None,
        data_marks=marks or False,
        data_fixes=_fixes(chosen) or False,
        data_words=told or False,
    )


def each_words(each: Summary) -> list[str]:
    """Return what a search should find beside what the list shows: branches, releases and commits of the fix."""
    found: list[str] = []
    for part in each.affected:
        for line in part.lines:
            found += [line.branch, line.fixed_in, *(commit[:12] for commit in line.commits)]
    return list(dict.fromkeys(word for word in found if word))


def marks_of(part: Affected, product: Product) -> str:
    """Return a letter for each release of the product, in their order; one the advisory does not name is unknown."""
    verdicts = part.verdicts
    return "".join(MARKS[verdicts.get(release.version, "unknown")] for release in product.releases)


def _fixes(part: Affected | None) -> str:
    """Return ``branch=release`` for each branch that has the fix in a release."""
    if part is None:
        return ""
    return " ".join(f"{line.branch.replace(' ', '_')}={line.fixed_in}" for line in part.lines if line.fixed_in)


def releases(product: Product, *, place: str, verdicts: Mapping[str, str] | None = None) -> Html:
    """Return the releases of a product by branch, newest first, each leading to its page.

    With `verdicts`, each says how it stands; a release they do not name is not known.
    """
    by_branch: dict[str, list[Release]] = {}
    for release in reversed(product.releases):
        by_branch.setdefault(release.branch, []).append(release)
    known = {branch.name: branch for branch in product.branches}
    blocks: list[Html] = []
    for name, members in by_branch.items():
        branch = known.get(name)
        address = f"{up(place)}{branch_page(product.key, name)}" if branch else ""
        until = branch.supported_until if branch else None
        blocks.append(
            h(
                "div",
                h("dt", h("a", name, href=address) if address else name or "no branch", *until_words(until)),
                h("dd", join((_pill(product, release, place=place, verdicts=verdicts) for release in members), " ")),
            )
        )
    return h("dl", *blocks, class_="releases")


def until_words(until: object) -> tuple[str, ...]:
    """Return the words for the end of a branch's support, none when no end is set."""
    return (" ", h("small", "supported until ", day(until))) if until else ()


def _pill(product: Product, release: Release, *, place: str, verdicts: Mapping[str, str] | None) -> Html:
    word = "" if verdicts is None else verdicts.get(release.version, "unknown")
    said = f"{release.version}: {WORDS[word]}" if word else release.version
    return h(
        "a",
        release.version,
        href=f"{up(place)}{release_page(product.key, release.version)}",
        class_=f"pill {word}".rstrip(),
        title=said if word else False,
        aria_label=said if word else False,
    )
