"""Claims with their evidence -> the examples that teach the verifier which are supported, and which words are not.

Most are made: a sentence of the documents, or a question with its answer, in other words and with others beside it as
evidence; and the same altered (see `qa.train.rewording`), asked of a neighbour, or with something added. The rest were
written by people to be supported or not, see `HUMAN`.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.types import Span
from qa.train.questions import HELD_OUT, Corpus, Gold, Piece, Question, load_corpus, names, share
from qa.train.rewording import Altered, altered, joined, reworded

HUMAN: Mapping[str, float] = {
    "claims_fever_evidence": 1.0,
    "claims_fm2": 2.0,
    "claims_conjnli": 0.35,
    "claims_snli_cad": 0.6,
    "claims_begin_wow": 1.5,
}
"""How often each claim of a set is seen in an epoch. Only sets whose licence is stated."""

TEXTS = (
    "squad11", "squad11_more", "squad20", "selqa", "fairytaleqa", "policyqa", "tatqa_text", "covidqa", "hotpotqa_rpt",
    "qamr", "cuad_chunks",
)  # fmt: skip
SENTENCES_PER_PIECE = 0.9
"""Sentences of each passage made into claims in an epoch."""
QUESTIONS: Mapping[str, float] = {"qamr": 0.35, "cuad_chunks": 0.0, "policyqa": 0.0}
MOST_WORDS, FEWEST_WORDS = 45, 6


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim beside its evidence. ``wrong`` are the words that are not supported; None if not known."""

    claim: str
    context: str
    evidence: str
    supported: bool
    wrong: tuple[Span, ...] | None

    @property
    def chars(self) -> int:
        """How long it is to read."""
        return len(self.claim) + len(self.context) + len(self.evidence)


