"""The files the house rules are about."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked_files() -> list[Path]:
    """Every file of the repository that git tracks or would track, sorted, as paths relative to ROOT."""
    if not (ROOT / ".git").exists():
        pytest.skip("the house rules are checked in a git checkout; this is none")
    listed = subprocess.run(
        # A continuous-integration machine may check out as one user and test as another.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted(path for name in set(listed.split("\0")) - {""} if (ROOT / (path := Path(name))).is_file())
