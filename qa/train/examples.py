"""Questions -> the examples of an epoch: groups of (question, passage) whose sentences compete.

Every choice is drawn by the seed, the epoch and the question's place, so that an epoch can be taken up again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from index.lexical import STOP_WORDS, MemorySearch
from index.shapes import is_heading
from index.types import Span
from qa.cells import END_OF_CELL
from qa.named import bare
from qa.train.questions import SHARES, Corpus, Gold, Piece, Question, corrupted, names, transplanted
from qa.train.written import is_written

NEGATIVES = 6
"""Passages kept for each question: those that share most words with it and do not hold its answer."""

LEANING = frozenset(
    {"cuad_chunks", "policyqa", "qamr", "friendsqa", "qmsum_windows", "forum", "reviews", "several"}
    | {name for name in SHARES if name.startswith("claims_")}
)
"""Sets whose questions only make sense beside their document: another may well answer them too."""

SWAPPED, TRANSPLANTED, CUT_OUT = 0.22, 0.1, 0.2
"""For so many questions one more is asked that nothing answers: with a name, number or word swapped, or another
question about what this passage is about. For so many the passage is read again without the sentences that answer."""

EMPTIED = 0.3
"""For so many questions that a cell of a row answers the row is read again without that cell."""

FORGOTTEN = 0.25
"""The share of questions that lose some of the words that stand in the sentence that answers, so that the others have
to be understood."""

BARE = 0.1
"""The share of questions asked as bare words, as of a search engine: what they ask for is lost, so no phrase answers
them, but the sentences still do. Not those that nothing answers: their bare words may well stand in a sentence."""

ASIDE = 0.06
"""The share of questions before or behind which something is said that does not matter (`ASIDES`)."""

IN_A_TALK = 0.08
"""The share of questions asked as in a talk: "it" or "there" for a name, and behind the question the name and what else
the talk lends, as `qa.carry` puts it."""

OF_A_NAME, TOLD = 0.12, 0.6
"""The share of questions asked of one name more ("at Alder Court"), and that of these where the name is told above the
passage, as a title tells it: the others have no answer."""

TOLD_IN_VAIN = 0.12
"""The share of passages without an answer above which the names are told that only the question mentions."""

CROPPED = 0.6
"""The share of long passages of which only a run of sentences is read: more questions in the same time."""

ASIDES = (
    "I am new here.", "I'm writing a report on this.", "My boss wants to know.", "We talked about this yesterday.",
    "I have looked everywhere.", "I could not find this myself.", "I read it twice and am still not sure.",
    "A colleague asked me this today.", "I'm a student and have an exam on it.", "Sorry if this was asked before.",
    "This may be a silly question.", "I remember reading about it.", "It is for my thesis.",
    "I am preparing a talk.", "We are checking some facts.", "I'm not from around here.",
    "I work in the legal department.", "I need to be sure.", "I have to answer a customer.",
    "My daughter asked me this.", "I want to quote it correctly.", "I'm in a hurry.",
    "I am trying to understand the whole story.", "There was a discussion about it in our team.",
    "I have one question.", "Someone told me something else.", "I'm a lawyer and must get this right.",
    "I do not know much about the subject.", "I saw this mentioned on the news.", "It came up in a meeting.",
    "I am working on a summary.", "Please be exact.", "We need this for the records.", "I forgot the details.",
    "I think it is somewhere in the text.", "I'm just curious.", "I'm an analyst and follow this closely.",
    "Let me ask something else.", "I hope you can help me.", "Just checking.", "This is important to me.",
    "My notes are incomplete.", "I want to understand this better.", "It says so somewhere.",
    "I have been asked to look this up.", "I only skimmed the document.", "As a teacher I get asked this often.",
    "I was told that you know.", "Our support team got this question.", "I am researching the topic.",
    "I would like a short answer.", "My manager needs the facts by noon.", "I'm comparing several sources.",
)  # fmt: skip
"""What people say beside a question and what does not matter to its answer."""

OF_MANY = ("Unit", "Flat", "Room", "Lot", "Plot", "Site", "Branch", "Project", "Model", "Line")
"""What is told apart by its number."""

COMMON = frozenset(STOP_WORDS.split())

SHORT_CHARS = 450
PASSAGE_CHARS = 750
"""Shorter passages are often joined with another: the product packs what stands side by side into one."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question beside one passage. ``answer`` and ``evidence`` are empty where the passage does not answer.

    ``group`` is the same for the passages read for one question. Where there is evidence but no answer, the set marks
    no answer phrase. ``title`` is all that is told above the passage. What ``is_new`` to a teacher is taught by the set
    alone.
    """

    group: int
    question: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    answer: Span | None
    evidence: frozenset[int]
    is_new: bool = False

    @property
    def chars(self) -> int:
        """How long it is to read."""
        return len(self.question) + len(self.title) + len(self.text)


class Epochs:
    """Makes the examples of each epoch.

    ``replay`` is how much of its share each set has that was not written for this reader. ``new`` are the sets that a
    teacher has not seen.
    """

    def __init__(self, corpus: Corpus, seed: int, replay: float = 1.0, new: Collection[str] = ()) -> None:
        self._corpus = corpus
        self._seed = seed
        self._replay = replay
        self._new = new
        self._negatives = _mine(corpus)
        self._by_document: dict[tuple[str, str], list[int]] = {}
        self._by_set: dict[str, list[int]] = {}
        self._asked: dict[str, list[int]] = {}
        for place, question in enumerate(corpus.questions):
            self._asked.setdefault(question.set_name, []).append(place)
        for piece in corpus.pieces:
            self._by_document.setdefault(piece.document, []).append(piece.number)
            self._by_set.setdefault(piece.document[0], []).append(piece.number)

    def groups(self, epoch: int, *, held_out: bool = False) -> list[list[Example]]:
        """Return the groups of an epoch, shuffled."""
        groups: list[list[Example]] = []
        for place, question in enumerate(self._corpus.questions):
            if question.held_out != held_out:
                continue
            chance = random.Random(f"{self._seed} {epoch} {place}")
            share = 1.0 if held_out else SHARES[question.set_name] * self._weight(question.set_name)
            for _ in range(int(share) + (chance.random() < share % 1)):
                for group in self._groups(place, question, chance, len(groups)):
                    is_new = question.set_name in self._new or any(one.is_new for one in group)
                    groups.append([replace(one, is_new=is_new) for one in group])
        random.Random(f"{self._seed} {epoch}").shuffle(groups)
        return groups

    def _weight(self, set_name: str) -> float:
        return 1.0 if is_written(set_name) else self._replay

    def _groups(self, place: int, question: Question, chance: random.Random, number: int) -> Iterator[list[Example]]:
        is_bare = bool(question.golds) and chance.random() < BARE
        in_a_talk = not is_bare and chance.random() < IN_A_TALK
        text = _noisy(bare_words(question.text) if is_bare else question.text, chance)
        if not question.golds:
            piece = self._corpus.pieces[self._nearest(question, chance)]
            text = as_in_a_talk(text, piece.text, chance) if in_a_talk else text
            yield [self._example(number, text, piece, None, question, chance)]
            return
        gold = chance.choice(question.golds)
        piece = self._corpus.pieces[gold.piece]
        if is_bare:
            gold = replace(gold, answer=None)
        elif chance.random() < FORGOTTEN:
            text = _forgetful(text, [piece.sentences[one].of(piece.text) for one in gold.evidence], chance)
        text = as_in_a_talk(text, piece.text, chance) if in_a_talk else text
        name = "" if is_bare or in_a_talk or chance.random() >= OF_A_NAME else self._name_from_elsewhere(piece, chance)
        told = name if chance.random() < TOLD else ""
        text = of_a_name(text, name, chance) if name else text
        group = [self._example(number, text, piece, gold if name == told else None, question, chance)]
        if chance.random() < CUT_OUT:
            rest = _without(piece, gold.evidence)
            if rest is not None and question.answers and not _holds_answer(rest, question):
                group.append(self._example(number, text, rest, None, question, chance))
        emptied = _without_cell(piece, gold)
        if emptied is not None and not _holds_answer(emptied, question) and chance.random() < EMPTIED:
            group.append(self._example(number, text, emptied, None, question, chance))
        group = [_told(one, told, is_new=bool(name)) for one in group]
        others = self._negatives[place]
        count = chance.choices([0, 1, 2], [0.35, 0.45, 0.2])[0]
        for other in chance.sample(others, min(count, len(others))):
            wrong = self._example(number, text, self._corpus.pieces[other], None, question, chance)
            group.append(_told_in_vain(wrong, chance))
        yield group
        misses: list[str | None] = []
        if chance.random() < SWAPPED:
            misses.append(corrupted(question.text, self._names_near(piece, question, chance), chance))
        if chance.random() < TRANSPLANTED and question.set_name not in LEANING:
            misses.append(self._from_elsewhere(piece, question, chance))
        for further, missed in enumerate(filter(None, misses), start=1):
            asked = bare_words(missed) if is_bare else missed
            asked = as_in_a_talk(asked, piece.text, chance) if in_a_talk else asked
            yield [_told_in_vain(self._example(number + further, asked, piece, None, question, chance), chance)]

    def _name_from_elsewhere(self, piece: Piece, chance: random.Random) -> str:
        """Return a name that this passage does not mention, of another of its set or of one of many ("Flat 12").

        Empty where none is at hand.
        """
        if chance.random() < 0.25:
            return f"{chance.choice(OF_MANY)} {chance.randint(1, 60)}"
        far = names(self._corpus.pieces[chance.choice(self._by_set[piece.document[0]])].text)
        far = [one for one in far if one.lower() not in piece.text.lower() and len(one.split()) < 4]
        return chance.choice(far) if far else ""

    def _from_elsewhere(self, piece: Piece, question: Question, chance: random.Random) -> str | None:
        """Return a question of the same set about another document, asked of a name of this passage, or None.

        None, too, where the passage holds half of its words or more: then it may well answer.
        """
        other = self._corpus.questions[chance.choice(self._asked[question.set_name])]
        if not other.golds or self._corpus.pieces[other.golds[0].piece].document == piece.document:
            return None
        here = set(_words(piece.text))
        rest = [word for word in _words(other.text) if word not in COMMON]
        if len(rest) < 4 or sum(word in here for word in rest) > len(rest) / 2:
            return None
        return transplanted(
            other.text, [*names(piece.text), *([piece.title] * 3 if piece.title and piece.title in piece.text else [])]
        )

    def _nearest(self, question: Question, chance: random.Random) -> int:
        """Return the piece of the context that shares most words with a question that nothing answers."""
        asked = set(_words(question.text))
        if chance.random() < 0.2:
            return chance.choice(question.context)
        return max(question.context, key=lambda one: len(asked & set(_words(self._corpus.pieces[one].text))))

    def _names_near(self, piece: Piece, question: Question, chance: random.Random) -> list[str]:
        """Return names to swap in: of the passage itself, or of another of the same set."""
        near = [name for name in names(piece.text) if not any(_same(name, answer) for answer in question.answers)]
        far = names(self._corpus.pieces[chance.choice(self._by_set[piece.document[0]])].text)
        return (near or far) if chance.random() < 0.5 else (far or near)

    def _example(  # noqa: PLR0917 - what an example is made of
        self, number: int, question: str, piece: Piece, gold: Gold | None, asked: Question, chance: random.Random
    ) -> Example:
        title = piece.title if chance.random() < 0.7 else ""
        answer = gold.answer if gold else None
        evidence = gold.evidence if gold else frozenset()
        text, sentences = piece.text, piece.sentences
        if asked.golds and len(text) > SHORT_CHARS and chance.random() < CROPPED:
            first, last = _window(sentences, evidence, chance)
            shift = sentences[first].start
            above = [one.of(text) for one in sentences[:first] if is_heading(one.of(text))]
            if above and title and not is_heading(sentences[first].of(text)):
                title = f"{title}: {above[-1]}"
            text = text[shift : sentences[last].end]
            sentences = tuple(Span(one.start - shift, one.end - shift) for one in sentences[first : last + 1])
            answer = answer and Span(answer.start - shift, answer.end - shift)
            evidence = frozenset(place - first for place in evidence)
            return Example(number, question, title, text, sentences, answer, evidence)
        for _ in range(4):
            if len(text) > SHORT_CHARS or chance.random() < (0.1 if asked.set_name == "qamr" else 0.5):
                break
            other = self._neighbour(piece, asked, chance)
            if other is None or len(text) + len(other.text) > PASSAGE_CHARS:
                break
            if chance.random() < 0.5:
                text, sentences = _joined(text, sentences, other.text, other.sentences)
            else:
                shift, places = len(other.text) + 1, len(other.sentences)
                text, sentences = _joined(other.text, other.sentences, text, sentences)
                answer = answer and Span(answer.start + shift, answer.end + shift)
                evidence = frozenset(place + places for place in evidence)
        return Example(number, question, title, text, sentences, answer, evidence)

    def _neighbour(self, piece: Piece, asked: Question, chance: random.Random) -> Piece | None:
        same = self._by_document[piece.document]
        other = self._corpus.pieces[chance.choice(same if len(same) > 1 else self._by_set[piece.document[0]])]
        if other.number in asked.context or _holds_answer(other, asked):
            return None
        return other


def _window(sentences: Sequence[Span], evidence: Collection[int], chance: random.Random) -> tuple[int, int]:
    """Return the first and last of a run of sentences that holds the evidence, or of any run if there is none."""
    first, last = (min(evidence), max(evidence)) if evidence else (chance.randrange(len(sentences)),) * 2
    room = chance.randint(SHORT_CHARS // 3, SHORT_CHARS)
    while True:
        wider = [(first - 1, last), (first, last + 1)]
        wider = [(one, other) for one, other in wider if one >= 0 and other < len(sentences)]
        wider = [(one, other) for one, other in wider if sentences[other].end - sentences[one].start <= room]
        if not wider:
            return first, last
        first, last = chance.choice(wider)


def _mine(corpus: Corpus) -> list[list[int]]:
    """Return, for each question with an answer, the pieces that a search for its words finds and that do not answer."""
    normal = [f" {' '.join(_words(piece.text))} " for piece in corpus.pieces]
    search = MemorySearch(f"{piece.title} {piece.text}" for piece in corpus.pieces).search
    mined: list[list[int]] = []
    for question in corpus.questions:
        golds = {gold.piece for gold in question.golds}
        answers = [f" {' '.join(_words(answer))} " for answer in question.answers]

        def fits(number: int, golds: set[int] = golds, answers: Sequence[str] = answers) -> bool:
            return number not in golds and not any(answer in normal[number] for answer in answers)

        found: list[int] = []
        if golds and question.set_name not in LEANING:
            found = [number for number in search(question.text, 12) if fits(number)][:NEGATIVES]
        # what stands beside the gold is as hard as what words find, and rarer among it
        beside = [one for one in question.context if golds and one not in found and fits(one)]
        mined.append(found + beside[:2])
    return mined


def _holds_answer(piece: Piece, question: Question) -> bool:
    text = f" {' '.join(_words(piece.text))} "
    return any(f" {' '.join(_words(answer))} " in text for answer in question.answers)


def _same(one: str, other: str) -> bool:
    return one.lower() in other.lower() or other.lower() in one.lower()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _joined(text: str, sentences: Sequence[Span], other: str, others: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    shift = len(text) + 1
    return f"{text}\n{other}", (*sentences, *(Span(one.start + shift, one.end + shift) for one in others))


def _without(piece: Piece, left_out: Collection[int]) -> Piece | None:
    """Return the piece without some of its sentences, or None if less than two are left."""
    kept = [place for place in range(len(piece.sentences)) if place not in left_out]
    if len(kept) < 2:
        return None
    text, sentences = "", list[Span]()
    for place in kept:
        text += " " if text else ""
        start = len(text)
        text += piece.sentences[place].of(piece.text)
        sentences.append(Span(start, len(text)))
    return replace(piece, text=text, sentences=tuple(sentences))


def _without_cell(piece: Piece, gold: Gold) -> Piece | None:
    """Return the piece without the cell that answers, as `qa.cells` writes a row; None if it is none among others."""
    answer = gold.answer
    row = next((one for one in piece.sentences if answer and answer.overlaps(one)), None)
    if answer is None or row is None or not row.of(piece.text).endswith(END_OF_CELL):
        return None
    before = piece.text.rfind(END_OF_CELL, row.start, answer.start)
    start = row.start if before < 0 else before + len(END_OF_CELL)
    end = piece.text.index(END_OF_CELL, answer.end) + len(END_OF_CELL)
    if Span(start, end) == row:
        return None
    kept = (
        Span(*(place - (end - start) * (place >= end) for place in (one.start, one.end))) for one in piece.sentences
    )
    return replace(piece, text=piece.text[:start] + piece.text[end:], sentences=tuple(kept))


def _forgetful(question: str, evidence: Sequence[str], chance: random.Random) -> str:
    """Return the question without some, at most half, of the words that it shares with its evidence."""
    held = {word for sentence in evidence for word in _words(sentence)} - COMMON
    words = question.split()
    shared = [place for place, word in enumerate(words) if not held.isdisjoint(_words(word))]
    lost = set(chance.sample(shared, chance.randint(min(1, len(shared)), (len(shared) + 1) // 2)))
    return " ".join(word for place, word in enumerate(words) if place not in lost)


def bare_words(question: str) -> str:
    """Return the words of a question that say something, if there are two or more."""
    words = [word for word in question.rstrip("? ").split() if bare(word.lower().strip(",.;:!")) not in COMMON]
    return " ".join(words) if len(words) > 1 else question


def as_in_a_talk(question: str, passage: str, chance: random.Random) -> str:
    """Return the question with a word for its last name, and the name and other words of the passage behind it.

    A question without a name is as it was.
    """
    found = names(question)
    if not found:
        return question
    name = found[-1]
    start = question.rindex(name)
    before, after = question[:start], question[start + len(name) :]
    place = _PLACE.search(before)
    if place and chance.random() < 0.5:
        before, stands_for = before[: place.start()], " there"
    else:
        stands_for = chance.choice(["it", "it", "they", "he", "she", "that"])
    said = [word for word in passage.split() if word.isalpha() and word.lower() not in COMMON]
    others = chance.sample(said, min(chance.randint(0, 3), len(said)))
    return " ".join([f"{before}{stands_for}{after}", name, *others])


_PLACE = re.compile(r" (?:in|at|on|near|of) (?:the )?$")


def of_a_name(question: str, name: str, chance: random.Random) -> str:
    """Return the question as asked of one name more, before it or behind it."""
    rest = question.rstrip("? ")
    mark = question[len(rest) :].strip()
    if chance.random() < 0.25:
        return f"{chance.choice(['For', 'At', 'In', 'About'])} {name}, {rest[:1].lower()}{rest[1:]}{mark}"
    link = chance.choice(["at", "in", "of", "for", "under", "with", "from"])
    return f"{rest} {link} {chance.choice(['', '', 'the '])}{name}{mark}"


def _told(example: Example, told: str, *, is_new: bool) -> Example:
    """Return the example with this told above its passage, before the title."""
    return replace(example, title=": ".join(filter(None, (told, example.title))), is_new=is_new)


def _told_in_vain(example: Example, chance: random.Random) -> Example:
    """Return an example that nothing answers with the names told above it that only its question mentions.

    Now and then: that a document is of what was asked does not yet answer.
    """
    if chance.random() >= TOLD_IN_VAIN:
        return example
    here = example.text.lower()
    lacking = " ".join(one for one in names(example.question) if one.lower() not in here)
    return _told(example, lacking, is_new=bool(lacking))


def _noisy(question: str, chance: random.Random) -> str:
    """Return the question as people type it, now and then: an aside, no question mark, a slip of the finger."""
    if chance.random() < ASIDE:
        aside = chance.choice(ASIDES)
        question = f"{question} {aside}" if chance.random() < 0.3 else f"{aside} {question}"
    elif chance.random() < 0.15:
        question = question.rstrip("? ")
    if chance.random() < 0.06 and len(question) > 12:
        place = chance.randrange(3, len(question) - 2)
        if question[place].isalpha() and question[place + 1].isalpha():
            question = question[:place] + question[place + 1] + question[place] + question[place + 2 :]
    return question
