"""Every error that the command line may meet has an exit code, and every command that is advised can be typed."""

import importlib
import inspect
import pkgutil
import re

import midstream
from docs.make_reference import every_command
from midstream.cli.errors import MISUSE, NO, TROUBLE, code_of
from tests.house.tracked import ROOT, tracked_files

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


def advised(text: str) -> list[str]:
    """What a text calls a command of a group, and no command is: ``midstream policy activate``."""
    names = {path for path, _ in every_command()}
    groups = {name.rpartition(" ")[0] for name in names}
    found = re.findall(r"\b(midstream [a-z-]+) ([a-z][a-z-]*)", text)
    return [f"{group} {verb}" for group, verb in found if group in groups and f"{group} {verb}" not in names]


def test_every_command_that_a_message_advises_is_there() -> None:
    texts = [path for path in tracked_files() if path.parts[0] == "src" and path.suffix in {".html", ".py"}]
    assert len(texts) > 400
    wrong = {str(path): found for path in texts if (found := advised((ROOT / path).read_text(encoding="utf-8")))}
    assert wrong == {}


def test_a_command_that_is_not_there_is_found() -> None:
    assert advised("See midstream project load FILE, or midstream policy activate.") == ["midstream policy activate"]
