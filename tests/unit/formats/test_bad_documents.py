"""Documents that are damaged, hostile or of the future: a clear error or a kept unknown, never a crash."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS
from midstream.advisories.targets.target import Target
from midstream.formats.base.fault import DocumentError
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES

OURS = pytest.mark.parametrize(
    "target", [TARGETS[name] for name in ("cve", "osv", "csaf20", "csaf21")], ids=lambda each: each.name
)


def tree_of(target: Target) -> Any:  # noqa: ANN401 (JSON)
    return json.loads(target.dump(target.write(record=RECORD, publisher=PUBLISHER, releases=RELEASES, now=NOW)))


def places(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 (JSON)
    """The paths of every value in a document."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [found for name, value in inner for found in ((*path, name), *places(value, (*path, name)))]


@OURS
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"<html>",
        b"[]",
        b"null",
        b'{"id": 1, "id": 2}',
        b"[" * 100_000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
    ids=range(8),
)
def test_what_is_no_document_is_refused_in_words(target: Target, raw: bytes) -> None:
    with pytest.raises(DocumentError) as found:
        target.load(raw)
    assert found.value.hint


WRONG = st.sampled_from(
    [
        *(None, True, -1, 1.5, 10**30, 1e308, [], {}, [None], {"a": [1]}, [[["x"]]]),
        *("", "x", "../../etc/passwd", "\0", "٣", "9" * 5_000, "-1", "1e400", "NaN"),
        *(
            "https://[",
            "https://[::1",
            "https://a\u2100b/",
            "https://x:port/",
            "//",
            "pkg:",
            "pkg:generic/%ff",
            "vers:",
            "vers:semver/",
        ),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "2026-11-20T09:30:60Z"),
        *("CVSS:3.1/", "CVSS:3.1/AV:N/AV:N", "CVSS:4.0/AV:X", "CWE-99999999999999999999", "CVE-0000-0", "1..2", "v"),
    ]
)


@OURS
@given(data=st.data())
def test_any_damage_is_read_checked_and_written_back(target: Target, data: st.DataObject) -> None:
    tree = tree_of(target)
    for _ in range(data.draw(st.integers(1, 4))):
        *above, last = data.draw(st.sampled_from(places(tree)))
        inner = tree
        for step in above:
            inner = inner[step]
        inner[last] = copy.deepcopy(data.draw(WRONG))  # else a list could be put into itself
    document = target.load(json.dumps(tree).encode())
    assert json.loads(target.dump(document)) == tree
    for fault in target.check(document, now=NOW):
        assert fault.sentence
        target.field_of(document, fault.path)
    target.read(document)


@OURS
def test_members_of_a_newer_version_are_kept_and_written_again(target: Target) -> None:
    tree = tree_of(target)
    tree["newer_member"] = {"of": ["a later", "version"]}
    reading = target.read(target.load(json.dumps(tree).encode()))
    (kept,) = [each for each in reading.partial.foreign if each.path == "/newer_member"]
    assert kept.target == target.name
    record = RECORD.__class__(
        **{name: getattr(RECORD, name) for name in RECORD.__struct_fields__} | {"foreign": (kept,)}
    )
    again = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert json.loads(target.dump(again))["newer_member"] == tree["newer_member"]
    for other in TARGETS.values():
        if other.name != target.name:
            made = other.dump(other.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW))
            assert b"newer_member" not in made


@OURS
@pytest.mark.parametrize(
    "identifier", ["../../etc/passwd", "a/b", "..", ".", "a\\b", "a\0b", "C:\\x", "x" * 500, "", "TFMV 9"]
)
def test_an_id_that_is_a_path_names_no_place(target: Target, identifier: str) -> None:
    name = target.file_name(RECORD.__class__(id=identifier))
    assert "/" not in name
    assert "\\" not in name
    assert "\0" not in name
    assert ".." not in name
    assert name not in ("", ".json")
    assert len(name) <= 140
