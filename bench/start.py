"""Figures of starting: what a command costs before it does anything."""

import subprocess
import sys

from bench.figure import Figure, NotRun, Places, process_ratio

NOTHING = (sys.executable, "-c", "pass")
MIDSTREAM = (sys.executable, "-c", "from midstream.wiring.main import main; main()")

_IMPORTED = """
import sys
from midstream.wiring.main import main
sys.argv = ["midstream", *{arguments!r}]
try:
    main()
except SystemExit:
    pass
sys.exit(9 if "django" in sys.modules else 0)
"""


def _start(*arguments: str) -> float:
    """Return how many times longer a command takes than an interpreter that does nothing; it may not import Django."""
    program = _IMPORTED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=False)
    if done.returncode == 9:
        raise NotRun("it imports Django")
    return process_ratio([*MIDSTREAM, *arguments], NOTHING, rounds=15)


def help_(places: Places) -> float:
    """Return the ratio for ``midstream --help``."""
    del places
    return _start("--help")


def version(places: Places) -> float:
    """Return the ratio for ``midstream --version``."""
    del places
    return _start("--version")


def policy_show(places: Places) -> float:
    """Return the ratio for ``midstream policy show``, the list of policies: a command that works without a store."""
    del places
    return _start("policy", "show")


def policy_check(places: Places) -> float:
    """Return the ratio for ``midstream policy check``, which compiles every shipped policy."""
    del places
    return _start("policy", "check")


FIGURES = (
    Figure(name="start: midstream --help", limit=6, unit="x", measure=help_),
    Figure(name="start: midstream --version", limit=6, unit="x", measure=version),
    Figure(name="start: midstream policy show", limit=6, unit="x", measure=policy_show),
    Figure(name="start: midstream policy check (all shipped)", limit=6, unit="x", measure=policy_check),
)
