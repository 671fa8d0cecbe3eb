"""What a model wrote from the quotations: sentences with numbers that open them, and what was struck, with why."""

from __future__ import annotations

from qa.types import Answer, Statement
from ui.render.quotations import reference
from ui.render.text import escape


def prose(turn: int, answer: Answer, token: str | None) -> str:
    """Return what was written for an answer, if anything was asked to; with a token, the page watches what comes."""
    written = answer.written
    if written is None:
        return ""
    watched = f' id="writing-{escape(token)}"' if token else ""
    sentences = "".join(_sentence(turn, sentence) for sentence in written.sentences)
    waiting = "" if written.complete else f'<p class="pending">{escape(written.model)} is writing…</p>'
    note = f'<p class="reason note" dir="auto">{escape(written.note)}</p>' if written.note else ""
    speed = f'<p class="reason pace">{escape(fast)}</p>' if (fast := pace(answer)) else ""
    return (
        f'<div class="written"{watched}><p class="by">Written by <b><bdi>{escape(written.model)}</bdi></b>, '
        f"each sentence checked against the quotations</p>"
        f'<div class="sentences">{sentences}</div>{waiting}{note}{speed}</div>'
    )


def _sentence(turn: int, sentence: Statement) -> str:
    """Return a sentence; one that was struck says so in words, too, and says why."""
    opens = " ".join(reference(turn, number) for number in sentence.numbers)
    if sentence.holds:
        return f'<p class="sentence" dir="auto"><span class="words">{escape(sentence.text)}</span> {opens}</p>'
    why = escape("; ".join(sentence.reasons))
    mark = '<span class="verdict-mark">Struck</span>'
    return (
        f'<p class="sentence struck" dir="auto">{mark} <s>{escape(sentence.text)}</s> {opens} '
        f'<span class="why-struck">{why}</span></p>'
    )


def pace(answer: Answer) -> str:
    """Return how fast a model was, in words; "" while it writes, or if it wrote nothing."""
    written, seconds = answer.written, answer.seconds
    if not written or not written.complete or not written.sentences or not seconds.get("write"):
        return ""
    words = sum(len(sentence.text.split()) for sentence in written.sentences)
    rate = words / seconds["write"]
    return f"First sentence after {seconds['first_sentence']:.1f} s, {rate:.0f} words a second"
