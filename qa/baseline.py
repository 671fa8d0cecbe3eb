"""A reader without a trained model: what it takes to beat, and what is left where no model can be loaded.

`BaselineReader` scores sentences by what the encoder and the words say, with a linear model of a few features; it marks
a short answer by the kind of phrase that the question asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index import Hit, Index, Span
from index.lexical import terms
from qa.abstain import Calibration
from qa.likeness import Likeness
from qa.phrase import fits, short_answer
from qa.types import Evidence
from qa.words import share, term_weights

CANDIDATE_SENTENCES = 24
"""Only the sentences that look best by words and by passage are encoded: encoding is what takes the time."""


class BaselineReader:
    """Scores each sentence by its meaning, its words, those of its neighbours, and the phrase it could answer with."""

    WEIGHTS: Mapping[str, float] = {"cosine": 7.0, "overlap": 2.9, "context": 3.9, "phrase": 2.1}
    """Fitted as a softmax over the sentences read, on half of 2,091 answerable development questions from nine sets.
    On the other half (mean over sets) it put a right sentence first for 69.1 %, cosine 59.1 %, words 65.8 %. All are
    questions for which a right sentence was among those read."""

    calibration = Calibration(-5.15, {"search": 2.84, "lead": 4.83}, ((0.5, 0.2),), usual_error=0.5, denial=0.07)
    """On the held-out halves of eleven sets (1,919 questions): AUROC of "the first sentence is right" 0.863, expected
    calibration error 0.027. At 0.2, 73 % of the answerable questions were answered, and 22 % of those whose document
    had been taken away or that ask for what it does not say. Of refusals below ``denial`` 11.2 % of 516 had an answer
    all the same on the choosing halves, 8.6 % of 512 on the others; of those above it 37 % of 531 and 39 % of 525."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._likeness = Likeness(index)

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the most promising sentences of the hits, best first."""
        weights = term_weights(question, self._index)
        evidence = [
            Evidence(hit, sentence, 0.0, features)
            for hit in hits
            for sentence, features in zip(hit.passage.sentences, self._word_features(hit, weights), strict=True)
        ]
        evidence = sorted(evidence, key=self._promise, reverse=True)[:CANDIDATE_SENTENCES]
        if not evidence:
            return []
        cosines = self._likeness.cosines(question, [item.text for item in evidence])
        read = [self._complete(question, item, cosine) for item, cosine in zip(evidence, cosines, strict=True)]
        return sorted(read, key=lambda item: (-item.score, item.hit.rank, item.sentence))

    def _word_features(self, hit: Hit, weights: Mapping[str, float]) -> list[dict[str, float]]:
        found = [weights.keys() & terms(hit.sentence_text(sentence)) for sentence in hit.passage.sentences]
        features = []
        for position, own in enumerate(found):
            around = own.union(*found[max(0, position - 1) : position + 2])
            features.append(
                {
                    "overlap": share(own, weights),
                    "context": share(around, weights),
                }
            )
        return features

    def _complete(self, question: str, item: Evidence, cosine: float) -> Evidence:
        answer = short_answer(question, item.text)
        features = {**item.features, "cosine": cosine, "phrase": float(fits(question, item.text))}
        if answer:
            answer = Span(item.sentence.start + answer.start, item.sentence.start + answer.end)
        return replace(item, features=features, score=self._score(features), answer=answer)

    def _promise(self, item: Evidence) -> float:
        """Return how promising a sentence is before it is encoded: by its words, and its passage in place of itself."""
        return self._score(item.features) + self.WEIGHTS["cosine"] * item.hit.score

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(self.WEIGHTS[name] * value for name, value in features.items())
