"""The demo served for real, and the browser that looks at it. Both end with their module, so that no other test of the
process finds Playwright's event loop running.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsers import Served, chromium, serving


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of the demo and its keys."""
    folder = tmp_path_factory.mktemp("demo")
    Served(folder / "store.db").tell("demo")
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Served]:
    """A copy of the demo, served."""
    with serving(tmp_path_factory.mktemp("served"), copy_of=demo_folder) as desk:
        yield desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started
