"""Joins each draft to all sentences that state its answer, and to a twin that no sentence states."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.make.cloze import draft_clozes
from evals.make.corpus import Corpus, Sentence, digest
from evals.make.draft import Draft, draft_questions
from evals.make.swaps import Term, terms_in
from evals.make.terms import Vocabulary, holds_kind, stands_in
from evals.suite import GoldSpan
from index.lexical import terms
from qa.named import SPELLED

SAME_FACT = 0.7
"""A sentence that shares this much of a question's words (0..1) states the same fact, or a rival one. Set by hand, as
are the two below, while reading what was drafted from news, encyclopedia articles and contracts; not fitted."""

RELATED = 0.5
"""A sentence that shares this much may state the fact in other words: then it is not certain what is gold."""

SAME_COUNT = 0.3
"""A sentence that counts as many of the same things states the same fact, if it shares this much besides."""

FEWEST_TERMS = 4
"""A question with fewer words of content could be about anything."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with all sentences that state its answer, and its twin with one term swapped."""

    id: str
    draft: Draft
    gold: tuple[GoldSpan, ...]
    twin: str


_Drafts = Callable[[str, Vocabulary], list[Draft]]


def choose_pairs(corpus: Corpus, *, most: int, seed: int) -> list[Pair]:
    """Choose questions, and clozes of other sentences where the questions run out: of each document in turn."""
    by_document: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in corpus.sentences:
        by_document[sentence.gold.document].append(sentence)
    pairs: list[Pair] = []
    asked: set[str] = set()
    for drafts in (draft_questions, draft_clozes):
        kinds: Counter[str] = Counter()
        lines = [_pairs(corpus, sentences, drafts, kinds, asked, seed=seed) for sentences in by_document.values()]
        pairs += _in_turn(lines, most - len(pairs))
    return pairs


def _in_turn(lines: list[Iterator[Pair]], most: int) -> list[Pair]:
    """Take one pair of each line in turn, until there are enough or no line has more."""
    pairs: list[Pair] = []
    while lines and len(pairs) < most:
        drawn = [(line, next(line, None)) for line in lines[: most - len(pairs)]]
        emptied = [line for line, pair in drawn if pair is None]
        pairs += [pair for _, pair in drawn if pair is not None]
        lines = [line for line in lines if line not in emptied]
    return pairs


def _pairs(
    corpus: Corpus, sentences: Sequence[Sentence], drafts: _Drafts, kinds: Counter[str], asked: set[str], *, seed: int
) -> Iterator[Pair]:
    """Yield at most one pair of each sentence, of the kind there are fewest of.

    What was asked is remembered in ``asked``, with the text of its gold: a sentence is not asked from twice.
    """
    for sentence in sorted(sentences, key=lambda one: (digest(seed, one.gold.document, one.gold.text), one.gold.start)):
        found = [] if sentence.gold.text in asked else drafts(sentence.gold.text, corpus.vocabulary)
        for draft in sorted(found, key=lambda one: (kinds[one.kind], not one.turned)):
            pair = None if draft.question in asked else _pair(corpus, sentence, draft, seed)
            if pair and pair.twin not in asked:
                kinds[draft.kind] += 1
                asked.update((draft.question, pair.twin, *(gold.text for gold in pair.gold)))
                yield pair
                break


def _pair(corpus: Corpus, sentence: Sentence, draft: Draft, seed: int) -> Pair | None:
    wanted = frozenset(terms(draft.rest)) - frozenset(terms(draft.answer))
    gold = _gold(corpus, sentence, draft, wanted) if len(wanted) >= FEWEST_TERMS else ()
    own = digest(sentence.gold.document, sentence.gold.text, draft.question)
    twin = _twin(corpus, sentence.gold.document, draft, wanted, order=f"{seed} {own}") if gold else ""
    return Pair(own[:10], draft, gold, twin) if twin else None


def _gold(corpus: Corpus, own: Sentence, draft: Draft, wanted: frozenset[str]) -> tuple[GoldSpan, ...]:
    """Return the sentences that state the answer, the draft's own first; () where another may answer differently."""
    gold = [own.gold]
    for other, share in corpus.sharing(wanted, SAME_COUNT):
        if other is own:
            continue
        has_answer = stands_in(draft.answer, other.gold.text)
        if has_answer and (share >= SAME_FACT or _counts_alike(draft, other.gold.text)):
            gold.append(other.gold)
        elif share >= RELATED and (has_answer or (share >= SAME_FACT and holds_kind(other.gold.text, draft.kind))):
            return ()
    return tuple(gold)


def _counts_alike(draft: Draft, text: str) -> bool:
    counts = rf"(?<!\w){re.escape(draft.answer)}(?: \S+){{0,3}}? {re.escape(draft.counted)}\b"
    return bool(draft.counted) and re.search(counts, text, re.IGNORECASE) is not None


def twin_of(question: str, answer: str, document: str, corpus: Corpus) -> str:
    """Return a question of a document with one term swapped so that the document no longer answers it, or ""."""
    draft = Draft(question, "", answer, question, turned=True)
    return _twin(corpus, document, draft, frozenset(terms(question)), order=question)


def _twin(corpus: Corpus, document: str, draft: Draft, wanted: frozenset[str], *, order: str) -> str:
    """Return the question with one term swapped so that no sentence states it any more, or ""."""
    found = terms_in(draft.text, corpus.vocabulary)
    for term in sorted(found, key=lambda term: (_weakness(term), digest(order, term.text))):
        for other in corpus.others(term, document, order):
            if _can_stand_for(other, term, draft) and _is_unstated(corpus, other, wanted - frozenset(terms(term.text))):
                return draft.ask(draft.text[: term.start] + other + draft.text[term.end :])
    return ""


def _weakness(term: Term) -> int:
    """Return how easy it is to argue about a swap: a name, place or date least of all, a common noun the most."""
    if " noun " in term.type:
        return 2
    return int(term.type in ("number", "money", "percentage") or term.type.startswith(("one of ", "name of ")))


def _can_stand_for(other: str, term: Term, draft: Draft) -> bool:
    """Whether the words fit in grammatically and cannot mean the same, nor anything that the question names already."""
    article = re.search(r"\b(an?) $", draft.text[: term.start], re.IGNORECASE)
    if article and (other[:1].lower() in "aeiou") != (article[1].lower() == "an"):
        return False
    if term.type == "number" and not _size(other) > _size(term.text) > 0:
        return False  # a smaller number may be true as well: where three went, two went
    taken = {word[:4] for word in re.findall(r"\w+", f"{draft.text} {draft.answer}".lower())}
    if " noun " in term.type and (other.lower() in draft.text.lower() or term.text.lower() in other.lower()):
        return False  # a bridge that is a footbridge
    return not any(word[:4] in taken for word in re.findall(r"\w+", other.lower())[-1:]) and other != term.text


def _size(number: str) -> int:
    """Return what a plain number in digits or words says; 0 for others, which are not swapped."""
    return int(number) if number.isdecimal() else SPELLED.index(number) if number in SPELLED else 0


def _is_unstated(corpus: Corpus, other: str, remaining: frozenset[str]) -> bool:
    """Whether no sentence holds the swapped words together with half of the question's remaining ones."""
    swapped = frozenset(terms(other))
    if not swapped or not remaining:
        return False
    return not any(swapped <= sentence.terms for sentence, _ in corpus.sharing(remaining, RELATED))
