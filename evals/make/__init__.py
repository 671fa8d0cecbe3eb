"""Drafts a suite from your own documents, without a language model: questions with their gold, and twins without.

Documents are copied into the suite. A gold offset is true of one version of a text only; with the copies beside it, a
suite gives the same score next year, whatever became of the originals, and can be handed to somebody as one folder.
Nothing is drawn by chance: what is chosen follows from the seed, the names of the documents and their text.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.make.corpus import Corpus, Document, Sentence, digest, read_all
from evals.make.draft import Draft, draft_questions
from evals.make.terms import Term, holds_kind, terms_in
from evals.suite import GoldSpan, SuiteError, load_suite
from index.lexical import terms
from index.types import Failure

SAME_FACT = 0.7
"""A sentence that shares this much of a question's words (0..1) states the same fact, or a rival one. Set by hand, as
are the two below, while reading what was drafted from news, encyclopedia articles and contracts; not fitted."""

RELATED = 0.5
"""A sentence that shares this much may state the fact in other words: then it is not certain what is gold."""

SAME_COUNT = 0.3
"""A sentence that counts as many of the same things states the same fact, if it shares this much besides."""

FEWEST_TERMS = 4
"""A question with fewer words of content could be about anything."""

_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the suite's ``folder``, how many documents and questions it has, and what could not be read."""

    folder: Path
    documents: int
    answerable: int
    unanswerable: int
    failed: tuple[Failure, ...]


