"""The words in tantivy (BM25): a cache of the catalog that can be thrown away at any time.

tantivy commits atomically and may be read by any process while one writes. A folder is opened only while its stamp fits
it (see `index.stamp`); else, as after a crash, it is made anew. One that cannot be written, for want of room or of
permission, is made in memory.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import cast

import tantivy
from filelock import FileLock

from index import disk, stamp
from index.catalog import Catalog, Missed
from index.errors import DiskFullError

_log = logging.getLogger(__name__)

ANALYZER = "english"

STOP_WORDS = """
a about after again all also am an and any are as at be because been before being between both but by can cannot could
did do does doing done down during each either else ever few for from further had has have having he her here hers
herself him himself his how i if in into is it its itself just many may me might more most much must my myself no nor
not of off on once only or other our ours out over own please same shall she should so some such tell than that the
their theirs them themselves then there these they this those through to too under until up upon us very was we were
what when where whether which while who whom whose why will with would you your yours yourself s t d ll m re ve
"""
"""Words of the grammar, without which a question says the same. tantivy's own list lacks the words that ask."""

_UNSEEN = dict.fromkeys(map(ord, "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}"))

VERSION = 4
"""Raised when the analyzer or the schema changes, so that caches made by the old one are made anew."""

PASSAGE_BYTES = 1000
"""What a passage takes in the folder, roughly."""


