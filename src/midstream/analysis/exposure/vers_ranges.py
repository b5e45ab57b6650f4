"""Ranges of versions as CSAF and CycloneDX write them (``vers:``, VERS specification), evaluated with exact keys."""

from midstream.analysis.exposure.versions import InvalidVersion, Scheme, key_of, scheme_of

_SCHEMES: dict[str, Scheme] = {
    "deb": "deb",
    "pypi": "pep440",
    "npm": "semver",
    "cargo": "semver",
    "semver": "semver",
    "golang": "go",
    "rpm": "rpm",
    "apk": "apk",
    "alpine": "apk",
    "maven": "maven",
    "gem": "gem",
    "nuget": "nuget",
}
"""The schemes of VERS; ``generic`` and ``intdot`` follow the ecosystem of the component, if it has one."""


def is_in_vers(text: str, /, *, version: str, ecosystem: str = "") -> bool | None:
    """Return whether a version lies in a ``vers:`` range; None when that cannot be told.

    Constraints are read as VERS says: sorted by version, ``!=`` taken out first, then each version lies between two
    neighbours, or equals one.
    """
    if not text.startswith("vers:"):
        return None
    name, slash, rest = text.removeprefix("vers:").partition("/")
    scheme = _SCHEMES.get(name) or (scheme_of(ecosystem=ecosystem) if ecosystem else None)
    if not slash or scheme is None or not version:
        return None
    if rest == "*":
        return True
    try:
        key = key_of(scheme=scheme, version=version)
        constraints = sorted(_constraint(part, scheme) for part in rest.split("|"))
    except InvalidVersion:
        return None
    return _holds(key, constraints)


def _constraint(part: str, scheme: Scheme) -> tuple[str, str]:
    from midstream.formats.purl import decoded  # noqa: PLC0415 - as the range itself

    part = part.strip()
    comparator = next((each for each in (">=", "<=", "!=", ">", "<", "=") if part.startswith(each)), "")
    return key_of(scheme=scheme, version=decoded(part.removeprefix(comparator).strip())), comparator or "="


def _holds(key: str, constraints: list[tuple[str, str]]) -> bool:
    for bound, comparator in constraints:
        if bound == key:
            return comparator in {"=", ">=", "<="}
    ordered = [(bound, comparator) for bound, comparator in constraints if comparator not in {"=", "!="}]
    if not ordered:
        return any(comparator == "!=" for _, comparator in constraints)
    below = [comparator for bound, comparator in ordered if bound < key]
    above = [comparator for bound, comparator in ordered if bound > key]
    if not below:
        return above[0] in {"<", "<="}
    if not above:
        return below[-1] in {">", ">="}
    return below[-1] in {">", ">="} and above[0] in {"<", "<="}
