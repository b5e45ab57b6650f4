"""Every rung of the ladder for one commit on one branch: what matched, what did not, and how sure that makes us."""

from midstream.analysis.backports.keys import plain_subject
from midstream.analysis.backports.ladder import SURE, Trace
from midstream.analysis.backports.likeness import likeness, shared_files
from midstream.analysis.backports.model import Rung, Sha, Step
from midstream.analysis.backports.verdicts import Judge


def explain(judge: Judge, commit: Sha, *, tip: int) -> list[Step]:
    """Return a step for each rung but the strict patch, which needs git; see `strict_step`."""
    number = judge.corpus.number(commit)
    if number is None:
        raise ValueError(commit)
    trace = judge.trace(number)
    fix = trace.fix
    on_branch = [
        one for one in _candidates(judge, trace) if judge.reach.has(tip, one) and not judge.reach.has(number, one)
    ]
    steps = [
        _step(
            judge,
            Rung.SAME,
            [number] if judge.reach.has(tip, number) else [],
            nothing="its history has not this commit",
        ),
        _step(
            judge,
            Rung.TRAILER,
            [one for one in on_branch if _has(trace, one, Rung.TRAILER)],
            nothing=f"no message says that it was picked from {commit[:12]}",
        ),
        _change_id(judge, trace, on_branch),
        _step(
            judge,
            Rung.LOOSE,
            [one for one in on_branch if _has(trace, one, Rung.LOOSE)],
            nothing="no commit changes exactly these lines" if fix.patch else "",
        ),
    ]
    return steps + [_likely(judge, trace, rung, on_branch, tip=tip) for rung in (Rung.NAMED, Rung.SUBJECT, Rung.LINES)]


def strict_step(fix: Sha, other: Sha, ids: dict[Sha, str]) -> Step:
    """Return the step that compares whole patches, context and all, as ``git patch-id --stable`` does."""
    mine, theirs = ids.get(fix, ""), ids.get(other, "")
    if not mine or not theirs:
        return Step(rung=Rung.STRICT, matched=None, sure=SURE[Rung.STRICT], detail="there is no text to compare")
    words = "have" if mine == theirs else "do not have"
    return Step(
        rung=Rung.STRICT,
        matched=mine == theirs,
        sure=SURE[Rung.STRICT],
        detail=f"{fix[:12]} and {other[:12]} {words} the same patch id, context and all",
        commit=other if mine == theirs else "",
    )


def _candidates(judge: Judge, trace: Trace) -> list[int]:
    titled = judge.corpus.with_subject(plain_subject(trace.fix.subject))
    return sorted({*trace.strong, *trace.likely, *titled} - {trace.fix.number})


def _has(trace: Trace, number: int, rung: Rung) -> bool:
    return number in trace.strong and rung in trace.strong[number].rungs


def _step(judge: Judge, rung: Rung, numbers: list[int], *, nothing: str) -> Step:
    if not numbers:
        matched = False if nothing else None
        return Step(rung=rung, matched=matched, sure=SURE[rung], detail=nothing or "the commit changes no text")
    entry = judge.corpus.entry(numbers[0])
    more = f", and {len(numbers) - 1} more" if len(numbers) > 1 else ""
    detail = f"{entry.commit[:12]} {entry.subject}{more}"
    return Step(rung=rung, matched=True, sure=SURE[rung], detail=detail, commit=entry.commit)


def _change_id(judge: Judge, trace: Trace, on_branch: list[int]) -> Step:
    ids = trace.fix.change_ids
    if not ids:
        return Step(rung=Rung.CHANGE_ID, matched=None, sure=SURE[Rung.CHANGE_ID], detail="the commit has no Change-Id")
    numbers = [one for one in on_branch if _has(trace, one, Rung.CHANGE_ID)]
    return _step(judge, Rung.CHANGE_ID, numbers, nothing=f"no commit has the Change-Id {ids[0]}")


def _likely(judge: Judge, trace: Trace, rung: Rung, on_branch: list[int], *, tip: int) -> Step:
    """Return the step of a rung that asks for a common file and no better explanation."""
    found = [trace.likely[one] for one in on_branch if one in trace.likely and rung in trace.likely[one].rungs]
    common = [match for match in found if judge.is_common(trace, match, tip=tip)]
    found = [match for match in found if match not in common]
    free = [match for match in found if judge.claim(trace, match, tip=tip) is None]
    corpus, fix = judge.corpus, trace.fix
    if free:
        best = max(free, key=lambda match: match.alike.both)
        entry = corpus.entry(best.number)
        files = shared_files(corpus, fix, entry)
        detail = (
            f"{entry.commit[:12]} {entry.subject} ({best.alike.both:.0%} alike, {len(files)} of {len(fix.files)} files)"
        )
        return Step(rung=rung, matched=True, sure=SURE[rung], detail=detail, commit=entry.commit)
    if found:
        best = max(found, key=lambda match: match.alike.both)
        claim = judge.claim(trace, best, tip=tip)
        owner = corpus.entry(claim).commit[:12] if claim is not None else "another"
        detail = (
            f"{corpus.entry(best.number).commit[:12]} is {best.alike.both:.0%} alike, but it is what {owner} brings"
        )
        return Step(rung=rung, matched=False, sure=SURE[rung], detail=detail)
    if common:
        name = corpus.entry(common[0].number).commit[:12]
        detail = f"{name} has the subject, as many others have, and hardly a line in common"
        return Step(rung=rung, matched=False, sure=SURE[rung], detail=detail)
    if rung is Rung.SUBJECT and (titled := set(corpus.with_subject(plain_subject(fix.subject))) & set(on_branch)):
        entry = corpus.entry(min(titled))
        alike = likeness(corpus, fix, entry).both
        detail = f"{entry.commit[:12]} has the subject, but no file in common ({alike:.0%} alike)"
        return Step(rung=rung, matched=False, sure=SURE[rung], detail=detail)
    nothing = {
        Rung.NAMED: "no message names the commit in passing with a like change",
        Rung.SUBJECT: "no commit has the subject",
        Rung.LINES: "no commit of the same files changes lines that are like them",
    }
    return Step(rung=rung, matched=False, sure=SURE[rung], detail=nothing[rung])
