"""The pages of docs/reference that follow from the code; `make reference` writes them anew.

Nothing here lists a command, a kind, a verb or a word by hand: they are read from where the program reads them. Only
the keys of `midstream.toml` have their meaning here, and a key without one stops the run.
"""

import ast
import inspect
import itertools
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec

from midstream.advisories.formats import TARGETS
from midstream.cases.verbs import VERBS, Verb
from midstream.cases.visibility import Sight
from midstream.cli.app import app
from midstream.ledger.kinds import KINDS, THEMES, Audience, Kind, base
from midstream.policy.language import TABLES, PolicyFile
from midstream.policy.rules import BRANCH_WORDS
from midstream.policy.spans import Unit
from midstream.project import config
from midstream.wiring.settings import SETTINGS

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/make_reference.py from the code. Change the code, then: make reference -->\n\n"

Commands = Iterator[tuple[str, click.Command]]


def main() -> None:
    """Return nothing, after every page was written to docs/reference."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    made: dict[str, Callable[[], str]] = {
        "commands.md": commands_page,
        "verbs.md": verbs_page,
        "fact-kinds.md": kinds_page,
        "policy-words.md": policy_page,
        "settings.md": settings_page,
        "project-file.md": project_page,
        "formats.md": formats_page,
    }
    return {name: MADE + make().strip() + "\n" for name, make in made.items()}


def formats_page() -> str:
    """Return the page of formats: for each target the fields of the record it keeps, and where."""
    parts = [
        f"## {target.title}\n\nName: `{target.name}`.\n\n"
        + table(
            ["field of the record", "in the document"], ([f"`{name}`", place] for name, place in target.places.items())
        )
        for target in TARGETS.values()
    ]
    return beginning("formats", formats="\n\n".join(parts))


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def plain(text: str | None) -> str:
    """Return a docstring as Markdown: its paragraphs on one line each, literals in single backticks."""
    parts = inspect.cleandoc(text or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


# Types in words


def in_words(hint: object) -> str:
    """Return what a field may hold, in words."""
    named: list[tuple[object, str]] = [
        (base.Digest, "SHA-256 in hexadecimal"),
        (base.MaybeDigest, "SHA-256 in hexadecimal"),
        (base.Commit, "whole commit id"),
        (base.MaybeCommit, "whole commit id"),
        (base.CveId, "CVE id"),
        (base.CweId, "CWE id, such as `CWE-125`"),
        (base.Project, "project id, such as `tf-m`"),
        (base.Case, "name of a case"),
        (datetime, "instant with its zone"),
        (date, "day"),
        (bool, "`true` or `false`"),
        (int, "whole number"),
        (str, "text"),
    ]
    for known, words in named:
        if hint == known:
            return words
    if get_origin(hint) is Annotated:
        return _bounded(hint)
    if get_origin(hint) is Literal:
        *most, last = (f"`{word}`" for word in get_args(hint))
        return f"{', '.join(most)} or {last}"
    if get_origin(hint) is tuple:
        return f"list of: {in_words(get_args(hint)[0])}"
    if get_origin(hint) in {Union, types.UnionType}:
        inner = [part for part in get_args(hint) if part is not type(None)]
        return "one, or a list: text" if len(inner) > 1 else in_words(inner[0])
    raise TypeError(hint)


def _bounded(hint: object) -> str:
    """Return what a type with bounds may hold: a text by its pattern or length, a number by its range."""
    kind, meta = get_args(hint)
    if meta.pattern:
        return f"text as `{meta.pattern.removeprefix(chr(92) + 'A').removesuffix(chr(92) + 'Z')}`"
    if meta.max_length:
        least = f"{meta.min_length} to " if meta.min_length else "at most "
        return f"text, {least}{meta.max_length:,} characters"
    return f"{in_words(kind)}, {meta.ge:,} to {meta.le:,}" if meta.le is not None else in_words(kind)


def fields(struct: type[msgspec.Struct]) -> list[tuple[str, str, bool, str]]:
    """Return of each field of a Struct its name, what it holds, whether it must be given, and its default if any."""
    hints = get_type_hints(struct, include_extras=True)
    found: list[tuple[str, str, bool, str]] = []
    for entry in msgspec.structs.fields(struct):
        needed = entry.default is msgspec.NODEFAULT and entry.default_factory is msgspec.NODEFAULT
        default = entry.default if isinstance(entry.default, str) else ""
        found.append((entry.name, in_words(hints[entry.name]), needed, default))
    return found


def attribute_docs(struct: type) -> dict[str, str]:
    """Return the docstring under each attribute of a class, from its source."""
    tree = ast.parse(Path(inspect.getfile(struct)).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == struct.__name__)
    found: dict[str, str] = {}
    for before, after in itertools.pairwise(body):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr):
            found[before.target.id] = plain(str(ast.literal_eval(after.value)))
    return found


def definitions(struct: type[msgspec.Struct], meanings: dict[str, str]) -> str:
    """Return the keys of a TOML table with what they hold and mean; `KeyError` for a key without a meaning."""
    rows: list[str] = []
    for name, holds, needed, default in fields(struct):
        more = ", needed" if needed else f"; by default `{default}`" if default else ""
        rows.append(f"`{name}`\n: *{holds[0].upper()}{holds[1:]}{more}.*\n  {meanings[name]}")
    return "\n\n".join(rows)


# Commands


def every_command(command: click.Command = app, path: str = "midstream") -> Commands:
    """Yield every command with its whole name, groups before what is in them."""
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command, info_name=path)
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                yield from every_command(inner, f"{path} {name}")


def commands_page() -> str:
    """Return the page of commands."""
    parts = [beginning("commands", options=_options(app))]
    for path, command in every_command():
        if command is app:
            continue
        heading = "#" * path.count(" ") + "# " + path
        if isinstance(command, click.Group):
            parts.append(f"{heading}\n\n{plain(command.help)}")
            continue
        ctx = click.Context(command, info_name=path)
        pieces = [piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]" or _options(command)]
        usage = " ".join([path, *pieces])
        parts.append(f"{heading}\n\n```text\n{usage}\n```\n\n{plain(command.help)}\n\n{_options(command)}".strip())
    return "\n\n".join(parts)


def _options(command: click.Command) -> str:
    ctx = click.Context(command)
    rows: list[tuple[str, str]] = []
    for param in command.params:
        if not isinstance(param, click.Option):
            continue
        value = "" if param.is_flag else f" {param.make_metavar(ctx)}"
        default = f" By default `{param.default}`." if param.show_default else ""
        more = " May be given several times." if param.multiple else " Needed." if param.required else ""
        rows.append((f"`{', '.join(param.opts)}{value}`", f"{plain(param.help)}{default}{more}"))
    return table(("option", "meaning"), rows) if rows else ""


# Verbs and kinds


def verbs_page() -> str:
    """Return the page of verbs, by theme."""
    alone = " and ".join(f"`{verb.name}`" for verb in VERBS.values() if verb.unattended)
    parts = [beginning("verbs", unattended=alone)]
    for theme in THEMES:
        verbs = [verb for verb in VERBS.values() if verb.body.__module__ == theme.__name__]
        if verbs:
            parts.append(f"## {theme_title(theme)}")
        parts += [_verb(verb) for verb in verbs]
    return "\n\n".join(parts)


def _verb(verb: Verb) -> str:
    kind = KINDS[verb.kind]
    names = [f"`{name}`" + (" (needed)" if needed else "") for name, _, needed, _ in ordered(verb.body)]
    who = "the response team." if verb.least is Sight.TEAM else "the response team and participants of the case."
    lines = [
        f"### {verb.name}",
        "",
        f"Records {link(kind)}: {lower(kind.meaning)}",
        "",
        f"- Fields: {', '.join(names) or 'none'}.",
        f"- Who may: {who}" + (" The worker does it when it is due." if verb.unattended else ""),
    ]
    lines += [f"- {plain(guard.__doc__).replace('Refuse', 'Refuses', 1)}" for guard in verb.guards]
    return "\n".join(lines)


def ordered(struct: type[msgspec.Struct]) -> list[tuple[str, str, bool, str]]:
    """Return the fields of a Struct, those that must be given first."""
    return sorted(fields(struct), key=lambda entry: not entry[2])


def lower(text: str) -> str:
    """Return `text` with a small first letter, where its first word is not a name such as CVE."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def link(kind: Kind) -> str:
    """Return a link to a kind on its page."""
    return f"[`{kind.name}`](fact-kinds.md#{kind.name.replace('.', '')})"


