"""The rules of a policy in words, each as one sentence."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midstream.policy.rules import ClockRule, LimitRule, Rule


def clock_in_words(clock: "ClockRule") -> str:
    """Return a clock as a sentence, without its clause."""
    moved = [f"sooner: {event}" for event in clock.sooner] + [f"later: {event}" for event in clock.later]
    start = ", else ".join(map(str, clock.after))
    return f"{clock.name}: {clock.length} after {start}" + "".join(f"; {entry}" for entry in moved)


def limit_in_words(limit: "LimitRule") -> str:
    """Return a limit as a sentence, without its clause."""
    more = f", as an exception {limit.exceptional}" if limit.exceptional else ""
    return f"{limit.name}: {limit.on} within {limit.within}{more}"


def rule_in_words(rule: "Rule") -> str:
    """Return an obligation as a sentence, without its clause."""
    each = {"branch": "for each branch", "party": f"for each party in {rule.each.list}", "fact": "for each", "": ""}
    events = " or ".join(map(str, rule.each.events))
    words = f" ({' and '.join(sorted(rule.each.words))})" if rule.each.words else ""
    repeated = f" {each[rule.each.what]}{words} {events}".rstrip()
    due = [f"within {rule.within}" if rule.within else "", f"every {rule.every}" if rule.every else ""]
    due.append(f"{rule.lead} before the {rule.before}" if rule.lead else rule.before and f"by the {rule.before}")
    start = ", else ".join(map(str, rule.after)) + "".join(f" and {entry}" for entry in map(str, rule.when))
    when = "".join(f", {part}" for part in due if part)
    until = " or ".join(map(str, rule.until))
    return f"{rule.name}{repeated}: {rule.work}, after {start}{when}; met by {until}"
