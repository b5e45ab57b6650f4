"""From evidence to a verdict: where each branch stands with each fix, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from midstream.analysis.backports.corpus import Corpus
from midstream.analysis.backports.ladder import ALL_RUNGS, SURE, Match, Trace
from midstream.analysis.backports.model import BranchLine, Fix, Found, Hit, Rung, Sha, Sure, Verdict, Word
from midstream.analysis.backports.reach import Reach
from midstream.analysis.backports.reverts import Reverts

NO_STRICT: Mapping[Sha, str] = {}
_ORDER: tuple[Sure, ...] = ("certain", "strong", "likely", "weak")


class Judge:
    """Judges fixes on branches over one history. What is gathered for one answer serves the others.

    `strict` are the patch ids of ``git patch-id --stable`` of commits, as far as they were asked for; where both are
    known and equal, the same changed lines become the same patch, context and all.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        lines: Sequence[BranchLine],
        fixes: Sequence[Fix],
        rungs: frozenset[Rung] = ALL_RUNGS,
    ) -> None:
        """Walk the graph once for all of them."""
        self.corpus, self.rungs = corpus, rungs
        self.lines = {line.name: line for line in lines}
        tips = [line.tip for line in lines if line.tip]
        releases = [ref.commit for line in lines for ref in line.releases]
        asked = [commit for fix in fixes for commit in (*fix.commits, *fix.introduced)]
        numbers = (corpus.number(commit) for commit in [*tips, *releases, *asked])
        self.reach = Reach(parents=corpus.parents(), sources=[one for one in numbers if one is not None])
        self.reverts = Reverts(corpus)
        self.cut = corpus.cut()
        self.gaps = corpus.gaps()
        self._traces: dict[int, Trace] = {}
        self._releases: dict[str, list[tuple[int, str]]] = {}

    def trace(self, number: int) -> Trace:
        """Return what looks like that commit, gathered once."""
        if number not in self._traces:
            # Only what a branch without the fix has beyond what the fix builds on is of interest.
            tips = [one for line in self.lines.values() if (one := self._tip(line)) is not None]
            without = self.reach.mask(one for one in tips if not self.reach.has(one, number))
            own = self.reach.mask([number])
            self._traces[number] = Trace(
                self.corpus,
                number,
                rungs=self.rungs,
                among=lambda numbers: self.reach.only(numbers, of=without, not_of=own),
            )
        return self._traces[number]

    def verdict(self, fix: Fix, branch: str, *, today: date, strict: Mapping[Sha, str] = NO_STRICT) -> Verdict:
        """Return where the branch stands with the fix on that day."""
        line = self.lines[branch]
        tip = self.corpus.number(line.tip) if line.tip else None
        unread = [commit for commit in fix.commits if self.corpus.number(commit) is None]
        if tip is None:
            return _unknown(fix, branch, line.trouble or "the branch is not in the index")
        if unread or not fix.commits:
            why = f"the commit {unread[0][:12]} is not in the repository" if unread else "no commit of the fix is known"
            return _unknown(fix, branch, why)
        found = tuple(self.found(commit, tip=tip, strict=strict) for commit in fix.commits)
        if all(entry.is_in for entry in found):
            return self._fixed(fix, line, found)
        return self._not_fixed(fix, line, tip, found, today=today)

    def found(self, commit: Sha, *, tip: int, strict: Mapping[Sha, str] = NO_STRICT) -> Found:
        """Return what the branch that ends at `tip` has of one commit."""
        number = self.corpus.number(commit)
        if number is None:
            raise ValueError(commit)
        trace = self.trace(number)
        matches = self.matches(trace, tip=tip)
        reverted = ""
        for match in matches:
            revert = self.reverts.active(match.number, origin=number, on=lambda one: self.reach.has(tip, one))
            if revert is None:
                return Found(fix=commit, hit=self.hit(trace, match, strict=strict))
            reverted = reverted or self.corpus.entry(revert).commit
        if matches:
            return Found(fix=commit, hit=self.hit(trace, matches[0], strict=strict), reverted_by=reverted)
        return Found(fix=commit, nearest=self._nearest(trace, tip))

    def matches(self, trace: Trace, *, tip: int) -> list[Match]:
        """Return the matches on the branch that ends at `tip`, the best first."""
        number = trace.fix.number
        return trace.best(
            on=lambda one: self.reach.has(tip, one),
            before=lambda one: self.reach.has(number, one),
            beside=self._beside(trace),
        )

    def claim(self, trace: Trace, match: Match, *, tip: int) -> int | None:
        """Return the commit that explains the match better than the fix does; None when none does."""
        return trace.claimed_by(match, on=lambda one: self.reach.has(tip, one), beside=self._beside(trace))

    def is_common(self, trace: Trace, match: Match, *, tip: int) -> bool:
        """Return whether the match rests on a subject alone that tells nothing, as many commits have it."""
        return trace.is_common(match, on=lambda one: self.reach.has(tip, one), beside=self._beside(trace))

    def _beside(self, trace: Trace) -> Callable[[int], bool]:
        """Return whether a commit is on a branch that has the fix itself, where the originals of backports are.

        Where no branch has it, as with a fix that is not merged yet, any commit may be an original.
        """
        tips = [one for line in self.lines.values() if (one := self._tip(line)) is not None]
        homes = [one for one in tips if self.reach.has(one, trace.fix.number)]
        return lambda one: not homes or self.reach.first_of(homes, one) is not None

    def _tip(self, line: BranchLine) -> int | None:
        return self.corpus.number(line.tip) if line.tip else None

    def hit(self, trace: Trace, match: Match, *, strict: Mapping[Sha, str]) -> Hit:
        """Return the match as evidence, with every rung that it stands on."""
        entry, fix = self.corpus.entry(match.number), trace.fix
        rungs = list(match.rungs)
        if rungs != [Rung.SAME]:
            same = strict.get(fix.commit, "")
            if same and same == strict.get(entry.commit) and fix.patch == entry.patch:
                rungs = [Rung.STRICT if rung is Rung.LOOSE else rung for rung in rungs]
            weak = trace.likely.get(match.number) if match.rungs[0] is Rung.NAMED else None
            rungs += [rung for rung in (weak.rungs if weak else ()) if rung not in rungs]
        first = min(rungs, key=list(Rung).index)
        return Hit(
            commit=entry.commit,
            rung=first,
            sure=sure_of(rungs, match),
            subject=entry.subject,
            also=tuple(rung for rung in sorted(rungs, key=list(Rung).index) if rung is not first),
        )

    def _nearest(self, trace: Trace, tip: int) -> str:
        """Return what came closest on the branch, in words; empty when nothing did."""
        for number in sorted(trace.partial):
            if self.reach.has(tip, number):
                entry = self.corpus.entry(number)
                return f"{entry.commit[:12]} says that it takes a part of it: {entry.subject}"
        near = [match for match in trace.likely.values() if self.reach.has(tip, match.number)]
        near = [match for match in near if not self.reach.has(trace.fix.number, match.number)]
        if not near:
            return ""
        best = max(near, key=lambda match: match.alike.both)
        entry = self.corpus.entry(best.number)
        if best.rungs == (Rung.SUBJECT,) and self.is_common(trace, best, tip=tip):
            return f"{entry.commit[:12]} has the subject that many commits have: {entry.subject}"
        return (
            f"{entry.commit[:12]} changes {best.alike.both:.0%} alike lines, but brings another commit: {entry.subject}"
        )

    # Words

    def _fixed(self, fix: Fix, line: BranchLine, found: tuple[Found, ...]) -> Verdict:
        hits = [entry.hit for entry in found if entry.hit is not None]
        sure = max((hit.sure for hit in hits), key=_ORDER.index)
        release = self.first_release(line, [hit.commit for hit in hits])
        how = " and ".join(dict.fromkeys(str(hit.rung) for hit in hits))
        where = f"first released in {release}" if release else "in no final release of the branch yet"
        ids = ", ".join(dict.fromkeys(hit.commit[:12] for hit in hits))
        return Verdict(
            fix=fix.name,
            branch=line.name,
            word="fixed",
            because=f"{ids} by {how}; {where}",
            sure=sure,
            found=found,
            first_release=release,
            needs_look=sure not in {"certain", "strong"},
        )

    def first_release(self, line: BranchLine, commits: Iterable[Sha]) -> str:
        """Return the earliest final tag of the branch's series that has all the commits; empty when none has."""
        wanted = [number for commit in commits if (number := self.corpus.number(commit)) is not None]
        if line.name not in self._releases:
            tags = ((self.corpus.number(ref.commit), ref.short) for ref in line.releases)
            self._releases[line.name] = [(tag, name) for tag, name in tags if tag is not None]
        for tag, name in self._releases[line.name]:
            if all(self.reach.has(tag, number) for number in wanted):
                return name
        return ""

    def _not_fixed(self, fix: Fix, line: BranchLine, tip: int, found: tuple[Found, ...], *, today: date) -> Verdict:
        word, because, sure, needs_look = (
            _decided(fix, line.name)
            or self._not_affected(fix, tip)
            or _ended(line, today)
            or _in_part(found)
            or self._nothing_known(fix, tip, found)
        )
        return Verdict(
            fix=fix.name,
            branch=line.name,
            word=word,
            because=because,
            sure=sure,
            found=found,
            needs_look=needs_look,
        )

    def _not_affected(self, fix: Fix, tip: int) -> "_Said | None":
        absent = self._was_not_introduced(fix, tip) if fix.introduced else ""
        return ("not affected", absent, "strong", False) if absent else None

    def _nothing_known(self, fix: Fix, tip: int, found: tuple[Found, ...]) -> "_Said":
        if why := self._blind_spot(fix, tip):
            return "unknown", why, "weak", True
        because = "no trace of the fix in the branch's whole history"
        if fix.introduced:
            return "vulnerable", because, "strong", False
        near = next((entry.nearest for entry in found if entry.nearest), "")
        because += "; where the flaw came in is not recorded, so it may not be affected"
        return "vulnerable", because, "likely", "takes a part of it" in near

    def _was_not_introduced(self, fix: Fix, tip: int) -> str:
        """Return the evidence that no commit that brought the flaw in is on the branch; else empty."""
        if self._blind_spot(fix, tip):
            return ""
        for commit in fix.introduced:
            number = self.corpus.number(commit)
            if number is None or self.matches(self.trace(number), tip=tip):
                return ""
        ids = ", ".join(commit[:12] for commit in fix.introduced)
        return f"{ids}, which brought the flaw in, is not in its history, nor is a commit like it"

    def _blind_spot(self, fix: Fix, tip: int) -> str:
        """Return why nothing follows from finding nothing on the branch; empty when its history is whole."""
        if any(self.reach.has(tip, number) for number in self.cut):
            return "the history of the branch is cut here, as the clone is shallow: git fetch --unshallow"
        numbers = [number for commit in fix.commits if (number := self.corpus.number(commit)) is not None]
        entries = [self.corpus.entry(number) for number in numbers]
        for entry in entries:
            if entry.number in self.cut or entry.unread or not entry.is_whole:
                return f"{entry.commit[:12]} itself could not be read whole here, so nothing can be compared with it"
        files = frozenset(path for entry in entries for path in entry.files)
        for number in self.gaps:
            entry = self.corpus.entry(number)
            if self.reach.has(tip, number) and (not entry.is_whole or files & entry.unread):
                return f"{entry.commit[:12]} on the branch could not be read whole, as objects are missing"
        return ""