def make_suite(paths: Sequence[str | Path], folder: str | Path, *, questions: int = 100, seed: int = 0) -> Made:
    """Draft a suite from the files and folders in ``paths`` and write it to ``folder``, which must be new or empty.

    ``questions`` is a ceiling (at least 2); half of them are twins that the documents do not answer. Another ``seed``
    chooses other sentences. Files that cannot be read are named in the result, and the others are used.

    Raises `SuiteError` if the folder is in use or cannot be written, or nothing can be asked from the documents.
    """
    folder = Path(folder).expanduser().absolute()
    _check_free(folder)
    if questions < 2:
        raise SuiteError(f"{questions} questions is too few: each comes with its twin; ask for at least 2")
    documents, failed = read_all(paths)
    corpus = Corpus(documents)
    pairs = _choose(corpus, most=questions // 2, seed=seed)
    if not pairs:
        raise SuiteError(_nothing_made(documents, failed))
    _write(folder, documents, pairs, _readme(documents, pairs, seed))
    return Made(folder, len(documents), len(pairs), len(pairs), failed)


def _check_free(folder: Path) -> None:
    try:
        in_use = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise SuiteError(f"{folder} cannot be read: {error.strerror}; give another folder with --to") from error
    if in_use:
        raise SuiteError(f"{folder} is there already and nothing is overwritten; give a new folder with --to")


def _nothing_made(documents: Sequence[Document], failed: Sequence[Failure]) -> str:
    by_hand = "give more documents, or write the questions by hand (evals/suites/seed/README.md says how)"
    if documents:
        return f"no certain question and twin could be drafted from {_counted(len(documents), 'document')}; {by_hand}"
    if failed:
        return f"none of the files can be used; the first is {failed[0].source}: {failed[0].reason}"
    return "the paths hold no documents; give files, or folders with files, in a format that Verbatim reads"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# ---- the questions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """A question with all sentences that state its answer, and its twin with one term swapped."""

    id: str
    draft: Draft
    gold: tuple[GoldSpan, ...]
    twin: str


def _choose(corpus: Corpus, *, most: int, seed: int) -> list[_Pair]:
    """Take one question of each document in turn, of the kind there are fewest of, until there are enough."""
    by_document: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in corpus.sentences:
        by_document[sentence.gold.document].append(sentence)
    kinds: Counter[str] = Counter()
    asked: set[str] = set()
    lines = [_pairs(corpus, sentences, kinds, asked, seed) for sentences in by_document.values()]
    pairs: list[_Pair] = []
    while lines and len(pairs) < most:
        drawn = [(line, next(line, None)) for line in lines[: most - len(pairs)]]
        emptied = [line for line, pair in drawn if pair is None]
        pairs += [pair for _, pair in drawn if pair is not None]
        lines = [line for line in lines if line not in emptied]
    return pairs


def _pairs(
    corpus: Corpus, sentences: Sequence[Sentence], kinds: Counter[str], asked: set[str], seed: int
) -> Iterator[_Pair]:
    """Yield at most one question of each sentence; count its kind in ``kinds`` and remember it in ``asked``."""
    for sentence in sorted(sentences, key=lambda one: (digest(seed, one.gold.document, one.gold.text), one.gold.start)):
        drafts = draft_questions(sentence.gold.text, corpus.vocabulary)
        for draft in sorted(drafts, key=lambda one: (kinds[one.kind], not one.turned)):
            pair = None if draft.question in asked else _pair(corpus, sentence, draft, seed)
            if pair and pair.twin not in asked:
                kinds[draft.kind] += 1
                asked.update((draft.question, pair.twin))
                yield pair
                break


def _pair(corpus: Corpus, sentence: Sentence, draft: Draft, seed: int) -> _Pair | None:
    wanted = frozenset(terms(draft.rest)) - frozenset(terms(draft.answer))
    gold = _gold(corpus, sentence, draft, wanted) if len(wanted) >= FEWEST_TERMS else ()
    own = digest(sentence.gold.document, sentence.gold.text, draft.question)
    twin = _twin(corpus, sentence, draft, wanted, order=f"{seed} {own}") if gold else ""
    return _Pair(own[:10], draft, gold, twin) if twin else None


def _gold(corpus: Corpus, own: Sentence, draft: Draft, wanted: frozenset[str]) -> tuple[GoldSpan, ...]:
    """Return the sentences that state the answer, the draft's own first; () where another may answer differently."""
    gold = [own.gold]
    for other, share in corpus.sharing(wanted, SAME_COUNT):
        if other is own:
            continue
        has_answer = _stands_in(draft.answer, other.gold.text)
        if has_answer and (share >= SAME_FACT or _counts_alike(draft, other.gold.text)):
            gold.append(other.gold)
        elif share >= RELATED and (has_answer or (share >= SAME_FACT and holds_kind(other.gold.text, draft.kind))):
            return ()
    return tuple(gold)


def _counts_alike(draft: Draft, text: str) -> bool:
    counts = rf"(?<!\w){re.escape(draft.answer)}(?: \S+){{0,3}}? {re.escape(draft.counted)}\b"
    return bool(draft.counted) and re.search(counts, text, re.IGNORECASE) is not None


def _stands_in(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def _twin(corpus: Corpus, own: Sentence, draft: Draft, wanted: frozenset[str], *, order: str) -> str:
    """Return the question with one term swapped so that no sentence states it any more, or ""."""
    found = terms_in(draft.question, corpus.vocabulary)
    for term in sorted(found, key=lambda term: (_is_weak(term), digest(order, term.text))):
        for other in corpus.others(term, own.gold.document, order):
            if _can_stand_for(other, term, draft) and _is_unstated(corpus, other, wanted - frozenset(terms(term.text))):
                return draft.question[: term.start] + other + draft.question[term.end :]
    return ""


def _is_weak(term: Term) -> bool:
    """Whether a swap changes something that is easier to argue about than a name, place or date."""
    return term.type in ("number", "money", "percentage") or term.type.startswith(("one of ", "name of "))


def _can_stand_for(other: str, term: Term, draft: Draft) -> bool:
    """Whether the words fit in grammatically and cannot mean the same, nor anything that the question names already."""
    article = re.search(r"\b(an?) $", draft.question[: term.start], re.IGNORECASE)
    if article and (other[:1].lower() in "aeiou") != (article[1].lower() == "an"):
        return False
    if term.type == "number" and not _size(other) > _size(term.text) > 0:
        return False  # a smaller number may be true as well: where three went, two went
    taken = {word[:4] for word in re.findall(r"\w+", f"{draft.question} {draft.answer}".lower())}
    return not any(word[:4] in taken for word in re.findall(r"\w+", other.lower())[-1:]) and other != term.text


def _size(number: str) -> int:
    """Return what a plain number in digits or words says; 0 for others, which are not swapped."""
    return int(number) if number.isdecimal() else _SPELLED.index(number) if number in _SPELLED else 0


def _is_unstated(corpus: Corpus, other: str, remaining: frozenset[str]) -> bool:
    """Whether no sentence holds the swapped words together with half of the question's remaining ones."""
    swapped = frozenset(terms(other))
    if not swapped or not remaining:
        return False
    return not any(swapped <= sentence.terms for sentence, _ in corpus.sharing(remaining, RELATED))


# ---- the folder ---------------------------------------------------------------------------------------------------


def _rows(pairs: Iterable[_Pair]) -> Iterator[dict[str, object]]:
    for pair in pairs:
        kind = f"made-{pair.draft.kind}"
        fact = [asdict(gold) for gold in pair.gold]
        yield _row(f"{kind}-{pair.id}", pair.draft.question, kind, [fact], [pair.draft.answer])
        yield _row(f"made-near-miss-{pair.id}", pair.twin, "made-near-miss", [], [])


def _row(
    id_: str, question: str, kind: str, evidence: list[list[dict[str, object]]], answers: list[str]
) -> dict[str, object]:
    return {
        "id": id_,
        "question": question,
        "history": [],
        "answerable": bool(evidence),
        "kind": kind,
        "evidence": evidence,
        "answers": answers,
    }


def _write(folder: Path, documents: Sequence[Document], pairs: Sequence[_Pair], readme: str) -> None:
    """Write the suite beside its place, check it as every suite is checked, and only then give it its name."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as workshop:
            made = Path(workshop) / folder.name
            for document in documents:
                _copy(document, made / "documents" / document.name)
            rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(pairs))
            (made / "questions.jsonl").write_text(rows, encoding="utf-8", newline="\n")
            (made / "README.md").write_text(readme, encoding="utf-8", newline="\n")
            load_suite(made)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise SuiteError(f"{folder} cannot be written: {error}; give another folder with --to") from error


def _copy(document: Document, target: Path) -> None:
    data = document.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != document.fingerprint:
        raise SuiteError(f"{document.path} changed while the suite was drafted; run the command again")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _readme(documents: Sequence[Document], pairs: Sequence[_Pair], seed: int) -> str:
    kinds = Counter(pair.draft.kind for pair in pairs)
    listed = ", ".join(f"{number} `made-{kind}`" for kind, number in sorted(kinds.items()))
    return _README.format(
        documents=_counted(len(documents), "document"), pairs=len(pairs), rows=2 * len(pairs), kinds=listed, seed=seed
    )


_README = """\
# A synthetic suite: drafted by a program, read by nobody yet

{rows} questions about {documents}. `verbatim eval make` drafted them by rules from single sentences, with seed {seed}.
No language model was asked, and no person has looked at them.

- {pairs} are answered by the documents: {kinds}.
- {pairs} are not: to each of the others a twin with one term swapped (`made-near-miss`).

## What it is good for

- To see within a minute whether citations are pinned to the right sentence in documents like these.
- To see whether a system refuses when one name, place, date, number or word of a question is wrong.
- To compare two versions of a system on the same questions.

## What it is not good for

- The questions use the words of their sentence. That flatters any search by words, and every score: people ask in words
  of their own.
- Every answer is a number, a date, a place or a name in a single sentence. Nobody asks why or how, nothing needs two
  sentences, and no question follows on another.
- Some will be clumsy, some wrong. A sentence that states the fact in other words may be missing from the gold.

So read them, throw out what is wrong, put the others in your own words, and add your own.

## How each kind was made

| kind | the sentence holds | asked |
|---|---|---|
| `made-number` | a number with what it counts, a sum of money, a percentage | how many, how much, what percentage |
| `made-date` | "in", "on", "since", "until" or "by" and a date | when, in which year, on which day |
| `made-place` | "in", "near", "to" or "from" and a listed country, city or state | where, in which country |
| `made-name` | a name as its subject, or after "by", "to", "with", "from" | who, which, whose, by whom |
| `made-near-miss` | a question from above | the same with one term swapped, below |

Where a sentence could not be turned around for certain, the question word stands in the middle ("The bridge cost how
much?"). Sentences that lean on a neighbour ("He said ...") were passed over. A question was dropped if another sentence
shares most of its words but has another answer. A sentence that shares them and has the same answer, or counts as many
of the same things, was added to the gold.

In a twin, one term of the question is swapped for another of its type, from the same document if possible, else from
another, else an invented one: a person, place, organisation, date or number; where there is none, a name after the same
preposition, or a common word for its counterpart ("first" for "second", "buyer" for "seller"). It was kept only if no
sentence holds the swapped term together with half of the other words.

## How to edit it

`questions.jsonl` holds one question a line, with the fields `id`, `question`, `history`, `answerable`, `kind`,
`evidence` and `answers`. Change or delete lines, or add your own; give yours a kind that does not begin with `made-`,
so that reports keep them apart. `evidence` is a list of facts, each a list of the sentences that state it; `start` and
`end` count the characters of the document's text, and `text` must equal them. `documents/` holds copies of the
originals: leave them as they are. `verbatim eval` with the path of this folder checks every row before it asks, and
names the line that is wrong.
"""