def theme_title(theme: types.ModuleType) -> str:
    """Return the heading of a theme, from the docstring of its module."""
    words = plain(theme.__doc__).removeprefix("Facts about ").removesuffix(".")
    return words[0].upper() + words[1:]


def kinds_page() -> str:
    """Return the page of fact kinds, by theme."""
    parts = [beginning("fact-kinds")]
    for theme in THEMES:
        parts.append(f"## {theme_title(theme)}")
        parts += [_kind(kind) for kind in KINDS.values() if kind.body.__module__ == theme.__name__]
    return "\n\n".join(parts)


READERS = {
    Audience.PUBLIC: "everybody, once the case is public",
    Audience.PARTICIPANT: "participants and the response team",
    Audience.TEAM: "the response team",
}


def _kind(kind: Kind) -> str:
    verbs = [f"[`{verb.name}`](verbs.md#{verb.name})" for verb in VERBS.values() if verb.kind == kind.name]
    by = f" Recorded by {' or '.join(verbs)}." if verbs else ""
    rows = [
        (f"`{name}`", holds, "yes" if needed else f"no: `{default}`" if default else "no")
        for name, holds, needed, default in fields(kind.body)
    ]
    shown = table(("field", "holds", "needed"), rows) if rows else "It has no fields."
    return f"### {kind.name}\n\n{plain(kind.meaning)}\nRead by {READERS[kind.audience]}.{by}\n\n{shown}"


