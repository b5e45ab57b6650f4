"""What one input lists: its components, what of it cannot be identified, and what could not be read."""

import msgspec

from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.statements import Statement

FAULT_LIMIT = 100
"""How many faults of one input are told one by one."""


class Unidentified(msgspec.Struct, kw_only=True, frozen=True):
    """Something an input lists without saying what it is called elsewhere, and why it cannot be told."""

    name: str
    version: str
    why: str
    place: str


class Inventory(msgspec.Struct, kw_only=True):
    """What one input lists.

    `components` are distinct, in the order they first appear; `listed` counts every entry. `root` is what the document
    is about, if it says so. `statements` are the input's own, about its own components.
    """

    where: str
    kind: str
    digest: str = ""
    root: Component | None = None
    components: list[Component] = []
    listed: int = 0
    unidentified: list[Unidentified] = []
    statements: list[Statement] = []
    faults: list[str] = []


class Collecting:
    """An inventory being made: each component once, and a bound on what is told of faults."""

    def __init__(self, *, where: str, kind: str, release: str = "") -> None:
        """Begin with nothing; `release` is that of distribution packages that do not name theirs."""
        self.found = Inventory(where=where, kind=kind)
        self.release = release
        self._seen: dict[tuple[str, ...], Component] = {}

    def add(self, component: Component, /) -> Component:
        """Return the component as it is kept: the first one that is the same but for its place."""
        self.found.listed += 1
        identity = identity_of(component)
        kept = self._seen.get(identity)
        if kept is None:
            self._seen[identity] = kept = component
            self.found.components.append(component)
        return kept

    def unidentified(self, *, name: str, version: str, why: str, place: str) -> None:
        """Take down something that cannot be identified."""
        self.found.listed += 1
        self.found.unidentified.append(Unidentified(name=name, version=version, why=why, place=place))

    def fault(self, *faults: str) -> None:
        """Take down what could not be read; after the first hundred only that there is more."""
        kept = self.found.faults
        for fault in faults:
            if len(kept) < FAULT_LIMIT:
                kept.append(fault)
            elif len(kept) == FAULT_LIMIT:
                kept.append(f"more than {FAULT_LIMIT} faults; the others are not listed")


def identity_of(component: Component, /) -> tuple[str, ...]:
    """Return what makes a component the same as another: everything but its place in the input."""
    return (
        component.purl,
        component.ecosystem,
        component.name,
        component.version,
        component.source_name,
        component.source_version,
        component.repo,
        component.commit,
        *component.cpes,
    )
