"""The commands that record: what each says, what it records, and that the second time says so."""

import io
import stat
import sys
from pathlib import Path

import pytest

from midstream.cli.output import counted, progress
from tests.desks import COMMIT, POLICY, PROJECT, mail, mail_file, reported
from tests.shells import Shell


def kinds(shell: Shell, case: str) -> list[str]:
    return [row["kind"] for row in shell("case", "log", case, "--json").json]


# do


def test_do_says_what_it_recorded_and_how_to_take_it_back(shell: Shell) -> None:
    said = shell("do", "acme-3", "score", "severity=high", "reason=It is bad.")
    assert said.out == "case/acme-3 fact 2: severity.scored reason=It is bad. severity=high\n"
    assert said.err == (
        "  at 2026-11-20 09:30Z, said by ada\n  to take it back: midstream do acme-3 withdraw number=2 reason=…\n"
    )
    assert kinds(shell, "acme-3") == ["report.received", "severity.scored"]


def test_what_cannot_be_taken_back_is_not_offered_to_be(shell: Shell) -> None:
    assert "take it back" not in shell("do", "acme-1", "end-embargo", "reason=agreed").err
    # One is the case's own, the other the project's: an id once given is never given again.
    assigned = shell("do", "acme-1", "assign-cve")
    assert (len(assigned.out.splitlines()), assigned.err.count("to take it back")) == (2, 1)


def test_do_as_json_holds_the_facts(shell: Shell) -> None:
    found = shell("do", "acme-3", "assign-cve", "--json").json
    assert (found["case"], found["repeated"]) == ("acme-3", False)
    assert [(fact["stream"], fact["kind"]) for fact in found["facts"]] == [
        ("case/acme-3", "cve.assigned"),
        ("project/acme", "cve.allocated"),
    ]


def test_a_key_a_moment_and_a_view_can_be_given(shell: Shell) -> None:
    first = shell("do", "acme-3", "acknowledge", "--key", "k1", "--seen", "1", "--at", "now - 2 hours", "--json").json
    assert first["facts"][0]["happened_at"] == "2026-11-20T07:30:00Z"
    again = shell("do", "acme-3", "acknowledge", "--key", "k1")
    assert again.err.startswith("recorded before under this key; nothing was added\n")
    stale = shell("do", "acme-3", "accept", "--seen", "1")
    assert stale.code == 1
    assert "acme-3 moved on since fact 1: report.acknowledged by ada" in stale.err
    assert "--seen 2" in stale.err


def test_erasing_goes_through_the_same_door_as_every_verb(shell: Shell, tmp_path: Path) -> None:
    shell("report", "take", str(mail_file(tmp_path, mail())))
    assert shell("do", "acme-4", "erase", "reason=Asked to.", "--seen", "9").code == 2
    assert shell("do", "acme-4", "erase", "reason=Asked to.", "because=x").code == 2
    assert shell.desk().store.blob_count("acme-4") == 2
    assert "blobs=2" in shell("do", "acme-4", "erase", "reason=Asked to.").out
    assert shell.desk().store.blob_count("acme-4") == 0
    assert shell("do", "acme-4", "erase", "reason=Asked to.").err.startswith("recorded before under this key")
    assert shell("ledger", "verify").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("do", "acme-3", "score"), "hint:  Fields of score: severity=… [vector=…] [reason=…]"),
        (("do", "acme-3", "score", "high"), "'high' is not FIELD=VALUE"),
        (("do", "acme-3", "scor"), "Did you mean 'score'?"),
        (("do", "acme-3", "score", "severity=high", "--at", "noon"), "--at: 'noon' is no instant"),
        (("do", "acme-3", "note", "text=\udcff"), "not text in UTF-8"),
    ],
)
def test_a_misused_do_says_what_to_do_instead(shell: Shell, words: tuple[str, ...], said: str) -> None:
    found = shell(*words)
    assert (found.code, found.out) == (2, "")
    assert said in found.err
    assert kinds(shell, "acme-3") == ["report.received"]


# report take


