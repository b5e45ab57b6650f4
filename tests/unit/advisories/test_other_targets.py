"""The laws every target keeps: what is written is right, the same each time, read back exactly, and agreed upon."""

import json
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
