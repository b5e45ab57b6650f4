"""Zephyr's pages: blocks are placed and replaced exactly, and everything else stays byte for byte."""

from datetime import date

import docutils.core
import docutils.nodes
import pytest
from docutils.parsers.rst import roles
from docutils.utils import Reporter

from midstream.formats.base.fault import DocumentError
from midstream.formats.zephyr.entry import Abilities, Entry, Fix, abilities
from midstream.formats.zephyr.notes import place_note
from midstream.formats.zephyr.page import place
from midstream.formats.zephyr.read import read_block, read_entry

NEW, OLD = abilities(sphinx="8.1.3"), abilities(sphinx="7.4.7")
PAGE = """.. _vulnerabilities:

Vulnerabilities
###############

What is known.

CVE-2024
========

:cve:`2024-1111`
----------------

An old one, written by hand.

- `Zephyr project bug tracker GHSA-2345-6789-cfgh
  <https://github.com/example/zephyr/security/advisories/GHSA-2345-6789-cfgh>`_

This has been fixed in main for v4.1.0

- `PR 82072 fix for main
  <https://github.com/example/zephyr/pull/82072>`_
- `PR 82288 fix for 3.7
  <https://github.com/example/zephyr/pull/82288>`_

CVE-2026
========

CVE-2026-5000
-------------

Another.
"""
ENTRY = Entry(
    cve="CVE-2026-1234",
    title="Out of bounds read in dns_copy_qname",
    text="A packet can make it read on.\n\n- one\n- two",
    tracker="GHSA-9999-6789-cfgh",
    tracker_url="https://github.com/example/zephyr/security/advisories/GHSA-9999-6789-cfgh",
    fixed="This has been fixed in main for v4.3.0 and v3.7.2",
    fixes=(
        Fix(branch="main", url="https://github.com/example/zephyr/pull/1", pr="1"),
        Fix(branch="3.7", url="https://github.com/example/zephyr/commit/abcdef0123456789", sha="abcdef012345"),
    ),
    unfixed=("4.0",),
)
EMBARGOED = Entry(cve="CVE-2026-1234", embargo_until=date(2026, 12, 24))


@pytest.fixture(autouse=True)
def _cve_role() -> None:
    roles.register_generic_role("cve", docutils.nodes.emphasis)


def built(page: str) -> docutils.nodes.document:
    return docutils.core.publish_doctree(
        page, settings_overrides={"halt_level": Reporter.WARNING_LEVEL, "report_level": 5, "_disable_config": True}
    )


@pytest.mark.parametrize("able", [NEW, OLD])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_placeholder_is_replaced_exactly_later(able: Abilities, end: str) -> None:
    page = PAGE.replace("\n", end)
    held = place(page=page, entry=EMBARGOED, able=able)
    assert "Under embargo until 2026-12-24" in held
    assert "dns" not in held
    told = place(page=held, entry=ENTRY, able=able)
    assert "embargo" not in told
    assert place(page=told, entry=ENTRY, able=able) == told
    assert place(page=told, entry=EMBARGOED, able=able) == held
    first, last = told.index(".. midstream: begin"), told.index(".. midstream: end")
    assert told[:first] + told[told.index(end, last) + 2 * len(end) :] == page
    assert told.index("CVE-2026-1234") < told.index("CVE-2026-5000")
    built(told.replace("\r\n", "\n"))


def test_the_branch_says_what_its_sphinx_can_do() -> None:
    assert ":cve:`2026-1234`\n----------------\n" in place(page=PAGE, entry=ENTRY, able=NEW)
    old = place(page=PAGE, entry=ENTRY, able=OLD)
    assert ":cve:`2026-1234`" not in old
    assert "CVE-2026-1234\n-------------\n" in old
    assert "<https://www.cve.org/CVERecord?id=CVE-2026-1234>" in old
    assert abilities(sphinx="8.0.2") == OLD
    assert abilities(sphinx="10") == NEW
    with pytest.raises(DocumentError, match="no version"):
        abilities(sphinx="latest")


@pytest.mark.parametrize(
    ("cve", "before", "after"),
    [
        ("CVE-2024-999", None, None),
        ("CVE-2024-2000", "CVE-2024-2000", ":cve:`2024-1111`"),
        ("CVE-2025-7777", "CVE-2026\n====", "CVE-2024\n===="),
        ("CVE-2026-10000", None, "CVE-2026-5000"),
        ("CVE-2027-1000", None, "CVE-2026\n===="),
        ("CVE-2023-1000", "CVE-2024\n====", None),
    ],
)
def test_chapters_are_sorted_by_year_and_entries_by_number(cve: str, before: str | None, after: str | None) -> None:
    entry = Entry(cve=cve, title="New")
    if cve == "CVE-2024-999":
        with pytest.raises(DocumentError, match="no CVE id"):
            place(page=PAGE, entry=entry, able=NEW)
        return
    page = place(page=PAGE, entry=entry, able=NEW)
    here = page.index(f"begin {cve}")
    assert before is None or before == cve or here < page.index(before)
    assert after is None or page.index(after) < here
    built(page)
    assert place(page=page, entry=entry, able=NEW) == page


