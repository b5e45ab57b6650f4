"""Of a page that people write, no byte changes but those of the block: law, for any page and any line ends."""

import re

import hypothesis.strategies as st
from hypothesis import given

from midstream.formats.base.blocks import find_blocks
from midstream.formats.zephyr.entry import Abilities, Entry
from midstream.formats.zephyr.notes import place_note
from midstream.formats.zephyr.page import place

ABLE = Abilities(has_cve_role=True)
CVE = "CVE-2025-5000"
ENTRY = Entry(cve=CVE, title="A title")
OTHER = Entry(cve=CVE, title="Another title, and a text", text="Of\n\ntwo paragraphs.")
LINES = st.sampled_from(
    [
        "",
        "A line.",
        "CVE-2024",
        "CVE-2025",
        "CVE-2026",
        "========",
        "########",
        ":cve:`2025-4000`",
        ":cve:`2025-6000`",
        "----------------",
        ".. _a-label:",
        "Security Vulnerability Related",
        "******************************",
        "API Changes",
        "***********",
        "\u00a0\x0cnot a new line\x85",
    ]
)
PAGES = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n"])), max_size=30).map(
    lambda parts: "".join(line + end for line, end in parts)
)
CHAPTER = "CVE-2026\r\n========\n"
SECTION = "Security Vulnerability Related\n******************************\r\n"


def without_block(page: str, name: str) -> str:
    """The page with what stands between its comments taken out, comments and all."""
    lines = page.split("\n")
    first, last = find_blocks(lines)[name]
    return "\n".join([*lines[:first], *lines[last + 1 :]])


def is_within(old: str, new: str, *, added: str) -> bool:
    """Whether the new page is the old one with nothing but `added` put in at one place."""
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return any(
        new.startswith(old[:at]) and new.endswith(old[at:]) and re.fullmatch(added, new[at : at + len(new) - len(old)])
        for at in range(max(0, start - 120), start + 1)
    )


@given(above=PAGES, below=PAGES, end=st.sampled_from(["", "\n", "\r\n"]))
def test_placing_an_entry_puts_in_a_block_and_at_most_its_chapter(above: str, below: str, end: str) -> None:
    page = above + CHAPTER + below + f"The end.{end}"
    placed = place(page=page, entry=ENTRY, able=ABLE)
    again = place(page=placed, entry=OTHER, able=ABLE)
    assert place(page=again, entry=OTHER, able=ABLE) == again
    assert place(page=again, entry=ENTRY, able=ABLE) == placed
    assert without_block(again, CVE) == without_block(placed, CVE)
    assert is_within(page, without_block(placed, CVE), added=r"(\r?\n|CVE-2025\r?\n([!-/:-@\[-`{-~])\2+)*\r?")


@given(above=PAGES, below=PAGES, end=st.sampled_from(["", "\n", "\r\n"]))
def test_placing_an_item_in_notes_puts_in_a_block(above: str, below: str, end: str) -> None:
    notes = above + SECTION + below + f"The end.{end}"
    placed = place_note(notes=notes, entry=ENTRY, able=ABLE)
    again = place_note(notes=placed, entry=OTHER, able=ABLE)
    assert place_note(notes=again, entry=OTHER, able=ABLE) == again
    assert place_note(notes=again, entry=ENTRY, able=ABLE) == placed
    assert is_within(notes, without_block(placed, "vulnerabilities"), added=r"(\r?\n)*\r?")