# Policies, projects, settings


def policy_page() -> str:
    """Return the page of the policy language."""
    units = ", ".join(f"`{unit}`" for unit in get_args(Unit))
    asked = ", ".join(f"`{word}`" for word in BRANCH_WORDS)
    parts = [beginning("policy-words", units=units, branch_words=asked)]
    hints = get_type_hints(PolicyFile)
    for name, struct in TABLES.items():
        heading = f"[[{name}]]" if get_origin(hints[name]) is tuple else f"[{name}]"
        parts.append(f"## {heading}\n\n{plain(struct.__doc__)}\n\n{definitions(struct, attribute_docs(struct))}")
    return "\n\n".join(parts)


def project_tables() -> dict[str, type[msgspec.Struct]]:
    """Return the tables of a project file by their headings, from the Struct that reads it."""
    found: dict[str, type[msgspec.Struct]] = {}
    for name, hint in get_type_hints(config._File).items():  # noqa: SLF001 - the Struct the file is read into
        inner = next((part for part in get_args(hint) if isinstance(part, type) and part is not type(None)), hint)
        found[f"[[{name}]]" if get_origin(hint) is tuple else f"[{name}]"] = inner
    return found


def project_page() -> str:
    """Return the page of `midstream.toml`."""
    reserved = " or ".join(f"`{name}`" for name in sorted(config.RESERVED))
    parts = [beginning("project-file", reserved=reserved)]
    for heading, struct in project_tables().items():
        said = (
            plain(struct.__doc__) if struct.__doc__ and not struct.__name__.startswith("_") else "Who the project is."
        )
        name = heading.strip("[]")
        meanings = {
            key.removeprefix(f"{name}."): text for key, text in PROJECT_KEYS.items() if key.startswith(f"{name}.")
        }
        parts.append(f"## {heading}\n\n{said}\n\n{definitions(struct, meanings)}")
    return "\n\n".join(parts)


PROJECT_KEYS = {
    "project.id": "The short name, in small letters; cases are called by it: `tf-m-7`.",
    "project.name": "The name people use.",
    "project.policy": "The policy the project follows: one that ships, or one of your own given to `project load`.",
    "project.zone": "The zone of the project's days, an IANA name such as `Europe/London`.",
    "project.contact": "Where reports are sent.",
    "repository.name": "What facts call it.",
    "repository.url": "Where it can be cloned.",
    "branch.name": "The name of the branch in git.",
    "branch.kind": "Only `release` and `lts` branches count as maintained; `archive` keeps the name of an old one.",
    "branch.supported_from": "The first day of its support; left out, it was always supported.",
    "branch.supported_until": "The last day of its support, after which it makes no tasks; left out, it is open-ended.",
    "person.name": "The name used with `--as`, in tasks and in facts.",
    "person.zone": "The person's zone, an IANA name: working days are theirs.",
    "person.roles": "The response team sees every case; a policy may give a task to any of the roles.",
    "person.skills": "What expert tasks ask for; a policy chooses the words, such as `triage`, `fix`, `backport`.",
    "person.areas": "The parts of the code the person knows; a maintainer sees the cases in them.",
    "person.holidays": "The region of ISO 3166 whose public holidays are no working days for this person.",
    "party.name": "What facts call the party.",
    "party.list": "The list the party is on; policies name lists, such as `ess` or `trusted-stakeholders`.",
    "party.zone": "The zone of the party's days, an IANA name.",
    "party.contact": "Where the party is told.",
    "cna.name": "The name under which the authority assigns.",
    "cna.org_id": "The authority's id in CVE Services, a UUID; without it no CVE record is written.",
    "cna.short": "The authority's short name in CVE Services.",
    "site.url": "Where the public advisory site stands, over https and without a slash at its end.",
    "site.namespace": "The address that stands for the publisher in CSAF; by default that of the site.",
}
"""What each key of `midstream.toml` means."""


def settings_page() -> str:
    """Return the page of settings."""
    rows = [(f"`{name}`", meaning) for name, meaning in SETTINGS.items()]
    return beginning("settings", settings=table(("variable", "meaning"), rows))


def beginning(name: str, **values: str) -> str:
    """Return the part of a page that is written by hand, in docs/reference/parts, with `values` in their places."""
    text = (FOLDER / "parts" / f"{name}.md").read_text(encoding="utf-8").strip()
    for key, value in values.items():
        text = text.replace(f"<<{key}>>", value)
    return text


if __name__ == "__main__":
    main()
