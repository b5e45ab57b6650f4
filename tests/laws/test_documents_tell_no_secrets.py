"""No document holds what is not public, in whatever spelling; before a record is public, none holds anything of it."""

import base64
import html
import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given

from midstream.advisories.checks.leaks import atoms, leaks, secrets_of
from midstream.advisories.formats import TARGETS
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Dates, Distribution, Line, Reference, Release
from midstream.advisories.targets.target import Target
from tests.advisories import COMPONENT, NOW, PUBLISHER, RECORD, RELEASES, worlds

EVERY = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
HIDDEN = 'the reporter\'s "own" bürd only <one> & more'
WHOLE = msgspec.structs.replace(
    RECORD,
    reference=(
        *RECORD.reference,
        Reference(url="https://private.example.org/hidden", title="Hidden", public_from=NOW + timedelta(days=3)),
    ),
    component=(
        msgspec.structs.replace(
            COMPONENT,
            line=(*COMPONENT.line, Line(branch="customer/secret-branch", status="affected", first="0", label="team")),
        ),
    ),
    private=("component.line.note", "component.config"),
)


@EVERY
def test_a_document_of_the_public_part_holds_nothing_else(target: Target) -> None:
    public = public_part(WHOLE, now=NOW)
    content = target.dump(target.write(record=public, publisher=PUBLISHER, releases=RELEASES, now=NOW))
    assert leaks(content, secrets=secrets_of(whole=WHOLE, public=public)) == ()


@pytest.mark.parametrize("name", ["cve", "osv", "csaf20", "csaf21"])
def test_a_document_of_the_whole_record_is_found_out(name: str) -> None:
    target = TARGETS[name]
    content = target.dump(target.write(record=WHOLE, publisher=PUBLISHER, releases=RELEASES, now=NOW))
    found = {each.field for each in leaks(content, secrets=secrets_of(whole=WHOLE, public=public_part(WHOLE, now=NOW)))}
    assert "credit[Nemo Nihil].name" in found
    assert "reference[https://private.example.org/hidden].url" in found
    assert any(field.startswith("component[tf-m].line[customer/secret-branch]") for field in found)
    assert any(field.endswith(".note") for field in found)


@EVERY
@given(world=worlds())
def test_no_document_of_any_record_leaks(target: Target, world: tuple[Advisory, tuple[Release, ...]]) -> None:
    told = [
        msgspec.structs.replace(
            each,
            line=tuple(msgspec.structs.replace(line, note=f"Told in private of {line.branch}.") for line in each.line),
        )
        for each in world[0].component
    ]
    private = ("component.line.note", "impact")
    whole = msgspec.structs.replace(
        world[0], component=tuple(told), impact={"en": "Nobody may read this."}, private=private
    )
    public = public_part(whole, now=NOW)
    content = target.dump(target.write(record=public, publisher=PUBLISHER, releases=world[1], now=NOW))
    assert leaks(content, secrets=secrets_of(whole=whole, public=public)) == ()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON in ASCII": lambda text: json.dumps(text, ensure_ascii=True),
    "HTML": html.escape,
    "an address": quote,
    "Base64": lambda text: base64.b64encode(f"a text before {text}".encode()).decode(),
    "lines": lambda text: text.replace(" ", "\n    "),
    "reStructuredText": lambda text: text.replace("<", "\\<").replace('"', '\\"'),
    "quoted-printable": lambda text: "".join(
        char if char.isascii() and char != "=" else "".join(f"={byte:02X}" for byte in char.encode()) for char in text
    ),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_in_every_spelling(spell: Callable[[str], str]) -> None:
    whole = msgspec.structs.replace(RECORD, impact={"en": HIDDEN}, private=("impact",))
    (found,) = leaks(
        f"before {spell(HIDDEN)} after".encode(), secrets=secrets_of(whole=whole, public=public_part(whole, now=NOW))
    )
    assert found.field == "impact.en"
    assert HIDDEN not in str(found)


def test_a_short_word_is_no_leak_within_another() -> None:
    whole = msgspec.structs.replace(RECORD, distribution=Distribution(groups=("ess",)))
    public = public_part(whole, now=NOW)
    assert leaks(b"a session is less", secrets=secrets_of(whole=whole, public=public)) == ()
    assert [each.field for each in leaks(b"told ess first", secrets=secrets_of(whole=whole, public=public))] == [
        "distribution.groups[0]"
    ]


@pytest.mark.parametrize("state", ["reported", "triage", "confirmed", "fixing", "embargoed", ""])
def test_before_it_is_public_there_is_nothing_to_tell(state: str) -> None:
    whole = msgspec.structs.replace(WHOLE, state=state)
    assert public_part(whole, now=NOW) == Advisory(state="embargoed")


def test_a_public_date_ahead_keeps_it_private() -> None:
    whole = msgspec.structs.replace(WHOLE, dates=Dates(public=NOW + timedelta(seconds=1)))
    assert public_part(whole, now=NOW) == Advisory(state="embargoed")
    assert public_part(whole, now=NOW + timedelta(seconds=1)).id == WHOLE.id


def test_a_placeholder_says_its_id_and_when_and_no_more() -> None:
    dates = Dates(embargo_until=NOW + timedelta(days=9), reported=NOW)
    whole = msgspec.structs.replace(WHOLE, state="embargoed", dates=dates, distribution=Distribution(placeholder=True))
    told = atoms(public_part(whole, now=NOW))
    assert told.keys() == {"id", "ids.cve", "dates.embargo_until"}


def test_credits_are_told_as_people_agreed() -> None:
    public = public_part(WHOLE, now=NOW)
    assert [(credit.name, credit.org) for credit in public.credit] == [
        ("Rosa Lind", "Example Labs"),
        ("", "Quiet Works"),
    ]


def test_what_is_private_by_its_kind_is_never_public() -> None:
    public = public_part(WHOLE, now=NOW)
    assert public.dates == Dates(
        reported=WHOLE.dates.reported, id_reserved=WHOLE.dates.id_reserved, public=WHOLE.dates.public
    )
    assert public.distribution == Distribution(tlp="clear")
    assert not public.component[0].config
