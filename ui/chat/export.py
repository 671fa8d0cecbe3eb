"""A conversation as a file: JSON that can be read again, Markdown with footnotes, a page with the sources beside.

Pure functions. The JSON is the complete record::

    {
      "format": "verbatim-conversation", "version": 1,
      "title": "...", "begun": "2026-11-24T19:53:00.000+00:00",        (UTC)
      "turns": [{"question": "...", "answer": ..., "trouble": null, "notes": []}]
    }

``answer`` holds the fields of `qa.Answer` without its hits: ``citations`` with ``document_id``, ``revision``, ``text``
and its place ``start``, ``end`` (characters of that revision) and ``page``. ``from_json`` reads it again.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from qa.export import markdown, markdown_differences, markdown_prose, markdown_quotation
from qa.types import RECOGNISED, UNANSWERED, Answer, Citation, Written
from ui.chat.history import Conversation, turn_as_data, turn_from_data
from ui.render import Turn, confidence_words, moment, of_the_asked
from ui.render.text import beginning_of, end_of

FORMAT, VERSION = "verbatim-conversation", 1

AROUND_CHARS = 400
"""So much of the document is shown before and after a quoted sentence."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands before and after a quoted sentence; ``note`` says what became of its document, or nothing."""

    before: str = ""
    after: str = ""
    note: str = ""


Around = Mapping[Citation, Surroundings]
"""The surroundings of citations; one that is missing is shown alone."""


def surroundings(text: str, citation: Citation, note: str = "") -> Surroundings:
    """Cut the surroundings of a citation out of its document."""
    before, after = text[: citation.start], text[citation.end :]
    return Surroundings(end_of(before, AROUND_CHARS), beginning_of(after, AROUND_CHARS), note)


def quoted(turn: Turn) -> tuple[Citation, ...]:
    """Return what a turn quotes: its citations, or the nearest sentences of a refusal."""
    return quoted_in(turn.answer) if turn.answer else ()


def quoted_in(answer: Answer) -> tuple[Citation, ...]:
    """Return what an answer quotes."""
    return answer.quotations or answer.near


def file_name(conversation: Conversation, suffix: str) -> str:
    """Return a name for the file that every system can hold."""
    words = re.sub(r"[^\w -]", "", conversation.title).strip()[:60].strip() or "conversation"
    return f"{words}.{suffix}"


# ---- JSON ------------------------------------------------------------------------------------------------


def as_json(conversation: Conversation) -> str:
    """Return the complete record of a conversation."""
    record = {
        "format": FORMAT,
        "version": VERSION,
        "title": conversation.title,
        "begun": conversation.begun,
        "turns": [turn_as_data(turn) for turn in conversation.turns],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str) -> Conversation:
    """Read what `as_json` wrote. Raises `ValueError` if it is something else."""
    record = json.loads(text)
    if not isinstance(record, dict) or (record.get("format"), record.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"this is no {FORMAT} of version {VERSION}")
    turns = tuple(turn_from_data(turn) for turn in record["turns"])
    return Conversation("", record["title"], record["begun"], turns)


# ---- Markdown --------------------------------------------------------------------------------------------


def as_markdown(conversation: Conversation) -> str:
    """Return a conversation as Markdown: quotations, and a footnote for each that says where it stands."""
    notes: list[str] = []
    parts = [f"# {markdown(conversation.title)}", _PREFACE.format(day=f"{moment(conversation.begun):%Y-%m-%d %H:%M}")]
    for turn in conversation.turns:
        parts += [f"## {markdown(turn.question)}", *_outcome(turn, notes), *(f"*{markdown(n)}*" for n in turn.notes)]
    return "\n\n".join([*parts, *notes]) + "\n"


_PREFACE = "Asked with Verbatim on {day}. Every quotation is copied word for word; the footnotes say where it stands."


