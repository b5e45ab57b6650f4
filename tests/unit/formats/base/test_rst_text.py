"""Text of strangers put into reStructuredText: docutils shows exactly that text and finds no mark-up in it."""

import docutils.core
import docutils.nodes
import pytest
from docutils.utils import Reporter
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.base import rst
from midstream.formats.base.visible import one_line


def parsed(text: str) -> docutils.nodes.document:
    """The document, as docutils reads it; a warning is an error."""
    return docutils.core.publish_doctree(
        text, settings_overrides={"halt_level": Reporter.WARNING_LEVEL, "report_level": 5, "_disable_config": True}
    )


HOSTILE = [
    ".. raw:: html\n\n   <script>alert(1)</script>",
    ".. include:: /etc/passwd",
    ":file:`x` and :cve:`2026-1`",
    "|subst| and `link <javascript:alert(1)>`_ and name_ and __ anonymous__ [1]_",
    "Title\n=====",
    "- item\n- item",
    "1. one",
    "A. N. Other found it",
    ":field: value",
    ">>> doctest",
    "| line block",
    "ends with::",
    "\\ backslash \\\\ two",
    "*emphasis **strong ``literal",
    "+---+\n| a |\n+---+",
    "__init__ and bt_conn_tx_processor and _private and trailing_",
    "=====",
    "....",
    "===== " + "x" * 100 + " =====",
    "} " + "y" * 100,
    "\\\\ " + "z" * 100,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    tree = parsed("\n".join(rst.wrapped(text)))
    assert [type(node).__name__ for node in tree.children] == ["paragraph"]
    assert " ".join(tree.astext().split()) == one_line(text)
    assert not list(tree.findall(docutils.nodes.problematic))
    assert {type(node).__name__ for node in tree[0].children} <= {"Text"}


ALPHABET = st.sampled_from("ab1 _*`|\\:.-=+#<>[](){}/'\"~^!\n")


@given(st.text(ALPHABET, min_size=1, max_size=40))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    line = one_line(text)
    if line:
        tree = parsed("before\n\n" + "\n".join(rst.wrapped(text, width=20)) + "\n\nafter\n")
        assert [type(node).__name__ for node in tree.children] == ["paragraph"] * 3
        assert " ".join(tree[1].astext().split()) == " ".join(line.split())
        assert rst.unescape(" ".join(rst.escape(text).split())) == line


@given(st.text(ALPHABET, min_size=1, max_size=60))
def test_prose_of_any_kind_can_be_built(text: str) -> None:
    tree = parsed("\n".join(["before", "", *rst.prose(text, width=24), "", "after"]))
    assert {type(node).__name__ for node in tree.children} <= {"paragraph", "bullet_list", "literal_block"}


def test_lists_and_code_of_markdown_stay_lists_and_code() -> None:
    tree = parsed("\n".join(rst.prose("Call `read_it()`:\n\n```c\nread_it(0);\n```\n\n- one\n- two `x`\n")))
    assert [type(node).__name__ for node in tree.children] == ["paragraph", "literal_block", "bullet_list"]
    assert tree[1].astext() == "read_it(0);"
    assert [node.astext() for node in tree.findall(docutils.nodes.literal)] == ["read_it()", "x"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://x>`_ y", "https://e.org/a_b_"])
def test_a_link_leads_to_the_web_or_is_text(url: str) -> None:
    tree = parsed(rst.link("see <this> `x`", url))
    for node in tree.findall(docutils.nodes.reference):
        assert node["refuri"].startswith("https://")
        assert node.astext() == "see <this> `x`"
