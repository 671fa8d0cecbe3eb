"""Hits -> evidence: which sentence of the passages found answers the question, and which words in it.

The `Reader` protocol is the seam. `ModelReader` lets a trained model read the question beside each passage.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Encoding

from index import Hit, Index, Span
from index.lexical import terms
from index.shapes import is_of_columns
from qa.abstain import Calibration
from qa.baseline import BaselineReader
from qa.cells import AsRead, as_read
from qa.likeness import Likeness
from qa.model import ReadingModel, Scores, load_model
from qa.named import named_terms, unmentioned
from qa.pairs import END, EVIDENCE, START, first_text, token_sentences
from qa.parties import Parties, in_own_words, parties
from qa.structure import PASSAGES_OF_A_TABLE, as_they_stand, heading_above
from qa.types import Evidence
from qa.words import share, term_weights

_log = logging.getLogger(__name__)

LONGEST_ANSWER_TOKENS = 30

COMPARED = 8
"""Sentences, the best by all else, that are compared with the question by the encoder."""

READ_FIRST, SURE = 3, 0.5
"""So many passages are read first, and the others only if the chance that one of these answers is lower than that. On
the choosing halves of five sets in open corpus (364 questions, half unanswerable) 82 % of the answers given needed
no more, on the reporting halves (313) 87 %. Next to reading all ten, none of the 677 was decided otherwise, no first
sentence changed, and one answer lost a citation; two passages instead changed three decisions and eight answers. The
confidence comes out higher by 0.01 to 0.02. (With the confidence as it was fitted then.)"""

LOOKED_THROUGH_CHARS = 300_000
"""Longer documents are not looked through for the names of a question, which would take too long; 100 pages are."""

CACHED_DOCUMENTS = 1_000
"""Documents whose parties are remembered."""


class Reader(Protocol):
    """Looks at the passages found and says which sentences answer the question."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the sentences considered, best first. ``Evidence.features`` is what confidence is computed from."""

    @property
    def calibration(self) -> Calibration:
        """What its scores are worth."""


def open_reader(name: str | Path | None, index: Index) -> Reader:
    """Return the reader that comes with Verbatim, or one with the model in a folder or of a name.

    Should the model that comes with Verbatim not run on this machine, the `BaselineReader` stands in, with a warning.
    Raises `VerbatimError` if a model that was named cannot be loaded.
    """
    if name is not None:
        return ModelReader(load_model(name), index)
    try:
        return ModelReader(load_model(), index)
    except Exception as error:  # exporting can fail in any way; a weaker answer is better than none
        _log.warning("the trained reader cannot be loaded (%s); the baseline reader stands in", error)
        return BaselineReader(index)


WEIGHTS: Mapping[str, float] = {
    "sentence": 0.33, "span": 0.15, "search": 3.96, "overlap": 1.78, "cosine": 2.13, "beside": 1.0
}  # fmt: skip
"""Fitted as a softmax over the sentences read, by ``python -m evals.studies.fit``, on the choosing halves of 30 tasks
with the weights that ship. A right sentence comes first on the other halves for 79 % of the answerable questions (mean
over the tasks, up to 150 each; with what was fitted before the search weighed words less, 78 %). What the model says of
the whole passage came out at nothing."""

CALIBRATION = Calibration(
    intercept=-3.84,
    weights={"sentence": 0.09, "passage": 0.29, "cosine": 0.85, "told": 1.32, "lead": 2.7},
    thresholds=((0.02, 0.946), (0.05, 0.911), (0.1, 0.821), (0.2, 0.651), (0.3, 0.385), (0.4, 0.181), (0.5, 0.049)),
    usual_error=0.3,
    denial=0.05,
)
"""Fitted on the choosing halves of eleven sets in open corpus, six with near misses, two with questions written to
have no answer, and eleven of questions as people ask of a few documents of their own, which no training has seen. The
score of the search came out at nothing. On the other halves (6,032 questions, 3,292 answerable): AUROC of answerability
0.84, 0.82, 0.78 and 0.86 (means of the four kinds), expected calibration error 0.02; aimed at 5, 10, 20, 30 and 40 %
wrong among those given it is 6, 10, 19, 30 and 41 %, with 8, 33, 65, 85 and 96 % of the right ones given.

Below a confidence of ``denial`` a refusal says that the documents do not say; 6.5 % of 787 such refusals had an answer
all the same on the choosing halves, 4.9 % of 752 on the others. With 0.1 it was 10.6 and 9.4 % of 1,254 and 1,216: of
what people ask of their own files most has an answer."""

