"""Question and history -> how the question is understood: what it leans on, and how much the talk counts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index import Hit
from index.lexical import terms
from qa.carry import Turn, carried, turns
from qa.ellipsis import QUESTION_WORDS, asks, completed, other_thing
from qa.named import named_terms, unmentioned
from qa.topic import KINDS, kind_asked, topic
from qa.types import Answer, Evidence

_PERSON = re.compile(
    r"\b(?:he|him|his|she|her|hers|its|they|them|their|theirs"
    r"|it(?! (?:possible|allowed|legal|safe|wise|necessary|better|worth|true) (?:to|that|for)\b|"
    r" (?:cost|take)s? (?:\w+ ){0,3}to\b))\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)\b[A-Z]\w+")
_LEANING = re.compile(
    # "there" as a place, and not as in "how many were there" or "there is"
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )\bthere\b"
    r"(?! (?:is|are|was|were|will|has|have|had)\b)"
    # "that" for something said before, and not as in "the group that claimed it"
    r"|\b(?:this|that|these|those|one|ones|else|others?|then|afterwards|before|instead)\W*$"
    r"|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would) (?:this|that|these|those)\b"
    r"|\b(?:who|what|when|where|why|how) (?:is|was|were|are|did|does|do) (?:this|that|these|those)\b"
    r"|\b(?:after|before|about|with|from|in|of|on|by|for) (?:this|that|these|those)\b(?! \w+ (?:that|which|who)\b)"
    # "the other one", and not "the rest of Florida" or "the latter half"
    r"|\b(?:the (?:other|same|former|latter|rest)(?! half\b| than\b| (?:\w+ )?of\b)|another one)\b"
    r"|^(?:and|but|so|or|then|also)\b|^(?:what about|how about|what else|who else)\b",
    flags=re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^(?:(?:since|until|till|by|from|to|at|in|on|for|with|of|under|after|before)\s+)?"
    rf"(?:{QUESTION_WORDS})(?:\s+\w+){{0,2}}\W*$",
    re.IGNORECASE,
)
_HOW = re.compile(r"\bhow (?:big|early|far|fast|high|late|long|many|much|often|old|soon)\b", re.IGNORECASE)
_WHY = re.compile(r"(?:(?:and|but|so) )?(?:why(?: not| so)?|how come)\W*", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|as|due to|owing to|thanks to|so that|in order|reasons?|caus\w+|in response|to avoid|after)\b",
    re.IGNORECASE,
)


Place = tuple[str, int]
"""Where a sentence stands: the id of its document, and its first character there."""


@dataclass(frozen=True, slots=True)
class Understood:
    """How a question was understood.

    ``question`` is as it was typed, or a fragment completed; ``query`` adds the words that the talk lends it. ``leans``
    tells whether what was typed says nothing without the talk. ``changed`` are the names and numbers that a fragment
    put in the place of others. ``cited`` are the sentences that the last answer cited.
    """

    question: str
    query: str
    leans: bool = False
    changed: tuple[str, ...] = ()
    cited: frozenset[Place] = frozenset()

    @property
    def documents(self) -> frozenset[str]:
        """The ids of the documents that the last answer cited."""
        return frozenset(document for document, _ in self.cited)


Understanding = Callable[[str, Sequence[Answer | str]], Understood]
"""How a question and the talk before it are understood."""


def understand(question: str, history: Sequence[Answer | str]) -> Understood:
    """Return the question with what it takes from the talk before it."""
    talk = _spelt_out(turns(history))
    before = talk[-1].question if talk else ""
    asked = _completed(question, before)
    if asked != question:
        talk = talk[:-1] if leans(asked) or not _NAME.search(asked) else []
    query = " ".join([asked, *carried(asked, _lending(talk))])
    if query == question:
        return Understood(question, question)
    changed = tuple(unmentioned(named_terms(asked), before)) if asked != question else ()
    return Understood(asked, query, asked != question or leans(question), changed, _cited(history))


def _completed(question: str, before: str) -> str:
    """Return a fragment as the whole question that it stands for, also after "Tell me about Oman."; else as it is."""
    thing = topic(before)
    other = other_thing(question, thing) if thing else None
    if not (thing and other):
        return completed(question, before)
    kind = kind_asked(before, thing)
    if kind and other.lower() in KINDS:  # "And the handbook?"
        return re.sub(rf"\b{kind}\b", other, before, count=1, flags=re.IGNORECASE)
    return before.replace(thing, other, 1) if kind else f"What do the documents say about {other}?"


def _spelt_out(talk: Sequence[Turn]) -> list[Turn]:
    """Return the turns of a talk, fragments completed, and whether each leans."""
    found: list[Turn] = []
    for turn in talk:
        asked = _completed(turn.question, found[-1].question) if found else turn.question
        found.append(replace(turn, question=asked, leans=leans(asked)))
    return found


def _lending(talk: Sequence[Turn]) -> list[Turn]:
    """Leave out whole questions that leaned, named nothing and were refused: they tell what was asked, not of what."""
    return [
        turn
        for turn in talk
        if not (turn.refused and turn.leans and asks(turn.question) and not _NAME.search(turn.question))
    ]


def leans(question: str) -> bool:
    """Whether a question says nothing without the one before.

    It points back ("there", "and", "Did that"), says "he" or "they" and names nobody itself, or has hardly a word of
    its own ("Why?", "By when?").
    """
    asked = question.strip()
    return bool(
        _LEANING.search(asked) or (_PERSON.search(asked) and not _NAME.search(asked)) or not terms(asked)
        or (_FRAGMENT.match(asked) and len(terms(_HOW.sub("", asked))) < 2 and not _NAME.search(asked))
    )  # fmt: skip


def _cited(history: Sequence[Answer | str]) -> frozenset[Place]:
    """Return the sentences of the last answer that cited any."""
    for item in reversed(history):
        if isinstance(item, Answer) and item.citations:
            return frozenset((one.document_id, one.start) for one in item.citations)
    return frozenset()


REPEATED = 0.8
"""By so much, in log-odds, a sentence that was cited just before is less likely to answer a question that leans.

