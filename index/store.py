"""The index: one folder that holds documents and finds passages in them.

store/
catalog.sqlite3     the truth
vectors/, words/    caches, made from the truth and made anew whenever they disagree with it
write.lock          held by the one process that writes
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain, count
from pathlib import Path
from types import TracebackType

import numpy as np
from filelock import FileLock, Timeout

from index import disk, recognition
from index.catalog import Catalog
from index.embed import Encoder, Vectors, open_encoder
from index.errors import SourceError, StoreBusyError, StoreError, VerbatimError
from index.formats.content import Content
from index.layout import Box, Layout
from index.lexical import LexicalCache
from index.load import STORE_NAME, AnySource, Loaded, Say, absolute, expand, reading, say_nothing, title_of
from index.passages import passage_groups
from index.receipt import Probes, look_for, probes_of
from index.search import CANDIDATES, fuse
from index.sentences import sentence_spans
from index.types import Changes, Document, Entry, Failure, Hit, Passage, Receipt, Source, Span, Status, TextDocument
from index.vectors import VectorCache
from index.verify import faults

READING = "8"
"""Raised whenever the way a file becomes sentences and passages changes: then the next ``add`` reads it again."""

PARTLY = ":partly"
"""Marks the fingerprint of a source with pages that want recognition, so that it is read again once there is some.

That of one with pages that were recognised, or could not be, says which languages were named for it: others may be
right.
"""

BUSY_SECONDS = 5.0
"""How long a writer waits for another one before it gives up."""

REMEMBERED_CHARS = 8_000_000
"""So much text of the documents found last is kept in memory, at most 32 MB, or the last of them if that is longer."""

Progress = Callable[[int, int, str], None]
"""Called with the number of sources done, the number of all, and what is being done, as "reading report.pdf"."""

EMBEDDED_AT_ONCE = 64
"""Passages between two calls of a progress callback; a book has thousands."""


def default_path() -> Path:
    """Return the folder of the default store: ``$VERBATIM_STORE``, or the user's data folder."""
    from platformdirs import user_data_path

    named = os.environ.get("VERBATIM_STORE")
    return Path(named) if named else user_data_path("verbatim", appauthor=False)


class Index:
    """Documents in a folder, searchable by meaning and by words. Open one with `Index.open`.

    Threads may share an index. Processes may share a folder: one writes at a time, all can read while it does.
    """

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self.path = path
        self.encoder = encoder
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the store {path} cannot be made ({error.strerror}); name another folder") from error
        self._catalog = Catalog(path / STORE_NAME)
        self._vectors = VectorCache(path / "vectors", self._catalog)
        self._words = LexicalCache(path / "words", self._catalog)
        self._write_lock = FileLock(path / "write.lock", thread_local=False)
        self._writer = threading.RLock()  # one thread of this process writes at a time
        self._caching = threading.RLock()  # one thread of this process uses the caches at a time
        self._recent: OrderedDict[tuple[str, str, int], Document] = OrderedDict()  # those that hits were of, last last
        self._recent_chars = 0
        self._vector = lru_cache(maxsize=64)(self._encoded)

    @classmethod
    def open(cls, path: str | Path | None = None, *, encoder: Encoder | str | None = None) -> Index:
        """Open the store in a folder, making it if it is missing.

        Args:
            path: The folder; by default `default_path`.
            encoder: A SentenceTransformer's name or folder, or any `Encoder`. By default the one that the store was
                made with.

        Raises:
            StoreError: The folder cannot be used, or its vectors come from another encoder.

        """
        if path == "":
            raise StoreError("an empty path names no store; give that of a folder")
        folder = Path(path) if path is not None else default_path()
        index = cls(absolute(folder), open_encoder(encoder))
        if (index._words.generation() or 0) > index._catalog.generation():  # in this order: it only grows
            index.close()
            raise StoreError(
                f"{folder / STORE_NAME} is older than the caches beside it, so changes were lost; put back a copy of "
                f"the whole folder, or delete {folder / 'words'} and {folder / 'vectors'} and add the documents again"
            )
        stored = index._catalog.encoder()
        index.encoder = open_encoder(encoder, stored)
        if stored is not None and stored != index.encoder.name:
            index.close()
            raise StoreError(
                f"the vectors in {folder} come from the encoder {stored!r}, not from {index.encoder.name!r}; "
                f"open it with encoder={stored!r} or add the documents to a new store"
            )
        return index

    def close(self) -> None:
        """Let go of the store. Other processes may then own its caches."""
        with self._caching:
            self._vectors.close()
            self._catalog.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- writing ----

    def add(self, sources: AnySource | Iterable[AnySource], *, progress: Progress | None = None) -> Changes:
        """Add or update documents: paths of files and folders, `Source` data, or LlamaIndex documents.

        Each document is safe on disk before the next one is read. One that cannot be read is a row of
        ``Changes.failed``; the others still go in. What has not changed is not read again.

        Raises:
            StoreBusyError: Another process is writing to the store.

        """
        outcomes: defaultdict[str, list[str]] = defaultdict(list)
        failed: list[Failure] = []
        without_pages: list[Failure] = []
        with self._writing(), reading():
            self._straighten_names()
            listed = list(expand(_as_sources(sources)))
            for done, source in enumerate(listed):
                say = partial(progress, done, len(listed)) if progress else say_nothing
                say(f"reading {Path(source.name).name}")
                try:
                    document_id, outcome, unread = self._add(source.load(), say)
                    outcomes[outcome].append(document_id)
                    if unread:
                        without_pages.append(Failure(source.name, _unread_pages(unread)))
                except SourceError as error:
                    failed.append(Failure(source.name, str(error)))
            if progress:
                progress(len(listed), len(listed), "making it searchable")
            self._refresh(self._catalog.generation(), keep=True)
        return Changes(
            added=tuple(outcomes["added"]),
            updated=tuple(outcomes["updated"]),
            unchanged=tuple(outcomes["unchanged"]),
            duplicates=tuple(outcomes["duplicates"]),
            failed=tuple(failed),
            partial=tuple(without_pages),
        )

    def sync(self, folder: str | Path, *, progress: Progress | None = None) -> Changes:
        """Make the store agree with a folder: add what is new, update what changed, remove what is gone from it.

        A file that was moved keeps its document, with its id and its earlier revisions.

        Raises:
            SourceError: It is not a folder; or it holds no file at all any more, as when a disk is not mounted.
            StoreBusyError: Another process is writing to the store.

        """
        if folder == "":
            raise SourceError("an empty path names nothing; give that of a folder")
        root = absolute(folder)
        if not os.path.isdir(root):  # noqa: PTH112 (`Path.is_dir` raises where a folder above may not be entered)
            trouble = "is not a folder that can be entered; `add` takes single files"
            raise SourceError(f"{root} {trouble if os.path.lexists(root) else 'does not exist'}")
        with self._writing():
            self._straighten_names()
            held = {source for source in self._catalog.sources() if Path(source).is_relative_to(root)}
            gone = [source for source in held if _is_gone(source)]
            if gone and not any(expand([root])):
                raise SourceError(
                    f"{root} holds no files any more, and the store {len(held)} from it; if they are to go, too, run "
                    f"`verbatim index remove {root}`"
                )
            changes = self.add([root], progress=progress)
            given = set(changes.duplicates)
            lost = self._forget(gone)
            left = set(self._catalog.ids())
        renamed = tuple(document_id for document_id in lost if document_id in given)
        return replace(
            changes,
            duplicates=tuple(document_id for document_id in changes.duplicates if document_id not in renamed),
            renamed=renamed,
            removed=tuple(document_id for document_id in lost if document_id not in left),
        )

    def watch(self, folder: str | Path) -> Iterator[Changes]:
        """Follow a folder: wait until something in it changes, `sync`, give what that did, and so on without end.

        A change that comes while another process writes is made up for with the next one.
        """
        from watchfiles import Change, DefaultFilter, watch

        root = absolute(folder)
        is_usual = DefaultFilter()
        inside = self.path.is_relative_to(root)

        def is_of_documents(change: Change, path: str) -> bool:
            """Whether a change is none of the store's own, to which each sync writes."""
            return is_usual(change, path) and not (inside and Path(path).is_relative_to(self.path))

        for _ in watch(root, watch_filter=is_of_documents, ignore_permission_denied=True):
            try:
                changes = self.sync(root)
            except VerbatimError as error:  # a full disk may have room again, a busy store be free, at the next change
                changes = Changes(failed=(Failure(str(root), str(error)),))
            if replace(changes, unchanged=()) != Changes():
                yield changes

    def remove(self, names: str | Iterable[str], *, receipt: bool = False) -> Changes:
        """Remove documents with all their revisions, so that nothing of them is left in any file of the store.

        ``names`` are ids, or sources: with a source goes the document that came from it, unless it has other sources.
        With ``receipt`` every file of the store is then searched for what was removed.

        Raises:
            UnknownDocumentError: There is no such document; then none is removed.
            StoreBusyError: Another process is writing to the store, or reads from it all the time.

        """
        wanted = dict.fromkeys((names,) if isinstance(names, str) else names)
        with self._writing():
            sources, ids = self._catalog.sources(), self._catalog.ids()
            for name in wanted:
                if name not in ids and name not in sources:
                    self._catalog.document(name)  # raises
            gone = [source for source, holder in sources.items() if source in wanted or holder in wanted]
            doomed = set(ids) - {holder for source, holder in sources.items() if source not in gone}
            probes = self._probes(doomed) if receipt else None
            self._forget(gone)
            found = self._receipt(probes) if probes else None
        return Changes(removed=tuple(document_id for document_id in ids if document_id in doomed), receipt=found)

    def verify(self) -> tuple[str, ...]:
        """Check every law on all that the store holds, and return the faults in words: none, if all is well.

        Reads everything, embeds a few passages again, and brings the caches up to date first. What is wrong with a
        cache is mended by `rebuild`; a document whose text is damaged has to be removed and added again.
        """
        with self._writing(), self._caching:
            found = tuple(faults(self._catalog, self.encoder))
            if found:
                return found  # the caches are made from what is wrong
            self._refresh(self._catalog.generation(), keep=True)
            return (*self._vectors.faults(), *self._words.faults())

    def rebuild(self) -> None:
        """Make both caches anew from the catalog. Nothing is read or embedded again."""
        with self._writing(), self._caching:
            self._vectors.rebuild()
            self._words.rebuild()
            self._empty_the_log()

    # ---- reading ----

    def search(self, query: str, *, top_k: int = 10, documents: Collection[str] | None = None) -> list[Hit]:
        """Return the ``top_k`` passages that fit the query best, by meaning and by words.

        ``documents`` holds the ids of those to search; None searches all. An id that the store does not have is no
        error: nothing is found in it. Raises TypeError for a text instead of several ids.
        """
        if isinstance(documents, str):
            raise TypeError(f"documents are several ids, as in documents=[{documents!r}], not a text")
        query = query.encode("utf-8", "replace").decode()  # half a character is in no text
        if not query.strip() or self._catalog.is_empty():
            return []
        vector = self.vector(query)
        # One thread at a time, in one snapshot of the catalog: the caches are brought to it, and what they find is
        # looked up in it, so that a change in the meantime can neither hide a document nor show two revisions of it.
        with self._caching, self._catalog.snapshot() as generation:
            self._refresh(generation)
            within = None if documents is None else self._catalog.passage_ids(documents)
            dense = self._vectors.search(vector, CANDIDATES, within)
            lexical = self._words.search(query, CANDIDATES, within)
            # Chroma and the scan differ in the last digits. All are compared again, in the one way that depends on
            # nothing else, so that the same question gets the same answer in every process.
            dense = self._vectors.cosines(dense.keys() | lexical.keys(), vector)
            return self._hits(fuse(dense, lexical), top_k, generation)

    def vector(self, text: str) -> Vectors:
        """Return the vector of a question: float32, of length 1, shape (dimension,).

        The last few are remembered, since a question is searched for, and then compared with what was found.
        """
        return self._vector(text.encode("utf-8", "replace").decode())

    def term_frequencies(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the number of passages that hold each of these terms (see `index.lexical.terms`)."""
        with self._caching:
            self._refresh(self._catalog.generation())
            return self._words.frequencies(wanted)

    def sentences(self, document_id: str, start: int, end: int) -> list[Span]:
        """Return the sentences of a document, as it is searched, that share characters with ``text[start:end]``."""
        return self._catalog.sentences(document_id, start, end)

    def sentences_before(self, passage: Passage, *, most: int = 1) -> list[Span]:
        """Return the sentences of at most so many passages before one in its document, in order."""
        held = self._catalog.passages(range(max(1, passage.id - most), passage.id))  # ids run on within a document
        before = [
            one for one in held.values() if (one.document_id, one.revision) == (passage.document_id, passage.revision)
        ]
        return [sentence for one in sorted(before, key=lambda one: one.id) for sentence in one.sentences]

    def lines_before(self, passage: Passage, *, most: int = 1) -> list[str]:
        """Return what `sentences_before` finds, as text, each row with the empty cells that it begins with."""
        with self._caching, self._catalog.snapshot() as generation:
            text = self._document(passage.document_id, passage.revision, generation).text
            return [_line(text, span) for span in self.sentences_before(passage, most=most)]

    def document_count(self) -> int:
        """Return the number of documents."""
        return self._catalog.document_count()

    def passage_count(self) -> int:
        """Return the number of passages that are searched."""
        return self._catalog.passage_count()

    def document(self, document_id: str, revision: str | None = None) -> Document:
        """Return a document: the revision that is searched, or an older one. Raises `UnknownDocumentError`."""
        return self._catalog.document(document_id, revision)

    def held(self, ids: Iterable[str]) -> set[str]:
        """Return those of these ids that are a document's."""
        return self._catalog.held(ids)

    def documents(self) -> list[Document]:
        """Return all documents, in order of their source."""
        return [self._catalog.document(document_id) for document_id in self._catalog.ids()]

    def listing(self) -> list[Entry]:
        """Return a line for each document, in order of its source, without reading any text."""
        return self._catalog.entries()

    def generation(self) -> int:
        """Return the number of changes that the store has seen: while it is the same, so are the documents."""
        return self._catalog.generation()

    def boxes(self, document_id: str, revision: str, start: int, end: int) -> list[Box]:
        """Return where ``text[start:end]`` of a revision stands on its pages: a box a line; none without real pages."""
        layout = self._catalog.layout(document_id, revision)
        return Layout.from_bytes(layout).boxes(start, end) if layout else []

    def page_sizes(self, document_id: str, revision: str) -> tuple[tuple[float, float], ...]:
        """Return width and height of each page of a revision as it is shown, in points; none without real pages."""
        layout = self._catalog.layout(document_id, revision)
        return Layout.from_bytes(layout).page_sizes if layout else ()

    def original(self, document_id: str, revision: str) -> bytes | None:
        """Return the file that a revision was read from, kept for formats with real pages so that they can be shown."""
        return self._catalog.original(document_id, revision)

    def status(self) -> Status:
        """Return what the store holds."""
        fresh = self._words.generation() == self._catalog.generation()
        return Status(
            path=str(self.path),
            documents=self._catalog.document_count(),
            sentences=self._catalog.sentence_count(),
            passages=self._catalog.passage_count(),
            encoder=self._catalog.encoder(),
            vectors=self._vectors.state,
            lexical="ready" if fresh else "behind; made up for at the next question",
        )

    def warm(self) -> None:
        """Load the encoder and the caches now, so that the first question need not wait for them."""
        self.encoder.encode(["warm"])
        self._refresh(self._catalog.generation())

    # ---- inside ----

    def _document(self, document_id: str, revision: str, generation: int) -> Document:
        """Return a revision as it was at a generation, since names come and go; the last few are remembered."""
        key = document_id, revision, generation
        if key not in self._recent:
            self._recent[key] = document = self._catalog.document(document_id, revision)
            self._recent_chars += len(document.text)
            while self._recent_chars > REMEMBERED_CHARS and len(self._recent) > 1:
                self._recent_chars -= len(self._recent.popitem(last=False)[1].text)
        self._recent.move_to_end(key)
        return self._recent[key]

    def _encoded(self, text: str) -> Vectors:
        vector: Vectors = self.encoder.encode([text])[0]
        return vector

    def _add(self, source: Loaded, say: Say) -> tuple[str, str, tuple[int, ...]]:
        """Store a source. Return the document's id, what became of it, and which of its pages were not read."""
        fingerprint = f"{READING}:{source.fingerprint}"
        known = self._catalog.fingerprint(source.name)
        of_pictures = fingerprint + (f":{recognition.languages()}" if recognition.is_installed() else PARTLY)
        if known and known[1] in (fingerprint, of_pictures):
            return known[0], "unchanged", ()
        if known and not recognition.is_installed() and known[1].startswith(f"{fingerprint}:"):
            return known[0], "unchanged", ()  # recognised when there was a tesseract
        file = Path(source.name).name
        content, original = source.read(lambda stage: say(f"{stage} of {file}"))
        fingerprint = of_pictures if content.unread or content.recognised else fingerprint
        digest = hashlib.sha256(content.text.encode()).hexdigest()
        holder = self._catalog.holder(digest)
        # An edit stays one though another document says the same by now, for old citations open its revisions.
        is_update = known is not None and (known[0] == holder or self._catalog.names(known[0]) == (source.name,))
        if holder and not is_update:
            self._catalog.name(source.name, holder, fingerprint)
            return holder, "duplicates", content.unread
        document = Document(
            id=known[0] if known and is_update else self._free_id(source.name),
            source=source.name,
            title=title_of(source.name, content),
            text=content.text,
            page_starts=content.page_starts,
            sha256=digest,
            revision=digest[:12],
            author=content.author,
            date=content.date,
            recognised=content.recognised,
            unread=content.unread,
        )
        self._put(document, content, original, fingerprint, say)
        return document.id, "updated" if known else "added", content.unread

    def _put(self, document: Document, content: Content, original: bytes | None, fingerprint: str, say: Say) -> None:
        """Embed a document's passages and store it with them."""
        layout = content.layout.to_bytes() if content.layout else None
        passages = passage_groups(content.text, content.sentences())
        texts = [content.text[group[0].start : group[-1].end] for group in passages]
        vectors = self._embed(texts, Path(document.source).name, say)
        pages = len(layout or b"") + len(original or b"")
        disk.need(self.path, len(content.text.encode()) + pages + 2 * vectors.nbytes)  # the vectors go into two places
        self._catalog.put(
            document,
            passages,
            vectors,
            fingerprint=fingerprint,
            encoder=self.encoder.name,
            layout=layout,
            original=original,
        )

    def _straighten_names(self) -> None:
        """Give files that earlier versions named with a ``..`` in the path the names that they would get now."""
        names = self._catalog.sources()
        crooked = [name for name in names if ".." in Path(name).parts and Path(name).is_absolute()]
        for name in crooked:
            known, straight = self._catalog.fingerprint(name), str(absolute(name))
            if known and self._catalog.fingerprint(straight) is None:
                self._catalog.name(straight, *known)
        if crooked:
            self._forget(crooked)

    def _embed(self, texts: Sequence[str], name: str, say: Say) -> Vectors:
        parts = []
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            say(f"embedding {name}, {start / len(texts):.0%}" if start else f"embedding {name}")
            parts.append(self.encoder.encode(texts[start : start + EMBEDDED_AT_ONCE]))
        return np.concatenate(parts) if parts else self.encoder.encode([])

    def _each_revision(self, ids: Iterable[str]) -> Iterator[Document]:
        for document_id in ids:
            for revision in self._catalog.revisions(document_id):
                yield self._catalog.document(document_id, revision)

    def _probes(self, ids: Collection[str]) -> Probes:
        sentences = [
            span.of(document.text) for document in self._each_revision(ids) for span in sentence_spans(document.text)
        ]
        _, vectors = self._catalog.vectors(self._catalog.passage_ids(ids))
        return probes_of(sentences, [vector.tobytes() for vector in vectors])

    def _receipt(self, probes: Probes) -> Receipt:
        _, vectors = self._catalog.vectors()
        return look_for(
            probes,
            self.path,
            remaining=self._each_revision(self._catalog.ids()),
            remaining_vectors=(vector.tobytes() for vector in vectors),
        )

    def _free_id(self, source: str) -> str:
        """Make an id that people can read. A document that was renamed may still have the one of its old name."""
        wanted = _document_id(source)
        numbered = (f"{wanted}-{number}" for number in count(2))
        return next(free for free in chain([wanted], numbered) if not self._catalog.names(free))

    def _forget(self, sources: Collection[str]) -> list[str]:
        """Take these names from their documents, and with its last name a document from every file of the store."""
        held = self._catalog.sources()
        lost = list(dict.fromkeys(held[source] for source in sources))
        if lost:
            self._catalog.forget(sources)
            self._refresh(self._catalog.generation())
            self._empty_the_log()
        return lost

    def _empty_the_log(self) -> None:
        waited_until = time.monotonic() + BUSY_SECONDS
        while not self._catalog.checkpoint():
            if time.monotonic() > waited_until:
                raise StoreBusyError(
                    f"the documents are removed, but another process reads {self.path} all the time and keeps their "
                    "old bytes in its log; end it, and run `verbatim index rebuild`"
                )
            time.sleep(0.05)

    def _hits(
        self, candidates: Sequence[tuple[int, float, dict[str, float]]], top_k: int, generation: int
    ) -> list[Hit]:
        found: dict[str, list[Hit]] = {}  # what a passage says -> its hit, and those of its copies
        for start in range(0, len(candidates), max(1, top_k)):  # once, unless the words are those of a later state
            several = candidates[start : start + top_k]
            passages = self._catalog.passages(passage_id for passage_id, _, _ in several)
            if len(passages) < len(several):
                self._catalog.check_gone({passage_id for passage_id, _, _ in several} - passages.keys())
            for passage_id, score, via in several:
                if passage_id not in passages:
                    continue
                passage = passages[passage_id]
                document = self._document(passage.document_id, passage.revision, generation)
                text = document.text[passage.start : passage.end]
                if text in found or len(found) < top_k:
                    rank = found[text][0].rank if text in found else len(found) + 1
                    hit = Hit(passage, text, document.source, document.title, score, rank, via, document.also)
                    found.setdefault(text, []).append(hit)
            if len(found) == top_k:
                break
        return [replace(first, copies=tuple(copies)) if copies else first for first, *copies in found.values()]

    def _refresh(self, generation: int, *, keep: bool = False) -> None:
        """Bring both caches to ``generation`` of the catalog or later; with ``keep``, Chroma's folder in any case."""
        with self._caching:
            self._vectors.refresh(generation, keep=keep)
            self._words.refresh(generation)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        owner = self.path / "write.pid"
        with self._writer:
            try:
                self._write_lock.acquire(timeout=BUSY_SECONDS)
            except Timeout:
                process = (owner.read_text() if owner.exists() else "") or "unknown"
                raise StoreBusyError(
                    f"another process (id {process}) is writing to {self.path}; wait until it has finished, or end it"
                ) from None
            try:
                with disk.full_disk_said(self.path):
                    owner.write_text(str(os.getpid()))
                    yield
            finally:
                self._write_lock.release()


def _unread_pages(numbers: Sequence[int]) -> str:
    what = f"page {numbers[0]} is a picture" if len(numbers) == 1 else f"{len(numbers)} of its pages are pictures"
    return f"{what} whose text was not read; {recognition.advice()}"


def _line(text: str, sentence: Span) -> str:
    start = sentence.start
    while "\t" in sentence.of(text) and text[start - 1 : start] == "\t":
        start -= 1
    return text[start : sentence.end]


def _as_sources(sources: AnySource | Iterable[AnySource]) -> Iterable[AnySource]:
    if isinstance(sources, str | Path | Source | TextDocument):  # before Iterable: LlamaIndex documents are that too
        return [sources]
    return sources


def _is_gone(source: str) -> bool:
    """Whether there is surely no such file: one in a folder that may not be entered can still be there."""
    try:
        Path(source).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        pass
    return False


def _document_id(source: str) -> str:
    """Make an id that people can read from the source's name; the digest tells apart files of the same name."""
    words = re.sub(r"[^a-z0-9]+", "-", Path(source).stem.lower()).strip("-")[:40].strip("-")
    return f"{words or 'document'}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
