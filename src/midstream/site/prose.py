"""Markdown to HTML that may stand in a page: rendered without raw HTML, then sanitised."""

import functools

import nh3
from markdown_it import MarkdownIt

from midstream.site.markup import Html

TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
"""What may come of a text. No pictures: a page asks for nothing from anywhere."""
LIMIT = 200_000
"""Characters of one text that are rendered; what is longer stands there as plain text, cut."""


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 30}).enable("table")


def prose(markdown: str) -> Html:
    """Return the text as sanitised HTML: CommonMark and tables, headings two levels down, links of web and mail."""
    if not markdown.strip():
        return Html("")
    parser = _parser()
    tokens = parser.parse(markdown[:LIMIT])
    for token in tokens:
        if token.tag in {"h1", "h2", "h3", "h4"}:
            token.tag = f"h{int(token.tag[1]) + 2}"
    made = parser.renderer.render(tokens, parser.options, {})
    return Html(
        nh3.clean(
            made,
            tags=TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )
