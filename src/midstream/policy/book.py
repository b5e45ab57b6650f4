"""The book of policies: all texts a desk has, and which of them is in force on a day."""

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from midstream.formats.toml import TomlError, line_of, nearest, read_toml
from midstream.policy.errors import PolicyError
from midstream.policy.language import Header, PolicyFile

SHIPPED = Path(__file__).parent.parent / "policies"
"""The folder of the policies that come with the package."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One policy file: where it stands, its characters, and whose it is; what it says is read when asked for."""

    where: str
    text: str
    header: Header

    @property
    def name(self) -> str:
        """The name a project or another policy calls it by."""
        return self.header.name

    @property
    def file(self) -> PolicyFile:
        """All that the text says; raises `PolicyError` naming file and line of what cannot be read."""
        return _read(self.text, self.where)

    def is_in_force(self, day: date) -> bool:
        """Return whether this text holds on `day`."""
        header = self.header
        return header.valid_from <= day and (header.valid_until is None or day <= header.valid_until)


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """Policy texts by name, each name's in the order of their days."""

    texts: Mapping[str, tuple[Text, ...]]

    def on(self, name: str, day: date) -> Text | None:
        """Return the text of that name in force on `day`, or None; raise `PolicyError` when no text has the name."""
        if name not in self.texts:
            hint = nearest(name, set(self.texts)) if self.texts else "There are no policies here."
            raise PolicyError(f"no policy is called {name!r}", where="policies", hint=hint)
        return next((text for text in self.texts[name] if text.is_in_force(day)), None)

    def with_ancestors(self, name: str) -> tuple[Text, ...]:
        """Return every text of that name and of all it extends: what has to be kept to know the past."""
        found: dict[str, Text] = {}
        waiting = [name]
        seen: set[str] = set()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for text in self.texts.get(current, ()):
                found[text.where] = text
                waiting.extend(text.header.extends)
        return tuple(found[where] for where in sorted(found))


def read_text(text: str, *, where: str) -> Text:
    """Return one policy file as read; raise `PolicyError` naming file and line of what cannot be read."""
    return Text(where=where, text=text, header=_read(text, where).policy)


def known_text(text: str, *, where: str) -> Text:
    """Return a policy file that was read before, as a shipped one was: only its header is read until more is asked."""
    try:
        head = read_toml(text.partition("\n[[")[0], into=_Head, where=where)
    except TomlError:
        return read_text(text, where=where)
    return Text(where=where, text=text, header=head.policy)


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    policy: Header


@functools.lru_cache(maxsize=256)
def _read(text: str, where: str) -> PolicyFile:
    try:
        file = read_toml(text, into=PolicyFile, where=where)
    except TomlError as error:
        raise PolicyError(error.what.removeprefix(f"{error.where}: "), where=error.where, hint=error.hint) from None
    header = file.policy
    if header.valid_until is not None and header.valid_until < header.valid_from:
        raise PolicyError(
            "valid_until lies before valid_from",
            where=f"{where}:{line_of(text, ('policy', 'valid_until'))}",
            hint="Swap them, or leave valid_until out while the text is in force.",
        )
    for table in ("clock", "obligation", "limit"):
        _check_names(file, text, table, where=where)
    return file


def make_book(texts: Iterable[Text]) -> Book:
    """Return the book of `texts`; raise `PolicyError` when two of one name are in force on the same day."""
    by_name: dict[str, list[Text]] = {}
    for text in texts:
        by_name.setdefault(text.name, []).append(text)
    for name, versions in by_name.items():
        versions.sort(key=lambda text: text.header.valid_from)
        for earlier, later in itertools.pairwise(versions):
            if earlier.is_in_force(later.header.valid_from):
                day = later.header.valid_from
                is_later = day > earlier.header.valid_from
                raise PolicyError(
                    f"two texts of {name!r} are in force on {day}: this one and {earlier.where}",
                    where=f"{later.where}:{line_of(later.text, ('policy', 'valid_from'))}",
                    hint=f"Give {earlier.where} valid_until = {day - timedelta(days=1)}."
                    if is_later
                    else "Let one begin on a later day.",
                )
    return Book(texts={name: tuple(versions) for name, versions in by_name.items()})


def shipped() -> Book:
    """Return the book of the policies that come with the package."""
    files = sorted(SHIPPED.glob("*.toml"))
    return make_book(known_text(file.read_text(encoding="utf-8"), where=file.name) for file in files)


def shipped_with(files: Sequence[Path]) -> Book:
    """Return the shipped book with the files added; a file of a name and version that ships takes its place."""
    book = shipped()
    if not files:
        return book
    return book_with(
        book, (read_text(file.read_text(encoding="utf-8", errors="replace"), where=str(file)) for file in files)
    )


def book_with(book: Book, drafts: Iterable[Text]) -> Book:
    """Return the book with the drafts added; one of a name and version that is there takes its place."""
    texts = {(text.name, text.header.version): text for texts in book.texts.values() for text in texts}
    texts |= {(text.name, text.header.version): text for text in drafts}
    return make_book(texts.values())


def _check_names(file: PolicyFile, text: str, table: str, *, where: str) -> None:
    seen: set[str] = set()
    for count, entry in enumerate(getattr(file, table)):
        if entry.name in seen:
            line = line_of(text, (table, count, "name"))
            raise PolicyError(
                f"two of [[{table}]] are called {entry.name!r}", where=f"{where}:{line}", hint="Rename or remove one."
            )
        seen.add(entry.name)
