"""What the chat shows, as HTML. Pure functions: types in, a string out; no Gradio, no store.

Everything that comes from a document, a file name, a question or a model goes through `escape`. The strings
are shown by a Markdown component, which passes a block of HTML through untouched as long as it holds no blank
line; that is why every function returns a single line, and why `escape` also spells out line breaks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from index.types import Changes, Document, Failure
from qa.types import Answer, Citation

MARK_ID = "cited"
"""The id of the element that holds exactly the cited sentence in the source pane."""

WINDOW_CHARS = 60_000
"""Longer documents are shown as this many characters around the sentence."""

_SPELLED_OUT = {ord(mark): f"&#{ord(mark)};" for mark in "\t\n\r\f\u00a0\u2028\u2029\\`*_~$[]()!|{}"}

_CONFIDENCE = ((0.85, "Very likely right"), (0.65, "Probably right"), (0.4, "Uncertain"), (0.0, "Doubtful"))

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_PARAGRAPH = re.compile(r".+?(?:(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))+|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, trouble in words, or (neither) still being looked up.

    ``paged`` holds the ids of the cited documents that have several pages; only there a page says much.
    """

    question: str
    answer: Answer | None = None
    trouble: str | None = None
    paged: frozenset[str] = frozenset()

    @property
    def pending(self) -> bool:
        """Whether the answer is still being looked up."""
        return self.answer is None and self.trouble is None


def escape(text: str) -> str:
    """Return HTML that a browser shows as exactly ``text``.

    Beside what HTML reserves, line breaks and tabs are spelled out (an HTML parser turns a CR into LF), and
    the marks of Markdown too, so that no renderer on the way can find a link, an image or a formula in them.
    """
    return html.escape(text, quote=True).translate(_SPELLED_OUT)


def citation_key(turn: int, number: int) -> str:
    """Return how the page names a citation: turn and number, from 1; number 0 is the nearest sentence."""
    return f"{turn}.{number}"


def cited(turns: Sequence[Turn], key: str) -> Citation | None:
    """Return the citation that ``key`` names in this conversation, or None."""
    turn, _, number = key.partition(".")
    if not (turn.isdecimal() and number.isdecimal() and 1 <= int(turn) <= len(turns)):
        return None
    answer = turns[int(turn) - 1].answer
    if answer is None:
        return None
    if int(number) == 0:
        return answer.nearest and replace(answer.nearest, answer=None)
    return next((citation for citation in answer.citations if citation.number == int(number)), None)


def confidence_words(confidence: float) -> str:
    """Return what ``confidence`` means, in words."""
    return next(words for least, words in _CONFIDENCE if confidence >= least or least == 0.0)


def _button(name: str, face: str, *, unseen: str = "", value: str = "", css: str = "") -> str:
    """Return a button that the page's script acts on; a screen reader hears ``unseen`` after its face.

    Only attributes that Gradio's sanitiser lets through are used: no ``data-*``, no ``aria-*``.
    """
    heard = f'<span class="unseen"> {escape(unseen)}</span>' if unseen else ""
    attributes = f'type="button" name="{name}" value="{escape(value)}" class="{css}"'
    return f"<button {attributes}>{escape(face)}{heard}</button>"


# ---- the conversation ------------------------------------------------------------------------------------


def conversation(turns: Sequence[Turn], *, documents: int) -> str:
    """Return the whole conversation, or what to do first when there is none yet."""
    if not turns:
        return _welcome(documents)
    return "\n\n".join(_turn(number, turn) for number, turn in enumerate(turns, start=1))


def _welcome(documents: int) -> str:
    """Return the opening words: what one can do here."""
    if documents == 0:
        lead = "There is nothing to ask yet: add a document, then ask about it."
        action = _button("show", "Add documents", value="documents", css="primary")
        return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p>{action}</div>'
    whose, them = ("your document", "it") if documents == 1 else (f"your {documents:,} documents", "them")
    lead = f"Ask about {whose}. Every answer is a sentence copied from {them}, with its place."
    return f'<div class="welcome"><h2>Answers, word for word.</h2><p>{lead}</p></div>'


def _turn(number: int, turn: Turn) -> str:
    """Return one question with its answer."""
    question = f'<h2 class="question" dir="auto">{escape(turn.question)}</h2>'
    return f'<div class="turn">{question}{_outcome(number, turn)}</div>'


def _outcome(number: int, turn: Turn) -> str:
    """Return what a question got."""
    if turn.trouble is not None:
        return f'<p class="trouble">{escape(turn.trouble)}</p>'
    if turn.answer is None:
        return '<p class="pending">Reading your documents…</p>'
    searched = _searched(turn.answer)
    if turn.answer.abstained:
        return searched + _refusal(number, turn.answer, turn.paged)
    return searched + _answered(number, turn.answer, turn.paged)


