"""``security.txt`` (RFC 9116): how to report, by when the file is stale, where the CSAF documents are."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.moments import read_moment, write_moment
from midstream.formats.base.visible import one_line

SIZE_LIMIT: Final = 64 * 1024
"""Bytes of the file: RFC 9116 section 5.6 warns of overly large ones; real files have less than 3 KiB."""

LIFETIME: Final = timedelta(days=365)
"""Section 2.5.5: Expires "is RECOMMENDED … less than a year into the future"."""

_NAMES: Final = {
    "contact": "Contact",
    "expires": "Expires",
    "encryption": "Encryption",
    "acknowledgments": "Acknowledgments",
    "preferred_languages": "Preferred-Languages",
    "canonical": "Canonical",
    "policy": "Policy",
    "hiring": "Hiring",
    "csaf": "CSAF",
}
"""The registered fields in the order they are written; CSAF is from CSAF 2.0 section 7.1.8."""

_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9-]{1,60}):[ \t]*(?P<value>\S.*?)[ \t]*")
_SCHEMES: Final = ("https://", "mailto:", "tel:")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"


class SecurityTxt(msgspec.Struct, frozen=True, kw_only=True):
    """The fields; `other` are those of names we do not know, kept as name and value."""

    contact: tuple[str, ...] = ()
    expires: datetime | None = None
    encryption: tuple[str, ...] = ()
    acknowledgments: tuple[str, ...] = ()
    preferred_languages: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    hiring: tuple[str, ...] = ()
    csaf: tuple[str, ...] = ()
    other: tuple[tuple[str, str], ...] = ()


def write(document: SecurityTxt) -> bytes:
    """The file (section 2.2: UTF-8, a field a line), the same for equal documents."""
    lines = []
    for field, name in _NAMES.items():
        value = getattr(document, field)
        if field == "expires":
            lines += [f"{name}: {write_moment(value)}"] if value else []
        elif field == "preferred_languages":
            lines += [f"{name}: {', '.join(one_line(each) for each in value)}"] if value else []
        else:
            lines += [f"{name}: {one_line(each)}" for each in value]
    lines += [f"{one_line(name)}: {one_line(value)}" for name, value in document.other]
    return "".join(f"{line}\n" for line in lines).encode()


def read(raw: bytes, *, where: str = "") -> SecurityTxt:
    """The fields of a file, also of a signed one (the signature is not checked here).

    Raises DocumentError for what is too large or not UTF-8; lines that are no field are passed over (section 2.1).
    """
    if len(raw) > SIZE_LIMIT:
        raise DocumentError(f"{len(raw)} bytes, more than {SIZE_LIMIT}", where=where, hint="Is it security.txt?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is not UTF-8", where=where, hint="Save it in UTF-8.") from None
    if text.startswith(_SIGNED):
        text = re.split(r"\n\r?\n", text, maxsplit=1)[-1].split("-----BEGIN PGP SIGNATURE-----")[0]
        text = re.sub(r"^- ", "", text, flags=re.MULTILINE)
    fields = {name.lower(): field for field, name in _NAMES.items()}
    found: dict[str, list[str]] = {field: [] for field in _NAMES}
    other = []
    for line in text.splitlines():
        match = None if line.startswith("#") else _LINE.fullmatch(line)
        if match and (field := fields.get(match["name"].lower())):
            found[field].append(match["value"])
        elif match:
            other.append((match["name"], match["value"]))
    languages = [each.strip() for value in found.pop("preferred_languages") for each in value.split(",")]
    expires = found.pop("expires")
    return SecurityTxt(
        expires=read_moment(expires[0]) if expires else None,
        preferred_languages=tuple(each for each in languages if each),
        other=tuple(other),
        **{field: tuple(values) for field, values in found.items()},
    )


def check(document: SecurityTxt, *, now: datetime) -> tuple[Fault, ...]:
    """The rules of RFC 9116 that the file breaks at `now`."""
    found: list[Fault] = []

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"security.txt.{rule}", path=path, sentence=sentence))

    if not document.contact:
        say("contact", "Contact", "nobody can be reached: the file needs a Contact (section 2.5.3)")
    if document.expires is None:
        say("expires", "Expires", "the file needs one Expires with a date and time (section 2.5.5)")
    elif document.expires <= now:
        say("expires", "Expires", f"the file expired at {write_moment(document.expires)} (section 2.5.5)")
    elif document.expires > now + LIFETIME:
        say("expires", "Expires", "Expires lies more than a year ahead; keep it under one (section 2.5.5)")
    _check_addresses(document, say=say)
    if not document.canonical:
        say("canonical", "Canonical", "the file does not say where it belongs (section 2.5.2)")
    if any(each.startswith("mailto:") for each in document.contact) and not document.encryption:
        say("encryption", "Encryption", "a Contact by mail needs a key: add Encryption (section 2.5.4)")
    return tuple(found)


def _check_addresses(document: SecurityTxt, *, say: Callable[[str, str, str], None]) -> None:
    for field in ("contact", "encryption", "acknowledgments", "canonical", "policy", "hiring", "csaf"):
        schemes: tuple[str, ...] = _SCHEMES
        if field == "encryption":
            schemes = ("https://", "dns:", "openpgp4fpr:")
        elif field in {"canonical", "csaf"}:
            schemes = ("https://",)
        for value in getattr(document, field):
            if not value.startswith(schemes):
                say("address", _NAMES[field], f"{value[:80]!r} begins with none of {', '.join(schemes)} (section 2.4)")
    for language in document.preferred_languages:
        if not _LANGUAGE.fullmatch(language):
            say("language", "Preferred-Languages", f"{language[:40]!r} is no language tag (section 2.5.8)")
    for address in document.csaf:
        if not address.endswith("/provider-metadata.json"):
            say("csaf", "CSAF", "the CSAF line leads to a provider-metadata.json (CSAF 2.0 section 7.1.8)")
