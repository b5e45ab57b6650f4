"""The book of policies: all texts a desk has, and which of them is in force on a day."""

import itertools
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec

from midstream.formats.toml import TomlError, line_of, nearest, read_toml
from midstream.policy.errors import PolicyError
from midstream.policy.language import Decision, Drop, LeftOut, PolicyFile, words
from midstream.policy.rules import ClockRule, Compiler, LimitRule, Origin, Policy, Rule, check_clocks

SHIPPED = Path(__file__).parent.parent / "policies"
"""The folder of the policies that come with the package."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One policy file: where it stands, its characters, and what they say."""

    where: str
    text: str
    file: PolicyFile

    @property
    def name(self) -> str:
        """The name a project or another policy calls it by."""
        return self.file.policy.name

    def is_in_force(self, day: date) -> bool:
        """Return whether this text holds on `day`."""
        header = self.file.policy
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
                waiting.extend(text.file.policy.extends)
        return tuple(found[where] for where in sorted(found))


def read_text(text: str, *, where: str) -> Text:
    """Return one policy file as read; raise `PolicyError` naming file and line of what cannot be read."""
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
    return Text(where=where, text=text, file=file)


def make_book(texts: Iterable[Text]) -> Book:
    """Return the book of `texts`; raise `PolicyError` when two of one name are in force on the same day."""
    by_name: dict[str, list[Text]] = {}
    for text in texts:
        by_name.setdefault(text.name, []).append(text)
    for name, versions in by_name.items():
        versions.sort(key=lambda text: text.file.policy.valid_from)
        for earlier, later in itertools.pairwise(versions):
            if earlier.is_in_force(later.file.policy.valid_from):
                day = later.file.policy.valid_from
                raise PolicyError(
                    f"two texts of {name!r} are in force on {day}: this one and {earlier.where}",
                    where=f"{later.where}:{line_of(later.text, ('policy', 'valid_from'))}",
                    hint=f"Give {earlier.where} valid_until = {day - timedelta(days=1)}.",
                )
    return Book(texts={name: tuple(versions) for name, versions in by_name.items()})


def shipped() -> Book:
    """Return the book of the policies that come with the package."""
    files = sorted(SHIPPED.glob("*.toml"))
    return make_book(read_text(file.read_text(encoding="utf-8"), where=file.name) for file in files)


def resolve(book: Book, name: str, day: date) -> Policy | None:
    """Return the policy in force on `day` with all it extends, compiled; None when no text of it holds on that day.

    Raises `PolicyError` for a circle in `extends`, a clash between two parents, a drop of nothing, or a word
    that means nothing.
    """
    text = book.on(name, day)
    if text is None:
        return None
    gathered = _gather(book, text, day, path=(name,))
    compiler = Compiler(clocks={entry for table, entry in gathered.entries if table == "clock"})
    clocks: dict[str, ClockRule] = {}
    origins: dict[str, Origin] = {}
    rules: list[Rule] = []
    limits: list[LimitRule] = []
    for (table, entry_name), origin in gathered.entries.items():
        source = gathered.sources[origin.where].file
        if table == "clock":
            origins[entry_name] = origin
            clocks[entry_name] = compiler.clock(source.clock[origin.index], origin)
        elif table == "obligation":
            entry = source.obligation[origin.index]
            rules.append(compiler.rule(entry, origin, unless=words(source.policy.unless)))
        else:
            limits.append(compiler.limit(source.limit[origin.index], origin))
    check_clocks(clocks, origins)
    header = text.file.policy
    return Policy(
        name=name,
        title=header.title,
        version=header.version,
        valid_from=header.valid_from,
        source=header.source,
        extends=header.extends,
        rules=tuple(rules),
        clocks=clocks,
        limits=tuple(limits),
        left_out=tuple(gathered.left_out),
        decisions=tuple(gathered.decisions),
    )


class _Gathered(msgspec.Struct, kw_only=True):
    entries: dict[tuple[str, str], Origin]
    sources: dict[str, Text]
    left_out: list[LeftOut]
    decisions: list[Decision]


def _gather(book: Book, text: Text, day: date, *, path: tuple[str, ...]) -> _Gathered:
    """Return the entries of a text and its parents: parents may not clash, the text redefines and drops."""
    gathered = _Gathered(entries={}, sources={text.where: text}, left_out=[], decisions=[])
    header = text.file.policy
    own = {(table, entry.name) for table in ("clock", "obligation", "limit") for entry in getattr(text.file, table)}
    for parent_name in header.extends:
        parent = _parent(book, text, parent_name, day, path=path)
        above = _gather(book, parent, day, path=(*path, parent_name))
        for key, origin in above.entries.items():
            known = gathered.entries.get(key)
            if known is not None and known != origin and key not in own:
                raise PolicyError(
                    f"{key[0]} {key[1]!r} comes from both {known.where} and {origin.where}",
                    where=f"{text.where}:{line_of(text.text, ('policy', 'extends'))}",
                    hint="Redefine it here, or drop it in one of them.",
                )
            gathered.entries[key] = origin
        gathered.sources |= above.sources
        gathered.left_out += [entry for entry in above.left_out if entry not in gathered.left_out]
        gathered.decisions += [entry for entry in above.decisions if entry not in gathered.decisions]
    for count, drop in enumerate(text.file.drop):
        _drop(gathered, drop, Origin(where=text.where, text=text.text, policy=text.name, table="drop", index=count))
    for table in ("clock", "obligation", "limit"):
        for count, entry in enumerate(getattr(text.file, table)):
            label = f"{header.name} {header.version}"
            origin = Origin(where=text.where, text=text.text, policy=label, table=table, index=count)
            gathered.entries[(table, entry.name)] = origin
    gathered.left_out += text.file.left_out
    gathered.decisions += text.file.decision
    return gathered


def _parent(book: Book, text: Text, name: str, day: date, *, path: tuple[str, ...]) -> Text:
    where = f"{text.where}:{line_of(text.text, ('policy', 'extends'))}"
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise PolicyError(f"policies extend each other: {circle}", where=where, hint="Break the circle in one of them.")
    if name not in book.texts:
        raise PolicyError(f"extends an unknown policy {name!r}", where=where, hint=nearest(name, set(book.texts)))
    parent = book.on(name, day)
    if parent is None:
        raise PolicyError(
            f"no text of {name!r} is in force on {day}",
            where=where,
            hint="Let its days cover those of the policy that extends it.",
        )
    return parent


def _drop(gathered: _Gathered, drop: Drop, origin: Origin) -> None:
    keys = [key for key in gathered.entries if key[1] == drop.name]
    if not keys:
        names = {name for _, name in gathered.entries}
        hint = nearest(drop.name, names) if names else "This policy extends nothing."
        raise origin.error("name", f"nothing called {drop.name!r} is there to drop", hint=hint)
    for key in keys:
        del gathered.entries[key]


def _check_names(file: PolicyFile, text: str, table: str, *, where: str) -> None:
    seen: set[str] = set()
    for count, entry in enumerate(getattr(file, table)):
        if entry.name in seen:
            line = line_of(text, (table, count, "name"))
            raise PolicyError(
                f"two of [[{table}]] are called {entry.name!r}", where=f"{where}:{line}", hint="Rename or remove one."
            )
        seen.add(entry.name)