def _outcome(turn: Turn, notes: list[str]) -> list[str]:
    answer = turn.answer
    if answer is None:
        return [markdown(turn.trouble or "This was not answered.")]
    if answer.reply is not None:
        return [markdown(answer.reply)]
    parts = [] if answer.short is None else [f"**{markdown(answer.short)}**"]
    parts += markdown_differences(answer, len(notes))
    if answer.abstained:
        parts.append(markdown(of_the_asked(answer.reason, turn.asked)))
    parts += ["Nowhere in the documents: " + markdown(", ".join(answer.missing))] if answer.missing else []
    if answer.abstained:
        parts += [f"{answer.near_label}:"] if answer.nearest else []
    for citation in quoted(turn):
        notes.append(f"[^{len(notes) + 1}]: {markdown(', '.join(_place(citation)))}")
        parts.append(markdown_quotation(citation, len(notes)))
    parts += [f"{UNANSWERED}: {markdown(part)}" for part in answer.unanswered]
    if answer.written:
        parts += markdown_prose(answer.written, len(notes) - len(answer.citations))
    return parts if answer.abstained else [*parts, _sureness(answer)]


def _place(citation: Citation) -> list[str]:
    """Return where a sentence stands, from the document to the character."""
    file = PurePath(citation.source).name
    return [
        citation.title,
        *([] if file == citation.title else [file]),
        *([citation.where] if citation.where else []),
        f"characters {citation.start:,} to {citation.end:,}",
        f"revision {citation.revision}",
        *([RECOGNISED] if citation.recognised else []),
    ]


def _sureness(answer: Answer) -> str:
    if answer.mentions:
        return answer.sureness
    return f"{confidence_words(answer.confidence)} ({answer.confidence:.2f})"


# ---- a page ----------------------------------------------------------------------------------------------


def as_page(conversation: Conversation, around: Around) -> str:
    """Return a conversation as one HTML file: no script, nothing from elsewhere, the sources beside the answers."""
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    turns = "".join(_section(turn, around) for turn in conversation.turns)
    title = html.escape(conversation.title)
    asked = (
        f"Asked with Verbatim on {moment(conversation.begun):%Y-%m-%d %H:%M}. Every quotation is copied word for word."
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{title}</title><style>{_STYLE}</style></head>\n'
        f'<body><header><h1 dir="auto">{title}</h1><p>{asked}</p></header><main>{turns}</main></body></html>\n'
    )


def _section(turn: Turn, around: Around) -> str:
    cited = quoted(turn)
    refused = turn.answer is not None and turn.answer.abstained
    sources = "".join(_source(citation, around.get(citation, Surroundings()), refused) for citation in cited)
    said = "".join(f'<p class="note" dir="auto">{html.escape(note)}</p>' for note in turn.notes)
    return (
        f'<section><div class="answer"><h2 dir="auto">{html.escape(turn.question)}</h2>'
        f'{"".join(_said(turn, cited))}{said}</div><div class="sources">{sources}</div></section>\n'
    )


def _said(turn: Turn, cited: Sequence[Citation]) -> Iterable[str]:
    """Yield the parts of an answer, or of a refusal."""
    answer = turn.answer
    if answer is None:
        yield f'<p class="note">{html.escape(turn.trouble or "This was not answered.")}</p>'
        return
    if answer.reply is not None:
        yield f'<p dir="auto">{html.escape(answer.reply)}</p>'
        return
    if answer.short is not None:
        yield f'<p class="short" dir="auto">{html.escape(answer.short)}</p>'
    for difference in answer.differences:
        yield f'<p class="differ" dir="auto">{html.escape(difference)}</p>'
    if answer.abstained:
        yield f'<p class="refusal" dir="auto">{html.escape(of_the_asked(answer.reason, turn.asked))}</p>'
    if answer.missing:
        yield f'<p class="note" dir="auto">Nowhere in the documents: {html.escape(", ".join(answer.missing))}</p>'
    if answer.abstained and answer.nearest:
        yield f'<p class="note">{answer.near_label}:</p>'
    for citation in cited:
        number = "≈" if answer.abstained else str(citation.number)
        words = _with_answer(citation, answer.abstained)
        if citation.context:
            yield f'<p class="context" dir="auto">{html.escape(citation.context.text)}</p>'
        yield f'<blockquote dir="auto"><b>{number}</b><span>{words}</span></blockquote>'
    for part in answer.unanswered:
        yield f'<p class="note" dir="auto">{UNANSWERED}: {html.escape(part)}</p>'
    if answer.written:
        yield from _written(answer.written)
    if not answer.abstained:
        yield f'<p class="note">{html.escape(_sureness(answer))}</p>'


