"""The shipped policies: they read, hold on every day, and say something about every clause of the written processes."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from midstream.cases.verbs import VERBS
from midstream.policy.book import make_book, read_text, shipped
from midstream.policy.resolve import resolve
from midstream.policy.rules import Lead, Policy, Rule

BOOK = shipped()
FOLDER = resources.files("midstream") / "policies"
FILES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".toml"))
TODAY = date(2026, 11, 20)
OLDER = date(2019, 5, 1)
FIRMWARE = ("trustedfirmware", "tf-a", "tf-m", "mbedtls", "mcuboot", "op-tee")
NAMES = sorted({*FIRMWARE, "zephyr", "cna-rules", "cra-manufacturer", "cra-steward"})
DAYS = [
    *[date(year, month, 1) for year in range(2018, 2031) for month in (1, 4, 7, 10)],
    date(2020, 6, 30),
    date(2026, 9, 10),
    date(2026, 9, 11),
    date(2030, 12, 31),
]

# Every clause of the written processes that has a clock or a number, and the policy that has to speak of it.
ZEPHYR = ["Z1", "Z2", "Z3", "Z4", "Z5", "Z6", "Z7", "Z8"]
TRUSTED = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13"]
CNA = ["4.1.12", "4.2.1.2", "4.2.4", "4.2.12", "4.2.16.6", "4.3.3", "4.5.1.3", "4.5.1.4", "4.5.1.6", "4.5.2.3"]
CNA += ["4.5.2.4", "5.1", "5.3.1"]
GUIDES = ["OpenSSF", "ISO/IEC 29147", "ISO/IEC 30111", "FIRST PSIRT Services Framework 1.1", "Linux kernel CNA"]
MANUFACTURER = ["13(6)", "14(1)", "14(2)(a)", "14(2)(b)", "14(2)(c)", "14(3)", "14(4)(a)", "14(4)(b)", "14(4)(c)"]
MANUFACTURER += ["14(6)", "14(8)"]
STEWARD = ["14(2)", "24(1)", "24(2)", "24(3)", "64(10)(b)"]
CLAUSES = [
    *[("zephyr", clause) for clause in ZEPHYR],
    *[("trustedfirmware", clause) for clause in TRUSTED],
    *[("cna-rules", f"CNA {clause}") for clause in CNA],
    *[("cna-rules", guide) for guide in GUIDES],
    *[("cra-manufacturer", f"CRA {clause}") for clause in MANUFACTURER],
    *[("cra-steward", f"CRA {clause}") for clause in STEWARD],
    ("tf-a", "TF-A LTS"),
    ("tf-m", "TF-M LTS"),
    ("mbedtls", "T7 (Mbed TLS)"),
    ("mbedtls", "T11 (Mbed TLS)"),
    ("mbedtls", "Bug bounty"),
    ("mcuboot", "MCUboot LTS"),
    ("mcuboot", "MCUboot intake"),
    ("op-tee", "T4 (OP-TEE)"),
    ("op-tee", "OP-TEE intake"),
]

# What a process of this kind is asked for: the obligation or clock of tf-m and of zephyr, or the clause left out.
ASKED = {
    "acknowledge the reporter": ("acknowledge", "acknowledge"),
    "a verdict of triage": ("triage", "triage"),
    "a second verdict on a reopened report": ("triage again", "triage again"),
    "the project's own analysis": ("project analysis", "triage"),
    "a decision on the embargo": ("decide on an embargo", "review in the subcommittee"),
    "a CVE id": ("assign CVE", "assign CVE"),
    "the id told to the reporter": ("tell the reporter the CVE id", "tell the reporter the CVE id"),
    "a notice to the first list": ("tell ESS", "tell the alert list"),
    "a notice of the fix": ("tell ESS of the fix", "tell the alert list of the fix"),
    "a notice to the second list": ("tell trusted stakeholders", "step 6 (periodically)"),
    "a fix": ("make a fix available", "fix"),
    "knowing which branches are affected": ("find out whether the branch is affected",) * 2,
    "backports per branch": ("backport", "backport"),
    "deferrals of the primary stage": ("decide on a primary deferral", "Z4"),
    "deferrals of the secondary stage": ("decide on a secondary deferral", "Z4"),
    "updates of the reporter at triggers": ("tell the reporter what is new", "Reporter updates"),
    "updates of the reporter in between": ("keep in touch with the reporter", "Reporter updates"),
    "a public date": ("public date", "public date"),
    "a warning 14 days before": ("warn that 14 days are left", "warn that 14 days are left"),
    "a warning 7 days before": ("warn that 7 days are left", "warn that 7 days are left"),
    "a warning 1 day before": ("warn that 1 day is left", "warn that 1 day is left"),
    "a look after a second report": ("review the embargo after a second report",) * 2,
    "a look after a suspected leak": ("look into the leak", "look into the leak"),
    "an answer to who wants an extension": ("decide on an extension", "decide on an extension"),
    "consent to credit": ("ask about credit", "ask about credit"),
    "the end of the embargo": ("end embargo", "end embargo"),
    "the advisory": ("publish the advisory", "publish the advisory"),
    "the CVE record": ("publish the CVE record", "publish the CVE record at the latest"),
    "what is public read back": ("read the publication back", "read the publication back"),
    "work after the disclosure": ("Corrections after disclosure", "Corrections after disclosure"),
    "reports to the authorities": ("early warning of an exploited vulnerability",) * 2,
    "a notice to upstream": ("CNA 4.2.16.6", "CNA 4.2.16.6"),
    "unused ids": ("CNA 4.2.4 (ids never given to a case)",) * 2,
    "a review of access": ("Keys, Membership, Receivers' handling", "Need to know"),
    "evidence": ("Evidence pack", "Evidence pack"),
}


@cache
def policy(name: str, day: date = TODAY) -> Policy:
    found = resolve(BOOK, name, day)
    assert found is not None, f"no text of {name} on {day}"
    return found


def clauses(of: Policy) -> list[str]:
    """Return every clause a policy speaks of: its clocks, obligations, limits, what it leaves out and decides."""
    ruled = [clock.clause for clock in of.clocks.values()] + [rule.clause for rule in of.rules]
    ruled += [limit.clause for limit in of.limits]
    return ruled + left_or_decided(of)


def left_or_decided(of: Policy) -> list[str]:
    """Return every clause a policy leaves out or decides."""
    return [left.clause for left in of.left_out] + [decision.clause for decision in of.decisions]


def is_named(clause: str, said: Iterable[str]) -> bool:
    """Return whether the clause is one of those said: T1 is in "T3, T1 (list)", but not in "T10"."""
    parts = [part.strip() for text in said for part in text.split(",")]
    return any(part == clause or part.startswith((f"{clause} ", f"{clause}(")) for part in parts)


def rules() -> list[tuple[str, Rule]]:
    """Return every obligation of every policy, of Zephyr's older text too."""
    found = [(name, rule) for name in NAMES for rule in policy(name).rules]
    return found + [("zephyr, 60 days", rule) for rule in policy("zephyr", OLDER).rules]