With earlier weights, of 0, 0.33, 0.66, 0.8, 1, 1.2, 1.5 and 2, 1 was the last that took no more than two points of the
right answers (.571 to .558 of 233 questions of development sets; of 214 that nothing answers .224 were answered, after
.266). The weights that ship answer fewer that nothing answers by themselves, and were surer of less. See
docs/followup.md.
"""


def doubted(chance: float, first: Evidence, understood: Understood) -> float:
    """Return the chance (0..1) that a sentence answers a question that leans, lowered if the answer before cited it.

    What a question leans on is told in the words of that sentence, which is then found again whatever is asked; even
    "Why?", which it answers still less, unless it has a "because".
    """
    if (first.hit.passage.document_id, first.sentence.start) not in understood.cited:
        return chance
    explained = _REASON.search(first.text) or not _WHY.fullmatch(understood.question.strip())
    return chance / (chance + math.exp(REPEATED if explained else 2 * REPEATED) * (1 - chance))


def speaking_of(evidence: Sequence[Evidence], things: Sequence[str]) -> list[Evidence]:
    """Return the evidence that mentions some things in its title, the sentence, the one before it, or its columns.

    What does not would be the answer to the question before, too.
    """
    return [one for one in evidence if not unmentioned(things, f"{one.so_far} {one.words}")] if things else [*evidence]


NEAR = 0.05
"""A question stays with the talk if the best passage of the documents cited last scores at most this much lower than
the best of all."""


def stays(alone: Sequence[Hit], documents: frozenset[str]) -> bool:
    """Whether what a question finds by itself stands in the documents cited last, or nearly; else the subject changed.

    Where nothing was cited before, nothing speaks for a change.
    """
    if not alone or not documents:
        return True
    best = max((hit.score for hit in alone if hit.passage.document_id in documents), default=0.0)
    return best >= alone[0].score - NEAR


def blended(alone: Sequence[Hit], together: Sequence[Hit]) -> list[Hit]:
    """Return the hits of two searches, best first by the mean of their scores; a search that lacks one gives it 0."""
    by_id = {hit.passage.id: hit for hit in (*alone, *together)}
    scores = dict.fromkeys(by_id, 0.0)
    for hit in (*alone, *together):
        scores[hit.passage.id] += hit.score / 2
    order = sorted(by_id, key=lambda passage_id: (-scores[passage_id], passage_id))
    return [replace(by_id[one], score=scores[one], rank=rank) for rank, one in enumerate(order, start=1)]


def merged(hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Return the hits of two searches, best first, each with its better score."""
    by_id: dict[int, Hit] = {}
    for hit in (*hits, *others):
        if hit.passage.id not in by_id or by_id[hit.passage.id].score < hit.score:
            by_id[hit.passage.id] = hit
    order = sorted(by_id.values(), key=lambda hit: (-hit.score, hit.passage.id))
    return [replace(hit, rank=rank) for rank, hit in enumerate(order, start=1)]
