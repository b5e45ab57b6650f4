"""Submodules: .gitmodules as git reads it, and the commits of a real git's index in every version."""

import subprocess
from pathlib import Path

import pytest

from midstream.formats.gitmodules import read_gitmodules, read_index_commits

TEXT = """# comment
[submodule "lib/mbed tls"]
\tpath = ext/mbedtls ; where
\turl = https://example.org/mbedtls.git
\tbranch = main
[submodule "no path"]
    url = x
[other]
    path = y
[submodule "q"]
    PATH = "a b"
    url = ../q.git
"""


def git(folder: Path, *words: str) -> str:
    quiet = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *quiet, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_gitmodules_is_read_as_git_reads_it(tmp_path: Path) -> None:
    read = read_gitmodules(text=TEXT)
    assert [(one.name, one.path, one.url, one.branch, one.line) for one in read] == [
        ("lib/mbed tls", "ext/mbedtls", "https://example.org/mbedtls.git", "main", 2),
        ("q", "a b", "../q.git", "", 10),
    ]
    (tmp_path / "m").write_text(TEXT)
    for one in read:
        assert git(tmp_path, "config", "-f", "m", f"submodule.{one.name}.path") == one.path
        assert git(tmp_path, "config", "-f", "m", f"submodule.{one.name}.url") == one.url


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("names", ["sha1", "sha256"])
def test_the_commits_of_submodules_are_those_git_shows(tmp_path: Path, version: str, names: str) -> None:
    git(tmp_path, "init", "-q", f"--object-format={names}")
    for number in range(40):
        (tmp_path / f"file{number}").write_text("x")
    git(tmp_path, "add", ".")
    size = 40 if names == "sha1" else 64
    commits = {"ext/mbedtls": "ab" * (size // 2), "ext/mbedtls2/deep": "cd" * (size // 2)}
    for path, commit in commits.items():
        git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    if version == "3":
        (tmp_path / "later").write_text("x")
        git(tmp_path, "add", "--intent-to-add", "later")
    git(tmp_path, "update-index", f"--index-version={'4' if version == '4' else '2'}")
    data = (tmp_path / ".git/index").read_bytes()
    assert data[7] == int(version)
    assert read_index_commits(data=data) == commits


@pytest.mark.parametrize("cut", [0, 8, 40, 100])
def test_a_broken_index_is_refused(tmp_path: Path, cut: int) -> None:
    git(tmp_path, "init", "-q")
    for number in range(4):
        (tmp_path / f"file{number}").write_text("x")
    git(tmp_path, "add", ".")
    data = (tmp_path / ".git/index").read_bytes()
    with pytest.raises(ValueError, match=r"no git index|ends before|version"):
        read_index_commits(data=data[:cut])
    with pytest.raises(ValueError, match="version is 9"):
        read_index_commits(data=data[:7] + b"\x09" + data[8:])