def test_the_package_ships_these_policies_and_no_other() -> None:
    assert sorted(BOOK.texts) == NAMES


@pytest.mark.parametrize("name", FILES)
def test_every_file_reads(name: str) -> None:
    text = read_text((FOLDER / name).read_text(encoding="utf-8"), where=name)
    assert text.file.policy.source.startswith("https://")
    assert make_book([text]).texts[text.name] == (text,)


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_holds_on_every_day_looked_at(name: str) -> None:
    for day in DAYS:
        found = policy(name, day)
        assert found.valid_from <= day
        assert found.rules, f"{name} asks for nothing on {day}"


def test_the_texts_of_one_name_adjoin() -> None:
    for name, texts in BOOK.texts.items():
        for earlier, later in pairwise(texts):
            assert earlier.file.policy.valid_until == later.file.policy.valid_from - timedelta(days=1), name
        assert texts[0].file.policy.valid_from == date(2018, 1, 1)
        assert texts[-1].file.policy.valid_until is None


@pytest.mark.parametrize(("name", "clause"), CLAUSES)
def test_every_clause_is_a_rule_or_left_out_or_decided(name: str, clause: str) -> None:
    assert is_named(clause, clauses(policy(name))), f"{name} says nothing of {clause}"


@pytest.mark.parametrize("clause", ZEPHYR)
def test_the_older_text_of_zephyr_speaks_of_every_clause_of_today(clause: str) -> None:
    assert is_named(clause, clauses(policy("zephyr", OLDER)))