def _searched(answer: Answer) -> str:
    """Return what was searched for, where that is not the question as typed."""
    if answer.query.strip() == answer.question.strip():
        return ""
    return f'<p class="searched" dir="auto">Searched for: “{escape(answer.query)}”</p>'


def _answered(turn: int, answer: Answer, paged: frozenset[str]) -> str:
    """Return the short answer, the sentences it stands in, and how sure we are."""
    short = "" if answer.short is None else f'<p class="short" dir="auto">{escape(answer.short)}</p>'
    quotations = "".join(_quotation(turn, citation.number, citation, paged) for citation in answer.citations)
    words = f"{confidence_words(answer.confidence)} · {answer.confidence:.2f}"
    meaning = "The estimated chance that the first sentence answers the question"
    unanswered = "".join(
        f'<p class="reason" dir="auto">The documents do not seem to say: {escape(part)}</p>'
        for part in answer.unanswered
    )
    return f'{short}{quotations}{unanswered}<p class="confidence" title="{meaning}">{words}</p>'


def _refusal(turn: int, answer: Answer, paged: frozenset[str]) -> str:
    """Return a refusal that helps: what is not there, which words occur nowhere, and the nearest sentence."""
    said = "Your documents do not say."
    reason = answer.reason.strip()
    if reason.casefold().startswith(said.casefold()[:-1]):
        said, reason = reason, ""
    parts = [f'<p class="refusal" dir="auto">{escape(said)}</p>']
    if reason:
        parts.append(f'<p class="reason" dir="auto">{escape(reason)}</p>')
    if answer.missing:
        words = ", ".join(f"<b><bdi>{escape(word)}</bdi></b>" for word in answer.missing)
        parts.append(f'<p class="missing">Nowhere in your documents: {words}</p>')
    if answer.nearest is not None:
        parts.append('<p class="nearest-label">Nearest sentence, not an answer</p>')
        parts.append(_quotation(turn, 0, replace(answer.nearest, answer=None), paged))
    return "".join(parts)


def _quotation(turn: int, number: int, citation: Citation, paged: frozenset[str]) -> str:
    """Return a cited sentence with its number, which opens the source, and where it stands."""
    kind, face = ("nearest", "≈") if number == 0 else ("evidence", str(number))
    label = f"open in its source, {citation.title}"
    page = f" · page {citation.page}" if citation.document_id in paged else ""
    return (
        f'<figure class="quotation {kind}">'
        f"{_button('cite', face, unseen=label, value=citation_key(turn, number), css='number')}"
        f'<blockquote dir="auto">{_with_answer(citation, "mark")}</blockquote>'
        f'<figcaption><bdi class="title">{escape(citation.title)}</bdi>{page}</figcaption></figure>'
    )


def _with_answer(citation: Citation, tag: str) -> str:
    """Return the sentence with the short answer, where there is one, inside ``tag``."""
    if citation.answer is None:
        return escape(citation.text)
    start, end = citation.answer.start - citation.start, citation.answer.end - citation.start
    before, short, after = citation.text[:start], citation.text[start:end], citation.text[end:]
    return f"{escape(before)}<{tag}>{escape(short)}</{tag}>{escape(after)}"


# ---- the source pane -------------------------------------------------------------------------------------


def no_source() -> str:
    """Return what the source pane says before a sentence was opened."""
    return '<div class="no-source"><p>Choose a sentence’s number to see it in its document.</p></div>'


def source_trouble(message: str) -> str:
    """Return what the source pane says when a document cannot be shown."""
    return f'<div class="no-source"><p>{escape(message)}</p></div>'


def source(document: Document, citation: Citation, key: str = "") -> str:
    """Return a document with the cited sentence marked: the mark's text content is exactly ``citation.text``.

    ``key`` tells the page's script which citation is open.
    """
    if document.text[citation.start : citation.end] != citation.text:
        return source_trouble(f"“{document.title}” no longer holds this sentence where it was quoted.")
    place = f"characters {citation.start:,} to {citation.end:,}"
    if len(document.page_starts) > 1:
        place = f"page {citation.page} · {place}"
    file = PurePath(document.source).name
    name = "" if file == document.title else f'<bdi class="file">{escape(file)}</bdi> · '
    if document.also:
        place += " · also in " + ", ".join(f"<bdi>{escape(PurePath(other).name)}</bdi>" for other in document.also)
    if document.changed_since:
        place += " · <strong>the document has changed since</strong>; this is how it was when it was quoted"
    return (
        f'<div class="source" id="source-{escape(key)}"><header>'
        f'<h2 dir="auto">{escape(document.title)}</h2><p class="place">{name}{place}</p></header>'
        f'<div class="text">{_marked_text(document.text, citation)}</div></div>'
    )


