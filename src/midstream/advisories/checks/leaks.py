"""That no byte of a public document holds what is not public.

The atoms of a record are its single values. Those of the whole record that its public part does not have are looked for
in the bytes of a document, in each of the spellings that formats use: as they are, escaped for JSON, HTML, addresses,
mail (quoted-printable), reStructuredText, wrapped into lines, or in Base64.
"""

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

import msgspec

from midstream.advisories.complaint import Complaint
from midstream.advisories.record import Advisory
from midstream.formats.base.moments import write_moment

_WORDS = frozenset(
    {
        "label",
        "status",
        "kind",
        "role",
        "consent",
        "scheme",
        "state",
        "tlp",
        "target",
        "justification",
        "private",
        "key",
    }
)
"""Fields whose values are words of ours, which say nothing about a case."""
_SHORT = 8
"""Atoms of fewer characters are looked for as whole words only."""
_LEAST = 3
_JSON = re.compile(r"\\u([0-9a-fA-F]{4})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def atoms(record: Advisory) -> dict[str, str]:
    """Return the single values of a record as text, by their path with keys: ``component[tf-m].line[main].note``."""
    return dict(_atoms(record, path=""))


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What of a record is not public: its atoms by their path, white space made one, and those to look for."""

    hidden: dict[str, str]
    sought: frozenset[str]


def secrets_of(*, whole: Advisory, public: Advisory) -> Secrets:
    """Return the atoms of `whole` that `public` has not: the same for every document of the record."""
    shown = set(atoms(public).values())
    open_text = _flat("\n".join(shown))
    hidden = {path: _flat(atom) for path, atom in atoms(whole).items() if atom not in shown}
    sought = {flat for flat in hidden.values() if len(flat) >= _LEAST and not _holds(open_text, flat)}
    return Secrets(hidden=hidden, sought=frozenset(sought))


def leaks(content: bytes, *, secrets: Secrets, target: str = "") -> tuple[Complaint, ...]:
    """Return a complaint for each of the secrets that the bytes have.

    The sentence does not repeat the value: who reads it may not be one of those who may read that.
    """
    if not secrets.sought:
        return ()
    held: set[str] = set()
    for spelling in _spellings(content):
        text = _flat(spelling)
        held |= {flat for flat in secrets.sought - held if _holds(text, flat)}
    return tuple(
        Complaint(
            target=target,
            rule="embargo",
            path="",
            field=path,
            sentence="the document holds it, and it is not public",
        )
        for path, flat in secrets.hidden.items()
        if flat in held
    )


def _holds(text: str, atom: str) -> bool:
    if atom not in text:
        return False
    return len(atom) >= _SHORT or re.search(rf"(?<!\w){re.escape(atom)}(?!\w)", text) is not None


def _flat(text: str) -> str:
    return " ".join(text.split())


def _spellings(content: bytes) -> Iterator[str]:
    """Yield the document's text in every reading: as it is, and with each kind of escape taken away."""
    text = content.decode("utf-8", errors="replace")
    yield text
    if "\\" in text:
        unescaped = _JSON.sub(lambda found: chr(int(found[1], 16)), text)
        unescaped = unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield re.sub(r"\\[nrt]", " ", unescaped).replace('\\"', '"').replace("\\/", "/").replace("\\\\", "\\")
        yield text.replace("\\", "")
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield unquote(text)
    if "=" in text:
        yield quopri.decodestring(content).decode("utf-8", errors="replace")
    # Long names and digests look the same and stand in a document many times: each is read once.
    parts = [
        _decoded(found)
        for found in dict.fromkeys(_BASE64.findall(re.sub(r"(?<=[A-Za-z0-9+/])\r?\n(?=[A-Za-z0-9+/])", "", text)))
    ]
    yield "\n".join(part for part in parts if part)


def _decoded(text: str) -> str:
    try:
        raw = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4))
        return raw.decode()
    except (binascii.Error, ValueError):
        return ""


def _atoms(value: object, *, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in _WORDS:
                yield from _atoms(getattr(value, name), path=f"{path}.{name}" if path else name)
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            key = getattr(item, "key", "") or str(place)
            yield from _atoms(item, path=f"{path}[{key}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _atoms(item, path=f"{path}.{name}")
    elif isinstance(value, datetime):
        yield path, write_moment(value)
    elif isinstance(value, str) and value:
        yield path, value