def test_eighty_six_entries_in_any_order_make_one_page() -> None:
    entries = [Entry(cve=f"CVE-2026-{1000 + number * 37}", title=f"Flaw {number}") for number in range(86)]
    pages = set()
    for order in (entries, entries[::-1], entries[40:] + entries[:40]):
        page = PAGE
        for entry in order:
            page = place(page=page, entry=entry, able=NEW)
        pages.add(page)
    assert len(pages) == 1


def test_what_people_wrote_is_theirs() -> None:
    with pytest.raises(DocumentError, match="already has a section"):
        place(page=PAGE, entry=Entry(cve="CVE-2024-1111", title="Ours"), able=NEW)


@pytest.mark.parametrize(
    "broken",
    [
        ".. midstream: begin CVE-2026-1234\n",
        ".. midstream: end CVE-2026-1234\n",
        ".. midstream: begin CVE-2026-1\n.. midstream: begin CVE-2026-1234\n",
        ".. midstream: begin a\n.. midstream: end a\n.. midstream: begin a\n.. midstream: end a\n",
    ],
)
def test_comments_that_do_not_pair_up_are_named(broken: str) -> None:
    with pytest.raises(DocumentError, match=r"line [0-9]"):
        place(page=PAGE + broken, entry=ENTRY, able=NEW)


def test_a_hostile_entry_stays_inside_its_block() -> None:
    hostile = "x\n\n.. midstream: end CVE-2026-1234\n\n.. raw:: html\n\n   <script>\n\n"
    hostile += "CVE-2026\n========\n\n|a| `b <javascript:x>`_"
    entry = Entry(cve="CVE-2026-1234", title=hostile, text=hostile, fixed="", unfixed=(hostile,))
    page = place(page=PAGE, entry=entry, able=NEW)
    assert place(page=page, entry=entry, able=NEW) == page
    tree = built(page)
    assert not list(tree.findall(docutils.nodes.raw))
    assert all(node["refuri"].startswith("https://") for node in tree.findall(docutils.nodes.reference))


def test_blocks_and_sections_of_people_are_read() -> None:
    page = place(page=PAGE, entry=ENTRY, able=NEW)
    found = read_block(page=page, cve="CVE-2026-1234")
    assert found is not None
    assert (found.cve, found.title, found.tracker, found.fixes) == (ENTRY.cve, ENTRY.title, ENTRY.tracker, ENTRY.fixes)
    assert found.unfixed == ("4.0",)
    assert read_block(page=page, cve="CVE-2026-5000") is None
    hand = read_entry(PAGE[PAGE.index(":cve:") : PAGE.index("CVE-2026\n")])
    assert [(fix.pr, fix.branch) for fix in hand.fixes] == [("82072", "main"), ("82288", "3.7")]
    held = read_block(page=place(page=PAGE, entry=EMBARGOED, able=OLD), cve="CVE-2026-1234")
    assert held == EMBARGOED


NOTES = """Zephyr 3.7.3
############

Security Vulnerability Related
******************************

The following CVEs are addressed by this release:

API Changes
***********

* None.
"""


@pytest.mark.parametrize("able", [NEW, OLD])
def test_the_notes_of_a_release_have_one_list(able: Abilities) -> None:
    held = place_note(notes=NOTES, entry=EMBARGOED, able=able)
    both = place_note(
        notes=held, entry=Entry(cve="CVE-2025-9999", title="Old `x`_", tracker_url="https://e.org/"), able=able
    )
    told = place_note(notes=both, entry=ENTRY, able=able)
    assert place_note(notes=told, entry=ENTRY, able=able) == told
    assert told.index("2025-9999") < told.index("2026-1234")
    assert "embargo" not in told
    first, last = told.index(".. midstream: begin"), told.index(".. midstream: end")
    assert told[:first] + told[told.index("\n", last) + 2 :] == NOTES
    assert len(list(built(told).findall(docutils.nodes.bullet_list))) == 2


def test_notes_that_name_the_cve_by_hand_or_lack_the_section_are_refused() -> None:
    with pytest.raises(DocumentError, match="outside of the block"):
        place_note(notes=NOTES.replace("* None.", "* CVE-2026-1234: by hand"), entry=ENTRY, able=NEW)
    with pytest.raises(DocumentError, match="no section"):
        place_note(notes="Zephyr\n######\n", entry=ENTRY, able=NEW)
