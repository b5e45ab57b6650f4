"""Versions of Alpine packages (apk-package(5), "VERSION"): ``1.2.3a_rc1~0a1b2c-r4``; order as apk-tools 3 has it."""

import re

from midstream.analysis.exposure.versions.alphabet import number, plain, refused

_VERSION = re.compile(
    r"""([0-9]+) ((?:\.[0-9]+)*) ([a-z]?)
    ( (?: _(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]* )* )
    (?: ~([0-9a-f]+) )? (?: -r([0-9]+) )?""",
    re.VERBOSE,
)
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
_BEFORE = {"alpha": "!a", "beta": "!b", "pre": "!c", "rc": "!d"}  # before the version they belong to
_AFTER = {"cvs": "&a", "svn": "&b", "git": "&c", "hg": "&d", "p": "&e"}
# Where one version has nothing more: end < revision < commit < number of a suffix < suffix < letter < number.
_END, _REVISION, _COMMIT, _SUFFIX_NUMBER, _LETTER = '"', "#", "$", "%", "'"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for what ``apk version --check`` refuses."""
    found = _VERSION.fullmatch(plain(version, scheme="Alpine"))
    if found is None:
        raise refused(version, scheme="Alpine")
    first, more, letter, suffixes, commit, revision = found.groups()
    pieces = [number(first)]
    # A number with a leading zero (0 itself too) is compared as text, and comes before all others.
    pieces += [f"({part}!" if part[0] == "0" else number(part) for part in more.split(".")[1:]]
    if letter:
        pieces.append(_LETTER + letter)
    for word, digits in _SUFFIX.findall(suffixes):
        pieces.append(_BEFORE.get(word) or _AFTER[word])
        if digits:
            pieces.append(_SUFFIX_NUMBER + number(digits))
    if commit:
        pieces.append(f"{_COMMIT}{commit}!")
    if revision:
        pieces.append(_REVISION + number(revision))
    pieces.append(_END)
    return "".join(pieces)
