"""That every document says of every release what the record says.

Each format is evaluated by its own algorithm, from the document alone. Formats differ in what they can say: the words a
format has for each verdict of the record are in its target (`says`). A format that does not speak of releases agrees.
"""

from collections.abc import Sequence
from typing import Any

from midstream.advisories.complaint import Complaint
from midstream.advisories.record import Advisory, Release
from midstream.advisories.targets.target import Target
from midstream.advisories.verdicts import verdicts_of


def disagreements(
    target: Target,
    document: Any,  # noqa: ANN401 (any document)
    *,
    record: Advisory,
    releases: Sequence[Release],
) -> tuple[Complaint, ...]:
    """Return a complaint for each release of the calendar of which the document says another thing than the record."""
    if target.evaluate is None:
        return ()
    found = []
    for component in record.component:
        own = [release for release in releases if release.component == component.key]
        verdicts = verdicts_of(record=record, component=component, releases=own)
        for release, verdict in zip(own, verdicts, strict=True):
            wanted, word = target.says[verdict], target.evaluate(document, component=component, release=release)
            if word != wanted:
                found.append(
                    Complaint(
                        target=target.name,
                        rule="agreement",
                        path="",
                        field=f"component[{component.key}].line[{release.branch}]",
                        sentence=f"the record says that {release.version} is {verdict.replace('_', ' ')}, which "
                        f"{target.title} writes as {wanted}; the document says {word}",
                    )
                )
    return tuple(found)