def test_a_clause_is_not_taken_for_a_longer_one() -> None:
    assert is_named("T1", ["T3, T1 (list)"])
    assert not is_named("T1", ["T10", "T11, T12"])
    assert is_named("CNA 4.2.1.2", ["CNA 4.2.1.2, CNA 4.5.1.6"])
    assert not is_named("CNA 4.2.1", ["CNA 4.2.16.6"])


@pytest.mark.parametrize("asked", ASKED)
def test_what_a_process_is_asked_for_is_there_or_left_out(asked: str) -> None:
    for name, wanted in zip(("tf-m", "zephyr"), ASKED[asked], strict=True):
        found = policy(name)
        names = {rule.name for rule in found.rules} | set(found.clocks)
        assert wanted in names or wanted in left_or_decided(found), f"{name}: {asked}: no {wanted!r}"


def test_what_is_left_out_or_decided_says_why() -> None:
    for name in NAMES:
        for left in policy(name).left_out:
            assert len(left.why) > 20, f"{name}: {left.clause}"
        for decision in policy(name).decisions:
            assert len(decision.question) > 15, f"{name}: {decision.clause}"
            assert len(decision.decided) > 15, f"{name}: {decision.clause}"


def test_every_expert_obligation_asks() -> None:
    for name, rule in rules():
        if rule.work == "expert":
            assert "?" in rule.ask, f"{name}: {rule.name} asks nothing"
            assert rule.skill, f"{name}: {rule.name} names no skill"
        else:
            assert not rule.ask, f"{name}: {rule.name} is process work with a question"


def test_every_obligation_can_be_met_by_a_verb_it_names() -> None:
    for name, rule in rules():
        meets = {event.kind for event in rule.until}
        assert meets & {VERBS[verb].kind for verb in rule.do}, f"{name}: no verb of {rule.name!r} meets it"


def test_no_two_obligations_open_and_end_alike() -> None:
    for name in NAMES:
        seen: dict[tuple[object, ...], str] = {}
        for rule in policy(name).rules:
            alike = (rule.until, rule.each, rule.after)
            assert alike not in seen, f"{name}: {rule.name!r} and {seen[alike]!r} are one act with two tasks"
            seen[alike] = rule.name


def test_what_ends_with_a_rejection_is_met_by_it_and_not_lifted() -> None:
    for name, rule in rules():
        ends = {event.kind for event in rule.until} & {event.kind for event in rule.unless}
        assert not ends, f"{name}: {rule.name} is both met and lifted by {ends}: mark it always"


def test_what_the_worker_may_do_opens_exactly_when_it_is_to_be_done() -> None:
    for name, rule in rules():
        unattended = tuple(verb for verb in rule.do if VERBS[verb].unattended)
        if rule.work != "process" or not unattended:
            continue
        assert rule.do == unattended, f"{name}: {rule.name} leaves the worker a choice"
        if unattended == ("end-embargo",):
            assert rule.after == ("public date",)
            assert [str(event) for event in rule.when] == ["report.accepted"]
            # Declined means public at once: the desk would refuse to end what is over.
            assert "embargo.declined" in {event.kind for event in rule.unless}
            assert str(rule.within) == "0 hours"
        else:
            assert unattended == ("assign-cve",)
            assert [str(event) for event in rule.after] == ["report.accepted"]


