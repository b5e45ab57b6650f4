"""How much of a record each format holds, and that every promise of the mapping is about a field there is."""

import json

import msgspec
import pytest

from midstream.advisories.checks.agreement import disagreements
from midstream.advisories.checks.leaks import atoms
from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.mapping import project
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Fix, Line, Release, Scheme
from midstream.advisories.targets.target import Target
from tests.advisories import COMPONENT, NOW, PUBLISHER, RECORD, RELEASES, sha
from tests.atoms import ATOMS, FORMATS, NEVER, kept_by

FLOORS = {"cve": 59, "osv": 58, "csaf20": 56, "csaf21": 57}
"""Of the 63 different atoms of the full record, those that stand in the document as they are. Naive exporters were
measured to keep 24, 17 and 22 of 35."""


def held(target: Target) -> int:
    record = public_part(RECORD, now=NOW)
    document = target.dump(target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)).decode()
    told = {json.dumps(atom, ensure_ascii=False)[1:-1] for atom in atoms(record).values()}
    return sum(atom in document for atom in told)


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_a_format_holds_as_many_atoms_as_it_can(name: str, floor: int) -> None:
    assert held(TARGETS[name]) >= floor


def test_there_are_35_atoms_and_every_format_has_its_floor() -> None:
    assert len(ATOMS) == 35
    assert FORMATS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_at_least_the_floor_of_the_35_atoms_stands_in_a_document_and_comes_back(name: str) -> None:
    kept = kept_by(TARGETS[name])
    assert len(kept.held) >= FORMATS[name].held, sorted(ATOMS.keys() - kept.held)
    assert len(kept.read) >= FORMATS[name].read, sorted(ATOMS.keys() - kept.read)
    assert kept.lost == set()
    assert NEVER not in kept.held | kept.read


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_promise_is_about_a_field(target: Target) -> None:
    assert target.places
    for promise in target.places:
        kind: object = Advisory
        for step in promise.removesuffix(".en").split("."):
            fields = {field.name: field.type for field in msgspec.structs.fields(kind)}  # type: ignore[arg-type]  # a Struct at every step but the last
            assert step in fields, f"{target.name} promises {promise}"
            kind = next(iter(getattr(fields[step], "__args__", ())), fields[step])


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_promise_is_kept_of_the_full_record(target: Target) -> None:
    record = public_part(RECORD, now=NOW)
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert target.read(document).partial == project(record, kept=target.places)


def release(version: str) -> Release:
    return Release(component="tf-m", version=version, tag=f"t{version}", sha=sha(1), branch="b", at=NOW)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize(
    ("scheme", "line", "versions"),
    [
        ("git", Line(branch="b", first="build-1", status="affected"), ("build-1", "build-2")),
        (
            "git",
            Line(branch="b", first="build-1", status="fixed", fix=(Fix(sha=sha(4), release="build-2"),)),
            ("build-1",),
        ),
        ("semver", Line(branch="of no release", first="0", status="affected"), ("1.0.0", "1.1.0")),
    ],
    ids=["no order places the versions", "nor that of the fix", "no release is of the branch"],
)
def test_a_component_of_whose_releases_nothing_is_known_is_told_all_the_same(
    target: Target, scheme: Scheme, line: Line, versions: tuple[str, ...]
) -> None:
    component = msgspec.structs.replace(COMPONENT, scheme=scheme, line=(line,), statement=())
    record = public_part(msgspec.structs.replace(RECORD, component=(component,)), now=NOW)
    releases = [release(version) for version in versions]
    raw = target.dump(target.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW))
    document = target.load(raw)
    assert target.read(document).partial == project(record, kept=target.places)
    assert [str(each) for each in check_of(target, document, now=NOW)] == []
    assert [str(each) for each in disagreements(target, document, record=record, releases=releases)] == []
