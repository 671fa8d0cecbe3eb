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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from index.catalog import Catalog
from index.embed import Encoder, open_encoder
from index.errors import SourceError, StoreBusyError, StoreError
from index.lexical import LexicalCache
from index.load import STORE_NAME, AnySource, Loaded, expand, title_of
from index.passages import passage_groups
from index.search import CANDIDATES, fuse
from index.types import Changes, Document, Failure, Hit, Source, Status, TextDocument
from index.vectors import VectorCache

READING = "1"
"""Raised whenever the way a file becomes sentences and passages changes: then the next ``add`` reads it again."""

BUSY_SECONDS = 5.0
"""How long a writer waits for another one before it gives up."""

Progress = Callable[[int, int, str], None]
"""Called with the number of sources done, the number of all, and the stage: a file's name or what is being done."""


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
        self._revision = lru_cache(maxsize=64)(self._catalog.document)

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
        folder = Path(path) if path is not None else default_path()
        index = cls(folder.expanduser().absolute(), open_encoder(encoder))
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
        outcomes: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
        failed: list[Failure] = []
        with self._writing():
            listed = list(expand(_as_sources(sources)))
            for done, source in enumerate(listed):
                if progress:
                    progress(done, len(listed), Path(source.name).name)
                try:
                    document_id, outcome = self._add(source.load())
                    outcomes[outcome].append(document_id)
                except SourceError as error:
                    failed.append(Failure(source.name, str(error)))
            if progress:
                progress(len(listed), len(listed), "making it searchable")
            self._refresh(self._catalog.generation())
        return Changes(**{name: tuple(ids) for name, ids in outcomes.items()}, failed=tuple(failed))

    def sync(self, folder: str | Path, *, progress: Progress | None = None) -> Changes:
        """Make the store agree with a folder: add what is new, update what changed, remove what is gone from it."""
        root = Path(folder).expanduser().absolute()
        if not root.is_dir():
            raise SourceError(f"{root} is not a folder; `add` takes single files")
        with self._writing():
            changes = self.add([root], progress=progress)
            gone = [
                document_id
                for source, document_id in self._catalog.sources().items()
                if Path(source).is_relative_to(root) and not Path(source).exists()
            ]
            removed = self.remove(gone).removed if gone else ()
        return Changes(changes.added, changes.updated, changes.unchanged, removed, changes.failed)

    def remove(self, ids: str | Iterable[str]) -> Changes:
        """Remove documents with all their revisions. Raises `UnknownDocumentError` for an id that is not there."""
        wanted = (ids,) if isinstance(ids, str) else tuple(ids)
        with self._writing():
            for document_id in wanted:
                self._catalog.document(document_id)
            for document_id in wanted:
                self._catalog.remove(document_id)
            self._revision.cache_clear()
            self._refresh(self._catalog.generation())
        return Changes(removed=wanted)

    def rebuild(self) -> None:
        """Make both caches anew from the catalog. Nothing is read or embedded again."""
        with self._writing(), self._caching:
            self._vectors.rebuild()
            self._words.rebuild()

    # ---- reading ----

    def search(self, query: str, *, top_k: int = 10, documents: Collection[str] | None = None) -> list[Hit]:
        """Return the ``top_k`` passages that fit the query best, by meaning and by words.

        ``documents`` holds the ids of those to search; None searches all. An id that the store does not have is no
        error: nothing is found in it.
        """
        if not query.strip() or self._catalog.is_empty():
            return []
        vector = self.encoder.encode([query])[0]
        # One thread at a time, in one snapshot of the catalog: the caches are brought to it, and what they find is
        # looked up in it, so that a change in the meantime can neither hide a document nor show two revisions of it.
        with self._caching, self._catalog.snapshot() as generation:
            self._refresh(generation)
            within = None if documents is None else self._catalog.passage_ids(documents)
            dense = self._vectors.search(vector, CANDIDATES, within)
            lexical = self._words.search(query, CANDIDATES, within)
            ids, vectors = self._catalog.vectors(lexical.keys() - dense.keys())
            dense |= {passage_id: float(row @ vector) for passage_id, row in zip(ids, vectors, strict=True)}
            return self._hits(fuse(dense, lexical), top_k)

    def term_frequencies(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the number of passages that hold each of these terms (see `index.lexical.terms`)."""
        with self._caching:
            self._refresh(self._catalog.generation())
            return self._words.frequencies(wanted)

    def document_count(self) -> int:
        """Return the number of documents."""
        return self._catalog.document_count()

    def passage_count(self) -> int:
        """Return the number of passages that are searched."""
        return self._catalog.passage_count()

    def document(self, document_id: str, revision: str | None = None) -> Document:
        """Return a document: the revision that is searched, or an older one. Raises `UnknownDocumentError`."""
        if revision is None:
            return self._catalog.document(document_id)
        return self._revision(document_id, revision)

    def documents(self) -> list[Document]:
        """Return all documents, in order of their source."""
        return [self._catalog.document(document_id) for document_id in self._catalog.sources().values()]

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

    def _add(self, source: Loaded) -> tuple[str, str]:
        fingerprint = f"{READING}:{source.fingerprint}"
        known = self._catalog.fingerprint(source.name)
        if known and known[1] == fingerprint:
            return known[0], "unchanged"
        content = source.read()
        digest = hashlib.sha256(content.text.encode()).hexdigest()
        document = Document(
            id=known[0] if known else _document_id(source.name),
            source=source.name,
            title=title_of(source.name, content),
            text=content.text,
            page_starts=content.page_starts,
            sha256=digest,
            revision=digest[:12],
        )
        passages = passage_groups(content.sentences())
        vectors = self.encoder.encode([content.text[group[0].start : group[-1].end] for group in passages])
        self._catalog.put(document, passages, vectors, fingerprint=fingerprint, encoder=self.encoder.name)
        return document.id, "updated" if known else "added"

    def _hits(self, candidates: Sequence[tuple[int, float, dict[str, float]]], top_k: int) -> list[Hit]:
        hits: list[Hit] = []
        for start in range(0, len(candidates), max(1, top_k)):  # once, unless the words are those of a later state
            several = candidates[start : start + top_k]
            passages = self._catalog.passages(passage_id for passage_id, _, _ in several)
            for passage_id, score, via in several:
                if len(hits) < top_k and passage_id in passages:
                    passage = passages[passage_id]
                    document = self._revision(passage.document_id, passage.revision)
                    text = document.text[passage.start : passage.end]
                    hits.append(Hit(passage, text, document.source, document.title, score, len(hits) + 1, via))
            if len(hits) == top_k:
                break
        return hits

    def _refresh(self, generation: int) -> None:
        """Bring both caches to ``generation`` of the catalog or later."""
        with self._caching:
            self._vectors.refresh(generation)
            self._words.refresh(generation)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        owner = self.path / "write.pid"
        with self._writer:
            try:
                self._write_lock.acquire(timeout=BUSY_SECONDS)
            except Timeout:
                process = owner.read_text() if owner.exists() else "unknown"
                raise StoreBusyError(
                    f"another process (id {process}) is writing to {self.path}; wait until it has finished, or end it"
                ) from None
            try:
                owner.write_text(str(os.getpid()))
                yield
            finally:
                self._write_lock.release()


def _as_sources(sources: AnySource | Iterable[AnySource]) -> Iterable[AnySource]:
    if isinstance(sources, str | Path | Source | TextDocument):  # before Iterable: LlamaIndex documents are that too
        return [sources]
    return sources


def _document_id(source: str) -> str:
    """Make an id that people can read from the source's name; the digest tells apart files of the same name."""
    words = re.sub(r"[^a-z0-9]+", "-", Path(source).stem.lower()).strip("-")[:40].strip("-")
    return f"{words or 'document'}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
