"""Versions of Debian packages (Debian Policy 5.6.12, deb-version(7)): ``[epoch:]upstream[-revision]``."""

import re

from midstream.analysis.exposure.versions.alphabet import number, refused, sized

_PARTS = re.compile(r"([^0-9]*)([0-9]*)")
_EPOCH = re.compile(r"[ \t\n\v\f\r]*(?:\+?[0-9]+|-0+)")  # as strtol reads it
_UPSTREAM = re.compile(r"[0-9][0-9A-Za-z.+~:-]*")
_REVISION = re.compile(r"[0-9A-Za-z.+~]+")
_EPOCH_LIMIT = 2**31 - 1

# "~" sorts before the end of a part, the end (") before letters, letters before all else: deb-version(7).
_ORDER = str.maketrans({"~": "!", "+": "{", "-": "|", ".": "}", ":": "~"})
_END = '"'


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for what ``dpkg --validate-version`` refuses.

    Blanks around the version are left out, as dpkg does.
    """
    text = sized(version.strip(" \t"), scheme="Debian")
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    elif _EPOCH.fullmatch(epoch) is None or int(epoch) > _EPOCH_LIMIT:
        raise refused(version, scheme="Debian")
    else:
        epoch = str(abs(int(epoch)))
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        upstream, revision = rest, "0"
    if _UPSTREAM.fullmatch(upstream) is None or _REVISION.fullmatch(revision) is None:
        raise refused(version, scheme="Debian")
    return number(epoch) + _part(upstream) + _part(revision)


def _part(text: str) -> str:
    """Return the key of an upstream version or a revision: text and number in turn, then the end."""
    pieces = []
    for letters, digits in _PARTS.findall(text):
        if letters:
            pieces.append(letters.translate(_ORDER))
        elif not digits:
            break  # the empty match at the end
        pieces.append(_END)
        pieces.append(number(digits))
    pieces.append(_END)
    return "".join(pieces)
