"""What people say of an answer: right, wrong, and which sentence would have been right."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Hit, page_of
from ui.render.text import button, escape


def verdict(turn: int, judged: str = "", trouble: str = "") -> str:
    """Return what is asked below an answer, or how it was ``judged``, "right" or "wrong"; that can be changed."""
    right, wrong = button("right", "Yes", value=str(turn)), button("wrong", "No", value=str(turn))
    said = f"Was this right? {right}{wrong}"
    if trouble:
        said = f"Not kept: {escape(trouble)} {right}{wrong}"
    elif judged == "right":
        said = f"Kept as right. {button('wrong', 'No, it was wrong', value=str(turn))}"
    elif judged == "wrong":
        said = f"Kept as wrong. {button('right', 'No, it was right', value=str(turn))}"
    return f'<p class="verdict" dir="auto">{said}</p>'


def just_judged(turn: int, message: str, judged: str = "", trouble: str = "") -> str:
    """Return what the page's script puts below an answer in place of what stood there; each ``message`` once."""
    return f'<div id="judged-{escape(message)}">{verdict(turn, judged, trouble)}</div>'


def which_one(turn: int, question: str, hits: Sequence[Hit]) -> str:
    """Return the sentences that came nearest, each a button, to choose the one that would have been right."""
    passages = "".join(_passage(turn, hit) for hit in hits)
    none = button("pick", "None of them: the documents do not say", value=f"{turn} none", css="none-of-them")
    return (
        f'<div class="which-one"><h2 id="which-{turn}" tabindex="-1">Which sentence would have been right?</h2>'
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
    page = f" · {page_of(hit.source, hit.passage.page)}" if hit.passage.page > 1 else ""
    return f"<h3><bdi>{escape(hit.title)}</bdi>{page}</h3><ul>{sentences}</ul>"


def thanks(folder: str) -> str:
    """Return what is said once it is kept."""
    return (
        '<div class="no-source">'
        '<p class="kept" tabindex="-1">Kept. To ask again what was said to be right or wrong:</p>'
        f'<p class="command"><bdi>verbatim eval {escape(folder)}</bdi></p></div>'
    )
