"""The laws every target keeps: what is written is right, the same each time, read back exactly, and agreed upon."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import lib4sbom
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Release
from midstream.advisories.targets import to_ghsa
from midstream.advisories.targets.prose import to_atom, to_mail, to_trustedfirmware, to_zephyr
from midstream.advisories.targets.target import Target
from midstream.advisories.targets.vex import to_cyclonedx, to_openvex, to_spdx
from midstream.formats.mail import message
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, worlds

JSON = [to_openvex.TARGET, to_cyclonedx.TARGET, to_spdx.TARGET, to_ghsa.TARGET]
TARGETS = [*JSON, to_atom.TARGET, to_mail.TARGET, to_zephyr.TARGET, to_trustedfirmware.TARGET]
any_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
World = tuple[Advisory, tuple[Release, ...]]


def written(target: Target, record: Advisory, releases: tuple[Release, ...]) -> Any:  # noqa: ANN401 - each target has its own
    return target.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW)


@any_target
def test_making_it_again_later_changes_no_byte(target: Target) -> None:
    record = public_part(RECORD, now=NOW)
    first = target.dump(written(target, record, RELEASES))
    later = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW.replace(year=2030))
    assert target.dump(later) == first


@any_target
def test_hidden_characters_of_a_text_stand_in_no_document(target: Target) -> None:
    hostile = "fixed in \u202e3.2.1\u202c <img src=x onerror=alert(1)> \u200b"
    record = Advisory(
        **{
            **{name: getattr(RECORD, name) for name in RECORD.__struct_fields__},
            **{name: {"en": hostile} for name in ("title", "summary", "details", "impact")},
        }
    )
    raw = target.dump(written(target, record, RELEASES))
    if target is to_mail.TARGET:
        raw = message.body(written(target, record, RELEASES)).encode()
    assert not {"\u202e", "\u202c", "\u200b"} & set(raw.decode())


def spdx_schema() -> jsonschema_rs.Validator:
    path = Path(lib4sbom.__file__).parent / "schemas" / "spdx" / "3.0-schema.json"
    return jsonschema_rs.validator_for(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return {
        "spdx": spdx_schema(),
        "1.6": JsonStrictValidator(SchemaVersion.V1_6),
        "1.7": JsonStrictValidator(SchemaVersion.V1_7),
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(world=worlds())
def test_the_official_schemas_agree(schemas: dict[str, Any], world: World) -> None:
    record, releases = world
    raw = to_spdx.TARGET.dump(written(to_spdx.TARGET, record, releases))
    assert [error.message for error in schemas["spdx"].iter_errors(json.loads(raw))] == []
    for spec in ("1.6", "1.7"):
        document = to_cyclonedx.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW, spec=spec)
        assert schemas[spec].validate_str(to_cyclonedx.TARGET.dump(document).decode()) is None


def atoms(value: object) -> Iterator[str]:
    """Every word of the record that stands for itself: texts, numbers, moments by their day."""
    if isinstance(value, dict):
        for item in value.values():
            yield from atoms(item)
    elif isinstance(value, list):
        for item in value:
            yield from atoms(item)
    elif value not in ("", None, "public"):
        yield str(value)[:40]


@pytest.mark.parametrize(
    ("target", "floor"),
    [
        (to_openvex.TARGET, 9),
        (to_cyclonedx.TARGET, 18),
        (to_spdx.TARGET, 13),
        (to_ghsa.TARGET, 9),
        (to_atom.TARGET, 7),
        (to_zephyr.TARGET, 3),
        (to_trustedfirmware.TARGET, 3),
        (to_mail.TARGET, 3),
    ],
    ids=lambda each: getattr(each, "name", str(each)),
)
def test_more_of_a_record_survives_than_the_floor(target: Target, floor: int) -> None:
    text = target.dump(written(target, public_part(RECORD, now=NOW), RELEASES)).decode()
    found = [name for name, atom in ATOMS.items() if atom in text or json.dumps(atom)[1:-1] in text]
    assert len(found) >= floor, found


ATOMS = {
    "id": "TFMV-9",
    "cve": "CVE-2025-53022",
    "ghsa": "GHSA-2345-6789-cfgh",
    "related": "TFMV-8",
    "other id": "T1234",
    "title": "trusts the length of a dependency record",
    "summary": "A crafted image makes",
    "details": "copies as many bytes",
    "impact": "may be changed by a client",
    "cwe": "787",
    "second cwe": "20",
    "capec": "100",
    "score 3": "CVSS:3.1/AV:L",
    "score 4": "CVSS:4.0/AV:L",
    "exploitation": "https://example.org/poc",
    "vendor": "TrustedFirmware.org",
    "name": "Trusted Firmware-M",
    "purl": "pkg:github/trustedfirmware-m/trusted-firmware-m",
    "repository": "https://github.com/TrustedFirmware-M/trusted-firmware-m",
    "cpe": "cpe:2.3:o:arm:trusted_firmware-m",
    "path": "tfm_fwu_req_mngr.c",
    "routine": "tfm_fwu_install",
    "configuration": "TFM_PARTITION_FIRMWARE_UPDATE",
    "branch": "release/2.1.x",
    "introduced": f"{11:040x}",
    "fix commit": f"{22:040x}",
    "fix release": "2.1.3",
    "pull request": "https://review.example.org/22",
    "justification": "inline_mitigations_already_exist",
    "workaround": "Switch the firmware update partition off",
    "mitigation": "Accept images from trusted clients only",
    "reference": "https://lists.example.org/1",
    "credit": "Rosa Lind",
    "credited organisation": "Quiet Works",
    "revision": "Fixed in 2.1.3.",
}
"""35 atoms of the full record."""


@pytest.mark.parametrize("target", JSON, ids=lambda target: target.name)
@settings(max_examples=60)
@given(data=st.data())
def test_a_broken_document_is_read_or_refused_but_never_a_crash(target: Target, data: st.DataObject) -> None:
    tree = json.loads(target.dump(written(target, public_part(RECORD, now=NOW), RELEASES)))
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.builds(list) | st.builds(dict)
    for _ in range(data.draw(st.integers(1, 4))):
        node: Any = tree
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not data.draw(st.integers(0, 2)):
                node[key] = data.draw(junk)
                break
            node = node[key]
    document = target.load(json.dumps(tree).encode())
    target.check(document, now=NOW)
    target.read(document)
    for component in RECORD.component:
        if target.evaluate:
            target.evaluate(document, component=component, release=RELEASES[0])
