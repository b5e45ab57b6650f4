"""The page of one advisory."""

from collections.abc import Iterable, Mapping

from midstream.formats.catalogue.document import Affected, Catalogue, Document, Entry, Line, Product
from midstream.site.front import checker, marks_of, releases
from midstream.site.layout import crumbs, day, page, severity
from midstream.site.markup import Html, h, join, link
from midstream.site.places import advisory_page, branch_page, release_page, up
from midstream.site.prose import prose

STATES = {
    "affected": "affected, no fix",
    "fixed": "fixed",
    "not_affected": "not affected",
    "wont_fix": "affected, will not be fixed",
    "investigating": "being looked into",
    "under_investigation": "being looked into",
    "eol": "affected, support ended",
    "unknown": "not known",
}
KINDS = {"advisory": "advisory", "fix": "fix", "report": "report", "article": "article", "evidence": "evidence"}
FORMATS = {
    "cve": ("CVE record", "CVE Record Format 5"),
    "osv": ("OSV", "Open Source Vulnerability format"),
    "csaf20": ("CSAF", "Common Security Advisory Framework 2.0"),
    "csaf21": ("CSAF 2.1 draft", "the next version of it, as its fourth draft has it"),
    "openvex": ("OpenVEX", "who is and is not affected"),
    "cyclonedx": ("CycloneDX", "VEX for a bill of materials"),
    "cyclonedx-1.6": ("CycloneDX 1.6", "the same for those who cannot read 1.7"),
    "spdx": ("SPDX", "SPDX 3 security profile"),
    "ghsa": ("GitHub advisory", "as GitHub's API takes it"),
    "record": ("JSON", "everything on this page, for programs"),
    "mail": ("Mail", "as it goes to a mailing list"),
    "atom": ("Atom", "as it stands in a feed"),
    "zephyr": ("Zephyr entry", "reStructuredText, for Zephyr's page"),
    "trustedfirmware": ("TF page", "reStructuredText, for TF-A and TF-M"),
}
"""What the documents are called, and what each is for."""


def advisory(catalogue: Catalogue, entry: Entry) -> bytes:
    """Return the page of the advisory."""
    each = entry.summary
    place = advisory_page(each.id)
    products = {product.key: product for product in catalogue.products}
    body = join(
        (
            crumbs(("Advisories", f"{up(place)}index.html#advisories"), (each.id, "")),
            _head(entry),
            *(_checked(part, products[part.product]) for part in _first_known(each.affected, products)),
            *(_product(part, products.get(part.product), place=place) for part in each.affected),
            _text("What happens", entry.details or each.summary),
            _text("What it can do to you", entry.impact),
            _texts("What to do until you update", entry.workarounds),
            _texts("What lowers the risk", entry.mitigations),
            _about(entry),
            _references(entry),
            _history(entry),
            _documents(each.documents, place=place),
        )
    )
    said = f"{each.id}: {each.title}. {each.fix}"
    return page(catalogue.publisher, place=place, title=f"{each.id}: {each.title}", body=body, description=said)


def _first_known(parts: Iterable[Affected], products: Mapping[str, Product]) -> list[Affected]:
    """Return the first part whose product has releases: the box of a page asks for one product only."""
    return [part for part in parts if part.product in products and products[part.product].releases][:1]


def _head(entry: Entry) -> Html:
    each = entry.summary
    revised = each.modified_at.date() != each.published_at.date()
    return h(
        "header",
        h("p", each.id, *(f" · {alias}" for alias in each.aliases), class_="ids"),
        h("h1", each.title),
        h(
            "p",
            severity(each.severity, each.score),
            " Public since ",
            day(each.published_at),
            *((", changed ", day(each.modified_at)) if revised else ()),
            class_="facts",
        ),
        h("p", h("strong", "Withdrawn "), day(each.withdrawn_at), class_="notice") if each.withdrawn_at else None,
        h("p", each.fix, class_="lead fix") if each.fix else None,
        class_="advisory",
    )


def _checked(part: Affected, product: Product) -> Html:
    fixes = " ".join(f"{line.branch.replace(' ', '_')}={line.fixed_in}" for line in part.lines if line.fixed_in)
    return join(
        (
            h("div", id="one", hidden=True, data_marks=marks_of(part, product), data_fixes=fixes),
            checker(product, advisory="it"),
        )
    )


def _product(part: Affected, product: Product | None, *, place: str) -> Html:
    name = product.name if product else part.product
    rows = [_line(line, part, product, place=place) for line in part.lines]
    heads = h("tr", *(h("th", head, scope="col") for head in ("Branch", "State", "Fixed in", "Commits")))
    table = h("table", h("thead", heads), h("tbody", *rows), class_="lines") if rows else None
    shown = releases(product, place=place, verdicts=part.verdicts) if product and product.releases else None
    key = h(
        "p",
        "In the list of releases ",
        h("span", "1.0", class_="pill affected"),
        " is affected, ",
        h("span", "1.0", class_="pill fixed"),
        " has the fix, ",
        h("span", "1.0", class_="pill not_affected"),
        " was never affected.",
        class_="key",
    )
    return h(
        "section", h("h2", f"Branches and releases of {name}"), table, key if shown else None, shown, id="releases"
    )


