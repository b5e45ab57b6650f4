"""Pages as files: replaced whole or not at all, with links and permissions as they were."""

import os
import stat
from pathlib import Path

import pytest

from midstream.adapters.pages import FilePages
from midstream.desk.ports import PublishTrouble
from midstream.formats.tree import NewPage


def test_a_page_is_replaced_with_its_permissions(tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_bytes(b"old\r\n")
    page.chmod(0o640)
    FilePages().write([NewPage(path=page, content=b"new", before=b"old\r\n")])
    assert page.read_bytes() == b"new"
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["page.rst"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "deep" / "real.rst"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link = tmp_path / "page.rst"
    link.symlink_to("deep/real.rst")
    FilePages().write([NewPage(path=link, content=b"new", before=b"old")])
    assert link.is_symlink()
    assert link.readlink() == Path("deep/real.rst")
    assert real.read_bytes() == b"new"


def test_a_new_page_is_made(tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    assert FilePages().read(page, limit=10) is None
    FilePages().write([NewPage(path=page, content=b"new", before=None)])
    assert FilePages().read(page, limit=1) == b"ne"


@pytest.mark.parametrize("trouble", ["changed", "gone", "came", "no folder"])
def test_when_one_page_cannot_be_written_none_is(tmp_path: Path, trouble: str) -> None:
    first, second = tmp_path / "first.rst", tmp_path / "second.rst"
    first.write_bytes(b"old")
    second.write_bytes(b"old")
    pages = [NewPage(path=first, content=b"new", before=b"old"), NewPage(path=second, content=b"new", before=b"old")]
    if trouble == "changed":
        second.write_bytes(b"older")
    elif trouble == "gone":
        second.unlink()
    elif trouble == "came":
        pages[1] = NewPage(path=second, content=b"new", before=None)
    else:
        pages[1] = NewPage(path=tmp_path / "none" / "page.rst", content=b"new", before=None)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(PublishTrouble, match=r"second\.rst|none"):
        FilePages().write(pages)
    assert first.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (tmp_path, pipe):
        with pytest.raises(PublishTrouble, match="is no file"):
            FilePages().read(place, limit=10)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_page_that_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_bytes(b"old")
    page.chmod(0o444)
    with pytest.raises(PublishTrouble, match="may not be written"):
        FilePages().write([NewPage(path=page, content=b"new", before=b"old")])
    assert page.read_bytes() == b"old"