class Claims:
    """Makes the examples of each epoch, every choice drawn by the seed, the epoch and the example's place."""

    def __init__(
        self, folder: Path, seed: int, *, texts: Sequence[str] = TEXTS, people: Mapping[str, float] = HUMAN
    ) -> None:
        self._corpus: Corpus = load_corpus(folder, texts)
        self._people = people
        self._seed = seed
        self._human = [(name, row) for name in people for row in _rows(folder / f"{name}.jsonl.gz")]
        self._names = {piece.number: names(piece.text) for piece in self._corpus.pieces}
        self._by_document: dict[tuple[str, str], list[int]] = {}
        for piece in self._corpus.pieces:
            self._by_document.setdefault(piece.document, []).append(piece.number)

    def groups(self, epoch: int, *, held_out: bool = False) -> list[list[Claim]]:
        """Return the examples of an epoch, shuffled; each is a group by itself."""
        found: list[Claim] = []
        sources = (
            (len(self._human), self._of_people, "people"),
            (len(self._corpus.pieces), self._of_piece, "piece"),
            (len(self._corpus.questions), self._of_question, "question"),
        )
        for count, make, kind in sources:
            for place in range(count):
                chance = random.Random(f"{self._seed} {epoch} {kind} {place}")
                if self._is_held_out(kind, place) == held_out:
                    found.extend(make(place, chance))
        random.Random(f"{self._seed} {epoch}").shuffle(found)
        return [[claim] for claim in found]

    def _is_held_out(self, kind: str, place: int) -> bool:
        if kind == "question":
            return self._corpus.questions[place].held_out
        key = self._human[place][1]["evidence_text"] if kind == "people" else repr(self._corpus.pieces[place].document)
        return share(key) < HELD_OUT

    def _of_people(self, place: int, chance: random.Random) -> Iterator[Claim]:
        name, row = self._human[place]
        seen = self._people[name]
        if chance.random() >= seen and seen < 1:
            return
        supported = row["label"] == "supports"
        claim, text = row["claim"], row["evidence_text"]
        yield Claim(claim, "", text, supported, () if supported else None)
        if supported and chance.random() < 0.5:
            wrong = altered(claim, text, self._far(chance), chance)
            if wrong:
                yield Claim(wrong.text, "", text, supported=False, wrong=wrong.wrong)
        if seen > 1 and chance.random() < seen - 1:
            yield Claim(claim, "", text, supported, () if supported else None)

    def _of_piece(self, place: int, chance: random.Random) -> Iterator[Claim]:
        piece = self._corpus.pieces[place]
        if chance.random() >= SENTENCES_PER_PIECE * (0.3 if piece.document[0] == "cuad_chunks" else 1):
            return
        sentences = [one.of(piece.text) for one in piece.sentences]
        good = [at for at, text in enumerate(sentences) if FEWEST_WORDS <= len(text.split()) <= MOST_WORDS]
        if not good:
            return
        at = chance.choice(good)
        evidence = self._evidence(sentences, at, chance)
        claim = reworded(sentences[at], chance)
        if len(evidence) > 1 and chance.random() < 0.5:
            other = chance.choice([one for one in range(len(sentences)) if one != at and sentences[one] in evidence])
            if len(sentences[other].split()) <= MOST_WORDS:
                claim = joined(claim, reworded(sentences[other], chance), chance)
        context = self._context(piece, sentences, at, evidence, chance)
        text = " ".join(evidence)
        yield Claim(claim, context, text, supported=True, wrong=())
        if chance.random() < 0.85:
            wrong = altered(claim, self._elsewhere(piece, evidence, chance), self._far(chance), chance)
            if wrong:
                yield Claim(wrong.text, context, text, supported=False, wrong=wrong.wrong)
        if chance.random() < 0.35:
            yield from self._of_neighbour(piece, sentences, good, at, chance)

    def _of_neighbour(
        self, piece: Piece, sentences: Sequence[str], good: Sequence[int], at: int, chance: random.Random
    ) -> Iterator[Claim]:
        """Give a claim that another sentence supports than the one given, or of which it supports a half."""
        others = [one for one in good if abs(one - at) > 0]
        if not others:
            return
        other = min(others, key=lambda one: (abs(one - at), one)) if chance.random() < 0.6 else chance.choice(others)
        told = reworded(sentences[other], chance)
        context = sentences[other] if chance.random() < 0.4 else ""
        if chance.random() < 0.5:
            first = reworded(sentences[at], chance)
            claim = joined(first, told, chance)
            start = len(claim) - len(told)
            yield Claim(claim, context, sentences[at], supported=False, wrong=(Span(start, len(claim)),))
        else:
            yield Claim(told, context, sentences[at], supported=False, wrong=None)

    def _of_question(self, place: int, chance: random.Random) -> Iterator[Claim]:
        question = self._corpus.questions[place]
        seen = QUESTIONS.get(question.set_name, 0.8)
        if not question.golds or chance.random() >= seen:
            return
        gold = chance.choice(question.golds)
        piece = self._corpus.pieces[gold.piece]
        if gold.answer is None or len(gold.answer.of(piece.text).split()) > 7:
            return
        sentences = [one.of(piece.text) for one in piece.sentences]
        at = min(gold.evidence)
        evidence = self._evidence(sentences, at, chance)
        answer = gold.answer.of(piece.text)
        context = piece.title or "" if chance.random() < 0.5 else ""
        if at > 0 and chance.random() < 0.4:
            context = sentences[at - 1] if sentences[at - 1] not in evidence else context
        text = " ".join(evidence)
        wrong = self._wrong_answer(question, gold, piece, answer, chance)
        stated = statement(question.text, answer, piece.text[: gold.answer.start], chance)
        yield Claim(stated, context, text, supported=True, wrong=())
        if wrong and chance.random() < 0.6:
            claim = statement(question.text, wrong, piece.text[: gold.answer.start], chance)
            start = claim.find(wrong)
            yield Claim(
                claim, context, text, supported=False, wrong=(Span(start, start + len(wrong)),) if start >= 0 else None
            )
        if chance.random() < 0.5:
            changed = altered(stated, self._elsewhere(piece, evidence, chance), self._far(chance), chance)
            if changed and not _covers(changed, answer):
                yield Claim(changed.text, context, text, supported=False, wrong=changed.wrong)
        others = [
            one for one in sentences if answer not in one and one not in evidence and len(one.split()) >= FEWEST_WORDS
        ]
        if others and chance.random() < 0.3:
            yield Claim(stated, "", chance.choice(others), supported=False, wrong=None)

    def _wrong_answer(
        self, question: Question, gold: Gold, piece: Piece, answer: str, chance: random.Random
    ) -> str | None:
        """Return what might answer as well, of the same kind as the answer: a number, a name, or else other words."""
        digits, capital = any(map(str.isdigit, answer)), answer[:1].isupper()
        if digits:
            near: list[str] = [one for one in re.findall(r"\d[\d,.]*\d|\d", piece.text) if one not in answer]
            return chance.choice(near) if near else None
        near = [one for one in names(piece.text) if one not in answer and answer not in one]
        if capital and near:
            return chance.choice(near)
        phrases = re.findall(r"\b(?:the|a|an|his|her|their|its) [a-z]+(?: [a-z]{4,})?", piece.text)
        near = [one for one in phrases if not set(one.split()[1:]) & set(answer.split())]
        return chance.choice(near) if near else None

    def _evidence(self, sentences: Sequence[str], at: int, chance: random.Random) -> list[str]:
        """Return the sentence with none, one or two others of the passage around it, in order."""
        others = [one for one in range(max(0, at - 2), min(len(sentences), at + 3)) if one != at]
        chosen = chance.sample(others, min(len(others), chance.choices([0, 1, 2], [0.5, 0.33, 0.17])[0]))
        return [sentences[one] for one in sorted([at, *chosen])]

    def _context(
        self, piece: Piece, sentences: Sequence[str], at: int, evidence: Sequence[str], chance: random.Random
    ) -> str:
        if chance.random() < 0.5:
            return ""
        before = sentences[at - 1] if at and sentences[at - 1] not in evidence else ""
        return " ".join(filter(None, [piece.title if chance.random() < 0.6 else "", before]))

    def _elsewhere(self, piece: Piece, evidence: Sequence[str], chance: random.Random) -> str:
        """Return text of the same document that is no evidence."""
        other = self._corpus.pieces[chance.choice(self._by_document[piece.document])]
        rest = [one.of(piece.text) for one in piece.sentences]
        return " ".join([*(one for one in rest if one not in evidence), other.text])

    def _far(self, chance: random.Random) -> list[str]:
        return self._names[chance.randrange(len(self._corpus.pieces))]


