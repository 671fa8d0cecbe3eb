"""Passages that do not answer a question but look as if they did: to a search for its words, and to weights."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from index.lexical import MemorySearch
from qa.model import ReadingModel
from qa.pairs import EVIDENCE, first_text, token_sentences
from qa.train.questions import LEANING, Corpus, words_of

_log = logging.getLogger(__name__)

FOUND = 5
"""Passages kept for each question of those that a search for its words finds."""


@dataclass(frozen=True, slots=True)
class Negative:
    """A piece that does not answer, and its sentence that most looks as if it did, if that is known."""

    piece: int
    sentence: int | None = None


def mine(corpus: Corpus) -> list[list[Negative]]:
    """Return, for each question with an answer, the pieces that a search for its words finds and that do not answer."""
    normal = [f" {' '.join(words_of(piece.text))} " for piece in corpus.pieces]
    search = MemorySearch(f"{piece.title} {piece.text}" for piece in corpus.pieces).search
    mined: list[list[Negative]] = []
    for question in corpus.questions:
        golds = {gold.piece for gold in question.golds}
        answers = [f" {' '.join(words_of(answer))} " for answer in question.answers]

        def fits(number: int, golds: set[int] = golds, answers: Sequence[str] = answers) -> bool:
            return number not in golds and not any(answer in normal[number] for answer in answers)

        found: list[int] = []
        if golds and question.set_name not in LEANING:
            found = [number for number in search(question.text, 12) if fits(number)][:FOUND]
        # what stands beside the gold is as hard as what words find, and rarer among it
        beside = [one for one in question.context if golds and one not in found and fits(one)]
        mined.append([Negative(number) for number in found + beside[:2]])
    return mined


def hardest_first(corpus: Corpus, mined: Sequence[Sequence[Negative]], model: ReadingModel) -> list[list[Negative]]:
    """Return the same passages, those first in which the model likes a sentence best, with that sentence."""
    ranked: list[list[Negative]] = []
    scores = _best_sentences(corpus, mined, model)
    for number, some in enumerate(mined):
        judged = [(next(scores), one.piece) for one in some]
        judged.sort(key=lambda one: -one[0][0])
        ranked.append([Negative(piece, sentence) for (_, sentence), piece in judged])
        if number % 5000 == 0:
            _log.info("hard passages of %d questions of %d", number, len(mined))
    return ranked


def _best_sentences(
    corpus: Corpus, mined: Sequence[Sequence[Negative]], model: ReadingModel
) -> Iterator[tuple[float, int]]:
    """Give the score and the place of the best sentence of each passage, read on all cores."""
    pairs = (
        (first_text(question.text, corpus.pieces[one.piece].title), corpus.pieces[one.piece])
        for question, some in zip(corpus.questions, mined, strict=True)
        for one in some
    )
    while some := list(islice(pairs, 512)):
        windows = [items[0] for items in model.windows([(first, piece.text) for first, piece in some])]
        for item, scores, (_, piece) in zip(windows, model.scores_of_all(windows), some, strict=True):
            places = np.array(token_sentences(item, piece.text, piece.sentences))
            read = np.unique(places[places >= 0])
            means = [float(scores[places == place, EVIDENCE].mean()) for place in read]
            best = int(np.argmax(means)) if means else 0
            yield (means[best], int(read[best])) if means else (float("-inf"), 0)


def save(path: Path, negatives: Sequence[Sequence[Negative]]) -> None:
    """Keep them."""
    path.write_text(json.dumps([[(one.piece, one.sentence) for one in some] for some in negatives]))


def load(path: Path) -> list[list[Negative]]:
    """Read what `save` wrote."""
    return [[Negative(*one) for one in some] for some in json.loads(path.read_text())]
