"""An index with a damaged page: told with a hint when it is read, and never taken over into a new one."""

import json
from pathlib import Path

import pytest

from midstream.analysis.exposure.build import build_index
from midstream.analysis.exposure.errors import IndexTrouble, NoIndex
from midstream.analysis.exposure.index import open_index
from midstream.analysis.exposure.match import Component, match
from tests.unit.analysis.exposure.conftest import NOW
from tests.unit.analysis.exposure.osv_entries import entry, package


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_damaged_page(place: float, tmp_path: Path) -> None:
    source, to = tmp_path / "all.json", tmp_path / "index.db"
    names = [f"demo-{number}" for number in range(400)]
    source.write_text(json.dumps([entry(f"A-{name}", package("PyPI", name, "introduced 0")) for name in names]))
    build_index(sources=[source], to=to, now=NOW)
    data = bytearray(to.read_bytes())
    start = int(len(data) * place) // 4096 * 4096
    data[start : start + 4096] = b"\xff" * 4096
    to.write_bytes(bytes(data))
    components = [Component(ecosystem="PyPI", name=name, version="1") for name in names]
    try:
        with open_index(path=to) as index:
            found = {each.component.name for each in match(index=index, components=components)}
        assert found == set(names), "nothing may be missing without a word"
    except (IndexTrouble, NoIndex):
        pass  # told, with a hint; that every error has one is tested elsewhere
    build_index(sources=[source], to=to, now=NOW)
    with open_index(path=to) as index:
        assert len(list(match(index=index, components=components))) == len(names)