def _line(line: Line, part: Affected, product: Product | None, *, place: str) -> Html:
    root = up(place)
    known = product is not None and any(branch.name == line.branch for branch in product.branches)
    branch = h("a", line.branch, href=f"{root}{branch_page(part.product, line.branch)}") if known else line.branch
    has_page = product is not None and any(release.version == line.fixed_in for release in product.releases)
    fixed: str = line.fixed_in or "—"
    if has_page:
        fixed = h("a", fixed, href=f"{root}{release_page(part.product, line.fixed_in)}")
    repository = product.repository if product else ""
    commits = join((_commit(commit, repository) for commit in line.commits), " ") if line.commits else Html("—")
    is_merged = line.status == "affected" and line.commits
    state = "affected, fix not released" if is_merged else STATES.get(line.status, line.status)
    sign = "fixed" if line.status == "fixed" else "fine" if line.status == "not_affected" else "open"
    return h(
        "tr",
        h("th", branch, scope="row"),
        h(
            "td",
            h("span", state, class_=f"state {sign}"),
            h("small", line.note) if line.note else None,
            data_head="State",
        ),
        h("td", fixed, data_head="Fixed in"),
        h("td", commits, data_head="Commits"),
    )


def _commit(commit: str, repository: str) -> Html:
    short = h("code", commit[:12])
    if not repository.startswith("https://github.com/"):
        return short
    return h("a", short, href=f"{repository.rstrip('/')}/commit/{commit}", rel="noopener noreferrer nofollow")


def _text(title: str, markdown: str) -> Html | None:
    made = prose(markdown)
    return h("section", h("h2", title), h("div", made, class_="prose")) if made else None


def _texts(title: str, texts: tuple[str, ...]) -> Html | None:
    made = [h("div", prose(each), class_="prose") for each in texts if each.strip()]
    return h("section", h("h2", title), *made) if made else None


def _about(entry: Entry) -> Html | None:
    rows: list[tuple[str, Html]] = []
    if entry.components:
        rows.append(("Part of the code", join((h("code", each) for each in entry.components), ", ")))
    if entry.weaknesses:
        rows.append(("Weakness", join((_weakness(each) for each in entry.weaknesses), ", ")))
    for score in entry.scores:
        by = f", says {score.source}" if score.source else ""
        rows.append(("Score", join((severity(score.severity, score.score), " ", h("code", score.vector), by))))
    if entry.credits:
        thanks = (f"{each.name} ({each.role.replace('_', ' ')})" if each.role else each.name for each in entry.credits)
        rows.append(("Thanks to", join(thanks, ", ")))
    if not rows:
        return None
    return h(
        "section",
        h("h2", "More about it"),
        h("dl", *(h("div", h("dt", a), h("dd", b)) for a, b in rows), class_="about"),
    )


def _weakness(name: str) -> Html:
    number = name.partition(":")[0].removeprefix("CWE-")
    address = f"https://cwe.mitre.org/data/definitions/{number}.html" if number.isdecimal() else ""
    return link(name, address)


def _references(entry: Entry) -> Html | None:
    if not entry.references:
        return None
    rows = [
        h(
            "li",
            link(each.title or each.url, each.url),
            f" ({each.kind.replace('_', ' ')})" if each.kind != "web" else None,
        )
        for each in entry.references
    ]
    return h("section", h("h2", "Read more"), h("ul", *rows))


def _history(entry: Entry) -> Html | None:
    if not entry.revisions:
        return None
    rows = [h("li", day(each.at), f" · {each.number}: ", each.summary or "first published") for each in entry.revisions]
    return h("section", h("h2", "What changed when"), h("ol", *rows, class_="history"))


def _documents(documents: tuple[Document, ...], *, place: str) -> Html | None:
    if not documents:
        return None
    rows = []
    for each in documents:
        name, purpose = FORMATS.get(each.format, (each.format, "another format"))
        rows.append(
            h(
                "li",
                h("a", name, href=f"{up(place)}{each.path}", download=True),
                h("span", f" {purpose} · {size(each.size)}"),
                h("small", "SHA-256 ", h("code", each.sha256[:32], h("wbr"), each.sha256[32:])),
            )
        )
    note = "Each says the same as this page; that they agree was checked before they were published."
    return h("section", h("h2", "Download"), h("p", note), h("ul", *rows, class_="documents"))


def size(count: int) -> str:
    """Return a length in bytes in words: ``812 bytes``, ``3.4 kB``."""
    return (
        f"{count} bytes" if count < 1000 else f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"
    )