def _marked_text(text: str, citation: Citation) -> str:
    """Return the text in paragraphs, whole or (a long one) around the sentence, with the sentence marked."""
    first, last = _window(text, citation)
    mark = f'<mark id="{MARK_ID}" tabindex="-1">{_with_answer(citation, "b")}</mark>'
    return "".join(
        (
            _left_out(first, "before this"),
            *_paragraphs(text, first, last, citation, mark),
            _left_out(len(text) - last, "after this"),
        )
    )


def _window(text: str, citation: Citation) -> tuple[int, int]:
    """Return the part of the text to show: all of it, or a window around the sentence."""
    if len(text) <= WINDOW_CHARS:
        return 0, len(text)
    margin = WINDOW_CHARS // 2
    return max(0, citation.start - margin), min(len(text), citation.end + margin)


def _left_out(count: int, where: str) -> str:
    """Return an honest note on what is not shown."""
    return f'<p class="left-out">… {count:,} characters {where}</p>' if count else ""


def _paragraphs(text: str, first: int, last: int, citation: Citation, mark: str) -> Iterable[str]:
    """Return the paragraphs of ``text[first:last]``; those the sentence touches become one."""
    spans = [(first + start, first + end) for start, end in _paragraph_spans(text[first:last])]
    before = [(start, end) for start, end in spans if end <= citation.start]
    after = [(start, end) for start, end in spans if start >= citation.end]
    left = before[-1][1] if before else first
    right = after[0][0] if after else last
    around = escape(text[left : citation.start]) + mark + escape(text[citation.end : right])
    parts = (
        *(escape(text[slice(*span)]) for span in before),
        around,
        *(escape(text[slice(*span)]) for span in after),
    )
    return (f'<p dir="auto">{part}</p>' for part in parts)


def _paragraph_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the paragraphs: parted by blank lines or, in a text without any, by line breaks."""
    blank_lines = re.search(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)", text)
    pattern = _PARAGRAPH if blank_lines else _LINE
    return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]


# ---- the documents ---------------------------------------------------------------------------------------


def pane_tabs(documents: int) -> str:
    """Return the two buttons that choose what the right-hand pane shows."""
    held = f'Documents <span class="count">{documents:,}</span>'
    return (
        '<div class="pane-tabs"><div role="group" title="What stands beside the conversation">'
        f"{_button('show', 'Source', value='source')}"
        f'<button type="button" name="show" value="documents">{held}</button>'
        f"</div>{_button('close', 'Close', css='close')}</div>"
    )


def documents_table(documents: Sequence[Document], sentences: int) -> str:
    """Return the table of what can be asked, each document with its button to remove it."""
    if not documents:
        return '<div class="documents"><p class="none">No documents yet.</p></div>'
    rows = "".join(_document_row(document) for document in documents)
    total = f"{len(documents):,} document{'s' if len(documents) != 1 else ''} · {sentences:,} sentences"
    return f'<div class="documents"><table><caption>{total}</caption><tbody>{rows}</tbody></table></div>'


def _document_row(document: Document) -> str:
    """Return a row of the table. The page's script asks once more, in the row itself, before a removal."""
    title = document.title
    file = "" if document.source == title else f'<bdi class="file">{escape(document.source)}</bdi> · '
    return (
        f'<tr><th scope="row"><bdi class="title">{escape(title)}</bdi>'
        f'<span class="about">{file}{len(document.text):,} characters</span></th>'
        f'<td class="removal">{_button("ask-removal", "Remove", unseen=title)}<span class="confirm" hidden>'
        f"{_button('remove', 'Yes, remove', unseen=title, value=document.id)}"
        f"{_button('keep', 'Keep', unseen=title)}"
        "</span></td></tr>"
    )


def changes(done: Changes, names: Sequence[str] = ()) -> str:
    """Return what was done, each failure named with its reason; ``names`` are those of what was removed."""
    counted = {"added": done.added, "updated": done.updated, "unchanged": done.unchanged}
    said = [f"{len(ids):,} {outcome}" for outcome, ids in counted.items() if ids]
    if done.removed:
        said.append("removed " + (", ".join(names) or f"{len(done.removed):,}"))
    summary = f'<p class="done" dir="auto">{escape(", ".join(said))}</p>' if said else ""
    return f'<div class="changes">{summary}{_failures(done.failed)}</div>'


def notice(message: str) -> str:
    """Return a message about the documents."""
    return f'<div class="changes"><p class="trouble" dir="auto">{escape(message)}</p></div>'


def _failures(failed: Sequence[Failure]) -> str:
    """Return the sources that did not go in, each with its reason."""
    if not failed:
        return ""
    rows = "".join(
        f'<li><b><bdi>{escape(one.source)}</bdi></b> <span dir="auto">{escape(one.reason)}</span></li>'
        for one in failed
    )
    return f'<p class="failed">Not added:</p><ul class="failures">{rows}</ul>'
