"""Text that is safe to show: control and invisible characters handled, HTML reduced to its words."""

import re
import unicodedata
from html.parser import HTMLParser
from typing import Final

from midstream.adapters.mail import limits

REPLACEMENT: Final = "\ufffd"

# Seen as nothing though Unicode calls them letters or marks: Hangul fillers, combining grapheme joiner, Braille blank.
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SPACES: Final = re.compile(r"\s+")
# Tab and line feed are kept: they are the layout of a text.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Embeddings, overrides and isolates (UAX #9): they can make shown code differ from the code that was sent.
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_END: Final = re.compile(r"\r\n?|\x85|\u2028|\u2029|\f|\v")


class Notices:
    """What was odd in one mail, in the order it was met, each sentence once and not more than a limit."""

    def __init__(self) -> None:
        self._kept: dict[str, None] = {}
        self._dropped = 0

    def add(self, sentence: str) -> None:
        """Keep the sentence, or count it once the limit is reached."""
        if sentence in self._kept:
            return
        if len(self._kept) < limits.NOTICES:
            self._kept[sentence] = None
        else:
            self._dropped += 1

    def all(self) -> tuple[str, ...]:
        """The sentences; the last one says how many more there were."""
        more = (f"{self._dropped} further notices are not kept",) if self._dropped else ()
        return (*self._kept, *more)


def one_line(value: str) -> str:
    """The value on one line with nothing hidden in it: for subjects, names and ids.

    White space becomes one space; other control characters and lone surrogates become U+FFFD; bidi controls,
    zero-width and other format characters (Unicode category Cf, UAX #44) are removed.
    """
    shown: list[str] = []
    for character in value:
        category = unicodedata.category(character)
        if character.isspace():
            shown.append(" ")
        elif category in ("Cc", "Cs"):
            shown.append(REPLACEMENT)
        elif category != "Cf" and character not in _BLANK_LETTERS:
            shown.append(character)
    return _SPACES.sub(" ", "".join(shown)).strip()


def hides_something(value: str) -> bool:
    """True when `one_line` replaces or removes something other than layout white space."""
    return one_line(value) != _SPACES.sub(" ", value).strip()


def quoted(value: str) -> str:
    """The value in double quotes for a notice: on one line, cut, nothing hidden in it."""
    line = one_line(value[: 4 * limits.QUOTED_CHARS])
    return f'"{line[: limits.QUOTED_CHARS]}…"' if len(line) > limits.QUOTED_CHARS else f'"{line}"'


def file_name(value: str) -> str:
    """The last step of a declared file name, on one line, at most 200 characters with its ending kept; "" if none."""
    line = one_line(re.split(r"[/\\]", one_line(value))[-1])
    if line in (".", ".."):
        return ""
    if len(line) <= limits.NAME_CHARS:
        return line
    # The ending says what a file claims to be, so the middle is what goes.
    return f"{line[: limits.NAME_CHARS - 50]}…{line[-49:]}"


def readable(value: str, *, notices: Notices) -> str:
    """The text with line feeds for all line ends; control characters and bidi overrides shown as U+FFFD."""
    lines = _LINE_END.sub("\n", value)
    shown, controls = _CONTROL.subn(REPLACEMENT, lines)
    if controls:
        notices.add("control characters in the text are shown as U+FFFD")
    shown, overrides = _BIDI.subn(REPLACEMENT, shown)
    if overrides:
        notices.add("characters that change the direction of writing in the text are shown as U+FFFD")
    return shown


_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav"}
    | {"ol", "p", "pre", "section", "table", "tr", "ul"}
)
_PREFIX: Final = "x-"
_UNSEEN: Final = frozenset(("script", "style", "template"))

# Every "<" is looked at once and no run crosses the next "<" or ">", so the time is linear for any input.
_MARK_UP: Final = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9:-]{0,30})(?:[\s/][^<>]*)?>|[!?][^<>]*>)?")
# A number this long is no character, and `int` refuses very long ones.
_LONG_REFERENCE: Final = re.compile(r"&#[xX]?[0-9A-Fa-f]{9,};?")
_INLINE_SPACE: Final = re.compile(r"[ \t\n]+")
_MANY_LINES: Final = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    """Collects the character data of HTML, with line ends where blocks begin and end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen_tag = ""
        self.unseen: list[str] = []
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        tag = tag.removeprefix(_PREFIX)
        if self.unseen_tag:
            return
        if tag in _UNSEEN:
            self.unseen_tag = tag
        elif tag in _BLOCKS:
            self._end_line()
            self._pre += tag == "pre"
            if tag == "li":
                self.pieces.append("- ")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        tag = tag.removeprefix(_PREFIX)
        if self.unseen_tag:
            if tag == self.unseen_tag:
                self.unseen_tag = ""
                self.unseen.clear()
        elif tag in _BLOCKS:
            self._pre -= tag == "pre" and self._pre > 0
            self._end_line()
            if tag == "p":
                self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.unseen_tag:
            self.unseen.append(data)
            return
        if not self._pre:
            data = _INLINE_SPACE.sub(" ", data)
            if not self.pieces or self.pieces[-1].endswith("\n"):
                data = data.lstrip(" ")
        if data:
            self.pieces.append(data)

    def _end_line(self) -> None:
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self.pieces.append("\n")


def words_of_html(source: str, *, notices: Notices) -> str:
    """The words of an HTML text as plain text: tags, comments, scripts and styles dropped, links not followed.

    Nothing is loaded and no attribute is looked at. Broken mark-up is shown rather than hidden.
    """
    if len(source) > limits.HTML_CHARS:
        notices.add(f"HTML longer than {limits.HTML_CHARS} characters: only these are read")
        source = source[: limits.HTML_CHARS]
    # html.parser needs quadratic time for unfinished comments and tags, so it only ever gets finished, bare ones.
    bare = _MARK_UP.sub(_bare_tag, _without_comments(_LINE_END.sub("\n", source)))
    parser = _Words()
    parser.feed(_LONG_REFERENCE.sub(REPLACEMENT, bare))
    parser.close()
    if parser.unseen_tag:
        notices.add(f"the HTML never ends its {parser.unseen_tag} element: what follows is shown as text")
    lines = "".join((*parser.pieces, *parser.unseen)).split("\n")
    return _MANY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _bare_tag(found: re.Match[str]) -> str:
    if found[2]:
        # No element is then one that html.parser reads in a way of its own, such as script, title or plaintext.
        return f"<{found[1]}{_PREFIX}{found[2]}>"
    return "&lt;" if found[0] == "<" else ""


def _without_comments(source: str) -> str:
    kept: list[str] = []
    at = 0
    while (begin := source.find("<!--", at)) >= 0 and (end := source.find("-->", begin + 2)) >= 0:
        kept.append(source[at:begin])
        at = end + 3
    return "".join((*kept, source[at:]))