_Said = tuple[Word, str, Sure, bool]
"""A word, why, how sure, and whether a person should look."""


def _decided(fix: Fix, branch: str) -> _Said | None:
    """Return what a person decided or recorded about the branch."""
    if branch in fix.not_affected:
        return "not affected", fix.not_affected[branch], "certain", False
    if branch in fix.waived:
        return "waived", fix.waived[branch], "certain", False
    return None


def _ended(line: BranchLine, today: date) -> _Said | None:
    if line.supported_until is None or today <= line.supported_until:
        return None
    since = "" if line.supported_until == date.min else f" since {line.supported_until}"
    return "past support", f"not maintained{since}; the fix is not there", "certain", False


def _in_part(found: tuple[Found, ...]) -> _Said | None:
    """Return what to say of a branch that has some commits of the fix, or had them before they were reverted."""
    if count := sum(entry.is_in for entry in found):
        return "partly fixed", f"{count} of {len(found)} commits of the fix are there", "likely", True
    for entry in found:
        if entry.reverted_by and entry.hit is not None:
            because = f"{entry.hit.commit[:12]} brought the fix, and {entry.reverted_by[:12]} reverted it"
            return "vulnerable", because, "strong", True
    return None


def sure_of(rungs: Iterable[Rung], match: Match) -> Sure:
    """Return how sure the rungs together make us; a subject with hardly changed lines is more than either."""
    chosen = set(rungs)
    best = min((SURE[rung] for rung in chosen), key=_ORDER.index)
    if best == "likely" and len(chosen) > 1 and match.alike.both >= 0.5:
        return "strong"
    return best


def _unknown(fix: Fix, branch: str, why: str) -> Verdict:
    return Verdict(fix=fix.name, branch=branch, word="unknown", because=why, sure="weak", needs_look=True)