def test_a_mail_is_taken_once(shell: Shell, tmp_path: Path) -> None:
    path = str(mail_file(tmp_path, mail()))
    assert shell("report", "take", path).out == "acme-4 is a new case\n"
    assert shell("report", "take", path).out == "acme-4 has this mail already\n"
    reply = mail_file(tmp_path, mail(message_id="<2@e.org>", In_Reply_To="<one@mail.example.org>"), "reply.eml")
    assert shell("report", "take", str(reply)).out == "acme-4 got a further message\n"
    alike = mail_file(tmp_path, mail(message_id="<3@e.org>"), "alike.eml")
    said = shell("report", "take", str(alike), "--area", "crypto")
    assert said.out == "acme-5 is a new case\n"
    assert "looks like acme-4: compare, then midstream do acme-5 link-duplicate of=acme-4" in said.err


def test_taking_mails_as_json(shell: Shell, tmp_path: Path) -> None:
    [row] = shell("report", "take", str(mail_file(tmp_path, mail(Date=""))), "--project", "acme", "--json").json
    assert row.keys() == {"case", "outcome", "suspected", "notices", "facts"}
    assert (row["case"], row["outcome"], row["notices"]) == ("acme-4", "new", ["no Date"])
    assert row["facts"][0]["kind"] == "report.received"


def test_the_mails_before_a_bad_one_are_told_of_also_in_json(shell: Shell, tmp_path: Path) -> None:
    line = b"From rosa@example.org Fri Nov 20 09:00:00 2026\n"
    box = mail_file(tmp_path, line + mail() + b"\n" + line + b"X-No: mail\n\n\n", "box")
    said = shell("report", "take", str(box), "--json")
    assert said.code == 2
    assert [row["case"] for row in said.json] == ["acme-4"]
    assert f"{box}, message 2: this is not a mail" in said.err


def test_what_a_hostile_mail_holds_never_reaches_the_terminal(shell: Shell, tmp_path: Path) -> None:
    raw = (
        b"From: =?utf-8?q?Ro=1B]0;owned=07sa_=E2=80=AE?= <rosa@example.org>\nMessage-ID: <\x1b[2Jx@e.org>\n"
        b"Subject: =?utf-8?q?a=1B[2Jb=C2=9B31mc=E2=80=AEd?=\n\n\x1b[31mred\x00\x9b\n"
    )
    path = str(mail_file(tmp_path, raw))
    shell("do", "acme-3", "note", "text=\x1b[2J\u202e\x9b31m")
    said = [shell("report", "take", path)]
    for words in (("today",), ("case", "list"), ("board",)):
        said += [shell(*words), shell(*words, "--json")]
    for case in ("acme-3", "acme-4"):
        for word in ("show", "log", "why"):
            said += [shell("case", word, case), shell("case", word, case, "--json")]
    said += [shell("report", "take", path, "--json"), shell("do", "acme-3", "note", "text=\x1b[2J\x9b")]
    for one in said:
        assert one.code == 0
        assert all(char.isprintable() or char == "\n" for char in one.out + one.err), one
    assert "\x1b[2J" in shell("case", "log", "acme-3", "--json").json[1]["body"]["text"]


# project and rotation


def test_a_project_is_loaded_with_its_policy_in_one_command(empty: Shell, tmp_path: Path) -> None:
    file, own = tmp_path / "midstream.toml", tmp_path / "own.toml"
    file.write_text(PROJECT, encoding="utf-8")
    own.write_text(POLICY, encoding="utf-8")
    said = empty("project", "load", str(file))
    assert said.code == 2
    assert "no policy is called 'acme'" in said.err
    assert empty.desk().store.heads() == []
    said = empty("project", "load", str(file), "--policy", str(own))
    assert said.code == 0
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["project/acme fact 1", "project/acme fact 2"]
    assert PROJECT[:40] not in said.out
    assert empty("project", "load", str(file), "--policy", str(own)).err == "nothing changed\n"
    assert empty("project", "load", str(file), "--policy", str(own), by="eve").code == 1


