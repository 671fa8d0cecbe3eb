"""What is measured: small pure functions, each with its definition, its source and its edge cases.

Most judge one question and return a number in 0..1, or None where the measure says nothing about that
question; the report takes the mean over the questions that have a value. How a refusal counts:

- an *answerable* question refused: recall, F1, right sentence and short answer are 0; precision is None
  (nothing was cited, so nothing was cited wrongly);
- an *unanswerable* question answered: precision and F1 are 0 for it; recall is None (there was nothing to
  find);
- an *unanswerable* question refused: all of these are None. It is counted by the refusal rates.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 1000
"""How often the bootstrap draws a new sample of the questions."""


class Place(Protocol):
    """Where a sentence stands: ``[start, end)`` of a document."""

    @property
    def document(self) -> str:
        """The document's name."""

    @property
    def start(self) -> int:
        """The first character's offset."""

    @property
    def end(self) -> int:
        """The offset after the last character."""


Facts = Sequence[Sequence[Place]]
"""Gold evidence: the facts needed, each as the sentences any one of which states it."""


# ---- citations -----------------------------------------------------------------------------------


def is_verbatim(text: str, start: int, end: int, document_text: str | None) -> bool:
    """Whether a citation's words are exactly the document's characters ``[start, end)``.

    False for an empty citation, for offsets outside the document and for an unknown document (None). The
    verbatim rate is the mean of this over all citations. It is this product's first law, so anything below 1
    is a defect.
    """
    if document_text is None or not 0 <= start < end <= len(document_text):
        return False
    return document_text[start:end] == text


def matches(citation: Place, gold: Place) -> bool:
    """Whether a citation counts as a gold sentence.

    They stand in the same document and share at least half of the characters of the shorter of the two. So a
    clause cut from the gold sentence matches, and so does a longer span that holds it; a neighbour that
    shares a few characters does not. Length is not judged here: a whole page as one citation would match. An
    empty span matches nothing.
    """
    if citation.document != gold.document:
        return False
    shared = min(citation.end, gold.end) - max(citation.start, gold.start)
    return shared > 0 and 2 * shared >= min(citation.end - citation.start, gold.end - gold.start)


def supports(citation: Place, facts: Facts) -> bool:
    """Whether a citation matches an acceptable sentence of any needed fact."""
    return any(matches(citation, gold) for fact in facts for gold in fact)


def facts_found(citations: Sequence[Place], facts: Facts) -> int:
    """Return how many needed facts have at least one of their acceptable sentences cited."""
    return sum(any(matches(citation, gold) for citation in citations for gold in fact) for fact in facts)


def citation_precision(citations: Sequence[Place], facts: Facts) -> float | None:
    """Return the share of the citations that match gold. None without citations; 0 if there is no gold.

    Against sentence-level gold, as the supporting-fact precision of HotpotQA (Yang et al. 2018), with
    alternatives. Citing two alternatives of one fact costs nothing.
    """
    if not citations:
        return None
    return sum(supports(citation, facts) for citation in citations) / len(citations)


def citation_recall(citations: Sequence[Place], facts: Facts) -> float | None:
    """Return the share of the needed facts that are cited; None if none is needed (unanswerable).

    HotpotQA's supporting-fact recall (Yang et al. 2018), where a fact may be stated by several sentences.
    """
    return facts_found(citations, facts) / len(facts) if facts else None


def citation_f1(citations: Sequence[Place], facts: Facts) -> float | None:
    """Return the harmonic mean of precision and recall; 0 for a wrong refusal and for a wrong answer.

    None only where an unanswerable question was refused: nothing was cited and nothing should have been.
    """
    if not citations and not facts:
        return None
    return harmonic_mean(citation_precision(citations, facts) or 0.0, citation_recall(citations, facts) or 0.0)


def harmonic_mean(precision: float, recall: float) -> float:
    """Return F1, which is 0 if both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def right_sentence_at_1(citations: Sequence[Place], facts: Facts) -> float | None:
    """Return 1 if the first citation matches gold, else 0; 0 if refused; None if unanswerable.

    Precision at rank 1 over sentences, as in answer sentence selection (WikiQA, Yang et al. 2015).
    """
    if not facts:
        return None
    return float(bool(citations) and supports(citations[0], facts))


def completeness(citations: Sequence[Place], facts: Facts) -> float | None:
    """Return 1 if every needed fact is cited, else 0; None unless two or more facts are needed."""
    return float(facts_found(citations, facts) == len(facts)) if len(facts) > 1 else None


# ---- short answers -------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """Normalise a short answer as SQuAD 1.1 does (Rajpurkar et al. 2016).

    Lower case, without ASCII punctuation, without the articles a, an, the, white space collapsed: "The 2,500"
    is "2500". Typographic quotation marks are not ASCII and stay, as they do in SQuAD's own script.
    """
    lowered = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())


def short_answer_contained(citations: Sequence[str], answers: Sequence[str]) -> float | None:
    """Return 1 if a gold short answer stands, as whole words, in one of the cited texts; else 0.

    Both are normalised as in SQuAD. Whole words, so that "15" is not found in "2015". 0 if refused; None if
    the question has no gold short answer. The answer recall of open-domain QA (DrQA, Chen et al. 2017), over
    the cited sentences.
    """
    if not answers:
        return None
    texts = [f" {normalise(text)} " for text in citations]
    return float(any(f" {normalise(answer)} " in text for answer in answers for text in texts))


def exact_match(short: str | None, answers: Sequence[str]) -> float | None:
    """Return SQuAD 1.1's exact match: 1 if ``short`` equals a gold answer after normalisation, else 0.

    0 if no short answer was given; None if the question has no gold short answer.
    """
    if not answers:
        return None
    return float(short is not None and any(normalise(short) == normalise(answer) for answer in answers))


def token_f1(short: str | None, answers: Sequence[str]) -> float | None:
    """Return SQuAD 1.1's token F1: the best over the gold answers of the F1 between the two bags of words.

    0 if no short answer was given; None if the question has no gold short answer. If either side is empty
    after normalisation, 1 if both are and else 0, as in SQuAD 2.0's script.
    """
    if not answers:
        return None
    return max((_bag_f1(short, answer) for answer in answers), default=0.0) if short is not None else 0.0


def _bag_f1(short: str, answer: str) -> float:
    given, gold = normalise(short).split(), normalise(answer).split()
    if not given or not gold:
        return float(given == gold)
    shared = (Counter(given) & Counter(gold)).total()
    return harmonic_mean(shared / len(given), shared / len(gold))


# ---- refusals ------------------------------------------------------------------------------------


def right_refusal(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an unanswerable question was refused, else 0; None if it is answerable.

    Its mean is SQuAD 2.0's no-answer accuracy (Rajpurkar et al. 2018).
    """
    return None if answerable else float(refused)


