"""What names an item of a list in the documents of others, so that a place in them stays right when the list changes.

A step is the names of some members and their values: ``category+name=["vendor", "Arm"]``. An item that nothing tells
from the others has its number as its step, as every item had in facts of old.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from midstream.advisories.carry.outline import without_outline

Names = tuple[str, ...]
"""Members that name an item together; ``a/b`` is a member of a member, and ``a=b`` is whether `a` is b."""

END: Final = "-"
"""The step to behind the last item of a list (RFC 6901, section 4)."""
_PACKAGE: Final = ("package/ecosystem", "package/name")
_PRODUCT: Final = ("vendor", "product", "collectionURL", "packageName", "versions/0/versionType=git")
_TEXT: Final[tuple[Names, ...]] = (("lang", "value"),)
_STATEMENT: Final = ("status", "justification", "impact_statement", "action_statement", "status_notes")
_ANY: Final[tuple[Names, ...]] = (
    *(("spdxId",), ("bom-ref",), ("@id",), ("ref",), ("id",), ("url",), ("vector",), ("version",), ("range",)),
    *(("identifier",), ("locator",), ("name",), ("extension_cdxPropName",), ("type",)),
    _STATEMENT,
)
"""What names an item of a list that has no row of its own, the surest first."""
_OF_LIST: Final[dict[str, tuple[Names, ...]]] = {
    "acknowledgments": (("names", "organization"), ("names", "organization", "summary")),
    "affected": (_PRODUCT, _PACKAGE, (*_PACKAGE, "ranges/0/events/0/introduced"), ("ranges/0/repo",)),
    "branches": (("category", "name"),),
    "changes": (("at",),),
    "configurations": _TEXT,
    "credits": (("value",), ("name",), ("login",), *((each, "type") for each in ("value", "name", "login"))),
    "descriptions": (("lang", "cweId"), ("lang", "cweId", "value", "description")),
    "events": (("introduced", "fixed", "last_affected", "limit"),),
    "exploits": _TEXT,
    "flags": (("label",), ("label", "date"), ("label", "product_ids")),
    "full_product_names": (("product_id",),),
    "ids": (("system_name", "text"),),
    "impacts": (("capecId",), ("descriptions/0/lang", "descriptions/0/value")),
    "involvements": (("party",), ("party", "date")),
    "metrics": (
        *((f"cvssV{version}/vectorString",) for version in ("4_0", "3_1", "3_0", "2_0")),
        *((f"content/cvss_v{version}/vectorString",) for version in ("4", "3")),
        ("source", "content/cvss_v4/vectorString", "content/cvss_v3/vectorString", "products"),
    ),
    "notes": (("category", "title"), ("category", "title", "text")),
    "problemTypes": (("descriptions/0/cweId",), ("descriptions/0/description",)),
    "product_groups": (("group_id",),),
    "product_paths": (("full_product_name/product_id",),),
    "ranges": (("type", "repo"), ("type", "repo", "events/0/introduced")),
    "references": (("url",), ("url", "summary", "name"), ("id",)),
    "rejectedReasons": _TEXT,
    "relationships": (("full_product_name/product_id",),),
    "remediations": (("category", "details"), ("category", "details", "product_ids")),
    "revision_history": (("number",),),
    "scenarios": _TEXT,
    "scores": (
        ("cvss_v3/vectorString",),
        ("cvss_v3/vectorString", "cvss_v2/vectorString", "products"),
    ),
    "severity": (("type",), ("type", "score")),
    "solutions": _TEXT,
    "statements": (("status", "justification"), ("status", "justification", "products/0/@id"), _STATEMENT),
    "subpaths": (("next_product_reference",),),
    "supportingMedia": (("type",),),
    "threats": (("category", "details"), ("category", "details", "product_ids")),
    "timeline": (("time", "value"),),
    "versions": (
        *(("version",), ("range",), ("version", "lessThan", "lessThanOrEqual", "status")),
        ("introduced", "fixed", "last_affected", "limit"),
    ),
    # of CSAF the one that is read, and written, is the first, with or without a CVE id
    "vulnerabilities": (("bom-ref",), ("id",), _PACKAGE, (*_PACKAGE, "vulnerable_version_range")),
    "workarounds": _TEXT,
    "x_generic_uris": (("namespace", "uri"),),
}
"""What names an item of a list of this name, the surest first."""


def step_to(items: Sequence[Any], place: int, *, of: str) -> str:
    """Return the step to an item of the list `of`: by the first members that it alone has so, else its number."""
    for names in _OF_LIST.get(of, _ANY):
        if (step := _step(items[place], names)) and sum(_step(each, names) == step for each in items) == 1:
            return step
    return str(place)


def item_at(items: Sequence[Any], step: str) -> Any:  # noqa: ANN401 (JSON)
    """Return the item that a step leads to, None when there is none or more than one."""
    if step.isdecimal():
        return items[int(step)] if int(step) < len(items) else None
    label = step.partition("=[")[0]
    kinds = (tuple(label.split("+")), _STATEMENT)
    found = [each for each in items if any(_step(each, names) == step for names in kinds)]
    return found[0] if len(found) == 1 else None


def is_into_list(step: str) -> bool:
    """Return whether a step leads to an item of a list, or to its end."""
    return step == END or step.isdecimal() or "=[" in step


def _step(item: Any, names: Names) -> str:  # noqa: ANN401 (JSON)
    values = [_value(item, name) for name in names]
    label = names[0] if names == _STATEMENT else "+".join(names)
    return f"{label}={json.dumps(values, sort_keys=True)}" if any(values) else ""


def _value(item: Any, name: str) -> Any:  # noqa: ANN401 (JSON)
    path, is_asked, wanted = name.partition("=")
    for step in path.split("/"):
        if isinstance(item, list):
            item = item[int(step)] if step.isdecimal() and int(step) < len(item) else ""
        else:
            item = item.get(step, "") if isinstance(item, dict) else ""
    if is_asked:
        return bool(item == wanted)
    return without_outline(item) if isinstance(item, str) else item
