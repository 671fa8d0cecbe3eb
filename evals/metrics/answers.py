"""Is the short answer right, and does it stand in what was cited? By SQuAD's rules, one question at a time."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence


def harmonic_mean(precision: float, recall: float) -> float:
    """Return F1, which is 0 if both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def normalise(text: str) -> str:
    """Normalise a short answer as SQuAD 1.1 does (Rajpurkar et al. 2016).

    Lower case, without ASCII punctuation, without the articles a, an, the, white space collapsed: "The 2,500"
    is "2500". Typographic quotation marks are not ASCII and stay, as they do in SQuAD's own script.
    """
    lowered = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())


def answer_in_citation(citations: Sequence[str], answers: Sequence[str]) -> float | None:
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
    return _best(_equal, short, answers)


def token_f1(short: str | None, answers: Sequence[str]) -> float | None:
    """Return SQuAD 1.1's token F1: the best over the gold answers of the F1 between the two bags of words.

    0 if no short answer was given; None if the question has no gold short answer. If either side is empty
    after normalisation, 1 if both are and else 0, as in SQuAD 2.0's script.
    """
    return _best(_bag_f1, short, answers)


def squad2_exact(short: str | None, answers: Sequence[str], *, answerable: bool, refused: bool) -> float | None:
    """Return SQuAD 2.0's exact match (Rajpurkar et al. 2018): `exact_match`, and for an unanswerable question 1 if
    it was refused, else 0. Gold answers that are nothing after normalisation are left out, as there.

    None if the question is answerable and has no gold short answer.
    """  # noqa: D205 - one sentence
    return _squad2(exact_match, short, answers, answerable, refused)


def squad2_f1(short: str | None, answers: Sequence[str], *, answerable: bool, refused: bool) -> float | None:
    """Return SQuAD 2.0's F1: `token_f1`, and for an unanswerable question as `squad2_exact`."""
    return _squad2(token_f1, short, answers, answerable, refused)


Measure = Callable[[str | None, Sequence[str]], float | None]


def _squad2(
    measure: Measure, short: str | None, answers: Sequence[str], answerable: bool, refused: bool
) -> float | None:
    if not answerable:
        return float(refused)
    return measure(None if refused else short, [answer for answer in answers if normalise(answer)])


def _best(measure: Callable[[str, str], float], short: str | None, answers: Sequence[str]) -> float | None:
    if not answers:
        return None
    return max(measure(short, answer) for answer in answers) if short is not None else 0.0


def _equal(short: str, answer: str) -> float:
    return float(normalise(short) == normalise(answer))


def _bag_f1(short: str, answer: str) -> float:
    given, gold = normalise(short).split(), normalise(answer).split()
    if not given or not gold:
        return float(given == gold)
    shared = (Counter(given) & Counter(gold)).total()
    return harmonic_mean(shared / len(given), shared / len(gold))
