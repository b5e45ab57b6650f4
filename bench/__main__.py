"""``python -m bench [--only NAME] [--repo PATH] [--data PATH]``: a line per figure, exit code 1 when one fell short."""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from bench.figure import Figure, Places, line

MODULES = ("bench.advisories", "bench.core", "bench.start", "bench.store", "bench.crash", "bench.site")


def main() -> int:
    """Return 0 when every figure that was run is within its limit, else 1."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", default="", help="only figures whose name contains this")
    parser.add_argument("--repo", type=Path, help="a repository to measure on")
    parser.add_argument("--data", type=Path, help="data to measure on")
    asked = parser.parse_args()
    figures: list[Figure] = []
    for module in MODULES:
        figures += importlib.import_module(module).FIGURES
    chosen = [figure for figure in figures if asked.only.lower() in figure.name.lower()]
    if not chosen:
        sys.stderr.write(f"no figure is called {asked.only!r}; there are:\n")
        sys.stderr.write("".join(f"  {figure.name}\n" for figure in figures))
        return 2
    kept = True
    with tempfile.TemporaryDirectory(prefix="midstream-bench-") as scratch:
        places = Places(scratch=Path(scratch), repo=asked.repo, data=asked.data)
        for figure in chosen:
            text, fine = line(figure, places)
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
            kept = kept and fine
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
