"""What a checkout shows, for a first project file."""

import re
from datetime import date

from midstream.desk.backports.trying import main_line
from midstream.desk.ports import Trials
from midstream.formats.owners import PLACES
from midstream.project.propose import Line, Seen

SECURITY = ("SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md", "SECURITY.rst", "docs/security/security.rst",
            "docs/process/security.rst", "docs/security.rst", "doc/security/reporting.rst", "SECURITY.txt",
            "docs/security/index.rst", ".well-known/security.txt")  # fmt: skip
"""Where projects keep their security policy."""
_CREDENTIALS = re.compile(r"^([a-z+]+://)[^/@]*@")


def look(trials: Trials, *, name: str, today: date, person: str, policies: tuple[str, ...]) -> Seen:
    """Return what the repository shows; `name` is how it is called when its address does not say."""
    main, tip = main_line(trials)
    url = _CREDENTIALS.sub(r"\1", trials.url())  # a token in the address stays where it is
    refs = trials.newest()
    branches: dict[str, date] = {}
    tags: list[Line] = []
    for ref, day in refs:
        for prefix in ("refs/heads/", "refs/remotes/origin/"):
            if ref.startswith(prefix) and not ref.endswith("/HEAD"):
                short = ref.removeprefix(prefix)
                branches[short] = max(day, branches.get(short, day))
        if ref.startswith("refs/tags/"):
            tags.append(Line(name=ref.removeprefix("refs/tags/"), on=day))
    called = url.rstrip("/").rpartition("/")[2].removesuffix(".git") if url else ""
    return Seen(
        name=called or name,
        main=main,
        today=today,
        url=url if "://" in url else "",
        branches=tuple(Line(name=short, on=day) for short, day in branches.items()),
        tags=tuple(tags),
        owners=tuple(path for path in PLACES if trials.text(tip, path)),
        security=tuple((path, text) for path in SECURITY if (text := trials.text(tip, path))),
        person=person,
        policies=policies,
    )
