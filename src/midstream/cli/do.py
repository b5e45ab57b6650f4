"""``midstream do CASE VERB field=value …``."""

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import fact_json, fact_words, instant, json_option, write_json

if TYPE_CHECKING:
    from midstream.ledger.fact import Fact


def complete_verb(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the verbs that begin as typed, for the shell."""
    del ctx, param
    from midstream.cases.verbs import VERBS  # noqa: PLC0415 - only when completing

    return [
        CompletionItem(name, help=f"records {verb.kind}") for name, verb in VERBS.items() if name.startswith(incomplete)
    ]


def may_go(fact: "Fact", case: str) -> bool:
    """Return whether the fact could be withdrawn by a verb on this case."""
    from midstream.cases.guards import LASTING  # noqa: PLC0415 - keeps completion quick
    from midstream.cases.states import WIDENING  # noqa: PLC0415 - as above

    lasting = fact.kind in LASTING or fact.kind in WIDENING
    return fact.stream == f"case/{case}" and fact.number > 1 and not lasting


@click.command()
@click.argument("case")
@click.argument("verb", shell_complete=complete_verb)
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--at", default="", help="When it happened, if not now: 2026-11-20T09:30+00:00, or 'now - 2 hours'.")
@click.option("--seen", type=int, default=None, help="The last fact you saw; refused when the case has moved on.")
@click.option("--key", default="", help="A key of your own: the same command with the same key is recorded once.")
@json_option
@click.pass_obj
def do(
    session: Session,
    *,
    case: str,
    verb: str,
    fields: tuple[str, ...],
    at: str,
    seen: int | None,
    key: str,
    as_json: bool,
) -> None:
    """Carry out VERB on CASE and record it.

    Fields are those of the fact it records. When one that is needed is missing, it is named and nothing is recorded.
    """
    from midstream.desk.do import Order, find_verb  # noqa: PLC0415 - keeps completion quick
    from midstream.desk.do import do as carry_out  # noqa: PLC0415 - as above
    from midstream.desk.errors import Misuse  # noqa: PLC0415 - as above
    from midstream.desk.fields import read_moment, usage  # noqa: PLC0415 - as above
    from midstream.policy.filling import BLANK  # noqa: PLC0415 - as above

    found = find_verb(verb)
    given: dict[str, object] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise Misuse(f"{field!r} is not FIELD=VALUE", hint=usage(found.body, verb))
        if value == BLANK:
            raise Misuse(f"{field} is a blank", hint=f"Write yours in its place. {usage(found.body, verb)}")
        given[name] = value
    moment = read_moment(at, now=session.clock(), what="--at") if at else None
    desk, who = session.desk(), session.who()
    order = Order(verb=verb, case=desk.name_of(case, by=who), fields=given, by=who, key=key, seen=seen, at=moment)
    receipt = carry_out(desk, order)
    if as_json:
        write_json(
            {"case": receipt.case, "repeated": receipt.repeated, "facts": [fact_json(fact) for fact in receipt.facts]}
        )
        return
    if receipt.repeated:
        click.echo("recorded before under this key; nothing was added", err=True)
    for fact in receipt.facts:
        click.echo(printable(f"{fact.stream} fact {fact.number}: {fact.kind} {fact_words(fact)}".rstrip()))
        said = f"  at {instant(fact.happened_at)}, said by {printable(fact.said_by)}"
        click.echo(said, err=True)
        if may_go(fact, receipt.case):
            back = f"midstream do {receipt.case} withdraw number={fact.number} reason=…"
            click.echo(f"  to take it back: {back}", err=True)
