"""The policy in force on a day: a text with all it extends, redefined and dropped where it says so, compiled."""

from datetime import date

import msgspec

from midstream.formats.toml import line_of, nearest
from midstream.policy.book import Book, Text
from midstream.policy.errors import PolicyError
from midstream.policy.language import Decision, Drop, LeftOut
from midstream.policy.rules import ClockRule, Compiler, LimitRule, Origin, Policy, Rule, check_clocks


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
    unless = {where: compiler.unless(source.header, _header_of(source)) for where, source in gathered.sources.items()}
    for (table, entry_name), origin in gathered.entries.items():
        source = gathered.sources[origin.where].file
        if table == "clock":
            origins[entry_name] = origin
            clocks[entry_name] = compiler.clock(source.clock[origin.index], origin)
        elif table == "obligation":
            rules.append(compiler.rule(source.obligation[origin.index], origin, unless=unless[origin.where]))
            _check_slug(rules, origin)
        else:
            limits.append(compiler.limit(source.limit[origin.index], origin))
    check_clocks(clocks, origins)
    header = text.header
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


def _header_of(text: Text) -> Origin:
    return Origin(where=text.where, text=text.text, policy=text.name, table="policy", index=0)


def _check_slug(rules: list[Rule], origin: Origin) -> None:
    """Raise `PolicyError` when the tasks of the last rule would have the same keys as those of another."""
    *others, last = rules
    if not last.slug:
        raise origin.error("name", f"{last.name!r} has no letter from a to z", hint="Tasks are known by such names.")
    for rule in others:
        if rule.slug == last.slug:
            raise origin.error(
                "name",
                f"{last.name!r} and {rule.name!r} make tasks of one key, {last.slug}",
                hint="Rename one of them.",
            )


class _Gathered(msgspec.Struct, kw_only=True):
    entries: dict[tuple[str, str], Origin]
    sources: dict[str, Text]
    left_out: list[LeftOut]
    decisions: list[Decision]


def _gather(book: Book, text: Text, day: date, *, path: tuple[str, ...]) -> _Gathered:
    """Return the entries of a text and its parents: parents may not clash, the text redefines and drops."""
    gathered = _Gathered(entries={}, sources={text.where: text}, left_out=[], decisions=[])
    header = text.header
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
