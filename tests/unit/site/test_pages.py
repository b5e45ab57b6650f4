"""Pages hold what the catalogue says, escaped; an unknown release never reads as clean."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from midstream.formats.catalogue.document import Catalogue, Reference
from midstream.formats.catalogue.files import CatalogueError, read_catalogue, read_entry, write_catalogue, write_entry
from midstream.formats.csaf.places import Shown
from midstream.site.build import advisory_page_file, shared_parts
from midstream.site.layout import POLICY
from midstream.site.markup import Html, h, link
from midstream.site.places import BadName, document_place, slug
from midstream.site.prose import prose
from tests.catalogues import ENTRIES, NOW, PRODUCT, catalogue, entry

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>&"


def files(of: Catalogue | None = None) -> dict[str, str]:
    parts = shared_parts(
        of or catalogue(),
        now=NOW,
        csaf=Shown(metadata="https://security.example.org/.well-known/csaf/provider-metadata.json"),
    )
    found = {place: content for part in parts for place, content in part.files()}
    found |= dict(advisory_page_file(of or catalogue(), each) for each in ENTRIES)
    return {place: content.decode() for place, content in found.items() if not place.endswith(".sqlite")}


class Reader(HTMLParser):
    """Collects tags, addresses and inline scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = dict(attrs)
        self.addresses += [said[name] or "" for name in ("href", "src") if name in said]
        self.handlers += [name for name in said if name.startswith("on") or name == "style"]


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_every_page_has_its_policy_and_loads_nothing_from_elsewhere() -> None:
    pages = {place: text for place, text in files().items() if place.endswith(".html")}
    assert len(pages) == 2 + 4 + 2 + 2
    for place, page in pages.items():
        assert POLICY in page.replace("&#x27;", "'"), place
        assert page.count("<script") == 1, place
        assert read(page).handlers == [], place
        loaded = re.findall(r'<(?:script src|link rel="(?:stylesheet|icon)"[^>]*href|img src)="([^"]*)"', page)
        assert not any("//" in each for each in loaded), place


def test_every_link_inside_leads_to_a_file_or_a_document() -> None:
    found = files()
    known = found.keys() | {"advisories.sqlite", ".well-known/csaf/provider-metadata.json"}
    known |= {one.path for each in ENTRIES for one in each.summary.documents}
    for place, page in found.items():
        if not place.endswith(".html"):
            continue
        for address in read(page).addresses:
            target = address.partition("#")[0]
            if not target or ":" in target:
                continue
            steps = place.split("/")[:-1]
            for step in target.split("/"):
                steps = steps[:-1] if step == ".." else [*steps, step]
            assert "/".join(steps) in known, f"{place} leads to {address}"


def test_a_release_page_says_what_affects_it_and_where_to_go() -> None:
    page = files()["acme/releases/1.0.0.html"]
    assert "1.0.0 is affected by 1 published advisory." in page
    assert "No later release is free of all published advisories yet." in page
    one = catalogue((entry(v1_0_1="fixed", v2_0_1="fixed"),))
    page = files(one)["acme/releases/1.0.0.html"]
    assert 'Update to <a href="../../acme/releases/1.0.1.html">1.0.1</a>, the same branch' in page


def test_what_is_not_known_is_never_clean() -> None:
    only = catalogue((entry(v1_0_0="unknown", v1_0_1="under_investigation", v2_0_0="fixed", v2_0_1="not_affected"),))
    found = files(only)
    for version in ("1.0.0", "1.0.1"):
        page = found[f"acme/releases/{version}.html"]
        assert "is not affected by any" not in page
        assert "Of 1 it is not known yet." in page
    for version in ("2.0.0", "2.0.1"):
        assert "is not affected by any published advisory" in found[f"acme/releases/{version}.html"]
    assert 'data-marks="uifn"' in found["index.html"]


def test_a_release_the_advisory_does_not_name_is_not_known() -> None:
    found = entry(v1_0_0="fixed", v1_0_1="fixed", v2_0_0="fixed")
    part = found.summary.affected[0]
    less = {version: word for version, word in part.verdicts.items() if version != "2.0.1"}
    summary = msgspec.structs.replace(found.summary, affected=(msgspec.structs.replace(part, verdicts=less),))
    pages = files(catalogue(advisories=(summary,)))
    assert 'data-marks="fffu"' in pages["index.html"]
    assert "it is not known yet" in pages["acme/releases/2.0.1.html"]


def test_hostile_texts_stay_texts() -> None:
    bad = entry("ACME-1", title=HOSTILE)
    bad = msgspec.structs.replace(
        bad,
        details=HOSTILE + "\n\n[x](javascript:alert(1)) ![i](https://evil.example/x.png) [y](data:text/html,x)",
        references=(
            Reference(url="javascript:alert(1)", title=HOSTILE),
            Reference(url="https://e.example/\n", title="t"),
        ),
        workarounds=(HOSTILE,),
        components=(HOSTILE,),
    )
    page = advisory_page_file(catalogue((bad,)), bad)[1].decode()
    found = read(page)
    assert found.tags.count("script") == 1
    assert "img" not in found.tags
    assert found.handlers == []
    assert not any(each.lower().startswith(("javascript:", "data:")) for each in found.addresses)
    assert "alert(1)" in page  # shown, not run
    every = files(catalogue((bad,)))
    assert all(read(text).tags.count("script") == 1 for place, text in every.items() if place.endswith(".html"))


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# A\n\n*b*", "<h3>A</h3>\n<p><em>b</em></p>\n"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>\n"),
        ("[a](https://e.example)", '<p><a href="https://e.example" rel="noopener noreferrer nofollow">a</a></p>\n'),
        ("", ""),
        ("x" * 300_000, None),
    ],
)
def test_prose(markdown: str, html: str | None) -> None:
    made = prose(markdown)
    assert len(made) < 250_000
    assert html is None or made == html


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("TFMV-9", "tfmv-9"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", None),
        ("release/2.1.x", "release_2.1.x"),
        ("a\x00b", "a_b"),
        (".hidden", "hidden"),
        ("", None),
        ("漢字", None),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_become_one_plain_step(name: str, place: str | None) -> None:
    if place is None:
        with pytest.raises(BadName):
            slug(name)
    else:
        assert slug(name) == place
        assert document_place(name, "osv").count("/") == 1


def test_two_things_at_one_place_are_refused() -> None:
    with pytest.raises(BadName, match="'ACME-1' and 'acme-1' would both stand at"):
        files(catalogue((entry("ACME-1"), entry("acme-1"))))
    with pytest.raises(BadName, match="cannot be called"):
        files(catalogue(products=(msgspec.structs.replace(PRODUCT, key="static"),)))


def test_text_is_escaped_unless_it_is_html() -> None:
    assert h("p", "<b>", Html("<i>"), None, title='"') == '<p title="&quot;">&lt;b&gt;<i></p>'
    assert h("p", h("a", "<", href="x") + "<b>") == "<p>&lt;a href=&quot;x&quot;&gt;&amp;lt;&lt;/a&gt;&lt;b&gt;</p>"
    assert link("a", "ftp://x") == "a (ftp://x)"
    assert link("a", "mailto:a@b.example").startswith("<a href=")


def test_the_catalogue_reads_back() -> None:
    whole = catalogue()
    assert read_catalogue(write_catalogue(whole)) == whole
    assert all(read_entry(write_entry(each)) == each for each in ENTRIES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "other", "version": 1}',
        b'{"format": "midstream-catalogue", "version": 2, "publisher": {"name": "a"}}',
        b'{"format": "midstream-catalogue", "version": 1}',
        write_entry(ENTRIES[0]),
    ],
)
def test_what_is_no_catalogue_is_refused(content: bytes) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(content)
    assert caught.value.hint


def test_several_products_have_pages_of_their_own() -> None:
    other = msgspec.structs.replace(PRODUCT, key="other", name="Other")
    found = files(catalogue(products=(PRODUCT, other)))
    assert "acme/index.html" in found
    assert 'href="acme/index.html"' in found["index.html"]
    assert 'id="version"' not in found["index.html"]
    assert "No advisory was published yet." in found["other/index.html"]


def test_an_empty_catalogue_makes_a_site() -> None:
    found = files(catalogue((), products=()))
    assert "No advisory was published yet." in found["index.html"]
