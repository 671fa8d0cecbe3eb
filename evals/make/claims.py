"""Claims about documents, with the sentences that they cite: true ones, and ones altered so that they are not.

The true ones are the sentences themselves, shortened, or joined with the next, and questions that people asked, stated
with their answers. The false ones have a term swapped for another of its type (see `evals.make.swaps`), a negation put
in or taken out, the answer of another question, the fact of a sentence that stands beside the one cited, or something
added.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.make import lexicon
from evals.make.clause import core, plain, read_clause
from evals.make.corpus import Corpus, Document, digest, documents_of
from evals.make.swaps import Term, terms_in
from evals.make.terms import PREPOSITIONS
from evals.suite import Question
from index.lexical import terms
from index.sentences import sentence_spans
from qa.named import named_terms, unmentioned
from qa.quantities import quantities

Kind = Literal[
    "word for word", "shortened", "joined", "answer stated",
    "number swapped", "date swapped", "name swapped", "word swapped", "negation", "another answer", "neighbour's fact",
    "addition",
]  # fmt: skip
TRUE: tuple[Kind, ...] = ("word for word", "shortened", "joined", "answer stated")
"""The kinds that are supported by what they cite."""

FEWEST_WORDS, MOST_WORDS = 6, 45

_KIND_OF: Mapping[str, Kind] = {
    **dict.fromkeys(("date", "day", "month of a year", "year", "month", "weekday"), "date swapped"),
    **dict.fromkeys(("number", "money", "percentage"), "number swapped"),
    **dict.fromkeys(
        ("person", "surname", "country", "city", "state", "people", "company", "university", "organisation"),
        "name swapped",
    ),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of a kind, with the sentences that it cites and what stands around them."""

    id: str
    kind: Kind
    claim: str
    evidence: tuple[str, ...]
    context: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is supported."""
        return self.kind in TRUE


def make_claims(
    documents: Mapping[str, str], questions: Iterable[Question] = (), *, most: int, seed: int = 0
) -> list[Claim]:
    """Return claims about the documents, at most so many of each kind, each about another sentence."""
    read = documents_of(documents)
    corpus = Corpus(read)
    count: Counter[Kind] = Counter()
    claims = []
    places = [(document, number) for document in read for number in range(len(document.sentences))]
    places.sort(key=lambda place: digest(seed, place[0].name, place[1]))
    for document, number in places:
        found = [claim for claim in _claims(document, number, corpus, f"{seed}") if count[claim.kind] < most]
        if found:
            rarest = min(found, key=lambda claim: count[claim.kind])
            count[rarest.kind] += 1
            claims.append(rarest)
    answered = sorted(questions, key=lambda question: digest(seed, question.id))
    for claim in _answers(answered, documents):
        if count[claim.kind] < most:
            count[claim.kind] += 1
            claims.append(claim)
    return claims


def _claims(document: Document, number: int, corpus: Corpus, seed: str) -> Iterator[Claim]:
    """Give the claims of each kind that can be made of a sentence."""
    texts = [" ".join(span.of(document.text).split()) for span in document.sentences]
    text = texts[number]
    if not _is_prose(text):
        return
    before, after = texts[max(0, number - 1) : number], texts[number + 1 : number + 2]
    own = digest(document.name, number, text)[:12]
    context = (*before, *after)

    def claim(kind: Kind, said: str, evidence: Sequence[str] = (text,), around: tuple[str, ...] = context) -> Claim:
        return Claim(f"{own} {kind}", kind, said, tuple(evidence), around)

    yield claim("word for word", text)
    short = f"{core(plain(text))}."
    short = short[:1].upper() + short[1:]
    is_shorter = short.rstrip(".") != text.rstrip(".") and len(short.split()) >= FEWEST_WORDS
    if is_shorter:
        yield claim("shortened", short)
    follows = [one for one in after if _is_prose(one)]
    wide = (text, *follows)
    together = [_joined(text, one) for one in follows]
    for both in together:
        yield claim("joined", both, wide, tuple(before))
    bases = [(text, (text,)), *([(short, (text,))] if is_shorter else []), *((both, wide) for both in together)]
    base, evidence = bases[int(digest(seed, own)[:4], 16) % len(bases)]
    for kind, said in _swapped(base, evidence, document.name, corpus, seed + own):
        yield claim(kind, said, evidence, context if evidence == (text,) else tuple(before))
    for said in _negated(base if base == short else text, corpus):
        yield claim("negation", said)
    for one in follows:
        yield claim("neighbour's fact", one)
        yield claim("addition", _joined(text, one))


def _is_prose(text: str) -> bool:
    words = text.split()
    return (
        FEWEST_WORDS <= len(words) <= MOST_WORDS
        and text[:1].isupper()
        and text.endswith((".", ".”", '."'))
        and sum(word[:1].isalpha() for word in words) > 0.75 * len(words)
    )


def _joined(one: str, other: str) -> str:
    first = other.split(maxsplit=1)[0]
    lowered = first.lower() in _LOWERED
    return f"{one.rstrip(_ENDS)}, and {other[:1].lower() + other[1:] if lowered else other}"


_ENDS = '. ”"'
_LOWERED = frozenset("the a an this that these those it he she they his her its their in on at but and as for".split())  # noqa: SIM905


def _swapped(
    base: str, evidence: Sequence[str], document: str, corpus: Corpus, order: str
) -> Iterator[tuple[Kind, str]]:
    text = " ".join(evidence).lower()
    done: set[Kind] = set()
    for term in sorted(terms_in(base, corpus.vocabulary), key=lambda term: digest(order, term.text, term.start)):
        kind: Kind = _KIND_OF.get(term.type, "name swapped" if term.type.startswith("name of ") else "word swapped")
        if kind in done:
            continue
        other = next((one for one in corpus.others(term, document, order) if _is_other(one, term, text)), None)
        if other:
            done.add(kind)
            yield kind, base[: term.start] + other + base[term.end :]


def _is_other(other: str, term: Term, text: str) -> bool:
    """Whether a term says something else than the one it replaces, and nothing that the evidence says."""
    words = {word[:4] for word in re.findall(r"\w+", term.text.lower())}
    new = re.findall(r"\w+", other.lower())
    if words & {word[:4] for word in new} or not new:
        return False
    values, given = ([amount.value for amount in quantities(one)[0]] for one in (other, text))  # 3 is three
    return other.lower() not in text and not set(values) & set(given)


_HAS_NOT = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|must|did|does|do) not ")


def _negated(text: str, corpus: Corpus) -> Iterator[str]:
    if _HAS_NOT.search(text):
        yield re.sub(r" not ", " ", text, count=1)
        return
    clause = read_clause(text, corpus.vocabulary)
    if clause is None or not clause.verb:
        return
    subject = clause.subject[:1].upper() + clause.subject[1:]
    if clause.verb in lexicon.AUXILIARIES:
        yield f"{subject} {clause.verb} not {clause.rest}."
    elif clause.verb in lexicon.PAST:
        yield f"{subject} did not {lexicon.PAST[clause.verb]} {clause.rest}."
    elif clause.verb in lexicon.PRESENT:
        yield f"{subject} does not {lexicon.PRESENT[clause.verb]} {clause.rest}."


# ---- questions that people asked, with their answers -------------------------------------------------------------

_ASKED = re.compile(r"^(?:who|what|which [\w ]+?) (?P<rest>(?P<verb>[a-z]+) [^?]+)\??$", re.IGNORECASE)
_ASKED_WHAT = re.compile(
    r"^(?:who|what) (?P<verb>is|was|are|were) (?P<subject>(?:the|a|an|his|her|its|their) [^?,]+)\??$", re.IGNORECASE
)
_ENDS_OPEN = "|".join(sorted((*PREPOSITIONS, *"about as than out up be built held known".split())))  # noqa: SIM905
_LEFT_OPEN = re.compile(rf"\b(?:\w+ed|\w+ing|{_ENDS_OPEN})$")
"""How a subject ends whose verb came after it: "what was the river (first) called", "what is the tool used for"."""

_PRONOUNS = frozenset("i he she it they we you".split())  # noqa: SIM905


def _answers(questions: Iterable[Question], documents: Mapping[str, str]) -> Iterator[Claim]:
    """Give the questions as statements, with their answer, and with that of another question about the document."""
    answered = [question for question in questions if question.evidence and question.answers]
    answers: defaultdict[str, list[str]] = defaultdict(list)
    for question in answered:
        answers[question.evidence[0][0].document].append(question.answers[0])
    for question in answered:
        gold, answer = question.evidence[0][0], question.answers[0]
        said = _stated(question.question, answer) if len(answer.split()) <= 8 else None
        evidence = " ".join(gold.text.split())
        around = _around(documents[gold.document], gold.text)
        if said is None or not _can_be_told(question.question, evidence, around):
            continue
        yield Claim(question.id, "answer stated", said, (evidence,), around)
        rivals = [one for one in answers[gold.document] if _is_rival(one, answer)]
        rivals.sort(key=lambda one: one.lower() in evidence.lower())  # better one that the evidence does not hold
        false = _stated(question.question, rivals[0]) if rivals else None
        if false:
            yield Claim(f"{question.id}~", "another answer", false, (evidence,), around)


def _stated(question: str, answer: str) -> str | None:
    """Return a question and its answer as a sentence; None where they may not make one."""
    asked, answer = " ".join(question.split()), " ".join(answer.split()).strip(" .,;:")
    if not answer or _has_verb(answer):
        return None
    if what := _ASKED_WHAT.match(asked):
        subject = what["subject"].strip(" .")
        if _LEFT_OPEN.search(subject):
            return None
        said = f"{subject} {what['verb'].lower()} {answer}"
    elif (who := _ASKED.match(asked)) and _is_past_or_present(who["verb"].lower()) and who["verb"] != "happened":
        said = f"{answer} {who['rest']}"
    else:
        return None
    return f"{said[:1].upper()}{said[1:].rstrip('. ')}."


def _has_verb(answer: str) -> bool:
    """Whether an answer may be more than a name, a noun or a number: then it is not the subject of a sentence."""
    words = answer.split()
    return any(
        word in lexicon.AUXILIARIES or word.lower() in _PRONOUNS or (word.islower() and _is_past_or_present(word))
        for word in words
    )


def _is_past_or_present(word: str) -> bool:
    return word in lexicon.PAST or word in lexicon.PRESENT or word.endswith("ed")


def _can_be_told(question: str, evidence: str, around: Sequence[str]) -> bool:
    """Whether who reads a marked sentence and its neighbours can tell that it answers.

    All names and numbers that are asked about are there, and no neighbour has more of the question's words: otherwise
    the document is needed, or another sentence was meant.
    """
    asked = set(terms(question))
    shared, *others = (len(asked & set(terms(text))) for text in (evidence, *around))
    mentioned = not unmentioned(named_terms(question), " ".join((evidence, *around)))
    return mentioned and shared >= max((1, *others))


def _is_rival(other: str, answer: str) -> bool:
    """Whether another answer is of the same sort and says something else."""
    kinds = [(any(map(str.isdigit, one)), one[:1].isupper()) for one in (other, answer)]
    words, others = ({word.lower()[:5] for word in re.findall(r"\w+", one)} for one in (answer, other))
    return kinds[0] == kinds[1] and not words & others and len(other.split()) <= 8


def _around(text: str, sentence: str) -> tuple[str, ...]:
    """Return the sentences before and after one of a document."""
    spans = sentence_spans(text)
    texts = [span.of(text) for span in spans]
    if sentence not in texts:
        return ()
    at = texts.index(sentence)
    return tuple(" ".join(one.split()) for one in (*texts[max(0, at - 1) : at], *texts[at + 1 : at + 2]))
