"""What can be wrong with one policy file: every fault names file, line and what was probably meant."""

from datetime import date

import pytest

from midstream.policy.book import Book, make_book, read_text
from midstream.policy.errors import PolicyError
from midstream.policy.resolve import resolve

DAY = date(2026, 3, 2)

GOOD = """\
# House rules. [[clock]] in a comment is no table.
[policy]
name = "house"
title = "House rules"
version = "2026-03"
valid_from = 2026-01-01
valid_until = 2026-12-31
unless = ["report.rejected"]

[[clock]]
name = "public date"
clause = "C1"
after = "report.received"
length = "90 days"
zone = "Europe/London"
sooner = ["public.known"]
later = "embargo.extended"

[[clock]] # the second
name = "review"
clause = "C2"
after = ["14 days before public date"]

[[obligation]]
name = "triage"
clause = "O1"
after = "report.received"
until = ["report.accepted", "report.rejected"]
within = "3 working days"
zone = "role:triager"
work = "expert"
do = "accept"
ask = "Is it one?"

[[obligation]]
name = "decide"
clause = "O2"
each = "deferral.requested stage=primary"
match = ["party", "stage"]
after = "deferral.requested"
when = ["embargo.agreed"]
until = ["deferral.granted", "deferral.refused"]
unless = "public.known"
before = "7 days before public date"
severity = ["high"]
work = "process"
do = ["grant-deferral", "refuse-deferral"]

[[obligation]]
name = "backport"
clause = "O3"
each = "branch where maintained and affected"
after = "fix.merged"
until = "backport.merged"
every = "7 days"
work = "process"
do = "record-backport"

[[limit]]
name = "length"
clause = "L1"
on = "deferral.granted stage=primary"
after = ["fix.available", "public date"]
within = "7 days"
exceptional = "14 days"
zone = "party"
"""


def load(text: str) -> Book:
    book = make_book([read_text(text, where="house.toml")])
    assert resolve(book, "house", DAY) is not None
    return book


def test_the_good_policy_is_good() -> None:
    load(GOOD)


