"""Every error that the command line may meet has an exit code, and every raised one has a hint."""

import importlib
import inspect
import pkgutil

import midstream
from midstream.cli.errors import MISUSE, NO, TROUBLE, code_of

CORE = (
    "formats",
    "ledger",
    "project",
    "cases",
    "policy",
    "analysis",
    "advisories",
    "desk",
    "adapters",
    "store",
    "site",
)


def errors() -> dict[str, type[Exception]]:
    """The exceptions that the packages from formats to desk, the adapters and the store define, by name."""
    found: dict[str, type[Exception]] = {}
    for room in CORE:
        path = next((f"{place}/{room}" for place in midstream.__path__), "")
        for module in pkgutil.walk_packages([path], prefix=f"midstream.{room}."):
            if ".migrations" in module.name or module.name.startswith("midstream.store."):
                continue  # the store raises those of desk.ports; its models load Django
            classes = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
            # A private one is caught in its own module and gets to nobody.
            own = {name: entry for name, entry in classes if entry.__module__ == module.name and name[0] != "_"}
            found |= {name: entry for name, entry in own.items() if issubclass(entry, Exception)}
    return found


def test_every_error_has_an_exit_code_or_is_only_the_base_of_others() -> None:
    found = errors()
    assert {"Refused", "NotFound", "BadFact", "MailRefused", "StoreTrouble"} <= found.keys()
    without = [
        name
        for name, entry in found.items()
        if code_of(entry.__new__(entry)) is None
        and not any(other is not entry and issubclass(other, entry) for other in found.values())
    ]
    assert without == []


def test_no_exit_code_is_kept_for_an_error_that_is_gone() -> None:
    assert errors().keys() >= MISUSE | NO | TROUBLE
    assert len(MISUSE | NO | TROUBLE) == len(MISUSE) + len(NO) + len(TROUBLE)
