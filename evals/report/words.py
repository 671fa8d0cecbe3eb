"""Says in plain words what the measures, the verdicts and the faults of a report are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from evals.compare import Verdict


class Words(NamedTuple):
    """A measure for people: what it is called, what it says, what it needs to be taken, and its unit if it has one."""

    label: str
    explanation: str
    needs: str
    unit: str = ""


CONFIDENCE = "a confidence for every answer"
PROBABILITY = "a confidence between 0 and 1 for every answer"
_CITED = "an answer with a citation"
_ANSWERABLE = "a question that the documents answer"
_UNANSWERABLE = "a question that the documents do not answer"
_SHORT = "a system that gives short answers, and a question with a gold one"
_TIMES = "times, which answers from a file may lack"

WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "verbatim_rate": Words(
            "Copied word for word", "Citations that are exactly what the document says at their place.", _CITED
        ),
        "altered_rate": Words(
            "Altered or invented", "Citations whose words are not the document’s: some differ, or all.", _CITED
        ),
        "offset_error": Words(
            "Distance from its place",
            "How far from its words a citation is said to start.",
            "a citation with a place whose words stand in the document",
            "characters",
        ),
        "right_sentence_at_1": Words(
            "Right sentence first", "Answerable questions whose first citation states a needed fact.", _ANSWERABLE
        ),
        "right_if_answered": Words(
            "Right sentence first, had it always answered",
            "The same, but of a refusal what it would have cited counts: how well it ranks, at any threshold.",
            _ANSWERABLE,
        ),
        "citation_precision": Words(
            "Citation precision",
            "The share of an answer’s citations that state a needed fact, each place once, however long.",
            _CITED,
        ),
        "citation_recall": Words(
            "Citation recall", "The share of the needed facts that is cited; nothing if refused.", _ANSWERABLE
        ),
        "citation_f1": Words(
            "Citation F1",
            "Precision and recall in one. What the documents do not answer counts 1 if refused, 0 if answered.",
            "a question",
        ),
        "alce_precision": Words(
            "Citation precision, strict (ALCE)",
            "The share of an answer’s citations that it could not do without.",
            _CITED,
        ),
        "completeness": Words(
            "All needed facts cited",
            "Of the questions that need several facts, those with every one cited.",
            "a question that needs several facts",
        ),
        "focus": Words(
            "Focus of the citations",
            "Of all cited characters, those of gold sentences: to cite a whole page for one sentence costs here.",
            "an answerable question with a citation in the document’s words",
        ),
        "answer_in_citation": Words(
            "Answer stands in a citation",
            "A gold short answer stands, in whole words, in a cited sentence.",
            "a question with a gold short answer",
        ),
        "exact_match": Words("Short answer exact", "The short answer is a gold one, by the rules of SQuAD.", _SHORT),
        "token_f1": Words("Short answer F1", "The words that the short answer shares with the best gold one.", _SHORT),
        "squad2_exact": Words(
            "Short answer exact, or rightly refused",
            "Exact match over all questions, by the rules of SQuAD 2.0.",
            f"{_SHORT} or no answer",
        ),
        "squad2_f1": Words(
            "Short answer F1, or rightly refused",
            "Token F1 over all questions, by the rules of SQuAD 2.0.",
            f"{_SHORT} or no answer",
        ),
        "right_refusals": Words(
            "Rightly refused",
            "Of the questions that the documents do not answer, those refused. To cite nothing is not to refuse.",
            _UNANSWERABLE,
        ),
        "wrong_refusals": Words(
            "Refused although answerable", "Of the questions that the documents answer, those refused.", _ANSWERABLE
        ),
        "wrong_denials": Words(
            "Said not to be there",
            "Of the questions that the documents answer, those refused by saying that they do not.",
            _ANSWERABLE,
        ),
        "wrong_answers": Words(
            "Answered although not answerable",
            "Of the questions that the documents do not answer, those answered.",
            _UNANSWERABLE,
        ),
        "auroc": Words(
            "Knows what it can answer (AUROC)",
            "The chance that it is surer of an answerable question than of another; 0.5 is a coin.",
            f"{CONFIDENCE}, and questions of both sorts",
        ),
        "coverage_at_95": Words(
            "Coverage at 95 % precision",
            "The share of all questions it could answer with 95 % of them right, at the best threshold.",
            CONFIDENCE,
        ),
        "aurc": Words(
            "Area under risk and coverage",
            "The share that is wrong among the surest questions, over all coverages.",
            CONFIDENCE,
        ),
        "brier": Words(
            "Brier score", "The squared distance of the confidence from right (1) or wrong (0).", PROBABILITY
        ),
        "calibration_error": Words(
            "Calibration error", "How far the confidence is from the share that is right, over ten bins.", PROBABILITY
        ),
        "seconds_p50": Words("Time, median", "Half of the questions took no longer.", _TIMES, "s"),
        "seconds_p95": Words("Time, 95th percentile", "95 % of the questions took no longer.", _TIMES, "s"),
        "cpu_seconds": Words("Processor time", "What a question took of the processor, on average.", _TIMES, "s"),
    }
)
"""Every measure in plain words."""

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        "broken": "Right before, wrong after",
        "fixed": "Wrong before, right after",
        "changed": "Something else was said, as right or wrong as before",
        "same": "The same citations and short answer",
    }
)
"""What each verdict means, those first that want to be looked at first."""


FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "altered": "altered",
        "absent": "absent",
        "answered, but": "answered wrongly",
        "refused, not sure": "refused, not sure",
        "refused, but": "refused wrongly",
        "without a citation": "without a citation",
        "misplaced": "misplaced",
        "not the right sentence": "not the right sentence",
        "short answer": "wrong short answer",
        "not cited": "not cited",
        "characters for": "far too much",
        "not needed": "not needed",
        "": "something else",
    }
)
"""The kinds of faults, worst first, by what a fault in words (`Row.faults`) has in it: the first that fits."""
