"""A rule of a policy in words."""

from midstream.policy.rules import Rule


def in_words(rule: Rule) -> str:
    """Return one obligation as a sentence with its clause."""
    each = {"branch": "for each branch", "party": f"for each party in {rule.each.list}", "fact": "for each", "": ""}
    events = " or ".join(map(str, rule.each.events))
    words = f" ({' and '.join(sorted(rule.each.words))})" if rule.each.words else ""
    repeated = f" {each[rule.each.what]}{words} {events}".rstrip()
    due = [f"within {rule.within}" if rule.within else "", f"every {rule.every}" if rule.every else ""]
    due.append(f"{rule.lead} before the {rule.before}" if rule.lead else rule.before and f"by the {rule.before}")
    start = ", else ".join(map(str, rule.after)) + "".join(f" and {entry}" for entry in map(str, rule.when))
    when = "".join(f", {part}" for part in due if part)
    until = " or ".join(map(str, rule.until))
    return f"{rule.clause}  {rule.name}{repeated}: {rule.work}, after {start}{when}; met by {until}"
