"""Text made safe to show, and the few small pieces that every part of the page uses."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from qa.types import Citation

_SPELLED_OUT = {mark: html.escape(mark) for mark in "&<>\"'"} | {
    mark: f"&#{ord(mark)};" for mark in "\t\n\r\f\u00a0\u2028\u2029\\`*_~$[]()!|{}"
}
_UNHOLDABLE = "\0\ud800-\udfff"
_SPECIAL = re.compile(f"[{re.escape(''.join(_SPELLED_OUT))}{_UNHOLDABLE}]")


def escape(text: str) -> str:
    """Return HTML that a browser shows as exactly ``text``.

    Beside what HTML reserves, line breaks and tabs are spelled out (an HTML parser turns a CR into LF), and
    the marks of Markdown too, so that no renderer on the way can find a link, an image or a formula in them.
    NUL and lone surrogates, which no page can hold, become replacement characters.
    """
    return _SPECIAL.sub(lambda found: _SPELLED_OUT.get(found[0], "\ufffd"), text)


def button(name: str, face: str, *, unseen: str = "", value: str = "", css: str = "") -> str:
    """Return a button that the page's script acts on; a screen reader hears ``unseen`` after its face.

    Only attributes that Gradio's sanitiser lets through are used: no ``data-*``, no ``aria-*``.
    """
    heard = f'<span class="unseen"> {escape(unseen)}</span>' if unseen else ""
    attributes = f'type="button" name="{name}" value="{escape(value)}" class="{css}"'
    return f"<button {attributes}>{escape(face)}{heard}</button>"


def with_answer(citation: Citation, tag: str) -> str:
    """Return the sentence with the short answer, where there is one, inside ``tag``."""
    if citation.answer is None:
        return escape(citation.text)
    start, end = citation.answer.start - citation.start, citation.answer.end - citation.start
    before, short, after = citation.text[:start], citation.text[start:end], citation.text[end:]
    return f"{escape(before)}<{tag}>{escape(short)}</{tag}>{escape(after)}"


def beginning_of(text: str, chars: int) -> str:
    """Return a text, or of a longer one so many characters, not cut through a word if it has spaces."""
    if len(text) <= chars:
        return text
    return (text[:chars].rpartition(" ")[0] or text[:chars]) + " …"


def end_of(text: str, chars: int) -> str:
    """Return a text, or of a longer one its last so many characters, not cut through a word if it has spaces."""
    if len(text) <= chars:
        return text
    return "… " + (text[-chars:].partition(" ")[2] or text[-chars:])


def several(number: int, noun: str) -> str:
    """Return so many of something: "1 document", "2,500 documents"."""
    return f"{number:,} {plural(number, noun)}"


def plural(number: int, noun: str) -> str:
    """Return a noun as it is said of so many."""
    return noun if number == 1 else f"{noun}s"


def moment(written: str) -> datetime:
    """Return a moment that was written down in ISO 8601, in the time of this machine."""
    read = datetime.fromisoformat(written)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone()


def when(written: str, now: datetime | None = None) -> str:
    """Return when a moment was, as short as it can be: "19:53" for today, "21 Nov", "21 Nov 2025"."""
    now = now or datetime.now(UTC).astimezone()
    try:
        then = moment(written)
    except ValueError:
        return ""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"
