"""The truth of a store, in SQLite: documents, revisions, spans and vectors. All SQL of the package is here.

A document is in the store once `Catalog.put` has returned: the write-ahead log is flushed to disk on every commit.
Every change raises the ``generation`` by one. Passage ids are never used twice, and each row remembers the generation
that added it, as each tombstone remembers the one that removed it; so a cache that knows its own generation can ask
for exactly what it missed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import disk
from index.embed import Vectors
from index.errors import StoreError, UnknownDocumentError
from index.types import Document, Passage, Span

SCHEMA_VERSION = 2

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
    checksum INTEGER NOT NULL,         -- of all but the text, which has its own
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
    checksum INTEGER NOT NULL,         -- of what comes before, without id and vector: SQLite does not see a flipped bit
    vector_checksum INTEGER NOT NULL,
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
        self._reserve = path.with_name("reserve")
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
        self._check("PRAGMA integrity_check(documents)")  # names are cited, and have no checksum; 9 ms for 10,000
        disk.keep_reserve(self._reserve)

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._connections:
            self._connections.pop().close()
        disk.keep_reserve(self._reserve)

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
            page_starts = json.dumps(document.page_starts)
            connection.execute(
                "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (document_id, revision) DO UPDATE SET "
                "title = excluded.title, page_starts = excluded.page_starts, checksum = excluded.checksum",
                (
                    document.id,
                    document.revision,
                    document.title,
                    document.text.encode(),
                    document.sha256,
                    page_starts,
                    _checksum(document.id, document.revision, document.title, document.sha256, page_starts),
                ),
            )
            self._drop_passages(connection, document.id, generation)
            connection.executemany(
                "INSERT INTO passages "
                '(document_id, revision, start, "end", page, sentences, checksum, vector, vector_checksum, generation) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (*_passage_row(document, sentences, vector), generation)
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
            if connection.in_transaction:  # not after an error that ended it
                connection.execute("ROLLBACK")  # nothing was written; and a damaged file can refuse a COMMIT

    def generation(self) -> int:
        """Return the number of changes that this store has seen."""
        return int(self._meta("generation") or 0)

    def encoder(self) -> str | None:
        """Return the name of the encoder that made the vectors, or None while there are none."""
        return self._meta("encoder") if self.passage_count() else None

    def document_count(self) -> int:
        """Return the number of documents."""
        return int(self._all("SELECT count(*) FROM documents")[0][0])

    def passage_count(self) -> int:
        """Return the number of passages that are searched. Cheap: no row is read for it."""
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
            "SELECT d.id, d.source, r.title, r.text, r.page_starts, r.sha256, r.revision, r.checksum FROM documents d "
            "JOIN revisions r ON r.document_id = d.id AND r.revision = coalesce(?, d.revision) WHERE d.id = ?",
            (revision, document_id),
        )
        if row is None:
            self._check(  # it may be there, and the way to it damaged
                "PRAGMA integrity_check(1)",
                "PRAGMA foreign_key_check",
                "SELECT id FROM documents WHERE (id, revision) NOT IN (SELECT document_id, revision FROM revisions)",
            )
            raise _unknown(document_id, revision)
        if not isinstance(row[3], bytes) or hashlib.sha256(row[3]).hexdigest() != row[5]:
            raise self._damaged(f"the text of {document_id} is not the one that was stored")
        if row[7] != _checksum(row[0], row[6], row[2], row[5], row[4]):  # it may be another's, by a damaged index
            raise self._damaged(f"what is found as {document_id} is not what was stored as it")
        return Document(row[0], row[1], row[2], row[3].decode(), tuple(json.loads(row[4])), row[5], row[6])

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Return those of the passages that are searched now, by id."""
        rows = self._all(
            'SELECT id, checksum, document_id, revision, start, "end", page, sentences FROM passages '
            "WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        for passage_id, checksum, *place in rows:
            if checksum != _checksum(*place):
                raise self._damaged(f"passage {passage_id} is not the one that was stored")
        return {
            passage_id: Passage(passage_id, document_id, revision, start, end, page, _unpack(sentences))
            for passage_id, _, document_id, revision, start, end, page, sentences in rows
        }

    def passage_ids(self, document_ids: Iterable[str]) -> list[int]:
        """Return the ids of the passages of these documents."""
        rows = self._all(
            "SELECT id FROM passages WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(document_ids)),),
        )
        return [row[0] for row in rows]

    def texts(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
        """Yield the id and the text of passages: those with these ids, or all."""
        last: tuple[tuple[str, str], str] | None = None
        for passage_id, document_id, revision, start, end in self._all(
            'SELECT id, document_id, revision, start, "end" FROM passages '
            "WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY document_id, id",
            (None if ids is None else json.dumps(list(ids)),),
        ):
            if last is None or last[0] != (document_id, revision):
                last = (document_id, revision), self.document(document_id, revision).text
            yield passage_id, last[1][start:end]

    def vectors(self, ids: Iterable[int] | None = None) -> tuple[list[int], Vectors]:
        """Return the ids and the vectors of passages, row by row: those with these ids, or all."""
        rows = self._all(
            "SELECT id, vector, vector_checksum FROM passages "
            "WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY id",
            (None if ids is None else json.dumps(list(ids)),),
        )
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        for passage_id, vector, checksum in rows:
            if not isinstance(vector, bytes) or zlib.crc32(vector) != checksum:
                raise self._damaged(f"the vector of passage {passage_id} is not the one that was stored")
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
            with self._translated():
                connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
                try:
                    connection.execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError:  # the log's index is a file, which needs room even to read
                    disk.spend_reserve(self._reserve)
                    connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA temp_store = MEMORY")  # sorting must not need a disk
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
            primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if primary == sqlite3.SQLITE_FULL or (
                primary == sqlite3.SQLITE_IOERR and disk.missing(self._path.parent, 0)
            ):
                raise disk.full(self._path.parent) from error
            damaged = primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            if damaged or str(error).startswith("Could not decode"):
                raise self._damaged(str(error)) from error
            raise StoreError(
                f"{self._path} cannot be used ({error}); check the folder's permissions and free space, "
                "or name another folder"
            ) from error

    def _check(self, *statements: str) -> None:
        """Raise `StoreError` if one of these finds a contradiction between rows, indexes and references."""
        for statement in statements:
            if (fault := self._one(statement)) not in (None, ("ok",)):
                raise self._damaged(f"{statement}: {fault}")

    def _damaged(self, what: str) -> StoreError:
        return StoreError(
            f"{self._path} cannot be used: it is damaged ({what}); put back a copy of the folder {self._path.parent}, "
            "or delete it and add the documents again"
        )

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


def _passage_row(document: Document, sentences: Sequence[Span], vector: Vectors) -> tuple[object, ...]:
    start, end = sentences[0].start, sentences[-1].end
    place = document.id, document.revision, start, end, document.page(start), _pack(sentences)
    packed = np.asarray(vector, dtype="<f4").tobytes()
    return *place, _checksum(*place), packed, zlib.crc32(packed)


def _checksum(*values: object) -> int:
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def _pack(sentences: Sequence[Span]) -> bytes:
    return np.array([(span.start, span.end) for span in sentences], dtype="<u4").tobytes()


def _unpack(data: bytes) -> tuple[Span, ...]:
    return tuple(Span(int(start), int(end)) for start, end in np.frombuffer(data, dtype="<u4").reshape(-1, 2))


def _unknown(document_id: str, revision: str | None = None) -> UnknownDocumentError:
    what = f"no document {document_id!r}" + (f" in revision {revision!r}" if revision else "")
    return UnknownDocumentError(f"{what}; `verbatim index status` lists the documents")
