"""Versions of NuGet packages (learn.microsoft.com, "NuGet package version reference"): semantic, up to four numbers."""

import re

from midstream.analysis.exposure.versions.alphabet import number, refused, signed, sized
from midstream.analysis.exposure.versions.semver import IDENTIFIER

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # what .NET takes for white space
_VERSION = re.compile(
    rf"""[{_SPACE}]* ( [0-9]+ (?: [{_SPACE}]* \. [{_SPACE}]* [0-9]+ ){{0,3}} ) [{_SPACE}]*
    (?: - ( {IDENTIFIER} (?: \.{IDENTIFIER} )* ) )?
    (?: \+ [0-9A-Za-z-]+ (?: \.[0-9A-Za-z-]+ )* )? [{_SPACE}]*""",
    re.VERBOSE,
)
_WHOLE = re.compile(r"-?[0-9]+")
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
_RELEASE = "~"


def key(version: str) -> str:
    """Return the sort key: missing numbers are zero, case and build metadata count for nothing.

    Raise `InvalidVersion` for what NuGetVersion.Parse refuses.
    """
    found = _VERSION.fullmatch(sized(version, scheme="NuGet"))
    if found is None:
        raise refused(version, scheme="NuGet")
    parts = [int(part) for part in found[1].split(".")]
    if max(parts) > _LARGEST:
        raise refused(version, scheme="NuGet")
    numbers = "".join(number(str(part)) for part in [*parts, 0, 0, 0][:4])
    if not found[2]:
        return numbers + _RELEASE
    return numbers + "".join(map(_label, found[2].upper().split("."))) + "!"


def _label(text: str) -> str:
    """Return the key of one label: a number that fits 32 bits by value, else the text, and words after numbers.

    "-5" is a label of which .NET reads a number less than zero.
    """
    is_number = _WHOLE.fullmatch(text) and _SMALLEST <= int(text) <= _LARGEST
    return signed(int(text)) if is_number else f"a{text}!"