def _written(written: Written) -> Iterable[str]:
    """Yield what a model wrote; a sentence that was struck says so in words, too."""
    model = f"<bdi>{html.escape(written.model)}</bdi>"
    yield f'<p class="note">Written by {model}, each sentence checked against the quotations:</p>'
    for sentence in written.sentences:
        words = html.escape(sentence.cited)
        if sentence.holds:
            yield f'<p class="prose" dir="auto">{words}</p>'
        else:
            why = html.escape("; ".join(sentence.reasons))
            yield f'<p class="prose struck" dir="auto"><s>{words}</s> <span>Struck: {why}.</span></p>'
    if written.note:
        yield f'<p class="note" dir="auto">{html.escape(written.note)}</p>'


def _with_answer(citation: Citation, refused: bool) -> str:
    if citation.answer is None or refused:
        return html.escape(citation.text)
    start, end = citation.answer.start - citation.start, citation.answer.end - citation.start
    before, short, after = citation.text[:start], citation.text[start:end], citation.text[end:]
    return f"{html.escape(before)}<mark>{html.escape(short)}</mark>{html.escape(after)}"


def _source(citation: Citation, around: Surroundings, refused: bool) -> str:
    """Return a source as it stands beside the answer: the sentence marked in its surroundings, and its place."""
    name, *place = _place(citation)
    number = "≈" if refused else str(citation.number)
    note = f'<p class="note" dir="auto">{html.escape(around.note)}</p>' if around.note else ""
    return (
        f'<aside><h3 dir="auto"><b>{number}</b> {html.escape(name)}</h3>{note}'
        f'<p class="text" dir="auto">{html.escape(around.before)}<mark>{html.escape(citation.text)}</mark>'
        f'{html.escape(around.after)}</p><p class="place" dir="auto">{html.escape(" · ".join(place))}</p></aside>'
    )


_STYLE = """
:root { color-scheme: light dark; --paper: light-dark(#fbfaf6, #191816); --sheet: light-dark(#fff, #201f1c);
  --ink: light-dark(#1d1c19, #ece8df); --soft: light-dark(#615c52, #aca697); --line: light-dark(#e2ddd1, #3a3731);
  --marker: light-dark(#ffe79a, #6a5516); --marker-ink: light-dark(#1d1c19, #fff6da);
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, "Noto Serif", Georgia, serif; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 2rem 4rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font: 500 2rem/1.2 var(--serif); letter-spacing: -0.015em; margin: 0 0 0.5rem; }
header p, .note, .place { color: var(--soft); font-size: 0.875rem; }
header { padding-bottom: 1.5rem; }
section { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 3rem; padding: 2rem 0;
  border-top: 1px solid var(--line); break-inside: avoid; }
h2 { font-size: 1.05rem; line-height: 1.45; margin: 0 0 1rem; white-space: pre-line; }
.short { font: 500 1.7rem/1.2 var(--serif); margin: 0 0 1rem; }
.differ { border-inline-start: 3px solid var(--marker); padding-inline-start: 0.75rem; margin: 0 0 1rem; }
.refusal { font: 500 1.3rem/1.35 var(--serif); margin: 0 0 1rem; }
blockquote { display: grid; grid-template-columns: 1.6rem 1fr; margin: 0 0 0.9rem; font: 1.1rem/1.6 var(--serif); }
.context { font: 0.9375rem/1.6 var(--serif); color: var(--soft); margin: 0 0 0.25rem; padding-inline-start: 1.6rem; }
.prose { margin: 0 0 0.5rem; }
.struck { color: var(--soft); font-size: 0.9375rem; }
blockquote span, .text { white-space: pre-line; }
blockquote b, h3 b { font: 600 0.8rem/1.7 system-ui, sans-serif; color: var(--soft); padding-top: 0.25rem; }
aside { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem;
  margin: 0 0 1rem; break-inside: avoid; }
h3 { font-size: 0.9375rem; margin: 0 0 0.5rem; }
.text { font: 1rem/1.65 var(--serif); margin: 0 0 0.75rem; color: var(--soft); }
.place { margin: 0; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
mark { background: var(--marker); color: var(--marker-ink); border-radius: 2px; }
@media (max-width: 800px) {
  body { padding: 1.5rem 1.25rem 3rem; }
  section { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
}
@media print { body { padding: 0; } }
"""
