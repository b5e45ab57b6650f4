"""Indexes of a few entries, built by the real builder."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midstream.analysis.exposure.build import Label, build_index
from midstream.analysis.exposure.index import Index, open_index

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MakeIndex = Callable[..., Index]


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
