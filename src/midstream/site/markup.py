"""HTML by hand: whatever is not marked as HTML is escaped."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VOID = frozenset({"meta", "link", "input", "br", "hr", "wbr"})
"""Elements without an end tag (HTML Living Standard, 13.1.2)."""
_SAFE = ("http://", "https://", "mailto:")


class Html(str):
    """Text that is HTML already; every other `str` is text, and is escaped when it becomes part of a page."""

    __slots__ = ()


def h(name: str, /, *children: "str | None", **attributes: "str | bool | int") -> Html:
    """Return the element `name` with its children, None left out.

    Attributes are written with hyphens for underscores; one at the end of a name that Python keeps (`class_`) goes.
    True stands for a bare attribute, False for none.
    """
    start = f"<{name}{_attributes(attributes)}>" if attributes else f"<{name}>"
    return Html(start if name in VOID else f"{start}{_inside(children)}</{name}>")


def join(children: "Iterable[str | None]", between: str = "") -> Html:
    """Return the children one after another, with the text `between` them."""
    return Html(text(between).join(text(child) for child in children if child is not None))


def text(child: str) -> str:
    """Return what stands in a page for the child: itself when it is HTML, else its characters escaped."""
    return child if type(child) is Html else escape(child)


def link(label: str, address: str) -> Html:
    """Return a link to an address outside; one that is not of the web or mail stands there as text."""
    if not address.lower().startswith(_SAFE) or any(ord(char) <= 0x20 for char in address):
        return Html(text(label if label == address or not address else f"{label} ({address})"))
    bare = {"class_": "bare"} if label == address else {}
    return h("a", label, href=address, rel="noopener noreferrer nofollow", **bare)


def _inside(children: "Iterable[str | None]") -> str:
    return "".join(child if type(child) is Html else escape(child) for child in children if child is not None)


def _attributes(attributes: "dict[str, str | bool | int]") -> str:
    found: list[str] = []
    for name, value in attributes.items():
        if value is False:
            continue
        shown = name.rstrip("_").replace("_", "-")
        found.append(f" {shown}" if value is True else f' {shown}="{escape(str(value))}"')
    return "".join(found)