def _covers(changed: Altered, answer: str) -> bool:
    return any(answer in span.of(changed.text) for span in changed.wrong)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


# ---- a question and its answer as a statement --------------------------------------------------------------------

_SUBJECT = re.compile(
    r"^(?:who|what|which [\w' -]+?) ((?!(?:is|was|are|were|did|does|do|has|have|had|can|could|will|would)\b)\w+ .+)$",
    re.I,
)
_WHAT_IS = re.compile(r"^(?:what|who|where) (is|was|are|were) ((?:the|his|her|its|their|an?|[A-Z]).+)$", re.I)
_DID = re.compile(
    r"^(?:what|who|whom|where|when|why|(?:in|on) (?:what|which) \w+|how) "
    r"(did|does|do|has|have|had|can|could|will|would) (.+)$",
    re.I,
)
_PARTICIPLE = re.compile(
    r"^(?:where|when|(?:in|on) (?:what|which) \w+|how) (was|were|is|are) (.+?) "
    r"(\w+(?:ed|en|wn|rn|nd|ld|de|un)\b.*)$",
    re.I,
)
_HOW_MANY = re.compile(r"^how many (.+?) ((?:is|are|was|were|has|have|had|did|do|does|can)\b.*|\w+ed\b.*)$", re.I)
_BEFORE = re.compile(r"\b(in|on|at|by|from|to|since|for|with|during|of|near|about|around|as)\s+(?:the |an? )?$", re.I)


def statement(question: str, answer: str, before: str, chance: random.Random) -> str:
    """Return a question with its answer as a statement; ``before`` is what stands before the answer in the text.

    The grammar is that of a hurried writer ("The team did win in 1990"), which is good enough to learn meaning from.
    """
    asked = question.strip().rstrip("?").strip()
    asked = asked[:1].lower() + asked[1:]
    preposition = _BEFORE.search(before)
    link = f"{preposition[1].lower()} " if preposition else ""
    if found := _SUBJECT.match(asked):
        text = f"{answer} {found[1]}"
    elif found := _PARTICIPLE.match(asked):
        text = f"{found[2]} {found[1]} {found[3]} {link}{answer}"
    elif found := _WHAT_IS.match(asked):
        text = f"{found[2]} {found[1]} {link if asked.startswith('where') else ''}{answer}"
    elif found := _HOW_MANY.match(asked):
        text = f"{answer} {found[1]} {found[2]}"
    elif found := _DID.match(asked):
        text = f"{_with_auxiliary(found[2], found[1])} {link}{answer}"
    else:
        text = chance.choice([f"{question.strip()} {answer}", f"{answer} is the answer to: {asked}"])
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _with_auxiliary(rest: str, auxiliary: str) -> str:
    """Put the auxiliary after what is most likely the subject: a pronoun, a name, or an article with its noun."""
    subject = re.match(
        r"(?:he|she|it|they|we|you|I|[A-Z][\w'’.]*(?: (?:of |the )?[A-Z][\w'’.]*)*"
        r"|(?:the|a|an|his|her|its|their) (?:[A-Z][\w'’]* )*\w+)(?= )",
        rest,
    )
    if not subject:
        return f"{rest} {auxiliary}"
    return f"{subject[0]} {auxiliary}{rest[subject.end() :]}"
