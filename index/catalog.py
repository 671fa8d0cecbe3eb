"""The truth of a store, in SQLite: documents, revisions, spans and vectors. All SQL of the package is here.

A document is in the store once `Catalog.put` has returned: the write-ahead log is flushed to disk on every commit.
Every change raises the ``generation`` by one. Passage ids are never used twice, and each row remembers the generation
that added it, as each tombstone remembers the one that removed it; so a cache that knows its own generation can ask
for exactly what it missed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Vectors
from index.errors import StoreError, UnknownDocumentError
from index.types import Document, Passage, Span

SCHEMA_VERSION = 1

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    revision TEXT NOT NULL,            -- the one that is searched: an update is a change of this pointer
    fingerprint TEXT NOT NULL          -- of the source's bytes and of the way they were read
) STRICT;
CREATE TABLE revisions (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    revision TEXT NOT NULL,
    title TEXT NOT NULL,
    text BLOB NOT NULL,                -- UTF-8: a BLOB, so that no character is special
    sha256 TEXT NOT NULL,
    page_starts TEXT NOT NULL,
    PRIMARY KEY (document_id, revision)
) STRICT;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER NOT NULL,
    sentences BLOB NOT NULL,           -- pairs of little-endian uint32: start, end
    vector BLOB NOT NULL,              -- little-endian float32
    generation INTEGER NOT NULL,
    FOREIGN KEY (document_id, revision) REFERENCES revisions ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX passages_by_document ON passages (document_id);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE TABLE tombstones (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL) STRICT;
CREATE INDEX tombstones_by_generation ON tombstones (generation);
PRAGMA user_version = {SCHEMA_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Missed:
    """What a cache must do to be up to date at ``generation``: ids to remove and to add; then it holds ``passages``."""

    generation: int
    removed: tuple[int, ...]
    added: tuple[int, ...]
    passages: int


class Catalog:
    """One store's SQLite file. Safe to use from several threads and, through SQLite's own locks, several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        with self._translated():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create()
            elif version != SCHEMA_VERSION:
                raise StoreError(
                    f"{path} has the layout {version} and this version of Verbatim reads {SCHEMA_VERSION}; "
                    "open it with the version that made it, or add your documents to a new store"
                )

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._connections:
            self._connections.pop().close()

    # ---- writing ----

    def put(
        self,
        document: Document,
        passages: Sequence[tuple[Span, ...]],
        vectors: Vectors,
        *,
        fingerprint: str,
        encoder: str,
    ) -> None:
        """Store a revision with its passages and make it the one that is searched, all in one transaction."""
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            connection.execute(
                "INSERT INTO meta VALUES ('encoder', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (encoder,),
            )
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "source = excluded.source, revision = excluded.revision, fingerprint = excluded.fingerprint",
                (document.id, document.source, document.revision, fingerprint),
            )
            connection.execute(
                "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (document_id, revision) DO UPDATE SET "
                "title = excluded.title, page_starts = excluded.page_starts",
                (
                    document.id,
                    document.revision,
                    document.title,
                    document.text.encode(),
                    document.sha256,
                    json.dumps(document.page_starts),
                ),
            )
            self._drop_passages(connection, document.id, generation)
            connection.executemany(
                'INSERT INTO passages (document_id, revision, start, "end", page, sentences, vector, generation) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        document.id,
                        document.revision,
                        sentences[0].start,
                        sentences[-1].end,
                        document.page(sentences[0].start),
                        _pack(sentences),
                        np.asarray(vector, dtype="<f4").tobytes(),
                        generation,
                    )
                    for sentences, vector in zip(passages, vectors, strict=True)
                ),
            )

    def remove(self, document_id: str) -> None:
        """Delete a document with all its revisions. Raises `UnknownDocumentError` if there is none."""
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            self._drop_passages(connection, document_id, generation)
            if connection.execute("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount == 0:
                raise _unknown(document_id)

    # ---- reading ----

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Let this thread see one state of the store, whatever others write meanwhile; give its generation."""
        connection = self._connection
        if connection.in_transaction:
            yield self.generation()
            return
        connection.execute("BEGIN")
        try:
            yield self.generation()
        finally:
            connection.execute("COMMIT")

    def generation(self) -> int:
        """Return the number of changes that this store has seen."""
        return int(self._meta("generation") or 0)

    def encoder(self) -> str | None:
        """Return the name of the encoder that made the vectors, or None while there are none."""
        return None if self.is_empty() else self._meta("encoder")

    def document_count(self) -> int:
        """Return the number of documents."""
        return int(self._all("SELECT count(*) FROM documents")[0][0])

    def passage_count(self) -> int:
        """Return the number of passages that are searched. An index is read from end to end for it."""
        return int(self._all("SELECT count(*) FROM passages")[0][0])

    def sentence_count(self) -> int:
        """Return the number of sentences that are searched. Reads every passage."""
        return int(self._all("SELECT coalesce(sum(length(sentences)), 0) / 8 FROM passages")[0][0])

    def fingerprint(self, source: str) -> tuple[str, str] | None:
        """Return the id and the fingerprint of the document that came from ``source``, or None."""
        row = self._one("SELECT id, fingerprint FROM documents WHERE source = ?", (source,))
        return (row[0], row[1]) if row else None

    def sources(self) -> dict[str, str]:
        """Return the id of every document by its source."""
        return dict(self._all("SELECT source, id FROM documents ORDER BY source"))

    def document(self, document_id: str, revision: str | None = None) -> Document:
        """Return a document, by default in the revision that is searched. Raises `UnknownDocumentError`."""
        row = self._one(
            "SELECT d.id, d.source, r.title, r.text, r.page_starts, r.sha256, r.revision FROM documents d "
            "JOIN revisions r ON r.document_id = d.id AND r.revision = coalesce(?, d.revision) WHERE d.id = ?",
            (revision, document_id),
        )
        if row is None:
            raise _unknown(document_id, revision)
        return Document(row[0], row[1], row[2], row[3].decode(), tuple(json.loads(row[4])), row[5], row[6])

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Return those of the passages that are searched now, by id."""
        rows = self._all(
            'SELECT id, document_id, revision, start, "end", page, sentences FROM passages '
            "WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {
            passage_id: Passage(passage_id, document_id, revision, start, end, page, _unpack(sentences))
            for passage_id, document_id, revision, start, end, page, sentences in rows
        }

    def passage_ids(self, document_ids: Iterable[str]) -> list[int]:
        """Return the ids of the passages of these documents."""
        rows = self._all(
            "SELECT id FROM passages WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(document_ids)),),
        )
        return [row[0] for row in rows]

    def is_empty(self) -> bool:
        """Whether no passage can be found. Takes the same time in a store of any size, which counting does not."""
        return self._one("SELECT 1 FROM passages LIMIT 1") is None

    def texts(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
        """Yield the id and the text of passages: those with these ids, or all."""
        last: tuple[tuple[str, str], str] | None = None
        where, parameters = _these(ids)
        for passage_id, document_id, revision, start, end in self._all(
            f'SELECT id, document_id, revision, start, "end" FROM passages {where} ORDER BY document_id, id',  # noqa: S608
            parameters,
        ):
            if last is None or last[0] != (document_id, revision):
                last = (document_id, revision), self.document(document_id, revision).text
            yield passage_id, last[1][start:end]

    def vectors(self, ids: Iterable[int] | None = None) -> tuple[list[int], Vectors]:
        """Return the ids and the vectors of passages, row by row: those with these ids, or all."""
        where, parameters = _these(ids)
        rows = self._all(f"SELECT id, vector FROM passages {where} ORDER BY id", parameters)  # noqa: S608
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), -1)
        return [row[0] for row in rows], matrix

    def missed_since(self, generation: int) -> Missed:
        """Return what changed after ``generation``."""
        with self.snapshot() as now:
            removed = self._all("SELECT passage_id FROM tombstones WHERE generation > ?", (generation,))
            added = self._all("SELECT id FROM passages WHERE generation > ? ORDER BY id", (generation,))
            passages = self.passage_count()
        return Missed(now, tuple(row[0] for row in removed), tuple(row[0] for row in added), passages)

    # ---- inside ----

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _create(self) -> None:
        with self._transaction() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody else was faster
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self._path} cannot be used ({error}); check the folder's permissions and free space, "
                "or name another folder"
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        with self._translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _all(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._translated():
            return self._connection.execute(statement, parameters).fetchall()

    def _one(self, statement: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        return next(iter(self._all(statement, parameters)), None)

    def _meta(self, key: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return row[0] if row else None

    @staticmethod
    def _next_generation(connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "INSERT INTO meta VALUES ('generation', '1') "
            "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value"
        ).fetchone()
        return int(row[0])

    @staticmethod
    def _drop_passages(connection: sqlite3.Connection, document_id: str, generation: int) -> None:
        connection.execute(
            "INSERT INTO tombstones SELECT id, ? FROM passages WHERE document_id = ?",
            (generation, document_id),
        )
        connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))


def _these(ids: Iterable[int] | None) -> tuple[str, tuple[str, ...]]:
    """Return the clause that chooses passages by id, or all. One for both would read the whole table every time."""
    return ("", ()) if ids is None else ("WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))


def _pack(sentences: Sequence[Span]) -> bytes:
    return np.array([(span.start, span.end) for span in sentences], dtype="<u4").tobytes()


def _unpack(data: bytes) -> tuple[Span, ...]:
    return tuple(Span(int(start), int(end)) for start, end in np.frombuffer(data, dtype="<u4").reshape(-1, 2))


def _unknown(document_id: str, revision: str | None = None) -> UnknownDocumentError:
    what = f"no document {document_id!r}" + (f" in revision {revision!r}" if revision else "")
    return UnknownDocumentError(f"{what}; `verbatim index status` lists the documents")
