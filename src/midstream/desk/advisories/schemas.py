"""A second opinion: a document checked by a JSON Schema that the user has."""

import jsonschema_rs
import msgspec

from midstream.desk.errors import Misuse

MOST = 20
"""How many faults are told."""


def faults(content: bytes, schema: bytes, *, where: str) -> list[str]:
    """Return what the schema finds wrong, a sentence each, at most twenty; raise `Misuse` for what is no schema.

    References to other addresses are not followed: nothing is fetched.
    """
    try:
        validator = jsonschema_rs.validator_for(msgspec.json.decode(schema))
    except (msgspec.DecodeError, ValueError, jsonschema_rs.ReferencingError) as error:
        raise Misuse(
            f"{where} cannot be used: {error}", hint="Pass the schema itself, with all it refers to."
        ) from None
    try:
        document = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise Misuse("the document is no JSON", hint="A JSON Schema checks JSON documents only.") from None
    found: list[str] = []
    for fault in validator.iter_errors(document):
        path = "/".join(str(step) for step in fault.instance_path)
        found.append(f"/{path}: {fault.message[:300]}")
        if len(found) == MOST:
            break
    return found