SPAN_WEIGHTS: Mapping[str, float] = {"span": 0.35, "search": 3.0, "overlap": 1.0, "cosine": 2.0, "beside": 1.0}
SPAN_CALIBRATION = Calibration(-5.5, {"span": 0.1, "search": 3.0, "lead": 3.2}, ((0.3, 0.46), (0.5, 0.12)), 0.35)
"""For models that only mark answers. Not fitted, since each of them has a scale of its own: order, not certainty."""


class ModelReader:
    """Reads the question beside each passage with a trained model.

    Features of a sentence: ``sentence``, the model's score that it is evidence; ``span``, by how much the best answer
    in it beats no answer; ``passage``, the score that its passage answers at all; ``search``, the score of the hit;
    ``overlap``, the share of the question's words (weighed by rarity) that the sentence and its neighbours hold;
    ``cosine``, how alike the encoder finds question and sentence, ``told``, whether the document mentions all the
    names and numbers of the question: for the few best only; ``beside``, what its place among others adds to its score.
    """

    def __init__(self, model: ReadingModel, index: Index) -> None:
        self._model = model
        self._index = index
        self._likeness = Likeness(index)
        self._parties = lru_cache(CACHED_DOCUMENTS)(self._found_parties)
        self.is_word = model.is_word
        self._weights = WEIGHTS if model.judges_sentences else SPAN_WEIGHTS
        self.calibration = CALIBRATION if model.judges_sentences else SPAN_CALIBRATION

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the sentences of the hits, best first.

        Of the first alone, if one of these surely answers.
        """
        weights = term_weights(question, self._index)
        found = self._read_passages(question, hits[:READ_FIRST], weights)
        judged = self._compared(question, found)
        if len(hits) > READ_FIRST and self.calibration.confidence(judged) < SURE:
            found += self._read_passages(question, hits[READ_FIRST:], weights)
            judged = self._compared(question, found)
        return judged

    def _read_passages(self, question: str, hits: Sequence[Hit], weights: Mapping[str, float]) -> list[Evidence]:
        """Return the sentences of the hits with what the model and the words say of them."""
        texts = [self._as_read(hit, set(terms(question))) for hit in hits]
        windows = self._model.windows(
            [(self._asked_of(hit, question), text.text) for hit, text in zip(hits, texts, strict=True)]
        )
        scores = self._model.scores_of_all([item for items in windows for item in items])
        read: list[Evidence] = []
        for hit, text, items in zip(hits, texts, windows, strict=True):
            overlaps = _overlaps(text, weights)
            best: dict[int, Evidence] = {}
            for item in items:
                for number, own, answer in _sentences(hit, text, item, next(scores)):
                    features = own | {"search": hit.score, "overlap": overlaps[number]}
                    score = self._score(features)
                    if number not in best or best[number].score < score:
                        sentence = hit.passage.sentences[number]
                        words = text.sentences[number].of(text.text)
                        best[number] = Evidence(hit, sentence, score, features, answer, as_read=words)
            read.extend(best.values())
        return as_they_stand(question, read)

    def _as_read(self, hit: Hit, asked: Collection[str]) -> AsRead:
        """Return a passage as it is read, with the names of columns that stand above it."""
        passage = hit.passage
        continues = is_of_columns(hit.sentence_text(passage.sentences[0]))
        above = self._index.lines_before(passage, most=PASSAGES_OF_A_TABLE) if continues else ()
        return as_read(hit.text, [span.moved(-passage.start) for span in passage.sentences], above, asked)

    def _asked_of(self, hit: Hit, question: str) -> str:
        """Return what stands beside a passage: the question in its document's words, and what heads the passage."""
        passage = hit.passage
        held = self._parties(passage.document_id, passage.revision)
        return first_text(in_own_words(question, held, hit.text), hit.title, heading_above(hit, self._index))

    def _compared(self, question: str, read: Sequence[Evidence]) -> list[Evidence]:
        """Return the sentences best first, the best few compared with the question whole."""
        ordered = sorted(read, key=_order)
        best_few = ordered[:COMPARED]
        cosines = self._likeness.cosines(question, [item.text for item in best_few]) if best_few else []
        named = named_terms(question)
        told = cache(partial(self._told, named))  # the best few mostly stand in one document
        for place, (one, cosine) in enumerate(zip(best_few, cosines, strict=True)):
            passage = one.hit.passage
            knows = not unmentioned(named, one.surroundings) or told(passage.document_id, passage.revision)
            features = {**one.features, "cosine": cosine, "told": float(knows)}
            ordered[place] = replace(one, features=features, score=self._score(features))
        return sorted(ordered, key=_order)

    def _found_parties(self, document_id: str, revision: str) -> Parties:
        return parties(self._index.document(document_id, revision).text[:LOOKED_THROUGH_CHARS])

    def _told(self, named: Sequence[str], document_id: str, revision: str) -> bool:
        """Whether a document mentions all that the question names; a very long one is not looked through."""
        document = self._index.document(document_id, revision)
        text = f"{document.title}\n{document.text}"
        return len(text) > LOOKED_THROUGH_CHARS or not unmentioned(named, text)

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(weight * features.get(name, 0.0) for name, weight in self._weights.items())


