"""A quotation: a sentence with its number, its neighbours, its place, and where else it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.types import COPIES_NAMED, Citation
from ui.render.places import NOWHERE, Place, same_as, told
from ui.render.text import button, escape, with_answer

Places = Mapping[Citation, Place]

Asked = int | str
"""Which turn is meant, from 1, or which of several questions in its message: "3p2" is the second of the third turn.
Each of these has its own nearest sentences; what is cited is numbered through the message, and named by its turn."""


def citation_key(asked: Asked, number: int, other: int = 0) -> str:
    """Return how the page names a citation: turn and number, from 1, and for a near-copy of it a third number.

    Number 0 is the nearest sentence of a refusal, and with a third number one that came after what is shown.
    """
    return f"{asked}.{number}.{other}" if other else f"{asked}.{number}"


def quotation(turn: int, citation: Citation, places: Places) -> str:
    """Return a cited sentence, numbered as it is, the short answer marked in it."""
    key = citation_key(turn, citation.number)
    return _figure("evidence", key, citation, places.get(citation, NOWHERE), _copies(turn, citation))


def bystander(asked: Asked, other: int, citation: Citation, places: Places) -> str:
    """Return a sentence that is not an answer: the nearest (``other`` is 0) or one that came after what is shown."""
    plain = replace(citation, answer=None)
    return _figure("nearest", citation_key(asked, 0, other), plain, places.get(citation, NOWHERE), "")


def reference(turn: int, number: int) -> str:
    """Return a small button that opens a quotation by its number."""
    return button("cite", str(number), unseen="open the quotation", value=citation_key(turn, number), css="ref")


def conflict(turn: int, several: Sequence[Citation], places: Places) -> str:
    """Return the values that documents differ in, side by side: each with its number, its document, and the date."""
    values = "".join(
        f'<div class="value"><p class="short" dir="auto">{escape(one.short or one.text)}</p><p class="from">'
        f"{reference(turn, one.number)} "
        f'<span><bdi class="title">{escape(one.title)}</bdi>{told(one, places.get(one, NOWHERE))}</span></p></div>'
        for one in several
    )
    return f'<div class="conflict"><p class="label">Your documents differ</p><div class="values">{values}</div></div>'


def _figure(kind: str, key: str, citation: Citation, place: Place, copies: str) -> str:
    """Return a sentence with the button that opens its source. The page's script shows the neighbours."""
    face = "≈" if kind == "nearest" else str(citation.number)
    opens = button("cite", face, unseen=f"open in its source, {citation.title}", value=key, css="number")
    same = same_as(citation.also)
    around = button("around", "Context", css="link around") if place.before or place.after else ""
    return (
        f'<figure class="quotation {kind}"><div class="card">{opens}'
        f"{_context(citation)}{_neighbour('before', place.before)}"
        f'<blockquote dir="auto">{_in_cells(with_answer(citation, "mark"))}</blockquote>'
        f"{_neighbour('after', place.after)}"
        f'<figcaption><bdi class="title">{escape(citation.title)}</bdi>{told(citation, place)}'
        f"{f' · {same}' if same else ''}{copies}{around}</figcaption></div></figure>"
    )


def _context(citation: Citation) -> str:
    """Return the earlier sentence that names whom or what this one is about, if it needs one."""
    return f'<p class="context" dir="auto">{_in_cells(escape(citation.context.text))}</p>' if citation.context else ""


def _neighbour(where: str, sentence: str) -> str:
    return f'<p class="neighbour {where}" dir="auto">{_in_cells(escape(sentence))}</p>' if sentence else ""


def _in_cells(words: str) -> str:
    """Return the HTML of a sentence with the tabs between the cells of a row as lines; what is copied has the tabs."""
    return words.replace("&#9;", '<span class="cell">&#9;</span>')


def _copies(turn: int, citation: Citation) -> str:
    """Return where else the sentence stands, in the same words or nearly: buttons that open these places."""
    if not citation.copies:
        return ""
    places = [
        button("cite", _where(copy, citation), value=citation_key(turn, citation.number, other), css="link")
        for other, copy in enumerate(citation.copies, start=1)
    ]
    first, more = ", ".join(places[:COPIES_NAMED]), ", ".join(places[COPIES_NAMED:])
    if more:
        count = len(places) - COPIES_NAMED
        more = f'<details class="more"><summary>and {count} more</summary> {more}</details>'
    return f'<span class="copies"> · also in {first} {more}</span>'


def _where(copy: Citation, citation: Citation) -> str:
    if copy.document_id != citation.document_id:
        return copy.title
    return copy.where if copy.where != citation.where else "another place of it"
