"""The commands that read: what they show, what --json holds, and how wide they are."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from midstream.desk import reading
from tests.desks import POLICY, PROJECT, bare_desk, equipped, reported
from tests.shells import Shell

TITLE = "Invented: update service accepts a dependency record longer than its buffer"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?:Z|[+-]\d\d:\d\d)")


def test_today_shows_each_task_with_its_due_instant_person_reason_and_verb(demo: Shell) -> None:
    said = demo("today")
    assert (said.code, said.err) == (0, "")
    assert re.search(r"^Overdue \(\d+\)$", said.out, re.MULTILINE)
    assert "tf-m-1" in said.out
    assert "midstream do tf-m-1 acknowledge" in said.out
    assert "because of report.received (T1)" in said.out
    assert "yuki (on duty)" in said.out
    assert INSTANT.search(said.out)


def test_today_holds_80_columns(demo: Shell) -> None:
    for words in (("today",), ("today", "--all"), ("today", "--for", "ines", "--all")):
        lines = demo(*words).out.splitlines()
        assert len(lines) > 10
        assert [line for line in lines if len(line) > 80] == []


def test_today_holds_80_columns_also_for_long_names(shell: Shell, tmp_path: Path) -> None:
    file, own = tmp_path / "midstream.toml", tmp_path / "own.toml"
    party = "a-party-with-a-name-of-fifty-characters-or-so-long"
    file.write_text(PROJECT.replace("northcloud", party), encoding="utf-8")
    own.write_text(POLICY.replace('"tell ESS"', f'"tell {"them " * 20}all"'), encoding="utf-8")
    assert shell("project", "load", str(file), "--policy", str(own)).code == 0
    out = shell("today", "--all").out
    assert [line for line in out.splitlines() if len(line) > 80] == []
    assert re.search(rf"midstream do acme-1 notify \\\n +party={party} list=ess\n", out)


def test_today_as_json_is_every_task_and_every_field(demo: Shell) -> None:
    rows = demo("today", "--json").json
    tasks = reading.today(demo.desk(), by="yuki", now=demo.now).tasks
    assert [(row["case"], row["task"]) for row in rows] == [(task.case, task.task) for task in tasks]
    assert set(rows[0]) == set(reading.Task.__struct_fields__)
    assert len(rows) > len(re.findall("midstream do", demo("today").out)) / 3


def test_today_for_a_person_a_project_and_nobody(demo: Shell, shell: Shell) -> None:
    mine = demo("today", "--for", "ines", "--json").json
    assert mine
    assert all("ines" in row["who"] for row in mine)
    assert demo("today", "--project", "tf-m", "--json").json == demo("today", "--json").json
    assert demo("today", "--project", "other", "--json").json == []
    assert shell("today", by="eve").out == ""
    assert "Nothing is to be done in the cases you can see." in shell("today", by="eve").err


def test_today_counts_what_it_leaves_out(demo: Shell) -> None:
    short, whole = demo("today"), demo("today", "--all")
    assert "midstream today --all" in short.out
    assert "midstream today --all" not in whole.out
    assert len(whole.out) > len(short.out)
    heads = re.findall(r"^\w.* \((\d+)\)$", whole.out, re.MULTILINE)
    assert sum(map(int, heads)) == len(demo("today", "--json").json)


def test_a_task_without_a_date_and_far_ahead_have_groups_of_their_own(shell: Shell) -> None:
    shell("do", "acme-1", "record-fix", "commit=" + "ab" * 20)
    out = shell("today", "--all").out
    assert [re.sub(r" \(.*", "", line) for line in out.splitlines() if line[:1].isalpha()] == [
        "Within a week",
        "Later",
        "No date",
    ]


def test_cases_are_listed_as_far_as_one_may_see_them(demo: Shell) -> None:
    said = demo("case", "list")
    assert said.out.splitlines()[0].split() == ["case", "seen", "by", "severity", "next", "due", "title"]
    assert re.search(r"^tf-m-1 +private", said.out, re.MULTILINE)
    assert re.search(r"^tf-m-2 +embargo", said.out, re.MULTILINE)
    assert re.search(r"^tfmv-9 +public.*CVE-2025-53022", said.out, re.MULTILINE)
    rows = demo("case", "list", "--json").json
    assert {row["case"] for row in rows} == {f"tfmv-{n}" for n in range(1, 12)} | {"tf-m-1", "tf-m-2", "tf-m-3"}
    outside = demo("case", "list", "--json", by="eve").json
    assert {row["case"] for row in outside} == {f"tfmv-{n}" for n in range(1, 12)}
    assert {row["next_due_at"] for row in outside} == {None}
    assert demo("case", "list", "--project", "other", "--json").json == []


def test_a_case_is_shown_with_its_states_branches_clocks_and_tasks(demo: Shell) -> None:
    out = demo("case", "show", "tf-m-3").out
    assert out.startswith("tf-m-3  Invented: SPM keeps a stale vector count when a call is retried\npolicy    tf-m ")
    for words in ("triage    accepted", "embargo   agreed", "severity  high", "CVE       assigned", "fix       merged"):
        assert words in out
    assert re.search(r"told northcloud not-affected +since", out)
    assert re.search(r"^public date: \d{4}-.*, in \d+ days$", out, re.MULTILINE)
    assert re.search(r"^release/2\.1\.x +conflict", out, re.MULTILINE)
    assert "\nTasks\n" in out
    found = demo("case", "show", "tf-m-3", "--json").json
    assert found.keys() == {
        "case",
        "project",
        "title",
        "number",
        "public",
        "policy",
        "states",
        "clocks",
        "branches",
        "tasks",
    }
    assert (found["case"], found["public"], found["states"]["triage"]["word"]) == ("tf-m-3", False, "accepted")
    assert {row["standing"] for row in found["tasks"]} >= {"met", "open"}


def test_the_public_is_shown_no_policy_and_no_tasks(demo: Shell) -> None:
    out = demo("case", "show", "tfmv-9", by="eve").out
    assert "TF-Mv2.2.1" in out
    for word in ("policy", "Tasks", "public date"):
        assert word not in out
    found = demo("case", "show", "tfmv-9", "--json", by="eve").json
    assert (found["policy"], found["tasks"], found["clocks"]) == (None, [], {})


def test_a_case_under_no_policy_says_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.clock.now = shell.now.replace(year=2019)
    desk = equipped(bare_desk(clock=shell.clock))
    reported(desk, "acme-1")
    monkeypatch.setattr(shell, "desk", lambda _url: desk)
    assert "policy    no policy was in force on the day the case began" in shell("case", "show", "acme-1").out


def test_the_log_tells_the_facts_in_the_order_they_were_recorded(shell: Shell) -> None:
    shell.clock.pass_(days=1)
    shell("do", "acme-1", "acknowledge", "--at", "now - 20 hours")
    shell("do", "acme-1", "withdraw", "number=4", "reason=Wrong case.")
    out = shell("case", "log", "acme-1").out
    assert out.splitlines()[0] == "  1  2026-11-20 09:30Z  report.received  by intake"
    assert "title=Key leaks" in out
    assert "  4  2026-11-20 13:30Z  report.acknowledged (withdrawn)  by ada\n     recorded 2026-11-21 09:30Z\n" in out
    rows = shell("case", "log", "acme-1", "--json").json
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["body"]["title"] == "Key leaks"
    assert rows[0].keys() == {
        "stream",
        "number",
        "kind",
        "said_by",
        "happened_at",
        "recorded_at",
        "body",
        "digest",
    }


def test_why_names_rule_clause_facts_span_and_the_verb(shell: Shell) -> None:
    out = shell("case", "why", "acme-1", "tell-ess").out
    assert out == (
        "tell-ess:northcloud  open\n"
        "  rule     tell ESS, clause A4 of acme 1\n"
        "  because  fact 2, report.accepted, 2026-11-20 09:30Z, by ada\n"
        "  opened   2026-11-20 09:30+00:00\n".replace("+00:00", "Z")
        + "  due      2026-11-21 09:30Z: within 1 day (Europe/London)\n"
        "  missing  party.told list=ess\n"
        "  do       midstream do acme-1 notify party=northcloud list=ess\n"
        "\n"
    )


def test_why_tells_what_met_or_lifted_a_task_and_who_took_it(shell: Shell) -> None:
    shell("do", "acme-1", "claim", "task=acknowledge")
    shell("do", "acme-1", "acknowledge")
    shell("do", "acme-1", "grant-exception", "obligation=assign CVE", "reason=Another one does.")
    out = shell("case", "why", "acme-1", "--all").out
    assert "acknowledge  met\n" in out
    assert re.search(r"met +2026-11-20 09:30Z by fact 5", out)
    assert re.search(r"lifted +2026-11-20 09:30Z by fact 6", out)
    assert "  claimed  ada\n" in out
    assert "Is it a vulnerability?" in out
    short = shell("case", "why", "acme-1").out
    assert "acknowledge  met" not in short
    rows = shell("case", "why", "acme-1", "acknowledge", "--json").json
    assert rows[0].keys() == {"duty", "standing", "span", "facts", "closed_by", "claimed_by", "history"}
    assert (rows[0]["closed_by"]["kind"], rows[0]["claimed_by"]) == ("report.acknowledged", "ada")
    assert [fact["kind"] for fact in rows[0]["history"]] == ["task.claimed"]
    assert shell("case", "why", "acme-1", "triage", "--json").json[0]["closed_by"]["kind"] == "report.accepted"


def test_why_says_when_a_task_was_lifted_by_the_end_of_support(shell: Shell) -> None:
    shell("do", "acme-1", "record-fix", "commit=" + "ab" * 20)
    shell.clock.pass_(days=300)
    out = shell("case", "why", "acme-1", "release:release/2.x").out
    assert "by the end of the branch's support" in out


def test_why_of_a_case_without_open_tasks_says_so(demo: Shell) -> None:
    said = demo("case", "why", "tfmv-1", by="eve")
    assert (said.code, said.out) == (0, "")
    assert "tfmv-1 has no open tasks" in said.err


def test_the_board_has_a_line_per_case_and_a_column_per_branch(demo: Shell) -> None:
    lines = demo("board").out.splitlines()
    assert lines[0] == "Trusted Firmware-M"
    assert lines[1].split() == ["case", "main", "release/2.1.x", "release/2.2.x", "release/2.3.x"]
    nine = next(line for line in lines if line.startswith("tfmv-9"))
    assert nine.split() == ["tfmv-9", "TF-Mv2.3.0", "TF-Mv2.1.3", "TF-Mv2.2.1", "TF-Mv2.3.0"]
    one = next(line for line in lines if line.startswith("tf-m-1"))
    assert one.split() == ["tf-m-1", "?", "?", "?", "?"]
    rows = demo("board", "--json").json
    assert {row["case"] for row in rows} >= {"tfmv-9", "tf-m-3"}
    assert demo("board", "--json", "--project", "other").json == []


@pytest.mark.parametrize(
    "command", [("today",), ("case", "list"), ("case", "show", "tf-m-2"), ("case", "log", "tf-m-2")]
)
def test_a_past_moment_can_be_asked_for(demo: Shell, command: tuple[str, ...]) -> None:
    past = demo(*command, "--as-of", "now - 30 days", "--json")
    assert past.code == 0
    assert past.json != demo(*command, "--json").json
    assert demo(*command, "--as-of", "now - 30 days").out
    same = demo(*command, "--as-of", "2026-10-21T10:30+01:00", "--json")
    assert same.json == past.json


def test_the_rotation_shows_who_is_on_duty_who_comes_next_and_who_is_away(demo: Shell) -> None:
    demo("rotation", "away", "mara", "now + 5 days", "now + 6 days")
    out = demo("rotation", "show").out
    assert out.startswith("on duty: yuki\n")
    assert re.search(r"^yuki +shift +\d{4}-\S+ \d\d:\d\d\+09:00", out, re.MULTILINE)
    assert re.search(r"^mara +away +\d{4}-\S+ \d\d:\d\dZ", out, re.MULTILINE)
    rows = demo("rotation", "show", "tf-m", "--json").json
    assert rows.keys() == {"on_duty", "shifts", "absences"}
    assert (rows["on_duty"], len(rows["shifts"]), len(rows["absences"])) == ("yuki", 2, 1)
    assert demo("rotation", "show", "--as-of", "now - 5 days").out.startswith("on duty: mara\n")
    demo.clock.pass_(days=99)
    assert demo("rotation", "show").out.startswith("on duty: nobody\n")


def test_a_project_is_shown_to_its_people(demo: Shell) -> None:
    out = demo("project", "show").out
    assert "Trusted Firmware-M (tf-m), policy tf-m, zone Europe/London" in out
    assert re.search(r"^release/2\.1\.x +lts +2027-05-31", out, re.MULTILINE)
    assert re.search(r"^ines +Europe/Paris +maintainer", out, re.MULTILINE)
    assert re.search(r"^ess +northcloud", out, re.MULTILINE)
    assert re.search(r"^3 CVE ids are free$", out, re.MULTILINE)
    assert demo("project", "show", "tf-m", "--json").json["id"] == "tf-m"


def test_policies_are_listed_and_shown_in_words(empty: Shell) -> None:
    out = empty("policy", "show").out
    assert re.search(r"^zephyr +", out, re.MULTILINE)
    assert {row["name"] for row in empty("policy", "show", "--json").json} >= {"zephyr", "tf-m", "cna-rules"}
    shown = empty("policy", "show", "tf-m")
    assert shown.code == 0
    for words in (
        "Clocks",
        "Obligations",
        "Limits",
        "Decided where the process is open",
        "Left out",
        "T9  public date",
    ):
        assert words in shown.out
    assert "sooner: public.known" in shown.out
    assert "with trustedfirmware\n" in shown.out
    assert "with " not in empty("policy", "show", "cna-rules").out.split("Clocks")[0]
    assert max(map(len, shown.out.splitlines())) <= 80
    whole = empty("policy", "show", "tf-m", "--json").json
    assert {"rules", "clocks", "limits", "left_out", "decisions", "source", "version"} <= whole.keys()
    assert not empty.store.exists()


def test_a_policy_is_shown_as_it_was_in_force_on_a_day(empty: Shell) -> None:
    old = empty("policy", "show", "zephyr", "--on", "2019-06-01")
    new = empty("policy", "show", "zephyr", "--on", "2026-06-01")
    assert (old.code, new.code) == (0, 0)
    assert old.out != new.out
    none = empty("policy", "show", "zephyr", "--on", "1999-06-01")
    assert (none.code, none.out) == (1, "")
    assert "no text of zephyr is in force" in none.err
    assert empty("policy", "show", "zephyr", "--on", "yesterday").code == 2


def test_policies_that_ship_are_sound(empty: Shell) -> None:
    out = empty("policy", "check").out
    assert re.search(r"^tf-m\.toml: tf-m \S+ is sound: \d+ obligations, \d+ clocks, \d+ limits$", out, re.MULTILINE)
    assert len(out.splitlines()) >= 10


def test_instants_in_json_are_in_utc(demo: Shell) -> None:
    row = demo("today", "--json").json[0]
    assert datetime.fromisoformat(row["opens_at"]).utcoffset() is not None
    assert TITLE in {entry["title"] for entry in demo("today", "--json").json}


def test_today_says_that_the_worker_stopped(shell: Shell) -> None:
    assert "The worker" not in shell("today").err
    shell("do", "acme-1", "assign-cve")
    shell.clock.now += timedelta(days=91)
    said = shell("today")
    assert said.code == 0
    assert "The worker never ran here" in said.err
    assert "midstream worker --once" in said.err
    assert max(map(len, said.err.splitlines())) <= 80
    assert "The worker" not in shell("today", "--json").err
    shell("worker", "--once")
    assert "The worker" not in shell("today").err