def wrong_answer(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an unanswerable question was answered, else 0; None if it is answerable."""
    return None if answerable else float(not refused)


def wrong_refusal(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an answerable question was refused, else 0; None if it is unanswerable. Lower is better."""
    return float(refused) if answerable else None


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float | None:
    """Return the chance that an answerable question's confidence is above an unanswerable one's.

    Ties count half. The area under the ROC curve of confidence as a test of answerability (Hanley and
    McNeil 1982). 0.5 is chance; None if either class has no question.
    """
    from sklearn.metrics import roc_auc_score

    if not len(answerable) or not len(unanswerable):
        return None
    labels = [1] * len(answerable) + [0] * len(unanswerable)
    return float(roc_auc_score(labels, [*answerable, *unanswerable]))


# ---- over all questions --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value with the 95 % bootstrap interval ``[low, high]`` over questions.

    ``n`` is how many values it stands on. ``value`` is None if nothing could be measured; the limits are
    None if fewer than two values were.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


def mean_estimate(values: Sequence[float], *, seed: int) -> Estimate:
    """Return the mean and its interval."""
    import numpy

    return _estimate((values,), numpy.mean, n=len(values), seed=seed)


def percentile_estimate(values: Sequence[float], percent: float, *, seed: int) -> Estimate:
    """Return a percentile (interpolated linearly) and its interval."""
    import numpy

    def percentile(sample: NDArray[numpy.float64], axis: int = -1) -> NDArray[numpy.float64]:
        return numpy.asarray(numpy.percentile(sample, percent, axis=axis))

    return _estimate((values,), percentile, n=len(values), seed=seed)


def ratio_estimate(counts: Sequence[tuple[int, int]], *, seed: int) -> Estimate:
    """Return sum of parts / sum of wholes over the questions' (part, whole) pairs, and its interval.

    This is the micro average: a question with more citations weighs more. Whole questions are drawn anew,
    since the citations of one answer stand and fall together. Questions whose whole is 0 are left out. ``n``
    is the sum of wholes.
    """
    import numpy

    counts = [(part, whole) for part, whole in counts if whole]

    def ratio(parts: NDArray[numpy.float64], wholes: NDArray[numpy.float64], axis: int = -1) -> NDArray[numpy.float64]:
        return numpy.asarray(parts.sum(axis=axis) / wholes.sum(axis=axis))

    parts, wholes = [part for part, _ in counts], [whole for _, whole in counts]
    return _estimate((parts, wholes), ratio, n=sum(wholes), seed=seed, paired=True)


def auroc_estimate(answerable: Sequence[float], unanswerable: Sequence[float], *, seed: int) -> Estimate:
    """Return `auroc` and its interval; the two classes are drawn apart, so that none is ever empty."""
    size = len(answerable) + len(unanswerable)
    if not len(answerable) or not len(unanswerable):
        return Estimate(None, None, None, size)
    return _estimate((answerable, unanswerable), auroc, n=size, seed=seed, vectorized=False)


def _estimate(
    samples: tuple[Sequence[float], ...],
    statistic: Callable[..., object],
    *,
    n: int,
    seed: int,
    paired: bool = False,
    vectorized: bool = True,
) -> Estimate:
    """Return a statistic with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Where every sample holds one value only, each draw gives the same number and the interval is that number:
    it says that nothing varied in this sample, not that nothing can. Fewer than two values in a sample give
    no interval.
    """
    import numpy
    from scipy import stats

    arrays = tuple(numpy.asarray(sample, dtype=float) for sample in samples)
    if not all(array.size for array in arrays):
        return Estimate(None, None, None, n)
    value = float(statistic(*arrays))  # type: ignore[arg-type]
    if any(array.size < 2 for array in arrays):
        return Estimate(value, None, None, n)
    if all(numpy.ptp(array) == 0 for array in arrays):
        return Estimate(value, value, value, n)
    drawn = stats.bootstrap(
        arrays,
        statistic,
        n_resamples=RESAMPLES,
        method="percentile",
        paired=paired,
        vectorized=vectorized,
        rng=numpy.random.default_rng(seed),
    )
    return Estimate(value, float(drawn.confidence_interval.low), float(drawn.confidence_interval.high), n)
