"""Which format a document is in, told from what its own standard puts there, never from the name of its file."""

import re
from collections.abc import Callable
from typing import Any

from midstream.formats.base.fault import DocumentError
from midstream.formats.base.json_text import read_object

_LOOKED_AT = 65_536
"""Characters at the beginning of a text in which its marks are looked for."""
_HINT = "Name the format: --format cve, say."


def _cve(tree: dict[str, Any]) -> str:
    return "cve" if tree.get("dataType") == "CVE_RECORD" else ""


def _csaf(tree: dict[str, Any]) -> str:
    document = tree.get("document")
    version = document.get("csaf_version") if isinstance(document, dict) else None
    return {"2.0": "csaf20", "2.1": "csaf21"}.get(version, "") if isinstance(version, str) else ""


def _openvex(tree: dict[str, Any]) -> str:
    return "openvex" if str(tree.get("@context", "")).startswith("https://openvex.dev/ns") else ""


def _cyclonedx(tree: dict[str, Any]) -> str:
    if tree.get("bomFormat") != "CycloneDX":
        return ""
    return "cyclonedx-1.6" if tree.get("specVersion") == "1.6" else "cyclonedx"


def _spdx(tree: dict[str, Any]) -> str:
    return "spdx" if str(tree.get("@context", "")).startswith("https://spdx.org/rdf/3.") else ""


def _osv(tree: dict[str, Any]) -> str:
    is_one = isinstance(tree.get("id"), str) and isinstance(tree.get("modified"), str)
    return "osv" if is_one and ("affected" in tree or "schema_version" in tree) else ""


def _ghsa(tree: dict[str, Any]) -> str:
    is_payload = {"summary", "description", "vulnerabilities"} <= tree.keys()
    return "ghsa" if is_payload or isinstance(tree.get("ghsa_id"), str) else ""


_IN_JSON: dict[str, Callable[[dict[str, Any]], str]] = {
    'dataType "CVE_RECORD" of a CVE Record': _cve,
    'document.csaf_version "2.0" or "2.1" of CSAF': _csaf,
    "@context of OpenVEX": _openvex,
    "bomFormat of CycloneDX": _cyclonedx,
    "@context of SPDX 3": _spdx,
    "id and modified of OSV": _osv,
    "ghsa_id, or summary, description and vulnerabilities of GitHub": _ghsa,
}
_IN_TEXT = {
    "the namespace of Atom": ("atom", re.compile(r"\A\s*<[^\0]*?<?feed\b[^>]*http://www\.w3\.org/2005/Atom")),
    "our block in a page of Zephyr": ("zephyr", re.compile(r"^\.\. midstream: begin CVE-", re.MULTILINE)),
    "the heading of a TrustedFirmware page": (
        "trustedfirmware",
        re.compile(r"^Advisory [A-Z][A-Z0-9]{1,9}-[0-9]{1,6}\b.*\n[-=*#]{3,}$", re.MULTILINE),
    ),
    "the header of a mail": ("mail", re.compile(r"\A(?:[A-Za-z-]+:.*\n(?:[ \t].*\n)*)*?(?i:subject|message-id): ")),
}
"""What marks a document of each format, in words, and how it is found."""


def format_of(content: bytes, *, where: str = "") -> str:
    """Return the name of the target that the document is of; raise `DocumentError` naming what was looked for.

    One that has the marks of two formats is of neither, until somebody says so.
    """
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    found: list[str] = []
    if is_json:
        tree = read_object(content, where=where)
        found = [name for mark in _IN_JSON.values() if (name := mark(tree))]
    else:
        text = content[:_LOOKED_AT].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        found = [name for name, mark in _IN_TEXT.values() if mark.search(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DocumentError(f"it has the marks of {' and '.join(found)}", where=where, hint=_HINT)
    looked = "; ".join(_IN_JSON if is_json else _IN_TEXT)
    raise DocumentError(f"its format cannot be told; looked for: {looked}", where=where, hint=_HINT)
