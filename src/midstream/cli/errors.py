"""What a failed command says, and its exit code."""

import sys

import click

MISUSE = {
    "BadFact",
    "BadName",
    "CatalogueError",
    "DocumentError",
    "InvalidVersion",
    "MailRefused",
    "Misuse",
    "NoIndex",
    "NotFound",
    "PolicyError",
    "ProjectError",
    "TomlError",
    "Unreadable",
}
NO = {"Refused", "Stale"}
TROUBLE = {
    "BrokenChain",
    "ClockBackwards",
    "Conflict",
    "HistoryTrouble",
    "IndexTrouble",
    "KeyTrouble",
    "PublishTrouble",
    "StoreTrouble",
}


def code_of(error: Exception) -> int | None:
    """Return the exit code of an error the desk knows: 1 refused, 2 misuse, 3 trouble outside; None for a defect.

    Errors are known by name, so that printing one imports nothing.
    """
    name = type(error).__name__
    if isinstance(error, UnicodeError):
        return 2
    if not type(error).__module__.startswith("midstream."):
        return 3 if isinstance(error, OSError) else None
    return 1 if name in NO else 2 if name in MISUSE else 3 if name in TROUBLE else None


def explain(error: Exception) -> None:
    """Return nothing, after the error and its hint were written to stderr, with nothing a terminal would obey."""
    what = str(getattr(error, "what", "")) or str(error)
    hint = str(getattr(error, "hint", ""))
    if isinstance(error, UnicodeError):
        what, hint = "something given is not text in UTF-8", "Write it in UTF-8; nothing was recorded."
    elif isinstance(error, OSError) and error.strerror:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        hint = "Check that the path is right, that there is room, and that you may read and write there."
    click.echo(f"{click.style('error:', fg='red', bold=True)} {printable(what)}", err=True)
    if hint:
        click.echo(f"{click.style('hint:', bold=True)}  {printable(hint)}", err=True)
    sys.stderr.flush()


def printable(text: str) -> str:
    """Return `text` with every control and direction character replaced, so that content cannot steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
