"""What we write passes the official schemas and tests, as the packages of the extra `schemas` ship them."""

import functools
import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import msgspec
from csaf.csaf.v20 import validate
from csaf.csaf.v21csd04._validator import validate as validate_21
from hypothesis import given, settings

from midstream.advisories.formats import TARGETS
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Dates, Release
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, worlds


def written(name: str, record: Advisory, releases: tuple[Release, ...]) -> Any:  # noqa: ANN401 (JSON)
    target = TARGETS[name]
    public = public_part(record, now=NOW)
    assert target.lacks(public, PUBLISHER) == ""
    return json.loads(target.dump(target.write(record=public, publisher=PUBLISHER, releases=releases, now=NOW)))


@functools.cache
def cve_schema() -> jsonschema_rs.Draft7Validator:
    text = (files("cvelib") / "schemas" / "CVE_JSON_bundled_5.1.1.json").read_text()
    return jsonschema_rs.Draft7Validator(json.loads(text))


def csaf_failures(document: dict[str, Any]) -> list[str]:
    """The tests of CSAF that fail, the optional ones too; those for information (6.3) are no faults.

    6.2.3 asks for a score of version 3 for every affected product; a record that has none cannot give one.
    """
    report = validate(document, preset="full")
    assert len(report.results) > 40
    return [
        f"{each.id}: {each.errors or each.warnings}"
        for each in report.results
        if not each.skipped and each.id != "6.2.3" and not each.id.startswith("6.3")
        if not each.passed or each.errors or each.warnings
    ]


def csaf21_failures(document: dict[str, Any]) -> list[str]:
    """The tests of the draft of CSAF 2.1 that fail, the optional ones too; those for information (6.3) are no faults.

    Not asked are: 6.2.3, as above; a licence (6.2.43), which a record has none of; weaknesses of the record that the
    catalogue discourages (6.2.23, 6.2.25, 6.2.26); and what follows from dates and releases of random records: the
    same moment in two revisions (6.2.21), ranges without an end (6.2.49) and a release within such a range of which a
    statement says otherwise (6.2.50), one cpe for a product and the range it lies in (6.2.32), and a fix whose release
    is not yet in the calendar (6.2.39.1).
    """
    report = validate_21(document, preset="full")
    assert len(report.results) > 150
    left = {"6.2.3", "6.2.43", "6.2.23", "6.2.25", "6.2.26", "6.2.21", "6.2.49", "6.2.32", "6.2.39.1"}
    return [
        f"{each.id}: {each.errors or each.warnings}"
        for each in report.results
        if not each.skipped
        and each.id not in left
        and not each.id.startswith("6.2.50.")
        and not each.id.startswith("6.3")
        if not each.passed or each.errors
    ]


def test_the_full_record_passes_the_schema_of_the_cve_program() -> None:
    cve_schema().validate(written("cve", RECORD, RELEASES))


@given(worlds())
def test_any_record_passes_the_schema_of_the_cve_program(world: tuple[Advisory, tuple[Release, ...]]) -> None:
    cve_schema().validate(written("cve", *world))


def test_the_full_record_passes_the_tests_of_csaf() -> None:
    assert csaf_failures(written("csaf20", RECORD, RELEASES)) == []


@settings(max_examples=15)
@given(worlds())
def test_any_record_passes_the_tests_of_csaf(world: tuple[Advisory, tuple[Release, ...]]) -> None:
    assert csaf_failures(written("csaf20", *world)) == []


def test_the_full_record_passes_the_tests_of_the_draft_of_csaf() -> None:
    assert csaf21_failures(written("csaf21", RECORD, RELEASES)) == []


@settings(max_examples=15)
@given(worlds())
def test_any_record_passes_the_tests_of_the_draft_of_csaf(world: tuple[Advisory, tuple[Release, ...]]) -> None:
    """Its dates are made to follow one another, as those of real records do; 2.1 asks for it, and 2.0 did not."""
    moments = sorted(each.at for each in world[0].revision if each.at)
    revision = tuple(msgspec.structs.replace(each, at=at) for each, at in zip(world[0].revision, moments, strict=False))
    record = msgspec.structs.replace(world[0], dates=Dates(public=moments[0] if moments else NOW), revision=revision)
    assert csaf21_failures(written("csaf21", record, world[1])) == []
