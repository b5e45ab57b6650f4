"""The official schemas as a second opinion: from packages that ship them, or from a file of the user's.

Nothing here is needed: our own rules come first and say more. The packages come with the extra ``schemas``; without
them there is no second opinion, and that is said, never a verdict.
"""

import functools
import json
from importlib.resources import files
from typing import Any

import jsonschema_rs

from midstream.advisories.complaint import Complaint
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.json_text import read_json

SHIPPED = {
    "cve": ("cvelib", "schemas/CVE_JSON_bundled_5.1.1.json"),
    "csaf20": ("csaf", "csaf/v20/schema/csaf.json"),
    "csaf21": ("csaf", "csaf/v21csd04/schema/csaf.json"),
    "cyclonedx": ("cyclonedx", "schema/_res/bom-1.7.SNAPSHOT.schema.json"),
    "cyclonedx-1.6": ("cyclonedx", "schema/_res/bom-1.6.SNAPSHOT.schema.json"),
    "spdx": ("lib4sbom", "schemas/spdx/3.0-schema.json"),
}
"""For each target the package that ships its schema, and the path in it."""
_OTHERS: dict[str, Any] = {
    "https://www.first.org/cvss/cvss-v2.0.json": {},
    "https://www.first.org/cvss/cvss-v3.0.json": {"properties": {"version": {"const": "3.0"}}},
    "https://www.first.org/cvss/cvss-v3.1.json": {"properties": {"version": {"const": "3.1"}}},
}
"""Schemas that CSAF's refers to. What FIRST's say is checked by our own rules; here they only tell versions apart.

Any other that is referred to allows everything: nothing is fetched.
"""
_MOST = 20
"""How many complaints of a schema are worth reading."""


def second_opinion(content: bytes, *, target: str, schema: bytes | None = None) -> tuple[Complaint, ...]:
    """Return what the schema has against the document: that of the file `schema`, or the shipped one.

    Raises `DocumentError` when no package at hand ships one, which says nothing about the document, when the file
    holds no JSON Schema, and when the document is no JSON. Nothing is fetched: what a schema refers to allows
    everything, unless it is at hand.
    """
    validator = _compiled(schema) if schema is not None else _shipped(target)
    found = []
    for error in validator.iter_errors(read_json(content)):
        path = "".join(f"/{step}" for step in error.instance_path)
        found.append(Complaint(target=target, rule="schema", path=path, field="", sentence=_plain(error.message)))
        if len(found) == _MOST:
            break
    return tuple(found)


def _plain(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:197]}…"


@functools.cache
def _shipped(target: str) -> Any:  # noqa: ANN401 (the library's validators have no common type)
    if target not in SHIPPED:
        raise DocumentError(
            f"no package ships the schema of {target}", hint="Name a file that holds it: --schema FILE."
        )
    package, path = SHIPPED[target]
    try:
        raw = files(package).joinpath(path).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        raise DocumentError(
            f"the package {package}, which ships the schema of {target}, is not installed",
            hint="Install midstream[schemas], or name a file that holds it: --schema FILE.",
        ) from None
    return _compiled(raw, package=package, folder=path.rpartition("/")[0])


@functools.lru_cache(maxsize=8)
def _compiled(raw: bytes, *, package: str = "", folder: str = "") -> Any:  # noqa: ANN401 (as _shipped)
    """Return the schema, ready to judge. Members that are there twice are no fault here: official schemas have some."""

    def retrieved(address: str) -> Any:  # noqa: ANN401 (a schema)
        """Return a schema that this one refers to: one beside it in its package, else one that allows everything."""
        place = address.partition("#")[0]
        if place in _OTHERS or not package:
            return _OTHERS.get(place, {})
        try:
            return json.loads(files(package).joinpath(folder, place.rpartition("/")[2]).read_bytes())
        except (OSError, ValueError):
            return {}

    try:
        schema = json.loads(raw)
        return jsonschema_rs.validator_for(schema, retriever=retrieved)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"no JSON Schema: {_plain(str(error))}", where="the schema", hint="Take it from its source again."
        ) from None
