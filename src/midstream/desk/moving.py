"""The ledger as a whole: checked, written out, read in; the read models remade from it."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from midstream.cases.errors import Refused
from midstream.desk.derive import views_of
from midstream.desk.desk import Desk
from midstream.desk.ports import StoreTrouble
from midstream.desk.views import CaseView
from midstream.ledger.chain import Head, read_line, verify, write_line
from midstream.ledger.errors import BadFact, BrokenChain, LedgerError
from midstream.ledger.fact import Fact


def nothing() -> None:
    """Return nothing: the progress of somebody who does not watch."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the whole ledger found: how much was looked at, and every complaint, naming stream and number."""

    streams: int
    facts: int
    blobs: int
    complaints: tuple[str, ...]


def verify_ledger(desk: Desk, *, tick: Callable[[], None] = nothing) -> Verdict:
    """Return the verdict on every stored fact and blob: the chain, the heads kept beside it, the blobs facts name."""
    complaints: list[str] = []
    heads: dict[str, Head] = {}
    broken: set[str] = set()
    facts = blobs = 0
    before = {head.stream: head for head in desk.store.heads()}
    for fact in _readable(desk.store.everything(), complaints):
        facts += 1
        tick()
        try:
            list(verify([fact], heads=heads))
        except BrokenChain as error:
            if fact.stream not in broken:
                complaints.append(error.what)
            broken.add(fact.stream)
            heads[fact.stream] = Head(
                stream=fact.stream, number=fact.number, digest=fact.digest, recorded_at=fact.recorded_at
            )
        kept = before.get(fact.stream)
        if kept is not None and kept.number == fact.number and kept.digest != fact.digest:
            complaints.append(f"{fact.stream} fact {fact.number}: its head has another digest")
        blobs += _check_blobs(desk, fact, complaints)
    complaints += _compare(before, heads, after=desk.store.heads())
    return Verdict(streams=len(heads), facts=facts, blobs=blobs, complaints=tuple(complaints))


def _compare(before: dict[str, Head], seen: dict[str, Head], *, after: list[Head]) -> list[str]:
    """Return a complaint for each head that its facts do not bear out; what was appended while they were read is none.

    The heads from before must have been passed on the way, and those from after may not lie behind the last facts.
    """
    complaints: list[str] = []
    for stream, head in sorted(before.items()):
        last = seen.get(stream)
        if last is None or last.number < head.number:
            ends = f"fact {last.number}" if last else "nothing"
            complaints.append(f"{stream}: its head says fact {head.number}, its facts end with {ends}")
    behind = {head.stream: head for head in after}
    for stream, end in sorted(seen.items()):
        now = behind.get(stream)
        if now is None or now.number < end.number or (now.number == end.number and now.digest != end.digest):
            stands = f"fact {now.number}" if now else "nothing"
            complaints.append(f"{stream}: its head says {stands}, its facts end with fact {end.number}")
    return complaints


def _readable(facts: Iterator[Fact], complaints: list[str]) -> Iterator[Fact]:
    """Yield facts until one cannot be read at all; that is a complaint too."""
    try:
        yield from facts
    except (LedgerError, StoreTrouble) as error:
        complaints.append(f"{error.what}; what follows it was not looked at")


def _check_blobs(desk: Desk, fact: Fact, complaints: list[str]) -> int:
    digests = [str(getattr(fact.body, name, "")) for name in ("content", "text")]
    case = fact.stream.removeprefix("case/")
    wanted = [digest for digest in digests if len(digest) == 64] if fact.stream.startswith("case/") else []
    for digest in wanted:
        try:
            found = desk.store.blob(case, digest)
        except StoreTrouble as error:
            complaints.append(f"{fact.stream} fact {fact.number}: {error.what}")
            continue
        if found is None and not _was_erased(desk, case):
            complaints.append(f"{fact.stream} fact {fact.number}: its content {digest[:12]}… is missing")
    return len(wanted)


def _was_erased(desk: Desk, case: str) -> bool:
    return any(fact.kind == "content.erased" for fact in desk.store.facts(f"case/{case}"))