def test_ids_releases_shifts_and_absences_are_recorded_once(shell: Shell) -> None:
    said = shell("project", "reserve", "CVE-2026-20001", "CVE-2026-20002")
    assert said.out.endswith("cve.block_reserved cves=CVE-2026-20001, CVE-2026-20002 year=2026\n")
    assert shell("project", "reserve", "CVE-2026-20001").code == 1
    assert shell("project", "tag", "v1.0", "release/1.x", COMMIT).code == 0
    assert shell("project", "tag", "v1.0", "release/1.x", COMMIT).err == "recorded already\n"
    moved = shell("project", "tag", "v1.0", "release/1.x", "9" * 40, "--project", "acme")
    assert (moved.code, moved.err.count("A released tag never moves.")) == (1, 1)
    assert shell("rotation", "shift", "bob", "now", "now + 7 days").code == 0
    assert shell("rotation", "shift", "bob", "now", "now + 7 days").err == "recorded already\n"
    assert shell("rotation", "away", "bob", "2026-12-01T09:00Z", "2026-12-02T09:00Z").out.count("absence.recorded") == 1
    assert shell("rotation", "shift", "bob", "tomorrow", "now").code == 2
    assert shell("rotation", "shift", "bob", "now", "now - 1 day").code == 2


def test_a_desk_of_no_or_several_projects_asks_which(empty: Shell, shell: Shell, tmp_path: Path) -> None:
    said = empty("rotation", "show")
    assert (said.code, said.err) == (
        2,
        "error: the desk serves no project yet\nhint:  Load one: midstream project load FILE.\n",
    )
    file, own = tmp_path / "midstream.toml", tmp_path / "own.toml"
    file.write_text(PROJECT.replace('id = "acme"', 'id = "zeta"'), encoding="utf-8")
    own.write_text(POLICY, encoding="utf-8")
    assert shell("project", "load", str(file), "--policy", str(own)).code == 0
    said = shell("rotation", "show")
    assert (said.code, said.err) == (2, "error: which project?\nhint:  Name one with --project: acme, zeta.\n")


# policy diff, worker, ledger, store, demo