class LexicalCache:
    """Finds the passages that share words with a query. One thread uses it at a time; its owner holds a lock."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._version = _version()
        self._lock = FileLock(folder.with_suffix(".lock"), thread_local=False)
        self._index: tantivy.Index | None = None
        self._believed = False  # this process has seen that the folder is as it was left
        self._in_memory: int | None = None  # the generation of an index that is not in the folder
        self._looked_at: tuple[tantivy.Index, int | None] | None = None  # the index and its generation when reloaded

    def generation(self) -> int | None:
        """Return the catalog's generation that the folder holds, or None if it has to be made anew."""
        left = stamp.read(self._folder, self._version)
        return left.generation if left else None

    def refresh(self, generation: int) -> None:
        """Bring the words to ``generation`` of the catalog or later. Never fails: what cannot be kept is not kept."""
        held = self.generation() if self._believed else self._in_memory
        if held is None or held < generation:
            with self._catalog.snapshot():
                self._bring(anew=False)

    def rebuild(self) -> None:
        """Make the folder anew from the catalog."""
        with self._catalog.snapshot():
            self._bring(anew=True)

    def search(self, query: str, limit: int, within: Collection[int] | None = None) -> dict[int, float]:
        """Return up to ``limit`` passage ids with their BM25 score, for passages that hold any of the query's terms.

        ``within`` holds the ids of the passages to search; None searches all. The words are weighed as in all.
        """
        try:
            return self._search(query, limit, within)
        except (OSError, ValueError) as error:  # what tantivy raises for damaged files, or for files that are gone
            _log.warning("the word index in %s cannot be read (%s); making it anew", self._folder, error)
            self.rebuild()
            return self._search(query, limit, within)

    def frequencies(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the number of passages that hold each of the `terms`."""
        searcher = self._newest().searcher()
        return {term: searcher.doc_freq("text", term) for term in wanted}

    def faults(self) -> list[str]:
        """Return whether the passages in the folder are not those of the catalog: nothing, if they are."""
        index = self._open()
        index.reload()
        searcher = index.searcher()
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        held = set(searcher.fast_field_values("id", [address for _, address in found]))
        wanted = set(self._catalog.missed_since(0).added)
        return [] if held == wanted else [f"the word index holds {len(held)} passages, the catalog {len(wanted)}"]

    def count(self) -> int:
        """Return the number of passages in the index."""
        return int(self._open().searcher().num_docs)

    def _newest(self) -> tantivy.Index:
        """Return the index as it was written last, by whichever process."""
        index = self._open()
        now = (index, self.generation())
        if self._looked_at is None or self._looked_at[0] is not index or self._looked_at[1] != now[1]:
            index.reload()  # to look whether another process has written takes as long as to search
            self._looked_at = now
        return index

    def _search(self, query: str, limit: int, within: Collection[int] | None) -> dict[int, float]:
        index = self._newest()
        matching = _any_term(query, index)
        if within is not None:
            chosen = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(index.schema, "id", list(within)), 0.0
            )
            matching = tantivy.Query.boolean_query([(tantivy.Occur.Must, matching), (tantivy.Occur.Must, chosen)])
        return dict(_found(index, matching, limit))

    def _bring(self, *, anew: bool) -> None:
        """Bring the folder to the catalog's state, by making it anew if need be; make it in memory if that fails."""
        try:
            with self._lock:
                left = None if anew else stamp.read(self._folder, self._version)
                if left and (self._believed or left.fits(self._folder)):
                    try:
                        self._use_folder()
                        missed = self._catalog.missed_since(left.generation)
                        if not missed.purge:
                            if missed.generation > left.generation:
                                self._apply(missed)
                            return
                    except (OSError, ValueError) as error:  # what tantivy raises for damaged files
                        _log.warning("the word index in %s is damaged (%s); making it anew", self._folder, error)
                elif self._folder.exists() and not anew:
                    _log.warning("the word index in %s is not as it was left; making it anew", self._folder)
                self._index = None
                shutil.rmtree(self._folder, ignore_errors=True)
                self._use_folder()
                self._apply(replace(self._catalog.missed_since(0), removed=()))
        except (OSError, ValueError, DiskFullError) as error:
            _log.warning("the word index in %s cannot be written (%s); making it in memory", self._folder, error)
            self._index, self._believed, self._in_memory = _new_index(), False, -1
            self._apply(replace(self._catalog.missed_since(0), removed=()))

    def _use_folder(self) -> None:
        if self._in_memory is not None:
            self._index, self._in_memory = None, None
        self._believed = True
        self._open()

    def _apply(self, missed: Missed) -> None:
        index = self._open()
        if missed.removed or missed.added:
            if self._in_memory is None:  # the stamp stays: readers go on, and after a crash it does not fit
                disk.need(self._folder, len(missed.added) * PASSAGE_BYTES)
            writer = index.writer(num_threads=1)
            if missed.removed:
                # tantivy goes on counting the words of what is deleted; then scores would depend on the past, and a
                # word that is nowhere any more would still be somewhere. To write all takes 0.5 s for 20,000 passages.
                writer.delete_all_documents()
            else:
                # In case it was added before a crash. By query, since by term tantivy takes the number for a signed one
                # and silently finds nothing.
                stale = tantivy.Query.term_set_query(index.schema, "id", list(missed.added))
                writer.delete_documents_by_query(stale)
            _write(index, writer, self._catalog.texts_below_heads(None if missed.removed else missed.added))
        if self.count() != missed.passages:
            told = f"the word index holds {self.count()} passages and the catalog {missed.passages}"
            # Made from nothing and still not right: then it is the catalog that contradicts itself.
            raise ValueError(told) if self._in_memory is None else self._catalog.damaged(told)
        if self._in_memory is None:
            stamp.write(self._folder, self._version, missed.generation)
        else:
            self._in_memory = missed.generation

    def _open(self) -> tantivy.Index:
        if self._index is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._index = _new_index(self._folder)
        return self._index


class MemorySearch:
    """The same search over texts in memory. They are known by their places, 0 and up."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._index = _new_index()
        writer = self._index.writer(num_threads=1)  # several would put equals in another order each time
        _write(self._index, writer, enumerate(texts))

    def search(self, query: str, limit: int) -> list[int]:
        """Return the places of up to ``limit`` texts that hold any of the query's terms, best first."""
        return [place for place, _ in _found(self._index, _any_term(query, self._index), limit)]


def _new_index(folder: Path | None = None) -> tantivy.Index:
    """Open the index in a folder, making it if need be; without one, make it in memory."""
    index = tantivy.Index(_schema(), path=str(folder) if folder else None, reuse=True)
    index.register_tokenizer(ANALYZER, _analyzer())
    # By itself it follows the folder in a thread, which makes a lock file there whenever something changes, even while
    # the folder is being deleted, so that it is not empty and stays.
    index.config_reader("Manual")
    return index


def _version() -> str:
    """Return what has to be the same for a folder to be used: a folder is never migrated."""
    return f"{VERSION} tantivy {metadata.version('tantivy')}"


def _schema() -> tantivy.Schema:
    return (
        tantivy.SchemaBuilder()
        .add_unsigned_field("id", indexed=True, fast=True)
        .add_text_field("text", stored=False, tokenizer_name=ANALYZER)
        .build()
    )


def _write(index: tantivy.Index, writer: tantivy.IndexWriter, texts: Iterable[tuple[int, str]]) -> None:
    """Add texts with their ids, commit, and look at the index as it is then."""
    for number, text in texts:
        document = tantivy.Document(text=_seen(text))
        document.add_unsigned("id", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _any_term(query: str, index: tantivy.Index) -> tantivy.Query:
    clauses = [
        (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "text", term))
        for term in sorted(set(terms(query)))
    ]
    return tantivy.Query.boolean_query(clauses)


def _found(index: tantivy.Index, query: tantivy.Query, limit: int) -> Iterator[tuple[int, float]]:
    """Give the id and the score of what fits a query, best first."""
    searcher = index.searcher()
    found = searcher.search(query, limit, count=False).hits
    ids = cast("list[int]", searcher.fast_field_values("id", [address for _, address in found]))
    return zip(ids, (score for score, _ in found), strict=True)


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(STOP_WORDS.split()))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """Return the words of a text as they are searched: lower case, without accents, English endings or stop words."""
    return list(_analyzer().analyze(_seen(text)))


def _seen(text: str) -> str:
    """Leave out soft hyphens and spaces without a width: a word is one though it may be broken there."""
    return text.translate(_UNSEEN)
