"""HTML -> the text a reader would see. The parser is a library; what counts as one line is decided here.

The libraries that go all the way to text were tried and left: html-text puts a space inside ``<b>bo</b>ld``,
inscriptis adds list bullets and pads tables. Both would make a quotation differ from the page.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.formats.content import Content
from index.formats.text import decode

_UNSEEN = frozenset(
    [
        "audio",
        "canvas",
        "datalist",
        "embed",
        "head",
        "iframe",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_PARAGRAPHS = frozenset(
    ["blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"]
)
_LINES = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dt",
        "fieldset",
        "figcaption",
        "footer",
        "form",
        "header",
        "legend",
        "li",
        "main",
        "nav",
        "option",
        "section",
        "summary",
        "tr",
    ]
)
_CELLS = frozenset(["td", "th"])
_SPACE = re.compile(r"[ \t\r\n\f]+")  # a no-break space is a character of the text and stays


def read_html(data: bytes) -> Content:
    """HTML as a browser would show it: one line per block, white space collapsed, scripts and styles left out."""
    declared = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", data[:4096], flags=re.IGNORECASE)
    title, text = read_page(decode(data, declared[1].decode("ascii") if declared else None))
    return Content(text, title=title)


def read_page(source: str) -> tuple[str | None, str]:
    """Return the page's title, if it has one, and its visible text.

    The text has a line per block, an empty line around paragraphs and a tab between the cells of a table. Elements that
    are never shown, and those marked ``hidden``, ``aria-hidden`` or ``display:none``, are left out.
    """
    page = LexborHTMLParser(source)
    title = page.css_first("title")
    return (title.text(strip=True) if title else None), _visible_text(page.root)


def _visible_text(root: LexborNode | None) -> str:
    parts = _Lines()
    # An explicit stack, since pages can nest deeper than Python recurses; True marks the way out of an element.
    stack: list[tuple[LexborNode, bool]] = [(root, False)] if root else []
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            parts.write(node.text_content or "", preformatted=parts.preformatted > 0)
            continue
        if leaving:
            parts.preformatted -= tag == "pre"
            parts.end_block(tag)
            continue
        if tag in _UNSEEN or (tag.startswith(("-", "!")) and tag not in ("-document", "-undef")) or _hidden(node):
            continue
        parts.end_block(tag)
        parts.preformatted += tag == "pre"
        stack.append((node, True))
        children = list(node.iter(include_text=True))
        stack.extend((child, False) for child in reversed(children))
    return parts.text()


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or "display:none" in style


class _Lines:
    """Collects text as lines, collapsing white space the way a browser does."""

    def __init__(self) -> None:
        self.preformatted = 0
        self._parts: list[str] = []
        self._pending = ""  # white space that is written only if more text follows

    def write(self, text: str, *, preformatted: bool) -> None:
        if not preformatted:
            text = _SPACE.sub(" ", text)
            if text.startswith(" "):
                self._pending = self._pending or " "
            stripped = text.strip(" ")
        else:
            stripped = text
        if not stripped:
            return
        if self._parts:
            self._parts.append(self._pending)
        self._parts.append(stripped)
        self._pending = " " if not preformatted and text.endswith(" ") else ""

    def end_block(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._pending = "\n\n"
        elif tag in _LINES and "\n" not in self._pending:
            self._pending = "\n"
        elif tag in _CELLS and "\n" not in self._pending:
            self._pending = "\t"

    def text(self) -> str:
        return "".join(self._parts)
