"""GitHub's payloads and the grammar of their descriptions."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from midstream.formats.base.visible import one_line, visible
from midstream.formats.ghsa import description as md
from midstream.formats.ghsa import document as ghsa

PIECES = (
    *("## Impact", "\\## Impact", "```", "~~~~", "    code <b>", "<script>", "&lt;b>", "&amp;lt;", "a < b && c > d"),
    *("- item", "> quote <i>", "| a | b |", "text `x`", "", "\u202eturned", "<!-- c", "1. <x>", "<stdio.h>", "\t<y>"),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=8).map("\n".join)


@given(MARKDOWN)
def test_markdown_of_people_comes_back_and_holds_no_html(text: str) -> None:
    body = md.write_text(text)
    assert md.read_text(body) == visible(text).strip("\n")
    tokens = MarkdownIt("commonmark").parse(body)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline"}


@given(MARKDOWN, MARKDOWN)
def test_text_cannot_pretend_to_be_a_section(one: str, two: str) -> None:
    sections = (
        md.Section(heading="Impact", body=md.write_text(one)),
        md.Section(heading="Details", body=md.write_text(two)),
    )
    before, found = md.parse(md.compose(sections).replace("\n", "\r\n"))
    assert before == ""
    assert {each.heading: each.body for each in found} == {each.heading: each.body for each in sections if each.body}


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=3))
def test_a_table_comes_back(rows: list[tuple[str, str, str]]) -> None:
    table = md.write_table(("A", "B", "C"), tuple(rows))
    assert md.read_table(table) == tuple(tuple(one_line(cell) for cell in row) for row in rows)


@given(WORDS, st.sampled_from(["", "https://example.org/a?b=c"]), WORDS)
def test_an_item_comes_back_and_links_only_to_the_web(words: str, url: str, note: str) -> None:
    line = md.write_item(words, url=url, note=note)
    ((found, address, said),) = md.read_items(line)
    assert address == url
    assert said == one_line(note)
    assert found == (one_line(words) or url)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://e.org/>) [x](javascript:1", "data:text/html,x"])
def test_a_hostile_address_is_text(url: str) -> None:
    tokens = MarkdownIt("commonmark").parse(md.write_item("[x](y)", url=url))
    assert not [child for token in tokens for child in token.children or () if child.type == "link_open"]


PAYLOAD = ghsa.Payload(
    summary="A title",
    description="## Details\n\ntext",
    cve_id="CVE-2026-1234",
    vulnerabilities=(ghsa.Vulnerability(package=ghsa.Package(ecosystem="other", name="zephyr")),),
    cwe_ids=("CWE-787",),
    credits=(ghsa.Credit(login="rosalind", type="finder"),),
    cvss_vector_string="CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
)


def test_a_payload_is_right_and_comes_back() -> None:
    assert ghsa.check(PAYLOAD) == ()
    assert ghsa.read_payload(ghsa.write(PAYLOAD)) == PAYLOAD
    forked = msgspec.structs.replace(PAYLOAD, start_private_fork=True)
    assert ghsa.for_update(forked) == PAYLOAD


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"severity": "high"}, "/severity"),
        ({"severity": "High", "cvss_vector_string": ""}, "/severity"),
        ({"cvss_vector_string": "AV:N/AC:L"}, "/cvss_vector_string"),
        ({"summary": ""}, "/summary"),
        ({"summary": "x" * 1025}, "/summary"),
        ({"description": "x" * 65536}, "/description"),
        ({"cve_id": "2026-1"}, "/cve_id"),
        ({"state": "triage"}, "/state"),
        ({"vulnerabilities": ()}, "/vulnerabilities"),
        (
            {"vulnerabilities": (ghsa.Vulnerability(package=ghsa.Package(ecosystem="firmware", name="z")),)},
            "/vulnerabilities/0/package/ecosystem",
        ),
        ({"cwe_ids": ("787",)}, "/cwe_ids/0"),
        ({"credits": (ghsa.Credit(login="Rosa Lind", type="finder"),)}, "/credits/0/login"),
        ({"credits": (ghsa.Credit(login="rosalind", type="remediation developer"),)}, "/credits/0/type"),
        ({"other": {"references": []}}, "/references"),
    ],
)
def test_each_mutant_is_found(change: dict[str, object], path: str) -> None:
    faults = ghsa.check(msgspec.structs.replace(PAYLOAD, **change))
    assert [fault.path for fault in faults] == [path]
    assert faults[0].sentence


def test_an_answer_of_github_is_read() -> None:
    raw = b"""{"ghsa_id": "GHSA-2345-6789-cfgh", "cve_id": null, "summary": "s", "description": "d", "state": "draft",
        "created_at": "2026-01-01T00:00:00Z", "identifiers": [], "severity": "high",
        "cvss": {"vector_string": "CVSS:3.1/AV:L", "score": 7.8},
        "cvss_severities": {"cvss_v4": {"vector_string": "CVSS:4.0/AV:L", "score": 8}, "cvss_v3": null}}"""
    answer = ghsa.read(raw)
    assert answer.vector() == "CVSS:4.0/AV:L"
    assert answer.other["identifiers"] == []
    assert [fault.path for fault in ghsa.check_answer(answer)] == ["/cve_id"]
    assert ghsa.read(b"{}").vector() == ""
    assert [fault.path for fault in ghsa.check_answer(ghsa.Advisory(ghsa_id="x", updated_at="y"))] == [
        "/ghsa_id",
        "/updated_at",
    ]