def test_a_change_of_policy_says_what_it_would_move(shell: Shell, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(POLICY, encoding="utf-8")
    same = shell("policy", "diff", str(own))
    assert (same.code, same.out, same.err) == (0, "", "no task of any case would move\n")
    own.write_text(POLICY.replace('within = "2 days"', 'within = "4 days"'), encoding="utf-8")
    moved = shell("policy", "diff", str(own))
    assert moved.code == 1
    row = "acme-1  acknowledge  open 2026-11-22 09:30Z  open 2026-11-24 09:30Z"
    assert row in moved.out.splitlines()
    rows = shell("policy", "diff", str(own), "--project", "acme", "--json").json
    assert [(row["case"], row["task"]) for row in rows] == [(f"acme-{n}", "acknowledge") for n in (1, 2, 3)]
    own.write_text(POLICY.replace('name = "acknowledge"', 'name = "answer"'), encoding="utf-8")
    assert " -" in shell("policy", "diff", str(own)).out


def test_own_policies_are_checked_with_file_line_and_hint(shell: Shell, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(POLICY, encoding="utf-8")
    assert shell("policy", "check", str(own)).out == f"{own}: acme 1 is sound: 9 obligations, 1 clock, 1 limit\n"
    assert "acme" in shell("policy", "show", "--file", str(own)).out
    own.write_text(POLICY.replace("within", "whithin", 1), encoding="utf-8")
    said = shell("policy", "check", str(own))
    line = POLICY[: POLICY.index("within")].count("\n") + 1
    assert (said.code, said.out) == (2, "")
    assert said.err == f"error: {own}:{line}: no key is called 'whithin' here\nhint:  Did you mean 'within'?\n"
    own.write_bytes(POLICY.encode() + b"# \xe9\n")
    assert shell("policy", "check", str(own)).code == 0


def test_the_worker_says_what_it_did_and_fails_with_code_1(shell: Shell) -> None:
    said = shell("worker", "--once")
    assert said.code == 0
    assert said.out.splitlines()[1].startswith("acme-1  assign-cve  done     cve.assigned")
    assert shell("worker", "--once").err == "nothing is due that needs nobody\n"
    for case in ("acme-2", "acme-3"):
        shell("do", case, "assign-cve")
    shell("do", reported(shell.desk(), "acme-4"), "accept")
    failed = shell("worker", "--once", "--json")
    assert (failed.code, [row["outcome"] for row in failed.json]) == (1, ["failed"])
    waiting = shell("worker", "--once")
    assert (waiting.code, "waiting" in waiting.out, "2026-11-20 09:35Z" in waiting.out) == (0, True, True)
    assert shell("worker").code == 2


def test_the_ledger_is_verified_written_out_and_read_in(shell: Shell, empty: Shell, tmp_path: Path) -> None:
    said = shell("ledger", "verify")
    assert (said.code, said.err) == (0, "")
    count = int(said.out.split()[0])
    found = shell("ledger", "verify", "--json").json
    assert (found["facts"], found["complaints"]) == (count, [])
    file = tmp_path / "all.jsonl"
    assert shell("ledger", "export", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell("ledger", "export").out.encode() == file.read_bytes()
    again = shell("ledger", "export", str(file))
    assert again.code == 3
    assert "File exists" in again.err
    assert "hint:" in again.err
    taken = empty("ledger", "import", str(file))
    assert (taken.code, taken.err) == (0, f"{count} facts were new\n")
    assert empty("ledger", "import", str(file)).err == "0 facts were new\n"
    assert empty("case", "list", "--json").json == shell("case", "list", "--json").json
    broken = file.read_bytes().replace(b"Key leaks", b"Key Leaks", 1)
    file.write_bytes(broken)
    said = empty("ledger", "import", str(file))
    assert said.code == 2
    line = broken[: broken.index(b"Key Leaks")].count(b"\n") + 1
    assert f"{file}:{line}: case/acme-1 fact 1: its content does not match its digest" in said.err
    assert empty("ledger", "import", str(tmp_path / "nothing")).code == 2


def test_damage_is_told_with_code_1(shell: Shell, tmp_path: Path) -> None:
    shell("report", "take", str(mail_file(tmp_path, mail())))
    shell.desk().store.erase("acme-4")
    said = shell("ledger", "verify")
    assert said.code == 1
    assert said.out.count("broken: case/acme-4 fact 1: its content") == 2
    assert len(shell("ledger", "verify", "--json").json["complaints"]) == 2


def test_the_store_is_remade_and_copied(shell: Shell, tmp_path: Path) -> None:
    before = shell("today", "--all").out
    assert shell("store", "rebuild").code == 0
    assert shell("today", "--all").out == before
    copy = tmp_path / "copy.db"
    said = shell("store", "backup", str(copy))
    assert (said.code, said.err) == (0, f"{copy} is a whole copy; it holds what is under embargo\n")
    assert Shell(copy, person="ada", clock=shell.clock)("today", "--all").out == before
    assert shell("store", "backup", str(copy)).code == 3


def test_the_demo_shows_the_desk_at_work_and_a_second_run_changes_nothing(empty: Shell) -> None:
    empty.person = ""
    first = empty("demo")
    assert first.code == 0
    for words in ("Today: what has to be done", "The board", "One case's timeline: tf-m-2", "Try next"):
        assert words in first.out
    assert "facts loaded. You are yuki" in first.err
    digest = empty("ledger", "export").out
    second = empty("demo")
    assert (second.code, second.out) == (0, first.out)
    assert "The demo was loaded before; nothing was added" in second.err
    assert empty("ledger", "export").out == digest
    # Whoever asks now without a name is the one on duty.
    assert "tf-m-1" in empty("today").out
    assert max(map(len, first.out.splitlines())) <= 80


def test_the_demo_stays_out_of_a_store_of_somebody_else(shell: Shell) -> None:
    said = shell("demo")
    assert (said.code, said.out) == (1, "")
    assert "the store holds project/acme" in said.err


def test_progress_shows_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("facts") as tick:
        for _ in range(401):
            tick()
    assert terminal.getvalue() == "\rfacts: 200\rfacts: 400\rfacts: 401\n"


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [
        (0, "fact", "0 facts"),
        (1, "fact", "1 fact"),
        (2000, "fact", "2,000 facts"),
        (3, "advisory", "3 advisories"),
        (1, "advisory", "1 advisory"),
        (2, "day", "2 days"),
    ],
)
def test_a_count_agrees_with_its_word(count: int, word: str, said: str) -> None:
    assert counted(count, word) == said
