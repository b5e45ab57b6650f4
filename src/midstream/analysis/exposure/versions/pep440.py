"""Versions of Python packages (PEP 440, "Version specifiers" of the packaging specifications)."""

import re

from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT, number, plain, refused

_VERSION = re.compile(
    r"""\s* v?
    (?: (?P<epoch> [0-9]+ ) ! )?
    (?P<release> [0-9]+ (?: \.[0-9]+ )* )
    (?: [._-]? (?P<pre> alpha | a | beta | b | preview | pre | c | rc ) [._-]? (?P<pre_number> [0-9]* ) )?
    (?: - (?P<bare_post> [0-9]+ ) | (?P<post> [._-]? (?: post | rev | r ) [._-]? (?P<post_number> [0-9]* ) ) )?
    (?: (?P<dev> [._-]? dev [._-]? (?P<dev_number> [0-9]* ) ) )?
    (?: \+ (?P<local> [a-z0-9]+ (?: [._-][a-z0-9]+ )* ) )?
    \s*""",
    re.VERBOSE | re.IGNORECASE,
)
_RELEASE_ONLY = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_STAGES = {"a": "a", "alpha": "a", "b": "b", "beta": "b"}  # all other spellings mean a release candidate
_LOCAL = re.compile(r"[._-]")
_LOWEST, _HIGHEST = "!", "~"
_FINAL = "!~!~!"  # the end of the release, then: no pre-release, no post-release, no development release, no local


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for what PEP 440, appendix B, does not match."""
    if _RELEASE_ONLY.fullmatch(version) and len(version) <= LENGTH_LIMIT:
        return "0" + _release(version) + _FINAL
    if not version.isascii():
        version = version.strip()  # appendix B allows any white space around, and only ASCII in between
    found = _VERSION.fullmatch(version) if version.isascii() and len(version) <= LENGTH_LIMIT else None
    if found is None:
        plain(version, scheme="PEP 440")
        raise refused(version, scheme="PEP 440")
    pre, dev = found["pre"], found["dev"]
    is_post = found["post"] or found["bare_post"]
    if pre:
        stage = _STAGES.get(pre.lower(), "c") + number(found["pre_number"])
    else:
        stage = _LOWEST if dev and not is_post else _HIGHEST
    post = "p" + number(found["bare_post"] or found["post_number"] or "") if is_post else _LOWEST
    development = "d" + number(found["dev_number"]) if dev else _HIGHEST
    head = number(found["epoch"] or "") + _release(found["release"])
    return f"{head}!{stage}{post}{development}{_local(found['local'])}"


def _release(text: str) -> str:
    parts = text.split(".")
    while parts and not parts[-1].strip("0"):
        parts.pop()
    return "".join(map(number, parts))


def _local(text: str | None) -> str:
    """Return the key of a local version: letters before numbers, less before more."""
    if not text:
        return "!"
    parts = (f"n{number(part)}" if part.isdigit() else f"a{part}!" for part in _LOCAL.split(text.lower()))
    return "".join(parts) + "!"
