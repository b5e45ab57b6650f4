"""A suggestion where a flaw came in, with the branches and releases that would have it."""

import msgspec

from midstream.analysis.backports import Sha
from midstream.analysis.backports.introduced import suspects
from midstream.analysis.backports.lines import Wanted, releases_of
from midstream.analysis.backports.reach import Reach
from midstream.desk.ports import History

SHOWN = 5


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that may have brought the flaw in; `first_release` is the earliest final tag that has it."""

    commit: Sha
    subject: str
    author: str
    count: int
    of: int
    is_removed: bool
    first_release: str = ""


def suggest(history: History, fix: tuple[Sha, ...]) -> list[Suggestion]:
    """Return the suggestions for a fix, the likeliest first; empty when the lines it changes tell nothing."""
    found = suspects([line for commit in fix for line in history.blame(commit) if line.commit not in fix])[:SHOWN]
    tags = [ref for ref in history.refs() if ref.name.startswith("refs/tags/")]
    releases = releases_of(Wanted(name="", kind="development"), tags)
    history.update([*fix, *(suspect.commit for suspect in found), *(ref.commit for ref in releases)])
    numbers = {ref.commit: number for ref in releases if (number := history.number(ref.commit)) is not None}
    reach = Reach(parents=history.parents(), sources=numbers.values())
    suggestions: list[Suggestion] = []
    for suspect in found:
        number = history.number(suspect.commit)
        if number is None:
            continue
        entry = history.entry(number)
        first = next((ref for ref in releases if reach.has(numbers[ref.commit], number)), None)
        suggestions.append(
            Suggestion(
                commit=suspect.commit,
                subject=entry.subject,
                author=entry.author,
                count=suspect.count,
                of=suspect.of,
                is_removed=suspect.is_removed,
                first_release=first.short if first else "",
            )
        )
    return suggestions
