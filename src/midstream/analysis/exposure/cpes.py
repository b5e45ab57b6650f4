"""CPE names (NISTIR 7695 and 7696): what one identifies, and what it does not."""

import re
from urllib.parse import unquote


def cpe_parts(text: str, /) -> tuple[str, str]:
    """Return ``vendor:product`` and the version of a CPE 2.2 or 2.3 name; raise `ValueError` for one that is too wide.

    A vendor or product that is, or holds, an unquoted ``*`` would match everything (NISTIR 7695, 6.1.2.1.2), and ``-``
    stands for none; such a name identifies nothing. A version of ``*`` or ``-`` is no version: "".
    """
    if text.startswith("cpe:2.3:"):
        parts = re.findall(r"(?:^|:)((?:[^:\\]|\\.)*)", text.removeprefix("cpe:2.3:"))
    elif text.startswith("cpe:/"):
        parts = [unquote(part) for part in text.removeprefix("cpe:/").split(":")]
    else:
        raise ValueError("it is no CPE name")
    if len(parts) < 3:
        raise ValueError("it is no whole CPE name")
    vendor, product = parts[1:3]
    if vendor in {"", "*", "-"} or product in {"", "*", "-"} or _is_wild(vendor) or _is_wild(product):
        raise ValueError("its vendor or product is a wildcard, which identifies nothing")
    version = parts[3] if len(parts) > 3 else ""
    if version in {"*", "-"} or _is_wild(version):
        version = ""
    return f"{_bare(vendor)}:{_bare(product)}".lower(), _bare(version)


def _is_wild(part: str) -> bool:
    return re.search(r"(?<!\\)[*?]", part) is not None


def _bare(part: str) -> str:
    return re.sub(r"\\(.)", r"\1", part)
