"""Why this sentence: what chose the sentences shown, and what came next. Words first, the numbers behind them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from qa.types import Answer, Citation
from ui.render.quotations import Asked, Places, bystander
from ui.render.text import escape

_CONFIDENCE = (
    (0.9, "Very likely right"),
    (0.66, "Likely right"),
    (0.33, "As likely right as wrong"),
    (0.0, "Probably not right"),
)
"""Least confidence and its words: the scale for calibrated chances that the IPCC uses, since a confidence is one."""

_FEATURES = {
    "sentence": "The sentence is evidence",
    "span": "It holds an answer",
    "passage": "The passage answers",
    "overlap": "Words of the question in and around it",
    "context": "Words of the question around it",
    "cosine": "Alike in meaning",
    "phrase": "The kind of phrase asked for",
    "told": "Its document knows the names asked for",
    "beside": "For what stands beside it",
}
"""What the features of our readers are, in words. One that is not here goes by its own name."""

_UNSAID = ("search",)  # it is said apart

_ORDINALS = ("best", "second best", "third best", "fourth best", "fifth best")


def confidence_words(confidence: float) -> str:
    """Return what ``confidence`` means, in words."""
    return next(words for least, words in _CONFIDENCE if confidence >= least or least == 0.0)


def why(asked: Asked, answer: Answer, places: Places, searched: str) -> str:
    """Return the disclosure under an answer, or under a refusal."""
    shown = answer.citations or answer.near[:1]
    if not shown or shown[0].reasons is None:
        return ""
    others = answer.runners_up[: 1 if answer.citations else len(answer.runners_up)]
    sentence = "these sentences" if len(answer.citations) > 1 else "this sentence"
    said = [_chance(answer), searched, *_in_words(answer, shown[0], others[0] if others else None)]
    words = "".join(f"<p>{escape(line)}</p>" for line in said if line)
    after = ""
    if answer.citations and others:
        label = '<p class="nearest-label">The next best sentence, not cited</p>'
        after = f"{label}{bystander(asked, 1, others[0], places)}"
    return (
        f'<details class="why"><summary>Why {sentence if answer.citations else "no answer"}</summary>'
        f"{words}{_table(answer, shown, others)}{after}</details>"
    )


def _chance(answer: Answer) -> str:
    """Return what the confidence means, or why there is none."""
    if answer.mentions:
        return "You asked what is said of something: these sentences mention it."
    chance = min(max(round(100 * answer.confidence), 1), 99)
    if answer.abstained:
        are = "is an answer" if chance == 1 else "are answers"
        return f"Of 100 sentences that fit their question like the nearest here, about {chance} {are}."
    return f"Of 100 answers that look as sure as this one, about {chance} are right: so it was on questions kept aside."


def _in_words(answer: Answer, first: Citation, next_best: Citation | None) -> list[str]:
    """Return why the first sentence came first."""
    reasons = first.reasons
    if reasons is None:
        return []
    which = "nearest" if answer.abstained else "first"
    place = f"at place {reasons.rank}"
    if reasons.rank <= len(_ORDINALS):
        place = f"to fit {_ORDINALS[reasons.rank - 1]}"
    lines = [f"The {which} sentence stands in the passage that the search found {place}."]
    if "overlap" in reasons.features:
        share = f"{reasons.features['overlap']:.0%}"
        lines.append(f"In and around it stand {share} of your question’s words, the rare ones counting more.")
    if next_best is not None and not answer.abstained and not answer.mentions:
        times = _times(first.score - next_best.score)
        lines.append(f"Read beside your question, it looked {times} the next sentence.")
    return lines


def _times(lead: float) -> str:
    """Return in words by how much a score is ahead: scores are logarithms of odds."""
    odds = math.exp(min(lead, 10))
    if odds < 1.15:
        return "about as likely an answer as"
    return f"about {odds:.1f} times as likely an answer as" if odds < 9.5 else "far likelier an answer than"


def _table(answer: Answer, shown: Sequence[Citation], others: Sequence[Citation]) -> str:
    """Return the numbers: a column a sentence, a row a measure."""
    names = [str(one.number) for one in answer.citations] or ["nearest"]
    names += ["next"] * len(others)
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(_row(name, values) for name, values in _measures([*shown, *others]))
    return f'<table><thead><tr><th scope="col">In numbers</th>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _measures(columns: Sequence[Citation]) -> Iterator[tuple[str, list[str]]]:
    """Yield each measure with its value in each column; of a column whose reasons are not known there is none."""
    reasons = [one.reasons for one in columns if one.reasons is not None]
    yield "Rank of its passage in the search", [str(one.rank) for one in reasons]
    yield "Search: meaning", [_number(one.via.get("dense")) for one in reasons]
    yield "Search: words", [_number(one.via.get("lexical")) for one in reasons]
    for name in dict.fromkeys(name for one in reasons for name in one.features if name not in _UNSAID):
        yield _FEATURES.get(name, name), [_number(one.features.get(name)) for one in reasons]
    yield "All in all", [_number(one.score) for one in columns if one.reasons is not None]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def _row(name: str, values: Iterable[str]) -> str:
    cells = "".join(f"<td>{escape(value)}</td>" for value in values)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
