"""A contract type for import-linter: "forbidden", for a house that is still being built."""

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.forbidden import ForbiddenContract


class RoomContract(ForbiddenContract):
    """The check of import-linter's forbidden contract, over those of the named rooms that exist.

    import-linter refuses a contract that names a module which does not exist. The design names every room from the
    start, so that a new room stands under its contracts from its first module on. Whether a name is spelled right is
    tested in test_contracts.py, where all rooms exist.
    """

    type_name = "rooms"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 (import-linter's signature)
        for field in ("source_modules", "forbidden_modules"):
            named = getattr(self, field)
            setattr(self, field, {each for each in named if self._exists_or_is_external(str(each), graph=graph)})
        return super().check(graph, verbose)

    @staticmethod
    def _exists_or_is_external(name: str, *, graph: ImportGraph) -> bool:
        return not name.startswith("midstream.") or name in graph.modules
