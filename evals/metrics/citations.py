"""Are the cited sentences the right ones? Measured against gold sentences, one question at a time.

Gold is a list of *facts* that the answer needs, each a list of the sentences any one of which states it. What a
citation is worth is the set of facts that it states (`stated_facts`); every measure is made of those sets:

- an *answerable* question refused: recall, F1 and right sentence are 0; precision is None (nothing was cited, so
  nothing was cited wrongly);
- an *unanswerable* question answered: precision and F1 are 0; recall is None (there was nothing to find);
- an *unanswerable* question refused: F1 is 1, the others are None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from evals.metrics.answers import answer_in_citation, harmonic_mean

Stated = Sequence[frozenset[int]]
"""For each citation, best first, the facts that it states, by their place in the gold list."""


FEWEST_SHARED = 15
"""Characters that a clause of a gold sentence must have: two or three words. By judgement."""


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

    @property
    def text(self) -> str:
        """The sentence."""


def matches(citation: Place, gold: Place, answers: Sequence[str] = ()) -> bool:
    """Whether a citation counts as a gold sentence.

    It holds at least half of the gold sentence's characters, or it is a clause cut from it, of `FEWEST_SHARED` at
    least; and if the sentence holds any of the short ``answers``, so must what they share, else it must be half of it.
    So a longer span that holds the sentence matches; a neighbour that shares a few characters does not, nor do a single
    word and the words that the question had already. That a whole page as one citation would match is what `focus` is
    for. An empty span matches nothing.
    """
    if citation.document != gold.document:
        return False
    start, end = max(citation.start, gold.start), min(citation.end, gold.end)
    shared = end - start
    is_half = 2 * shared >= gold.end - gold.start
    is_clause = shared >= FEWEST_SHARED and 2 * shared >= citation.end - citation.start
    if not is_half and not is_clause:
        return False
    if answer_in_citation([gold.text], answers):
        return answer_in_citation([gold.text[start - gold.start : end - gold.start]], answers) == 1
    return is_half


def stated_facts(citation: Place, facts: Sequence[Sequence[Place]], answers: Sequence[str] = ()) -> frozenset[int]:
    """Return which of the needed facts a citation states: those of which it matches an acceptable sentence."""
    return frozenset(
        number for number, fact in enumerate(facts) if any(matches(citation, gold, answers) for gold in fact)
    )


def citation_precision(stated: Stated) -> float | None:
    """Return the share of the citations that state a needed fact. None without citations; 0 if there is no gold.

    Against sentence-level gold, as the supporting-fact precision of HotpotQA (Yang et al. 2018), with
    alternatives. Citing two alternatives of one fact costs nothing; `alce_precision` is stricter.
    """
    return sum(map(bool, stated)) / len(stated) if stated else None


def citation_recall(stated: Stated, facts: int) -> float | None:
    """Return the share of the needed facts that are cited; None if none is needed (unanswerable).

    HotpotQA's supporting-fact recall (Yang et al. 2018), where a fact may be stated by several sentences.
    """
    return len(frozenset().union(*stated)) / facts if facts else None


def citation_f1(stated: Stated, facts: int, *, refused: bool) -> float:
    """Return the harmonic mean of precision and recall; of an unanswerable question, 1 if it was refused, else 0.

    As SQuAD 2.0 counts what has no answer (Rajpurkar et al. 2018), so that every question counts for every system
    alike. A system that refuses everything gets the share of the unanswerable ones.
    """
    if not facts:
        return float(refused)
    return harmonic_mean(citation_precision(stated) or 0.0, citation_recall(stated, facts) or 0.0)


def alce_precision(stated: Stated, facts: int) -> float | None:
    """Return the share of the citations that the answer would miss.

    The citation precision of ALCE (Gao et al. 2023), where gold facts take the place of its entailment model and
    the answer is one claim: no citation counts unless all of them together state every fact; then one counts if it
    states every fact by itself, or if the others without it would not. So a citation that adds nothing is paid for
    even if it is true. None without citations; 0 if the question is unanswerable.
    """
    if not stated:
        return None
    everything = frozenset(range(facts))
    if not facts or frozenset().union(*stated) != everything:
        return 0.0
    needed = (
        own == everything or frozenset().union(*stated[:number], *stated[number + 1 :]) != everything
        for number, own in enumerate(stated)
    )
    return sum(needed) / len(stated)


def right_sentence_at_1(stated: Stated, facts: int) -> float | None:
    """Return 1 if the first citation states a needed fact, else 0; 0 if refused; None if unanswerable.

    Precision at rank 1 over sentences, as in answer sentence selection (WikiQA, Yang et al. 2015).
    """
    return float(bool(stated and stated[0])) if facts else None


def completeness(stated: Stated, facts: int) -> float | None:
    """Return 1 if every needed fact is cited, else 0; None unless two or more facts are needed."""
    return float(len(frozenset().union(*stated)) == facts) if facts > 1 else None


def focus(citations: Sequence[Place], facts: Sequence[Sequence[Place]]) -> tuple[int, int] | None:
    """Return how many of the cited characters are gold, and how many are cited; None without any of either.

    The share is a precision by characters: citing a page for a sentence finds it, and costs here. What stands in two
    citations is cited twice, but the same place counts once.
    """
    places = list({(one.document, one.start, one.end): one for one in citations}.values())
    cited = sum(max(0, one.end - one.start) for one in places)
    golds = [gold for fact in facts for gold in fact]
    return (sum(_covered(one, golds) for one in places), cited) if cited and golds else None


def _covered(citation: Place, golds: Sequence[Place]) -> int:
    """Return how many characters of a citation stand in any of the gold sentences."""
    inside = sorted(
        (max(citation.start, gold.start), min(citation.end, gold.end))
        for gold in golds
        if gold.document == citation.document
    )
    covered, reached = 0, citation.start
    for start, end in inside:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered
