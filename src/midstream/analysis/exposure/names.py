"""Names as they are compared: an ecosystem's own rule for when two spellings mean the same package."""

import re
from urllib.parse import unquote

ANY_MODULE = "*"
_PYTHON = re.compile(r"[-_.]+")
_MODULE = re.compile(r"[?&]rpmmod=([^&#]+)")
_SMALL = {"NuGet", "Packagist", "GitHub Actions", "Go", "Hex", "Pub", "GIT", "CPE"}
_BY_ADDRESS = ("Maven:http", "Packagist:http")


def name_in(*, ecosystem: str, name: str) -> str:
    """Return the name as the index keeps it (PyPI: PEP 503; NuGet, Packagist, Go and forges: small letters).

    The path of a Go module has capitals, its purl has none (purl-spec, "golang"), and no two modules differ only so.
    Software lists call Go's own library ``std``, advisories ``stdlib``.
    """
    if ecosystem == "PyPI":
        small = name.lower()
        return _PYTHON.sub("-", small) if "_" in small or "." in small or "--" in small else small
    if ecosystem == "SwiftURL":
        return repository_name(address=name)
    small = name.lower() if ecosystem in _SMALL else name
    return "stdlib" if small == "std" and ecosystem == "Go" else small


def ecosystem_in(*, ecosystem: str) -> str:
    """Return the ecosystem as the index keeps it: without the address of a repository, which purls seldom tell.

    OSV allows one for Maven and Packagist: ``Packagist:https://packages.drupal.org/8``.
    """
    return ecosystem.partition(":")[0] if ecosystem.startswith(_BY_ADDRESS) else ecosystem


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


def module_of(*, purl: str) -> str:
    """Return the module and its stream that a package of Red Hat belongs to, ``httpd:2.4``; `ANY_MODULE` if untold.

    A module is named by name, stream, version and context: ``rpmmod=httpd:2.4:8070020230131172653:bd1311ed``.
    """
    found = _MODULE.search(purl)
    if found is None:
        return ANY_MODULE
    name, _, rest = unquote(found[1]).partition(":")
    stream = rest.partition(":")[0]
    return f"{name}:{stream}" if stream else ANY_MODULE


def in_module(module: str, name: str, /) -> str:
    """Return what the index calls a package of a module: streams live side by side, each with versions of its own."""
    return f"{module}::{name}"
