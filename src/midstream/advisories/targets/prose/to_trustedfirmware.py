"""The advisory page of TF-A or TF-M."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from midstream.advisories.ranges import judged, runs_of, unplaced
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import BEGINNING, Advisory, Component, Ids, Publisher, Release
from midstream.advisories.targets.prose.to_mail import status_of
from midstream.advisories.targets.target import NOT_LISTED, ONLY_AFFECTED, Target, file_stem, timeless
from midstream.advisories.targets.telling import english, publishable
from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.versions import key_of
from midstream.formats.base.visible import one_line
from midstream.formats.trustedfirmware import page as tf

NAME: Final = "trustedfirmware"
PLACES: Final = {
    "id": "title",
    "ids.cve": "CVE ID",
    "title.en": "Title",
}
_FIELDS: Final = {
    "title": "id",
    "Title": "title.en",
    "CVE ID": "ids.cve",
    "Date": "dates.public",
    "Versions": "component.line",
    "Fix": "component.line.fix",
    "Credit": "credit",
}
_ID: Final = re.compile(r"TFM?V-[0-9]{1,6}")
_RANGE: Final = re.compile(r"(?:(?:all versions|from (?P<first>[^ ]+))(?: before (?P<end>[^ ]+))?|(?P<one>[^ ]+))")
_DAY: Final = "%d %b %Y"


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> tf.Page:  # noqa: ARG001 - the page names no publisher
    """The page of the record, in the manner of TF-M for its ids (TFMV-) and of TF-A for all others."""
    record = publishable(record, now=now)
    project: tf.Project = "tf-m" if record.id.startswith("TFMV") else "tf-a"
    configurations = tuple(dict.fromkeys(text for each in record.component for text in (*each.config, *each.platforms)))
    return tf.Page(
        id=record.id,
        project=project,
        title=one_line(english(record.title)),
        cve=record.ids.cve,
        date=_date(record, project=project),
        versions=tuple(text for each in record.component for text in _versions(record, each, releases)) or ("None",),
        configurations=configurations or ("All",),
        impact=one_line(english(record.impact) or english(record.summary)),
        fixes=tuple(text for each in record.component for text in _fixes(each)) or ("None yet",),
        credit=tuple(
            ", ".join(part for part in (one_line(each.name), one_line(each.org)) if part) for each in record.credit
        )
        or ("Undisclosed",),
        links=_links(record),
        sections=_sections(record),
    )


def read(page: tf.Page) -> Reading:
    """What the page tells exactly: ids and title. Its versions are words that people wrote."""
    partial = Advisory(
        id=page.id,
        ids=Ids(cve=page.cve if re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,19}", page.cve) else ""),
        title={"en": page.title} if page.title else {},
    )
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)))


def check(page: tf.Page) -> tuple[Fault, ...]:
    """What the page must tell: an id, a title, which versions are affected, and a way out."""
    found = []
    if not _ID.fullmatch(page.id):
        found.append(
            Fault(rule="tf.id", path="title", sentence=f"{one_line(page.id)[:40]!r} is no id such as TFV-18 or TFMV-12")
        )
    if not page.title:
        found.append(Fault(rule="tf.title", path="Title", sentence="the page has no title"))
    if not page.versions:
        found.append(Fault(rule="tf.versions", path="Versions", sentence="the page does not say which are affected"))
    if not page.date:
        found.append(Fault(rule="tf.date", path="Date", sentence="the page has no date"))
    return tuple(found)


def field_of(_: tf.Page, path: str) -> str:
    """The field of the record that a row of the page comes from."""
    return _FIELDS.get(path, "details")


def dump(page: tf.Page) -> bytes:
    """The file of the page, made anew."""
    return tf.place_page(existing="", page=page).encode()


def load(raw: bytes) -> tf.Page:
    """The page of a file; DocumentError when it is none."""
    try:
        return tf.read_page(raw.decode())
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is not UTF-8", where="the page", hint="Save it in UTF-8.") from None


def _date(record: Advisory, *, project: tf.Project) -> str:
    public, reported = record.dates.public, record.dates.reported
    if project == "tf-a" and reported:
        words = f"Reported on {reported.astimezone(UTC).strftime(_DAY)}"
        return f"{words}, public on {public.astimezone(UTC).strftime(_DAY)}" if public else words
    return public.astimezone(UTC).strftime(_DAY) if public else "Not public yet"


def _versions(record: Advisory, component: Component, releases: Sequence[Release]) -> list[str]:
    """The affected versions of a component, a line for each range: the LTS branches are never lost in «up to»."""
    name = component.name or component.key
    found = []
    rows = judged(record=record, component=component, releases=releases)
    for span in runs_of(rows, component=component, counts={"affected"}):
        first = "all versions" if span.start == BEGINNING else f"from {span.start}"
        end = f" before {span.end}" if span.end else ""
        found.append(one_line(f"{name}: {first}{end}"))
    found += [one_line(f"{name}: {each.version}") for each in unplaced(rows, counts={"affected"})]
    return found


def evaluate(document: tf.Page, *, component: Component, release: Release) -> str:
    """Whether a line of the affected versions holds the release; what none holds is not listed."""
    begin = one_line(f"{component.name or component.key}:") + " "
    told = (_RANGE.fullmatch(text.removeprefix(begin)) for text in document.versions if text.startswith(begin))
    is_held = any(found is not None and _holds(found, component=component, release=release) for found in told)
    return "affected" if is_held else NOT_LISTED


def _holds(found: re.Match[str], *, component: Component, release: Release) -> bool:
    if found["one"]:
        return found["one"] == release.version
    if not found["first"] and not found["end"]:
        return True
    key = key_of(scheme=component.scheme, version=release.version)
    first = key_of(scheme=component.scheme, version=found["first"] or "")
    end = key_of(scheme=component.scheme, version=found["end"] or "")
    if key is None or (found["first"] and first is None) or (found["end"] and end is None):
        return False
    return (first is None or first <= key) and (end is None or key < end)


def _fixes(component: Component) -> list[str]:
    """Where each branch stands, with the commits that fix it."""
    found = []
    for line in component.line:
        if line.status != "not_affected":
            commits = ", ".join(fix.sha[:12] for fix in line.fix if fix.sha)
            status = status_of(line, scheme=component.scheme).partition(", since")[0]
            found.append(one_line(f"{line.branch}: {status}" + (f" ({commits})" if commits else "")))
    return found


def _links(record: Advisory) -> dict[str, str]:
    found = {}
    for component in record.component:
        repo = component.repo.removesuffix(".git").rstrip("/")
        for fix in (fix for line in component.line for fix in line.fix):
            url = fix.pr if fix.pr.startswith("https://") else f"{repo}/commit/{fix.sha}" if repo else ""
            if fix.sha and url:
                found[fix.sha[:12]] = url
    return found


def _sections(record: Advisory) -> tuple[tuple[str, str], ...]:
    ways = [english(each.text) for each in (*record.workaround, *record.mitigation)]
    pages = "\n\n".join(one_line(f"{each.title} {each.url}") for each in record.reference)
    named = (
        ("Background", english(record.details)),
        ("Impact", english(record.impact)),
        ("Mitigation", "\n\n".join(ways)),
        ("References", pages),
    )
    return tuple((title, text) for title, text in named if text)


def lacks(record: Advisory, publisher: Publisher) -> str:
    """Why the record can have no page, in a sentence; empty when it can."""
    del publisher
    return "" if _ID.fullmatch(record.id) else "the pages are for ids such as TFV-18 and TFMV-12 (id)"


TARGET: Final = Target(
    name=NAME,
    title="TrustedFirmware advisory page",
    media_type="text/x-rst",
    is_public=True,
    file_name=lambda record: f"security-advisory-{file_stem(record.id).lower()}.rst",
    write=write,
    dump=dump,
    load=load,
    read=read,
    check=timeless(check),
    field_of=field_of,
    places=PLACES,
    lacks=lacks,
    says=ONLY_AFFECTED,
    evaluate=evaluate,
)
