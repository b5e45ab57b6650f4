"""What the index says of one package, laid out for one quick look at each version."""

from typing import Any

import msgspec

from midstream.analysis.exposure.versions import HIGHEST, LOWEST

RANGE, EXACT, UNSURE = 0, 1, 2
QUIET_STATES = ("not-affected", "fixed")
"""States whose rows speak for a version, not against it."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """What one source says: a range of keys, a version by its text (EXACT), or a range nobody can compare (UNSURE)."""

    kind: int
    lo: str  # EXACT: the version; UNSURE: the reason
    hi: str
    advisory: str
    source: int
    state: str
    introduced: str
    until: str
    line: str
    vulnerability: str
    withdrawn: str
    beside: str  # the other ids of the vulnerability, with spaces between
    summary: str
    severity: str

    def holds(self, key: str | None) -> bool:
        """Return whether a version lies in a range; without a key only where every version does."""
        return (self.lo == LOWEST and self.hi == HIGHEST) if key is None else self.lo <= key < self.hi

    def in_words(self) -> str:
        """Return the range with its versions as the source writes them: ``>= 1.0, < 1.2``."""
        if self.until and self.until == f"<= {self.introduced}":
            return f"= {self.introduced}"
        start = self.introduced if self.introduced[:1] == ">" else f">= {self.introduced}"
        parts = [] if self.introduced == "0" else [start]
        parts.append(self.until or "no fix is known")
        return ", ".join(parts) if parts != ["no fix is known"] else "every version; no fix is known"


class Package:
    """What is said of one package: the spans that speak against versions, and all rows, by vulnerability."""

    __slots__ = ("_groups", "_rows", "is_plain", "others", "spans")

    def __init__(self, rows: "list[tuple[Any, ...]]") -> None:
        """Lay the rows out; they come as the index has them, sorted by the beginning of their span."""
        self._rows = rows
        self._groups: dict[str, list[list[Row]]] | None = None
        self.spans = [
            (row[1], row[2], row[9]) for row in rows if not row[0] and not (row[5] and row[5].startswith(QUIET_STATES))
        ]
        self.others = [Row(*row) for row in rows if row[0]]
        # Then lying in a span means affected, and nothing else has to be looked at.
        self.is_plain = not self.others and not any(
            row[10] or (row[5] and row[5].startswith("undetermined")) for row in rows
        )

    @property
    def groups(self) -> dict[str, list[list[Row]]]:
        """All rows, by vulnerability, then by advisory and source."""
        if self._groups is None:
            groups: dict[str, dict[tuple[str, int], list[Row]]] = {}
            for values in self._rows:
                row = Row(*values)
                groups.setdefault(row.vulnerability, {}).setdefault((row.advisory, row.source), []).append(row)
            self._groups = {name: list(by_source.values()) for name, by_source in groups.items()}
        return self._groups

    def against(self, *, version: str, key: str | None) -> dict[str, None]:
        """Return the vulnerabilities of which anything speaks against a version, or leaves it open; in their order."""
        if key is None:
            return dict.fromkeys(self.groups)
        found = dict.fromkeys(self.around(key))
        for row in self.others:
            if row.kind == UNSURE or row.lo == version:
                found[row.vulnerability] = None
        return found

    def around(self, key: str) -> list[str]:
        """Return the vulnerabilities whose spans a key lies in, each once."""
        found = [name for lo, hi, name in self.spans if lo <= key < hi]
        return found if len(found) < 2 else list(dict.fromkeys(found))


NOTHING = Package([])
