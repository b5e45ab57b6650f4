"""Package URLs (ECMA-427; purl-spec): a reader that loads nothing, since every component of every SBOM passes it."""

import re

import msgspec

LENGTH_LIMIT = 16_384
"""Characters a purl may have: what is longer is no name of a package."""

_PLAIN = re.compile(
    r"pkg:([a-z][a-z0-9.+-]*)/(?:([a-z0-9._/~+-]+)/)?([a-z0-9._~+-]+)@([A-Za-z0-9._~+:-]+)"
    r"(?:\?([a-z0-9_-]+=[A-Za-z0-9._~+:/-]+(?:&[a-z0-9_-]+=[A-Za-z0-9._~+:/-]+)*))?"
)
_TYPE = re.compile(r"[a-z][a-z0-9.+-]*")
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
# Types whose namespaces and names mean the same in capitals and small letters, so that purls hold small ones. npm is
# none: old packages such as JSONStream keep their capitals, and advisories write them so.
_SMALL = {"alpm", "apk", "bitbucket", "bitnami", "composer", "deb", "github", "gitlab", "hex", "luarocks", "pypi"}
_SMALL_NAMESPACE = {"rpm", "qpkg"}


class Purl(msgspec.Struct, frozen=True, kw_only=True):
    """A package URL in its parts, percent-decoded. What is left out is an empty text."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: dict[str, str]
    subpath: str


_NO_QUALIFIERS: dict[str, str] = {}


def read_purl(text: str, /) -> Purl:
    """Return the parts of a purl; raise `ValueError` saying what is wrong with it.

    A purl with nothing to decode in it, which most are, takes one regular expression.
    """
    parts = plain_parts(text)
    if parts is None:
        return _read_slowly(text)
    kind, namespace, name, version, query = parts
    return Purl(
        type=kind,
        namespace=namespace or "",
        name=name,
        version=version,
        qualifiers=dict([pair.split("=") for pair in query.split("&")]) if query else _NO_QUALIFIERS,
        subpath="",
    )


def plain_parts(text: str, /) -> tuple[str, str | None, str, str, str | None] | None:
    """Return type, namespace, name, version and qualifiers of a purl with nothing to decode or to normalise in it.

    None stands for any other, also for one without a version. Most purls are plain, and this is the quickest way.
    """
    plain = _PLAIN.fullmatch(text) if len(text) <= LENGTH_LIMIT and "//" not in text else None
    if plain is None or (plain[1] == "pypi" and "_" in plain[3]):
        return None
    return plain.groups()  # type: ignore[return-value] # the five groups of the expression


def _read_slowly(text: str) -> Purl:
    if len(text) > LENGTH_LIMIT:
        raise ValueError(f"it has {len(text)} characters, more than {LENGTH_LIMIT}")
    scheme, colon, rest = text.strip().partition(":")
    if scheme.lower() != "pkg" or not colon:
        raise ValueError("it does not begin with pkg:")
    rest, _, subpath = rest.partition("#")
    rest, _, query = rest.partition("?")
    kind, slash, path = rest.lstrip("/").partition("/")
    kind = kind.lower()
    if not _TYPE.fullmatch(kind):
        raise ValueError(f"{kind[:40]!r} is no type")
    # A version follows the last @ after the last slash; an npm scope begins with one before it.
    path, version = _version_of(path.strip("/") if "@" not in path else path.lstrip("/"))
    namespace, _, name = path.rstrip("/").rpartition("/")
    if name.startswith("@"):  # a version without a name before it
        raise ValueError("it names no package")
    namespace = _trimmed("/".join(decoded(part) for part in namespace.split("/") if part))
    name = _trimmed(decoded(name))
    if not slash or not name:
        raise ValueError("it names no package")
    namespace, name = _as_the_type_writes(kind, namespace, name)
    return Purl(
        type=kind,
        namespace=namespace,
        name=name,
        version=decoded(version).strip(),
        qualifiers=_qualifiers(query),
        subpath="/".join(decoded(part) for part in subpath.split("/") if part not in {"", ".", ".."}),
    )


def _trimmed(text: str) -> str:
    """Return a decoded namespace or name without blanks and slashes around it.

    The specification says nothing of blanks, so they go as they go in packageurl-python, which most tools read with.
    """
    return text.strip().strip("/")


def _version_of(path: str) -> tuple[str, str]:
    before, at, version = path.rpartition("@")
    if not at or not before or (before.rpartition("/")[2] == "" and "/" not in version):
        return path, ""
    return (path, "") if "/" in version and not before.rpartition("/")[2] else (before, version)


def _as_the_type_writes(kind: str, namespace: str, name: str) -> tuple[str, str]:
    if kind in _SMALL:
        namespace, name = namespace.lower(), name.lower()
    elif kind in _SMALL_NAMESPACE:
        namespace = namespace.lower()
    return namespace, name.replace("_", "-") if kind == "pypi" else name


def _qualifiers(query: str) -> dict[str, str]:
    if not query:
        return _NO_QUALIFIERS
    found: dict[str, str] = {}
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        key = key.lower()
        if not equals or not _KEY.fullmatch(key):
            raise ValueError(f"{pair[:40]!r} is no qualifier")
        if value:
            found[key] = decoded(value)
    return found


def decoded(text: str, /) -> str:
    """Return a text with its percent signs decoded; raise `ValueError` when they stand for no UTF-8."""
    if "%" not in text:
        return text
    raw = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", errors="surrogatepass"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("what its percent signs stand for is no UTF-8") from None
