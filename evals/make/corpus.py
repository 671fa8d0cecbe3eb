"""The sentences of some documents, and what is needed to ask which of them share words or terms."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.make.lexicon import INVENTED
from evals.make.swaps import Term, terms_in
from evals.make.terms import Vocabulary, vocabulary
from evals.suite import GoldSpan
from index.errors import SourceError
from index.lexical import terms
from index.load import Listed, absolute, expand, say_nothing
from index.sentences import sentence_spans
from index.types import Failure, Span


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read. ``name`` is its path below ``documents/``, ``fingerprint`` that of its bytes."""

    name: str
    path: Path
    fingerprint: str
    text: str = field(repr=False)
    sentences: tuple[Span, ...] = field(repr=False)


def read_all(paths: Sequence[str | Path]) -> tuple[list[Document], tuple[Failure, ...]]:
    """Read the files and folders, each file once; return the documents, and the files that cannot be used."""
    found: dict[str, Document] = {}
    failed: dict[str, Failure] = {}
    names: set[str] = set()
    for root in map(Path, paths):
        for listed in expand([root]):
            if listed.name in found or listed.name in failed:
                continue  # given twice
            try:
                document = _read(listed, _free_name(_name(listed, root, alone=len(paths) == 1), names))
            except SourceError as error:
                failed[listed.name] = Failure(listed.name, str(error))
            else:
                found[listed.name] = document
                names.add(document.name.casefold())
    return list(found.values()), tuple(failed.values())


def documents_of(texts: Mapping[str, str]) -> list[Document]:
    """Return texts by name as documents that were never files."""
    return [Document(name, Path(name), "", text, tuple(sentence_spans(text))) for name, text in texts.items()]


def _read(listed: Listed, name: str) -> Document:
    loaded = listed.load()
    content, _ = loaded.read(say_nothing)
    return Document(name, Path(listed.name), loaded.fingerprint, content.text, tuple(content.sentences()))


def _name(listed: Listed, root: Path, *, alone: bool) -> str:
    """Return a document's name in the suite: its path below the folder that was given, safe in JSON and visible."""
    path, root = Path(listed.name), absolute(root)
    base = root if alone else root.parent
    below = path.relative_to(base) if path != root else Path(path.name)
    parts = [part.encode("utf-8", "replace").decode().replace("?", "_").lstrip(".") or "_" for part in below.parts]
    return "/".join(parts)


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number if it is taken, in whatever case: not every disk tells a.txt from A.txt."""
    path, number, free = Path(name), 2, name
    while free.casefold() in taken:
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}").as_posix(), number + 1
    return free


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its place, and its stemmed words without those of the grammar."""

    gold: GoldSpan
    terms: frozenset[str]


class Corpus:
    """All sentences of all documents, with what is needed to ask which of them share words."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.sentences = [sentence for document in documents for sentence in _sentences(document)]
        self.vocabulary: Vocabulary = vocabulary(sentence.gold.text for sentence in self.sentences)
        self._where: defaultdict[str, list[int]] = defaultdict(list)
        self._typed: defaultdict[str, dict[str, dict[str, None]]] = defaultdict(dict)
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        for number, sentence in enumerate(self.sentences):
            for word in sentence.terms:
                self._where[word].append(number)
            self._held[sentence.gold.document] |= sentence.terms
            for term in terms_in(sentence.gold.text, self.vocabulary):
                self._typed[term.type].setdefault(term.text, {})[sentence.gold.document] = None

    def sharing(self, wanted: frozenset[str], share: float) -> Iterator[tuple[Sentence, float]]:
        """Yield each sentence that holds at least this share (0..1) of the wanted words, with its share."""
        rarest = sorted(wanted, key=lambda word: (len(self._where.get(word, ())), word))
        may_lack = len(wanted) - max(1, -int(-share * len(wanted) // 1))
        numbers = {number for word in rarest[: may_lack + 1] for number in self._where.get(word, ())}
        for number in sorted(numbers):
            held = len(wanted & self.sentences[number].terms) / len(wanted)
            if held >= share:
                yield self.sentences[number], held

    def others(self, term: Term, document: str, order: str) -> Iterator[str]:
        """Yield terms of the same type: those of the same document first, then other documents', then invented ones.

        Nouns come from other documents only, and must not occur in this one.
        """
        same = [text for text, documents in self._typed[term.type].items() if document in documents]
        elsewhere = [text for text, documents in self._typed[term.type].items() if document not in documents]
        if term.type.startswith("name of "):
            elsewhere = []  # of another kind too often: only within one document are they about the same things
        if " noun " in term.type:  # within one document, two nouns may well mean the same thing
            held = self._held[document]
            same, elsewhere = [], [text for text in elsewhere if not held.intersection(terms(text))]
        for group in (same, elsewhere, _invented(term)):
            yield from sorted(group, key=lambda text: digest(order, text))


def _sentences(document: Document) -> Iterator[Sentence]:
    for span in document.sentences:
        text = span.of(document.text)
        yield Sentence(GoldSpan(document.name, span.start, span.end, text), frozenset(terms(text)))


def _invented(term: Term) -> list[str]:
    if term.type == "number" and term.text.isdecimal():
        return [str(int(term.text) + step) for step in (3, 5, 7)]
    if term.type == "number":
        return ["six", "nine", "twelve"]
    if term.type.startswith("one of "):
        return term.type.removeprefix("one of ").split(", ")
    if term.type == "year":
        return [str(int(term.text) + step) for step in (-6, -4, -3)]
    year = re.search(r"\b\d{4}\b", term.text)
    if term.type in ("date", "month of a year") and year:
        return [term.text.replace(year[0], str(int(year[0]) + step)) for step in (-6, -4, -3)]
    invented = INVENTED.get(term.type.partition(" noun ")[0] + " noun" if " noun " in term.type else term.type, ())
    return [text.capitalize() if term.type.endswith("alone") else text for text in invented]


def digest(*parts: object) -> str:
    """Return the SHA-256 of the parts in hexadecimal: an order that looks drawn by chance and never changes."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