def test_every_embargo_ends_and_no_suspicion_ends_it() -> None:
    for name, day in [*[(name, TODAY) for name in (*FIRMWARE, "zephyr")], ("zephyr", OLDER)]:
        found = policy(name, day)
        assert any(rule.name == "end embargo" for rule in found.rules), name
        sooner = {event.kind for event in found.clocks["public date"].sooner}
        assert sooner == {"public.known", "exploit.active", "embargo.agreed", "embargo.shortened"}, name


WARNINGS = {"warn that 14 days are left", "warn that 7 days are left", "warn that 1 day is left"}
ONE_DAY = {
    "trustedfirmware": {
        "claim the handling",
        "assign CVE",
        "tell ESS",
        "tell ESS of the fix",
        "tell trusted stakeholders",
        "look into the leak",
    }
    | {"tell the reporter what is new", "review the embargo after a second report", "read the publication back"}
    | WARNINGS,
    "zephyr": {"assign CVE", "tell the alert list", "tell the alert list of the fix", "look into the leak"}
    | {"name the CVE id in the release notes", "review the embargo after a second report", "read the publication back"}
    | WARNINGS,
    "mcuboot": {"cite the CVE id in the release notes"},
}
"""Tasks for which the written process gives no number: the policies say that they read one day."""


@pytest.mark.parametrize("name", ONE_DAY)
def test_where_the_text_gives_no_number_one_day_is_read_and_nothing_else(name: str) -> None:
    own = [rule for rule in policy(name).rules if rule.policy.startswith(f"{name} ")]
    assert {rule.name for rule in own if str(rule.within) == "1 day"} == ONE_DAY[name]


def test_lists_are_called_by_the_names_the_policies_give() -> None:
    lists = {rule.each.list for _, rule in rules() if rule.each.what == "party"}
    assert lists == {"ess", "trusted-stakeholders", "alert"}


def test_a_warning_opens_at_its_lead_and_not_before() -> None:
    leads = {"warn that 14 days are left": 14, "warn that 7 days are left": 7, "warn that 1 day is left": 1}
    for name in (*FIRMWARE, "zephyr"):
        warnings = {rule.name: rule for rule in policy(name).rules if rule.name in WARNINGS}
        assert warnings.keys() == leads.keys(), name
        for rule in warnings.values():
            [lead] = rule.after
            assert isinstance(lead, Lead)
            assert (lead.span.count, lead.span.unit, lead.clock) == (leads[rule.name], "day", "public date"), name


def test_nobody_has_to_be_told_twice_on_one_list_at_one_stage() -> None:
    for name in NAMES:
        told = [str(event) for rule in policy(name).rules for event in rule.until if event.kind == "party.told"]
        assert len(told) == len(set(told)), f"{name}: the desk records once per list and stage that a party was told"


def test_mbedtls_has_no_primary_embargo() -> None:
    found = policy("mbedtls")
    assert not [rule.name for rule in found.rules if "ESS" in rule.name or "primary" in rule.name]
    assert not [limit.name for limit in found.limits if "primary" in limit.name]
    assert found.clocks["primary embargo ends"].length.count == 0


def test_the_reports_of_article_14_begin_on_their_day() -> None:
    for name in ("cra-manufacturer", "cra-steward", "tf-m", "zephyr"):
        before = {rule.name for rule in policy(name, date(2026, 9, 10)).rules}
        since = {rule.name for rule in policy(name, date(2026, 9, 11)).rules}
        assert "early warning of an exploited vulnerability" in since - before
        assert "see whether Article 14 applies" in before - since


def test_a_policy_stays_readable() -> None:
    for name in NAMES:
        assert len(policy(name).rules) <= 50, name
    for name in FILES:
        assert len((FOLDER / name).read_text(encoding="utf-8").splitlines()) <= 600, name


def test_the_page_on_written_processes_explains_every_policy_and_number() -> None:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "written-processes.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"`{name}`" in page, f"the page does not mention {name}"
    for clause in (*ZEPHYR, *TRUSTED):
        assert f"\n| {clause} | " in page, f"the page does not say what {clause} is"
