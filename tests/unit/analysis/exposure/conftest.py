"""Indexes of a few entries, built by the real builder."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midstream.analysis.exposure.build import Label, build_index
from midstream.analysis.exposure.fleets.file import Fleet, open_fleet
from midstream.analysis.exposure.index import Index, open_index

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MakeIndex = Callable[..., Index]
MakeFleet = Callable[[list[str]], Fleet]


@pytest.fixture
def index_of(tmp_path: Path) -> Iterator[MakeIndex]:
    """Build an index over entries (a list for each source, or paths), and close it in the end."""
    opened: list[Index] = []

    def make(*sources: Path | list[dict[str, object]], label: Label = "public") -> Index:
        paths = []
        for number, source in enumerate(sources):
            path = source if isinstance(source, Path) else tmp_path / f"feed{number}.json"
            if not isinstance(source, Path):
                path.write_text(json.dumps(source))
            paths.append(path)
        to = tmp_path / f"index{len(opened)}.db"
        build_index(sources=paths, to=to, now=NOW, label=label)
        opened.append(open_index(path=to))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def fleet_of(tmp_path: Path) -> Iterator[MakeFleet]:
    """Make a fleet of one document with the purls, and close it in the end."""
    opened: list[Fleet] = []

    def make(purls: list[str]) -> Fleet:
        path = tmp_path / f"document{len(opened)}.json"
        parts = [{"name": "n", "purl": purl} for purl in purls]
        path.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": parts}))
        opened.append(open_fleet(path=tmp_path / f"fleet{len(opened)}.db"))
        opened[-1].add(inputs=[str(path)], now="2026-11-25", size_limit=2**24)
        return opened[-1]

    yield make
    for each in opened:
        each.close()
