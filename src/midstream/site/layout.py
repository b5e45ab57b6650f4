"""What every page has: its head with the policy of what it may load, the way around, and the foot."""

from midstream.formats.catalogue.document import Publisher
from midstream.site.markup import Html, h, join, link
from midstream.site.places import up

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""Content Security Policy Level 3: a page loads its own style, script and picture, and nothing from anywhere else."""

WORDS = {
    "affected": "affected",
    "fixed": "fixed",
    "not_affected": "not affected",
    "under_investigation": "being looked into",
    "unknown": "not known",
}
"""The verdicts as pages say them."""
SIGNS = {"affected": "✕", "fixed": "✓", "not_affected": "✓", "under_investigation": "?", "unknown": "?"}
"""A sign for each verdict, so that none is told by colour alone."""


def page(publisher: Publisher, *, place: str, title: str, body: Html, description: str = "") -> bytes:
    """Return the whole page that stands at `place`."""
    root = up(place)
    own = f"{publisher.name} security advisories"
    whole = title if title == own else f"{title} · {own}"
    head = join(
        (
            h("meta", charset="utf-8"),
            h("meta", http_equiv="Content-Security-Policy", content=POLICY),
            h("meta", name="viewport", content="width=device-width, initial-scale=1"),
            h("meta", name="referrer", content="no-referrer"),
            h("meta", name="color-scheme", content="light dark"),
            h("meta", name="description", content=description) if description else None,
            h("title", whole),
            h("link", rel="stylesheet", href=f"{root}static/site.css"),
            h("link", rel="icon", type="image/svg+xml", href=f"{root}static/icon.svg"),
            h("link", rel="alternate", type="application/atom+xml", title=own, href=f"{root}feed.xml"),
            h("script", src=f"{root}static/site.js", defer=True),
        )
    )
    shell = join(
        (
            h("a", "Skip to the text", class_="skip", href="#text"),
            _banner(publisher, root=root),
            h("main", body, id="text"),
            _foot(publisher, root=root),
        )
    )
    return f"<!DOCTYPE html>\n{h('html', h('head', head), h('body', shell), lang='en')}\n".encode()


def _banner(publisher: Publisher, *, root: str) -> Html:
    return h(
        "header",
        h("a", h("strong", publisher.name), " ", h("span", "security advisories"), href=f"{root}index.html"),
        h(
            "nav",
            h("a", "Am I affected?", href=f"{root}index.html#check"),
            h("a", "Advisories", href=f"{root}index.html#advisories"),
            h("a", "Data and feeds", href=f"{root}data.html"),
            aria_label="Site",
        ),
        class_="banner",
    )


def _foot(publisher: Publisher, *, root: str) -> Html:
    contact = publisher.contact
    address = f"mailto:{contact}" if "@" in contact and ":" not in contact else contact
    return h(
        "footer",
        h("p", "Found a vulnerability? Report it in private: ", link(contact, address), ".") if contact else None,
        h(
            "p",
            h("a", "Atom feed", href=f"{root}feed.xml"),
            " · ",
            h("a", "JSON catalogue", href=f"{root}catalogue.json"),
            " · ",
            h("a", "SQLite", href=f"{root}advisories.sqlite"),
            " · ",
            h("a", "security.txt", href=f"{root}.well-known/security.txt"),
            *((" · ", link(publisher.name, publisher.url)) if publisher.url else ()),
        ),
    )


def severity(word: str, score: float | None = None) -> Html:
    """Return the severity as a label; the score stands beside the word where there is one."""
    shown = "not rated" if word == "unknown" else word
    return h("span", shown if score is None else f"{shown} {score:.1f}", class_=f"severity {word}")


def verdict(word: str) -> Html:
    """Return a verdict as a label, with its sign."""
    return h("span", h("span", SIGNS[word], aria_hidden="true"), f" {WORDS[word]}", class_=f"verdict {word}")


def day(moment: object) -> Html:
    """Return a day or the day of an instant, in UTC, as a time element; nothing for None."""
    return h("time", str(moment)[:10], datetime=str(moment)[:10]) if moment else Html("")


def crumbs(*steps: tuple[str, str]) -> Html:
    """Return the way to where one is: (label, address), the last without an address."""
    parts = [
        h("a", label, href=address) if address else h("span", label, aria_current="page") for label, address in steps
    ]
    return h("nav", join(parts, " / "), class_="crumbs", aria_label="You are here")
