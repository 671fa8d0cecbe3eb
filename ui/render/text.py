"""Text made safe to show, and the few small pieces that every part of the page uses."""

from __future__ import annotations

import html
import re

from qa.types import Citation

_SPELLED_OUT = {ord(mark): f"&#{ord(mark)};" for mark in "\t\n\r\f\u00a0\u2028\u2029\\`*_~$[]()!|{}"}

_UNHOLDABLE = re.compile("[\0\ud800-\udfff]")


def escape(text: str) -> str:
    """Return HTML that a browser shows as exactly ``text``.

    Beside what HTML reserves, line breaks and tabs are spelled out (an HTML parser turns a CR into LF), and
    the marks of Markdown too, so that no renderer on the way can find a link, an image or a formula in them.
    NUL and lone surrogates, which no page can hold, become replacement characters.
    """
    return html.escape(_UNHOLDABLE.sub("\ufffd", text), quote=True).translate(_SPELLED_OUT)


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
