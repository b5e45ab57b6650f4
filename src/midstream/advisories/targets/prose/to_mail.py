"""The mail that announces an advisory: to those it is embargoed for, or to everybody."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from midstream.advisories.public import is_public
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import Advisory, Component, Dates, Ids, Line, Publisher, Release, Score, Weakness
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.telling import begun_at, english, publishable, version_number
from midstream.advisories.verdicts import fixed_from
from midstream.formats.base.cvss import scored
from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment, write_moment
from midstream.formats.base.visible import one_line
from midstream.formats.mail import message as mail

NAME: Final = "mail"
PLACES: Final = {
    "id": "Advisory",
    "ids.cve": "CVE",
    "ids.ghsa": "GHSA",
    "ids.upstream": "Upstream",
    "title.en": "Title",
    "dates.public": "Public",
    "weakness.cwe": "Weakness",
    "score.vector": "Score",
}
_CWE: Final = re.compile(r"CWE-([1-9][0-9]{0,5})")
_WORDS: Final = {
    "affected": "affected, no fix yet",
    "wont_fix": "affected, no fix is planned",
    "eol": "affected, no longer supported",
    "not_affected": "not affected",
    "investigating": "under investigation",
    "": "not known",
}
_FIELDS: Final = {
    "Subject": "title.en",
    "To": "distribution.groups",
    "Date": "dates.public",
    "Message-ID": "id",
    "body": "distribution.tlp",
}


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> mail.Message:  # noqa: ARG001 - the branches say it all
    """The mail of the record as it is: with the banner of the embargo while there is one.

    It is addressed to the publisher; the one who sends puts the members of a list in their place. The date and the id
    follow from the record, so that the same state of it makes the same mail.
    """
    is_open = is_public(record, now=now)
    until = record.dates.embargo_until
    record = publishable(record, now=now)
    contact = _address(publisher.contact)
    return mail.Message(
        sender=contact,
        sender_name=publisher.name,
        to=(contact,),
        reply_to=contact,
        subject=one_line(f"{'' if is_open else '[EMBARGOED] '}{record.id}: {english(record.title)}"),
        at=(record.revision[-1].at if record.revision else None) or begun_at(record, now=now),
        message_id=message_id(record, publisher=publisher, number=version_number(record)),
        in_reply_to=(message_id(record, publisher=publisher, number=1) if version_number(record) > 1 else ""),
        embargo_until="" if is_open else write_moment(until) if until else "further notice",
        tlp="" if is_open else (record.distribution.tlp or "amber").upper(),
        fields=_fields(record),
        sections=_sections(record),
    )


def message_id(record: Advisory, *, publisher: Publisher, number: int) -> str:
    """The id of the mail about one state of the record."""
    host = re.sub(r"^https?://|[/:].*$", "", publisher.namespace).lower() or "invalid"
    return f"<{re.sub(r'[^a-z0-9-]+', '-', record.id.lower())}.{number}@{re.sub(r'[^a-z0-9.-]', '', host)}>"


def read(message: mail.Message) -> Reading:
    """What the fields of the mail tell."""
    fields = dict(reversed(message.fields))
    public = read_moment(fields.get("Public", ""))
    partial = Advisory(
        id=fields.get("Advisory", ""),
        ids=Ids(
            cve=fields.get("CVE", ""),
            ghsa=fields.get("GHSA", ""),
            upstream=tuple(text for name, text in message.fields if name == "Upstream"),
        ),
        title={"en": fields["Title"]} if fields.get("Title") else {},
        dates=Dates(public=public),
        weakness=tuple(
            Weakness(cwe=int(found[1]))
            for name, text in message.fields
            if name == "Weakness" and (found := _CWE.fullmatch(text))
        ),
        score=tuple(Score(vector=text.split()[-1]) for name, text in message.fields if name == "Score"),
    )
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)))


def field_of(_: mail.Message, path: str) -> str:
    """The field of the record that a part of the mail comes from."""
    return _FIELDS.get(path, "details")


def _address(contact: str) -> str:
    found = re.search(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", contact)
    return found[0] if found else "security@invalid"


def _fields(record: Advisory) -> tuple[tuple[str, str], ...]:
    public = record.dates.public
    named = [
        ("Advisory", record.id),
        ("Title", english(record.title)),
        ("CVE", record.ids.cve),
        ("GHSA", record.ids.ghsa),
        *(("Upstream", each) for each in record.ids.upstream),
        ("Public", write_moment(public) if public else ""),
        *(("Weakness", f"CWE-{each.cwe}") for each in record.weakness),
        *(("Score", _score(each.vector)) for each in record.score),
    ]
    return tuple((name, one_line(text)) for name, text in named if text)


def _score(vector: str) -> str:
    right = scored(vector)
    return f"{right.score} {right.severity} {vector}" if right else vector


def _sections(record: Advisory) -> tuple[tuple[str, str], ...]:
    """The prose of the mail; a section that would be empty is left out."""
    credited = [
        one_line(f"- {each.name or each.org}" + (f", {each.org}" if each.name and each.org else ""))
        for each in record.credit
        if each.name or each.org
    ]
    found = [
        ("Summary", english(record.summary)),
        ("Impact", english(record.impact)),
        ("Details", english(record.details)),
        *((f"Versions of {each.name or each.key}", _versions(each)) for each in record.component),
        ("Workarounds", "\n\n".join(english(each.text) for each in record.workaround)),
        ("Mitigations", "\n\n".join(english(each.text) for each in record.mitigation)),
        ("References", "\n".join(one_line(f"- {each.title} {each.url}") for each in record.reference)),
        ("Credits", "\n".join(credited)),
    ]
    return tuple((one_line(title), text) for title, text in found if text)


def _versions(component: Component) -> str:
    return "\n".join(
        one_line(f"- {line.branch}: {status_of(line, scheme=component.scheme)}") for line in component.line
    )


def status_of(line: Line, *, scheme: str) -> str:
    """Where a branch stands, in words: ``fixed in 2.1.3``."""
    since = f", since {line.first}" if line.first not in ("", "0") and line.status != "not_affected" else ""
    if line.status == "fixed":
        fixed = fixed_from(line, scheme=scheme)
        return (f"fixed in {fixed}" if fixed else "fixed, not released yet") + since
    return _WORDS[line.status] + since


def _check(message: mail.Message) -> tuple[Fault, ...]:
    return mail.check(message)


TARGET: Final = Target(
    name=NAME,
    title="mail",
    media_type="message/rfc822",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.id).lower()}.eml",
    write=write,
    dump=mail.write,
    load=mail.read,
    read=read,
    check=timeless(_check),
    field_of=field_of,
    places=PLACES,
)
