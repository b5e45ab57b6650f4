"""Advisory pages of TF-A and TF-M: built by docutils, read back, people's text kept."""

import docutils.core
import docutils.nodes
import pytest
from docutils.utils import Reporter

from midstream.formats.base.fault import DocumentError
from midstream.formats.trustedfirmware.index import is_index, name_in_index, place_in_index
from midstream.formats.trustedfirmware.page import Page, Project, place_page, read_page

PAGE = Page(
    id="TFV-18",
    title="A title long enough that it does not fit into one line of the second column, with a | bar",
    cve="CVE-2026-1234",
    date="Reported on 26 Jan 2026",
    versions=("TF-A: from 2.2 before 2.12", "lts-v2.10: all versions before 2.10.11"),
    configurations=("All",),
    impact="A guest may read x0 to x3, and 漢字.",
    fixes=("master: fixed in 2.12 (0123456789ab)", "lts-v2.10: fixed in 2.10.11 (ba9876543210)"),
    credit=("Rosa Lind, Example Labs", "Quiet Works"),
    links={"0123456789ab": "https://review.example.org/1", "ba9876543210": "https://review.example.org/2"},
    sections=(("Description", "Two paragraphs.\n\nThe second."), ("Mitigation", "Update.")),
)


def built(text: str) -> docutils.nodes.document:
    return docutils.core.publish_doctree(
        text, settings_overrides={"halt_level": Reporter.WARNING_LEVEL, "report_level": 5, "_disable_config": True}
    )


@pytest.mark.parametrize("project", ["tf-a", "tf-m"])
def test_a_page_is_built_and_read_back(project: Project) -> None:
    page = Page(**{name: getattr(PAGE, name) for name in PAGE.__struct_fields__} | {"project": project})
    text = place_page(existing="", page=page)
    tree = built(text)
    assert len(list(tree.findall(docutils.nodes.row))) == 8
    assert {node["refuri"] for node in tree.findall(docutils.nodes.reference)} >= {"https://review.example.org/1"}
    assert read_page(text) == page
    assert all(len(line) <= 80 or "http" in line for line in text.split("\n"))


def test_what_stands_below_the_block_stays() -> None:
    text = place_page(existing="", page=PAGE) + "\n--------------\n\n*SPDX-License-Identifier: BSD-3-Clause*\n"
    assert place_page(existing=text, page=PAGE) == text
    other = Page(**{name: getattr(PAGE, name) for name in PAGE.__struct_fields__} | {"title": "Another"})
    assert place_page(existing=place_page(existing=text, page=other), page=PAGE) == text
    with pytest.raises(DocumentError, match="written by hand"):
        place_page(existing="Advisory TFV-18\n===============\n", page=PAGE)


def test_hostile_cells_stay_cells() -> None:
    hostile = "x | y\n+---+\n.. raw:: html\n\n   <b> `z <javascript:1>`_ \u202e |s| CVE-2026-1234"
    page = Page(id="TFV-19", title=hostile, impact=hostile, versions=(hostile, hostile), credit=(hostile,), date="x")
    tree = built(place_page(existing="", page=page))
    assert len(list(tree.findall(docutils.nodes.row))) == 8
    assert not list(tree.findall(docutils.nodes.raw))
    with pytest.raises(DocumentError, match="no id of an advisory"):
        place_page(existing="", page=Page(id="../../x", title="t"))


HAND = """Advisory TFMV-9
===============

+-----------------+------------------------------------------------------------+
| Title           | It does not check a length                                 |
+=================+============================================================+
| CVE ID          | `CVE-2025-1111`_                                           |
+-----------------+------------------------------------------------------------+
| Public          | Jul 21, 2025                                               |
| Disclosure Date |                                                            |
+-----------------+------------------------------------------------------------+
| Versions        | All from `v1.3.0`_ up to `v2.2.0`_                         |
| Affected        | inclusive                                                  |
+-----------------+------------------------------------------------------------+

Background
----------

Some text about ``it``.

.. _CVE-2025-1111: https://www.cve.org/CVERecord?id=CVE-2025-1111
.. _v1.3.0: https://example.org/v1.3.0
"""


def test_a_page_that_people_wrote_is_read() -> None:
    page = read_page(HAND)
    assert (page.id, page.project, page.cve) == ("TFMV-9", "tf-m", "CVE-2025-1111")
    assert page.versions == ("All from v1.3.0 up to v2.2.0 inclusive",)
    assert page.links == {"v1.3.0": "https://example.org/v1.3.0"}
    with pytest.raises(DocumentError, match="no title and table"):
        read_page("Advisory\n========\n")


INDEX = """Security Advisories
===================

.. toctree::
    :maxdepth: 1

    one_page
    other_page

+------------+-----------------------+
| ID         | Title                 |
+============+=======================+
|  |TFMV-1|  | One                   |
+------------+-----------------------+

.. |TFMV-1| replace:: :doc:`TFMV-1 <one_page>`

Footer.
"""


def test_an_index_gains_a_line_and_a_row_and_nothing_else() -> None:
    title = "A title that takes two lines of the table"
    index = place_in_index(index=INDEX, name="new_page", id="TFMV-2", title=title)
    assert place_in_index(index=index, name="new_page", id="TFMV-2", title=title) == index
    gained = [line for line in index.split("\n") if line not in INDEX.split("\n")]
    assert gained == [
        "    new_page",
        "|  |TFMV-2|  | A title that takes    |",
        "|            | two lines of the      |",
        "|            | table                 |",
        ".. |TFMV-2| replace:: :doc:`TFMV-2 <new_page>`",
    ]
    plain = "A\n=\n\n.. toctree::\n   :maxdepth: 1\n\n   a-1.rst\n"
    assert place_in_index(index=plain, name="a-2", id="TFV-2", title="t") == plain + "   a-2.rst\n"
    with pytest.raises(DocumentError, match="no name of a page"):
        place_in_index(index=INDEX, name="../x", id="TFMV-3", title="t")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("index", [INDEX, INDEX.rstrip(), INDEX.replace("\nFooter.\n", "").rstrip("\n")])
def test_an_index_keeps_its_line_ends(index: str, end: str) -> None:
    index = index.replace("\n", end)
    placed = place_in_index(index=index, name="new_page", id="TFMV-2", title="Two")
    lines = [line for line in placed.split("\n") if "2|" not in line and "new_page" not in line]
    assert placed.count("\r") == (placed.count("\n") if end == "\r\n" else 0)
    assert placed.endswith("\n") == index.endswith("\n")
    assert "\n".join(lines).count("Two") == 0
    assert name_in_index(index=placed, id="TFMV-2") == "new_page"


def test_an_index_knows_the_page_of_an_advisory() -> None:
    assert is_index(INDEX)
    assert not is_index(HAND)
    assert is_index("Advisories\n==========\n\n.. toctree::\n   :maxdepth: 1\n")  # its first entry is still to come
    assert name_in_index(index=INDEX, id="TFMV-1") == "one_page"
    assert name_in_index(index=INDEX, id="TFMV-11") == ""
    assert name_in_index(index="\n.. toctree::\n\n   security-advisory-tfv-2.rst\n", id="TFV-2") == (
        "security-advisory-tfv-2"
    )
    with pytest.raises(DocumentError, match="not beside the index"):
        name_in_index(index=INDEX.replace("<one_page>", "<../one_page>"), id="TFMV-1")