def _order(item: Evidence) -> tuple[float, int, Span]:
    return (-item.score, item.hit.rank, item.sentence)


def _overlaps(text: AsRead, weights: Mapping[str, float]) -> list[float]:
    """Return, for each sentence, the share of the question's weight that it and its neighbours carry."""
    found = [set(terms(sentence.of(text.text))) for sentence in text.sentences]
    return [share(set().union(*found[max(0, place - 1) : place + 2]), weights) for place in range(len(found))]


def _sentences(
    hit: Hit, text: AsRead, item: Encoding, scores: Scores
) -> Iterator[tuple[int, dict[str, float], Span | None]]:
    """Give each sentence that has tokens in a window: its number, what the model says of it, and the best answer."""
    places = np.array(token_sentences(item, text.text, text.sentences))
    none = scores[0, START] + scores[0, END]
    has_evidence = scores.shape[1] > EVIDENCE
    for number in np.unique(places[places >= 0]):
        inside = np.flatnonzero(places == number)
        first, last, score = _best_span(scores[inside, START], scores[inside, END])
        features = {"span": float(score - none)}
        if has_evidence:
            features["sentence"] = float(scores[inside, EVIDENCE].mean())
            features["passage"] = float(scores[0, EVIDENCE])
        sentence = hit.passage.sentences[number]  # a token can reach over its end, where no space follows
        begin, end = item.offsets[inside[first]][0], item.offsets[inside[last]][1]
        answer = text.origin(begin, end)
        if answer:
            answer = answer.moved(hit.passage.start)
            answer = Span(answer.start, min(answer.end, sentence.end))
        yield int(number), features, answer


def _best_span(starts: Scores, ends: Scores) -> tuple[int, int, float]:
    """Return the first and last place, and the score, of the best answer of at most ``LONGEST_ANSWER_TOKENS``."""
    sums = starts[:, None] + ends[None, :]
    allowed = np.triu(np.tril(np.ones_like(sums, dtype=bool), LONGEST_ANSWER_TOKENS - 1))
    place = int(np.where(allowed, sums, -np.inf).argmax())
    first, last = divmod(place, len(ends))
    return first, last, float(sums[first, last])