def export_lines(desk: Desk, *, tick: Callable[[], None] = nothing) -> Iterator[bytes]:
    """Yield every fact as a line of JSON, in the order of recording; then one line that says how many there were."""
    count = 0
    for fact in desk.store.everything():
        yield write_line(fact)
        count += 1
        tick()
    yield b'{"end":%d}' % count


def import_lines(desk: Desk, lines: Iterable[bytes], *, where: str, tick: Callable[[], None] = nothing) -> int:
    """Return how many facts were taken from the lines of an export; the store has all of them or, on error, none.

    Every line is checked as it is drawn: its form, the chain, nothing missing, repeated or altered, the end. Facts
    that the store has already are compared and passed over, so that a second import changes nothing. Raises `BadFact`
    or `BrokenChain` naming file and line.
    """
    count = desk.store.load(checked(desk, lines, where=where, tick=tick))
    # Also when nothing was new: an import that was stopped before this is mended by repeating it.
    rebuild(desk, tick=tick)
    return count


class _Place:
    """Where the reading of an export stands, for errors."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.number = 0

    def error(self, what: str, hint: str) -> BadFact:
        return BadFact(f"{self.where}:{self.number}: {what}", hint=hint)


_AGAIN = "Take the file from its source again; nothing was recorded."


def checked(desk: Desk, lines: Iterable[bytes], *, where: str, tick: Callable[[], None] = nothing) -> Iterator[Fact]:
    """Yield the facts of an export that the store does not have, each once it is seen to follow the one before."""
    place = _Place(where)
    kept = {head.stream: head for head in desk.store.heads()}
    seen: dict[str, Head] = {}
    try:
        for fact in verify(_facts(lines, place), heads=seen):
            tick()
            head = kept.get(fact.stream)
            if head is None or fact.number > head.number:
                yield fact
            elif fact.number == head.number and fact.digest != head.digest:
                raise _other(place, fact.stream, fact.number)
    except BrokenChain as error:
        raise place.error(error.what, _AGAIN) from None
    for stream, end in seen.items():
        # The chain makes it enough to compare the last fact of each stream that both have.
        behind = stream in kept and end.number < kept[stream].number
        if behind and desk.store.facts(stream)[end.number - 1].digest != end.digest:
            raise _other(place, stream, end.number)


def _other(place: _Place, stream: str, number: int) -> BadFact:
    return place.error(
        f"{stream} fact {number} is another one here", "These are two different histories; import into a new store."
    )


def _facts(lines: Iterable[bytes], place: _Place) -> Iterator[Fact]:
    """Yield the facts that the lines hold; raise `BadFact` for a line that is none, or an end that is not true."""
    ended = False
    for place.number, line in enumerate(lines, 1):
        if ended:
            raise place.error("a line after the end", _AGAIN)
        if line.startswith(b'{"end":'):
            if line.strip() != b'{"end":%d}' % (place.number - 1):
                raise place.error(f"{place.number - 1} facts, but the end names another count", _AGAIN)
            ended = True
            continue
        try:
            fact = read_line(line.rstrip(b"\r\n"))
        except BadFact as error:
            raise place.error(error.what, error.hint) from None
        yield fact
    if not ended:
        place.number += 1
        raise place.error("the end is missing, so the file is cut off", _AGAIN)


def rebuild(desk: Desk, *, tick: Callable[[], None] = nothing) -> None:
    """Return nothing, after every read model was remade from the facts."""
    desk.store.replace_views(_all_views(desk, tick))


def _all_views(desk: Desk, tick: Callable[[], None]) -> Iterator[CaseView]:
    names = [stream.removeprefix("project/") for stream in desk.store.streams("project/")]
    teams = {name: desk.find_team(name)[1] for name in names}
    streams = ((stream, desk.store.facts(stream)) for stream in desk.store.streams("case/"))
    yield from views_of(streams, teams=teams, shelf=desk.shelf, tick=tick)


def check_empty(desk: Desk, *, apart_from: str) -> None:
    """Return nothing; raise `Refused` when the store holds anything but the projects and cases of `apart_from`."""
    others = [stream for stream in desk.store.streams("project/") if stream != f"project/{apart_from}"]
    if others:
        raise Refused(f"the store holds {others[0]}", hint="Choose another store: --store PATH.")
