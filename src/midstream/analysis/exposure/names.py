"""Names as they are compared: an ecosystem's own rule for when two spellings mean the same package."""

import re

_PYTHON = re.compile(r"[-_.]+")
_SMALL = {"NuGet", "Packagist", "GitHub Actions", "Hex", "Pub", "GIT", "CPE"}


def name_in(*, ecosystem: str, name: str) -> str:
    """Return the name as the index keeps it (PyPI: PEP 503; NuGet, Packagist and forges: small letters)."""
    if ecosystem == "PyPI":
        small = name.lower()
        return _PYTHON.sub("-", small) if "_" in small or "." in small or "--" in small else small
    return name.lower() if ecosystem in _SMALL else name


def repository_name(*, address: str) -> str:
    """Return a repository as the ecosystem GIT names it: host and path, small, without scheme, user and ``.git``."""
    rest = address.strip().removeprefix("git+")
    scheme, separator, after = rest.partition("://")
    if separator:
        rest = after
    elif "@" in scheme.partition(":")[0]:  # git@host:path
        rest = scheme.replace(":", "/", 1)
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2].partition(":")[0]
    path = path.split("?")[0].split("#")[0].strip("/").removesuffix(".git").rstrip("/")
    return f"{host}{slash}{path}".lower()