KINDS = "There is: "
# What is changed in the good policy, the text whose line is named if it is another, what is said, and the hint.
FAULTS = [
    # keys and values
    ("title =", "titel =", "", "no key is called 'titel' here", "Did you mean 'title'?"),
    ('within = "3', 'witin = "3', "", "no key is called 'witin' here", "Did you mean 'within'?"),
    ("[[limit]]", "[[limits]]", "", "no key is called 'limits' here", "Did you mean 'limit'?"),
    ('work = "expert"', 'work = "experts"', "", "work: Invalid enum value 'experts'", "Compare with"),
    ('severity = ["high"]', 'severity = ["hig"]', "", "severity: Invalid enum value 'hig'", "Compare with"),
    ('clause = "O2"\n', "", '[[obligation]]\nname = "decide"',
     "obligation: the key is missing: 'clause'", "Compare with"),
    ("valid_from = 2026-01-01\n", "", "[policy]", "policy: the key is missing: 'valid_from'", "Compare with"),
    ("valid_until = 2026-12-31", "valid_until = 2025-12-31", "", "valid_until lies before valid_from", "Swap them"),
    ('name = "review"', "name = review", "", "Invalid value", "See toml.io"),
    # names
    ('name = "review"', 'name = "public date"', "", "two of [[clock]] are called 'public date'", "Rename or"),
    ('name = "decide"', 'name = "triage"', "", "two of [[obligation]] are called 'triage'", "Rename or"),
    ('name = "decide"', 'name = "Triage!"', "", "'Triage!' and 'triage' make tasks of one key, triage", "Rename"),
    ('name = "decide"', 'name = "é"', "", "'é' has no letter from a to z", "Tasks are known by such names."),
    # events
    ('unless = ["report.rejected"]', 'unless = ["report.rejcted"]', "",
     "no fact kind is called 'report.rejcted'", "Did you mean 'report.rejected'?"),
    ('unless = ["report.rejected"]', 'unless = [""]', "", "no fact kind is called ''", KINDS),
    ('sooner = ["public.known"]', 'sooner = ["public.knwn"]', "",
     "no fact kind is called 'public.knwn'", "Did you mean"),
    ('until = "backport.merged"', 'until = "backport.merge"', "",
     "no fact kind is called 'backport.merge'", "Did you mean"),
    ('until = "backport.merged"', 'until = ""', "", "no fact kind is called ''", KINDS),
    ('until = "backport.merged"', 'until = "backport.merged lts"', "",
     "'lts' is not FIELD=VALUE;", "See the reference of fact kinds."),
    ('until = "backport.merged"', 'until = "backport.merged branh=a"', "",
     "backport.merged has no field 'branh'", "Did you mean 'branch'?"),
    ('unless = "public.known"', 'unless = "public.know"', "", "no fact kind is called 'public.know'", "Did you mean"),
    ('on = "deferral.granted stage', 'on = "deferral.grated stage', "",
     "no fact kind is called 'deferral.grated'", "Did you mean 'deferral.granted'?"),
    # moments
    ('after = "fix.merged"', 'after = "pubic date"', "",
     "no clock is called 'pubic date'", "Did you mean 'public date'?"),
    ('after = "fix.merged"', 'after = ""', "", "no clock is called ''", "There is: public date, review."),
    ('when = ["embargo.agreed"]', 'when = ["embargo.agred"]', "", "no fact kind is called 'embargo.agred'", "Did you"),
    ('after = ["14 days before public date"]', 'after = ["14 days before pubic date"]', "",
     "no clock is called 'pubic date'", "Did you mean 'public date'? A moment is a clock, or a fact kind"),
    ('after = ["14 days before public date"]', 'after = ["14 dayz before public date"]', "",
     "'14 dayz' is no span of time", "Write a number and a unit"),
    ('after = ["fix.available", "public date"]', 'after = ["fix.available", "publicdate"]', "",
     "no clock is called 'publicdate'", "Did you mean 'public date'?"),
    ('before = "7 days before public date"', 'before = "7 days before publication"', "",
     "no clock is called 'publication'", "Did you mean 'public date'?"),
    ('before = "7 days before public date"', 'before = "publication"', "",
     "no clock is called 'publication'", "Did you"),
    ('before = "7 days before public date"', 'before = "7 before public date"', "",
     "'7' is no span of time", "Write a"),
    ('before = "7 days before public date"', 'before = "7 working days before public date"', "",
     "working days are not reckoned backwards", "Write days."),
    ('after = "report.received"\nlength', 'after = "review"\nlength', "",
     "clocks wait for each other: public date → review → public date", "Start one of them from a fact."),
    ('after = ["14 days before public date"]', 'after = ["review"]', "",
     "clocks wait for each other: review → review", "Start one of them from a fact."),
    # spans, zones, verbs, work
    ('length = "90 days"', 'length = "90 dayz"', "", "'90 dayz' is no span of time", "Write a number and a unit"),
    ('within = "3 working days"', 'within = "soon"', "", "'soon' is no span of time", "Write a number and a unit"),
    ('every = "7 days"', 'every = "daily"', "", "'daily' is no span of time", "Write a number and a unit"),
    ('exceptional = "14 days"', 'exceptional = "14"', "", "'14' is no span of time", "Write a number and a unit"),
    ('zone = "Europe/London"', 'zone = "Europe/Londn"', "", "'Europe/Londn' is no zone here", "Use project, role:NAME"),
    ('zone = "Europe/London"', 'zone = "party"', "", "'party' is no zone here", "Use project, role:NAME"),
    ('zone = "role:triager"', 'zone = "party"', "", "'party' is no zone here", "Use project, role:NAME"),
    ('do = "accept"', 'do = "acept"', "", "no verb is called 'acept'", "Did you mean 'accept'?"),
    ('do = ["grant-deferral", "refuse', 'do = ["grant-deferral", "refuze', "",
     "no verb is called 'refuze-deferral'", "Did"),
    ('ask = "Is it one?"\n', "", 'name = "triage"', "'triage' is expert work without a question", 'Add ask = "…?"'),
    ('every = "7 days"', 'every = "7 days"\nwithin = "1 day"', "",
     "`every` takes the place of `within` and `before`", "Keep"),
    ('every = "7 days"', 'every = "7 days"\nbefore = "review"', "", "`every` takes the place of `within` and", "Keep"),
    # each and match
    ("where maintained and affected", "where maintaned and affected", "",
     "a branch is not asked whether it is 'maintaned'", "Did you mean 'maintained'?"),
    ('each = "branch where', 'each = "brnch where', "", "no fact kind is called 'brnch'", KINDS),
    ('each = "deferral.requested stage=primary"', 'each = "deferral.requested, party.tld"', "",
     "no fact kind is called 'party.tld'", "Did you mean 'party.told'?"),
    ('each = "deferral.requested stage=primary"', 'each = "deferral.requested,"', "",
     "no fact kind is called ''", KINDS),
    ('each = "deferral.requested stage=primary"\n', "", "", "`match` goes with an event in `each`", "Remove it"),
    ('match = ["party", "stage"]', 'match = ["party", "stge"]', "",
     "deferral.requested has no field 'stge'", "Did you mean 'stage'?"),
    ('until = ["deferral.granted", "deferral.refused"]', 'until = ["fix.available"]', "match =",
     "fix.available has no field 'party'", "There is: note."),
    # limits and clocks that move
    ('on = "deferral.granted stage=primary"', 'on = "deferral.refused"', "[[limit]]",
     "deferral.refused has no field 'until'", 'Write of = "happened_at".'),
    ('later = "embargo.extended"', 'later = "public.known"', "",
     "public.known has no field 'until'", "Only such an event"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "anchor", "what", "hint"), FAULTS)
def test_a_fault_names_its_line(old: str, new: str, anchor: str, what: str, hint: str) -> None:
    assert GOOD.count(old) == 1
    line = GOOD[: GOOD.index(anchor or old)].count("\n") + 1
    with pytest.raises(PolicyError) as caught:
        load(GOOD.replace(old, new))
    assert caught.value.what.startswith(f"house.toml:{line}: {what}")
    assert caught.value.where == f"house.toml:{line}"
    assert caught.value.hint.startswith(hint)


def test_a_policy_without_clocks_says_so() -> None:
    text = (
        GOOD[: GOOD.index("[[clock]]\n")]
        + '[[limit]]\nname="l"\nclause="L"\non="deferral.granted"\nafter="x"\nwithin="1 day"'
    )
    with pytest.raises(PolicyError) as caught:
        load(text)
    assert caught.value.what == "house.toml:14: no clock is called 'x'"
    assert caught.value.hint == "There are no clocks here; name a fact kind such as report.received."


def test_a_limit_on_the_moment_of_asking_needs_no_until() -> None:
    load(GOOD.replace('on = "deferral.granted stage=primary"', 'of = "happened_at"\non = "deferral.refused"'))


@pytest.mark.parametrize(
    "each", ["branch", "branch where lts", "branch where lts and maintained and affected", "party in partners"]
)
def test_what_an_obligation_may_repeat_for(each: str) -> None:
    load(GOOD.replace("branch where maintained and affected", each))


@pytest.mark.parametrize("zone", ["project", "role:anybody", "Asia/Tokyo", "UTC"])
def test_zones_a_clock_may_have(zone: str) -> None:
    load(GOOD.replace('zone = "Europe/London"', f'zone = "{zone}"'))
