"""The second opinion: from packages, from a file, or none; never a verdict where there is none."""

import json

import pytest

from midstream.advisories.checks import schemas
from midstream.advisories.checks.schemas import second_opinion
from midstream.advisories.formats import TARGETS
from midstream.formats.base.fault import DocumentError
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES


def content(name: str) -> bytes:
    target = TARGETS[name]
    return target.dump(target.write(record=RECORD, publisher=PUBLISHER, releases=RELEASES, now=NOW))


@pytest.mark.parametrize("name", schemas.SHIPPED)
def test_what_we_write_passes(name: str) -> None:
    assert second_opinion(content(name), target=name) == ()


@pytest.mark.parametrize("name", schemas.SHIPPED)
def test_what_breaks_the_schema_is_said_with_its_place(name: str) -> None:
    tree = json.loads(content(name))
    {
        "cve": lambda: tree["containers"]["cna"].update(title=7),
        "csaf20": lambda: tree["document"].update(title=7),
        "csaf21": lambda: tree["document"].update(title=7),
        "cyclonedx": lambda: tree["vulnerabilities"][0].update(cwes=["787"]),
        "cyclonedx-1.6": lambda: tree["vulnerabilities"][0].update(title="x"),
        "spdx": lambda: tree["@graph"][2].update(spdxId=7),
    }[name]()
    found = second_opinion(json.dumps(tree).encode(), target=name)
    assert found
    assert all(each.rule == "schema" and each.sentence for each in found)


def test_a_file_of_the_user_counts_instead() -> None:
    schema = json.dumps({"required": ["of the user"]}).encode()
    (found,) = second_opinion(content("osv"), target="osv", schema=schema)
    assert "of the user" in found.sentence


def test_where_no_package_ships_one_it_is_said() -> None:
    with pytest.raises(DocumentError, match="no package ships the schema of osv") as found:
        second_opinion(content("osv"), target="osv")
    assert "--schema FILE" in found.value.hint


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(schemas.SHIPPED, "cve", ("no_such_package", "schema.json"))
    schemas._shipped.cache_clear()
    with pytest.raises(DocumentError, match="no_such_package") as found:
        second_opinion(content("cve"), target="cve")
    assert "midstream[schemas]" in found.value.hint
    schemas._shipped.cache_clear()


@pytest.mark.parametrize(
    "raw", [b"[]", b"not JSON", b'{"type": 7}', b'{"$ref": "https://example.org/elsewhere.json#/x"}']
)
def test_a_file_that_holds_no_schema_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        second_opinion(content("osv"), target="osv", schema=raw)
