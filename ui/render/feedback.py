"""What people say of an answer: right, wrong, and which sentence would have been right."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Hit
from ui.render.text import button, escape


def verdict(turn: int) -> str:
    """Return the two buttons below an answer."""
    return (
        f'<p class="verdict">Was this right? {button("right", "Yes", value=str(turn))}'
        f"{button('wrong', 'No', value=str(turn))}</p>"
    )


def which_one(turn: int, question: str, hits: Sequence[Hit]) -> str:
    """Return the sentences that came nearest, each a button, to choose the one that would have been right."""
    passages = "".join(_passage(turn, hit) for hit in hits)
    none = button("pick", "None of them: the documents do not say", value=f"{turn} none", css="none-of-them")
    return (
        f'<div class="which-one"><h2>Which sentence would have been right?</h2>'
        f'<p class="asked" dir="auto">{escape(question)}</p>'
        f'<p class="ways">{none}{button("skip", "Skip")}</p>{passages}</div>'
    )


def _passage(turn: int, hit: Hit) -> str:
    place = f"{turn} {hit.passage.document_id}"
    sentences = "".join(
        f'<li><button type="button" name="pick" value="{escape(f"{place} {span.start} {span.end}")}">'
        f'<span dir="auto">{escape(hit.sentence_text(span))}</span></button></li>'
        for span in hit.passage.sentences
    )
    page = f" · page {hit.passage.page}" if hit.passage.page > 1 else ""
    return f"<h3><bdi>{escape(hit.title)}</bdi>{page}</h3><ul>{sentences}</ul>"


def thanks(folder: str) -> str:
    """Return what is said once it is kept."""
    return (
        '<div class="no-source"><p>Kept. To ask again what was said to be right or wrong:</p>'
        f'<p class="command"><bdi>verbatim eval {escape(folder)}</bdi></p></div>'
    )
