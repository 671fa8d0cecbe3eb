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
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from index import disk
from index.embed import Vectors
from index.errors import StoreError, UnknownDocumentError
from index.load import title_of
from index.passages import PASSAGES_ABOVE
from index.shapes import is_heading, last_heading
from index.types import Document, Entry, Passage, Span

SCHEMA_VERSION = 3

WAITING_SECONDS = 10.0
"""So long one connection waits for what another one has locked."""

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    revision TEXT NOT NULL             -- the one that is searched: an update is a change of this pointer
) STRICT;
CREATE TABLE sources (                 -- the names of a document: one, or several that hold the same text
    place INTEGER PRIMARY KEY,         -- their order
    name TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL          -- of the source's bytes and of the way they were read
) STRICT;
CREATE INDEX sources_by_document ON sources (document_id);
CREATE TABLE revisions (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    revision TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT,
    date TEXT,
    added TEXT NOT NULL,
    text BLOB NOT NULL,                -- UTF-8: a BLOB, so that no character is special
    sha256 TEXT NOT NULL,
    page_starts TEXT NOT NULL,
    checksum INTEGER NOT NULL,         -- of id, revision, title, author, date, digest and what is said of pages
    layout BLOB,                       -- where the lines stand, for formats with real pages
    original BLOB,                     -- and the file itself then, so that its pages can be shown
    recognised TEXT NOT NULL DEFAULT '[]',  -- pages whose text was recognised on a picture of them
    unread TEXT NOT NULL DEFAULT '[]',      -- pages that are pictures and were not read
    PRIMARY KEY (document_id, revision)
) STRICT;
CREATE INDEX revisions_by_text ON revisions (sha256);
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


_PASSAGE_COLUMNS = 'document_id, revision, start, "end", page, sentences, checksum, vector, vector_checksum'

_MIGRATIONS = {
    2: (
        "ALTER TABLE revisions ADD COLUMN recognised TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE revisions ADD COLUMN unread TEXT NOT NULL DEFAULT '[]'",
        "PRAGMA user_version = 3",
    )
}
"""By the version of a store that is there already: what makes it the next one."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What a cache must do to be up to date at ``generation``: ids to remove and to add; then it holds ``passages``.

    With ``purge`` a document was removed, of which nothing may be left: the cache's files must be made anew, since
    neither Chroma nor tantivy takes what is deleted out of its files at once.
    """

    generation: int
    removed: tuple[int, ...]
    added: tuple[int, ...]
    passages: int
    purge: bool


class _Connection(sqlite3.Connection):
    """A connection of one thread. Who closes it from another waits until it is not ``used``, lest SQLite crash."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:  # noqa: ANN401 - those of sqlite3
        super().__init__(*arguments, **settings)
        self.used = threading.RLock()


class Catalog:
    """One store's SQLite file. Safe to use from several threads and, through SQLite's own locks, several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reserve = path.with_name("reserve")
        self._connections: dict[threading.Thread, _Connection] = {}
        self._opening = threading.Lock()
        self._closed = False
        with self._translated():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create()
            elif version in _MIGRATIONS:
                self._migrate()
            elif version != SCHEMA_VERSION:
                raise StoreError(
                    f"{path} has the layout {version} and this version of Verbatim reads {SCHEMA_VERSION}; "
                    "open it with the version that made it, or add your documents to a new store"
                )
        # Names are cited, and have no checksum; 9 ms for 10,000.
        self._check("PRAGMA integrity_check(documents)", "PRAGMA integrity_check(sources)")
        disk.keep_reserve(self._reserve)

    def close(self) -> None:
        """Close the connections of all threads, each once its thread has done what it is at. No other is opened."""
        with self._opening:
            self._closed = True
        while self._connections:
            _, connection = self._connections.popitem()
            with connection.used:
                connection.close()
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
        layout: bytes | None = None,
        original: bytes | None = None,
    ) -> None:
        """Store a revision with its passages and make it the one that is searched, all in one transaction.

        It belongs to the name ``document.source`` from then on.
        """
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            self._set_meta(connection, "encoder", encoder)
            connection.execute(
                "INSERT INTO documents VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision",
                (document.id, document.revision),
            )
            said = (
                *(document.id, document.revision, document.title, document.author, document.date, document.sha256),
                *map(json.dumps, (document.page_starts, document.recognised, document.unread)),
            )
            added = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute(
                "INSERT INTO revisions (document_id, revision, title, author, date, sha256, page_starts, recognised, "
                "unread, checksum, added, text, layout, original) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (document_id, revision) DO UPDATE SET title = excluded.title, author = excluded.author, "
                "date = excluded.date, page_starts = excluded.page_starts, checksum = excluded.checksum, "
                "layout = excluded.layout, original = excluded.original, recognised = excluded.recognised, "
                "unread = excluded.unread",
                (*said, _said_checksum(*said), added, document.text.encode(), layout, original),
            )
            self._give_name(connection, document.source, document.id, fingerprint, generation)
            self._drop_passages(connection, document.id, generation)
            rows = (_passage_row(document, *each) for each in zip(passages, vectors, strict=True))
            self._add_passages(connection, rows, generation)

    def name(self, source: str, document_id: str, fingerprint: str) -> None:
        """Give a document another name. A document that had only this one is deleted."""
        with self._transaction() as connection:
            self._give_name(connection, source, document_id, fingerprint, self._next_generation(connection))

    def forget(self, sources: Iterable[str]) -> None:
        """Take these names from their documents, all in one transaction. With its last name a document is deleted."""
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            for source in sources:
                self._take_name(connection, source, generation)

    def checkpoint(self) -> bool:
        """Write everything into the one file, and leave nothing in the log beside it.

        SQLite overwrites what is deleted, but until then its old pages may stand in the log. False if a reader kept it
        from being emptied.
        """
        with self._translated():
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    # ---- reading ----

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Let this thread see one state of the store, whatever others write meanwhile; give its generation."""
        connection = self._connection
        with connection.used:
            with self._translated():  # another thread may have closed it
                is_inside = connection.in_transaction
                if not is_inside:
                    connection.execute("BEGIN")
            try:
                yield self.generation()
            finally:
                if not is_inside and connection.in_transaction:  # not after an error that ended it
                    connection.execute("ROLLBACK")  # nothing was written; and a damaged file can refuse a COMMIT

    def generation(self) -> int:
        """Return the number of changes that this store has seen."""
        return self._number("generation")

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
        row = self._one("SELECT document_id, fingerprint FROM sources WHERE name = ?", (source,))
        return (row[0], row[1]) if row else None

    def sources(self) -> dict[str, str]:
        """Return the id of its document by every source."""
        return dict(self._all("SELECT name, document_id FROM sources ORDER BY name"))

    def names(self, document_id: str) -> tuple[str, ...]:
        """Return the sources of a document, in the order in which it got them."""
        rows = self._all("SELECT name FROM sources WHERE document_id = ? ORDER BY place", (document_id,))
        return tuple(row[0] for row in rows)

    def revisions(self, document_id: str) -> list[str]:
        """Return the revisions of a document, oldest first."""
        rows = self._all("SELECT revision FROM revisions WHERE document_id = ? ORDER BY rowid", (document_id,))
        return [row[0] for row in rows]

    def holder(self, sha256: str) -> str | None:
        """Return the id of the document whose text, as it is searched, has this digest, or None."""
        row = self._one(
            "SELECT d.id FROM revisions r JOIN documents d ON d.id = r.document_id AND d.revision = r.revision "
            "WHERE r.sha256 = ?",
            (sha256,),
        )
        return row[0] if row else None

    def ids(self) -> list[str]:
        """Return the ids of all documents, in order of their first source."""
        return [
            row[0]
            for row in self._all(
                "SELECT d.id FROM documents d JOIN sources s ON s.document_id = d.id AND s.place = "
                "(SELECT min(place) FROM sources WHERE document_id = d.id) ORDER BY s.name"
            )
        ]

    def document(self, document_id: str, revision: str | None = None) -> Document:
        """Return a document, by default in the revision that is searched. Raises `UnknownDocumentError`."""
        row = self._one(
            "SELECT r.document_id, r.title, r.text, r.page_starts, r.sha256, r.revision, r.author, r.date, d.revision, "
            "r.added, r.recognised, r.unread, r.checksum, (SELECT json_group_array(name) FROM "
            "(SELECT name FROM sources WHERE document_id = d.id ORDER BY place)) "
            "FROM documents d JOIN revisions r ON r.document_id = d.id AND r.revision = coalesce(?, d.revision) "
            "WHERE d.id = ?",
            (revision, document_id),
        )
        if row is None:
            self._check(  # it may be there, and the way to it damaged
                "PRAGMA integrity_check(1)",
                "PRAGMA foreign_key_check",
                "SELECT id FROM documents WHERE (id, revision) NOT IN (SELECT document_id, revision FROM revisions)",
            )
            raise _unknown(document_id, revision)
        held, title, text, page_starts, sha256, found, author, date, latest, added, *more = row
        recognised, unread, checksum, names = more
        if not isinstance(text, bytes) or hashlib.sha256(text).hexdigest() != sha256:
            raise self.damaged(f"the text of {document_id} is not the one that was stored")
        # What the row says of itself is checked, too: a damaged index can lead to another's.
        if checksum != _said_checksum(held, found, title, author, date, sha256, page_starts, recognised, unread):
            raise self.damaged(f"what is found as {document_id} is not what was stored as it")
        source, *also = json.loads(names) or [document_id]  # nameless only in a damaged store
        return Document(
            id=document_id,
            source=source,
            title=title,
            text=text.decode(),
            page_starts=tuple(json.loads(page_starts)),
            sha256=sha256,
            revision=found,
            author=author,
            date=date,
            also=tuple(also),
            latest=latest,
            added=added,
            recognised=tuple(json.loads(recognised)),
            unread=tuple(json.loads(unread)),
        )

    def entries(self) -> list[Entry]:
        """Return a line for each document, in order of its first source. No text is read for it."""
        names: dict[str, list[str]] = {}
        for name, document_id in self._all("SELECT name, document_id FROM sources ORDER BY place"):
            names.setdefault(document_id, []).append(name)
        sentences = dict(self._all("SELECT document_id, sum(length(sentences)) / 8 FROM passages GROUP BY document_id"))
        entries = []
        for checksum, added, *said in self._all(
            "SELECT r.checksum, r.added, d.id, r.revision, r.title, r.author, r.date, r.sha256, r.page_starts, "
            "r.recognised, r.unread "
            "FROM documents d JOIN revisions r ON r.document_id = d.id AND r.revision = d.revision"
        ):
            held, revision, title, *_, page_starts, recognised, unread = said
            if checksum != _said_checksum(*said):
                raise self.damaged(f"what is found as {held} is not what was stored as it")
            source, *also = names.get(held, [held])  # nameless only in a damaged store
            pages, *pictures = (len(json.loads(each)) for each in (page_starts, recognised, unread))
            entries.append(
                Entry(held, source, title, pages, sentences.get(held, 0), added, revision, tuple(also), *pictures)
            )
        return sorted(entries, key=lambda entry: entry.source)

    def layout(self, document_id: str, revision: str) -> bytes | None:
        """Return where the lines of a revision stand on its pages, or None if it has none."""
        return self._of_revision("layout", document_id, revision)

    def original(self, document_id: str, revision: str) -> bytes | None:
        """Return the file that a revision was read from, or None if it was not kept."""
        return self._of_revision("original", document_id, revision)

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Return those of the passages that are searched now, by id."""
        where, parameters = _these(ids)
        return {
            passage_id: Passage(passage_id, document_id, revision, start, end, page, _unpack(sentences))
            for passage_id, _, document_id, revision, start, end, page, sentences in self._places(where, parameters)
        }

    def sentences(self, document_id: str, start: int, end: int) -> list[Span]:
        """Return the sentences of a document, as it is searched, that share characters with ``text[start:end]``."""
        rows = self._places('WHERE document_id = ? AND start < ? AND "end" > ? ORDER BY id', (document_id, end, start))
        return [span for *_, packed in rows for span in _unpack(packed) if span.start < end and start < span.end]

    def check_gone(self, ids: Iterable[int]) -> None:
        """Raise `StoreError` if one of these passages is missing without having been removed, or being yet to come."""
        astray = self._one(
            "SELECT value FROM json_each(?) WHERE value <= (SELECT max(id) FROM passages) "
            "AND value NOT IN (SELECT id FROM passages) AND value NOT IN (SELECT passage_id FROM tombstones)",
            (json.dumps(list(ids)),),
        )
        if astray:
            raise self.damaged(f"passage {astray[0]} is missing")

    def passage_ids(self, document_ids: Iterable[str]) -> list[int]:
        """Return the ids of the passages of these documents."""
        rows = self._all(
            "SELECT id FROM passages WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(document_ids)),),
        )
        return [row[0] for row in rows]

    def held(self, document_ids: Iterable[str]) -> set[str]:
        """Return those of these ids that are a document's."""
        rows = self._all(
            "SELECT id FROM documents WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(document_ids)),)
        )
        return {row[0] for row in rows}

    def is_empty(self) -> bool:
        """Whether no passage can be found. Takes the same time in a store of any size, which counting does not."""
        return self._one("SELECT 1 FROM passages LIMIT 1") is None

    def texts(self, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Yield the id and the text of these passages."""
        for passage_id, document, sentences in self._in_documents(ids):
            yield passage_id, document.text[sentences[0].start : sentences[-1].end]

    def texts_below_heads(self, ids: Iterable[int] | None) -> Iterator[tuple[int, str]]:
        """Yield the id and the text of passages, below the title of their document and the heading they stand under.

        The ids are those of all passages of some documents; None gives all there are.
        """
        before, read = deque[str](maxlen=PASSAGES_ABOVE), None
        for passage_id, document, sentences in self._in_documents(ids):
            if document is not read:
                read = document
                before.clear()
            lines = [sentence.of(document.text) for sentence in sentences]
            heading = "" if is_heading(lines[0]) else next(filter(None, reversed(before)), "")
            before.append(last_heading(lines))
            text = document.text[sentences[0].start : sentences[-1].end]
            yield passage_id, "\n".join(filter(None, (document.title, heading, text)))

    def _in_documents(self, ids: Iterable[int] | None) -> Iterator[tuple[int, Document, tuple[Span, ...]]]:
        """Yield the id of passages, their document and their sentences, document by document."""
        where, parameters = _these(ids)
        rows = self._places(f"{where} ORDER BY document_id, id", parameters)
        for (document_id, revision), places in groupby(rows, key=lambda row: (row[2], row[3])):
            document = self.document(document_id, revision)
            for passage_id, *_, sentences in places:
                yield passage_id, document, _unpack(sentences)

    def _places(self, which: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """Return rows of passages, all but their vectors, each compared with its checksum."""
        rows = self._all(
            f'SELECT id, checksum, document_id, revision, start, "end", page, sentences FROM passages {which}',  # noqa: S608
            parameters,
        )
        for passage_id, checksum, *place in rows:
            if checksum != _checksum(*place):
                raise self.damaged(f"passage {passage_id} is not the one that was stored")
        return rows

    def vectors(self, ids: Iterable[int] | None = None) -> tuple[list[int], Vectors]:
        """Return the ids and the vectors of passages, row by row: those with these ids, or all."""
        where, parameters = _these(ids)
        rows = self._all(f"SELECT id, vector, vector_checksum FROM passages {where} ORDER BY id", parameters)  # noqa: S608
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        for passage_id, vector, checksum in rows:
            if not isinstance(vector, bytes) or zlib.crc32(vector) != checksum:
                raise self.damaged(f"the vector of passage {passage_id} is not the one that was stored")
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), -1)
        return [row[0] for row in rows], matrix

    def missed_since(self, generation: int) -> Missed:
        """Return what changed after ``generation``."""
        with self.snapshot() as now:
            removed = self._all("SELECT passage_id FROM tombstones WHERE generation > ?", (generation,))
            added = self._all("SELECT id FROM passages WHERE generation > ? ORDER BY id", (generation,))
            passages = self.passage_count()
            purge = self.purged_since(generation)
        return Missed(now, tuple(row[0] for row in removed), tuple(row[0] for row in added), passages, purge)

    def purged_since(self, generation: int) -> bool:
        """Whether a document was removed after ``generation``: see `Missed`."""
        return self._number("purged") > generation

    def faults(self) -> list[str]:
        """Return what SQLite finds wrong with the file, in its words: nothing, if all is well."""
        broken = [row[0] for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]
        astray = [f"{row[0]} row {row[1]} belongs to no {row[2]}" for row in self._all("PRAGMA foreign_key_check")]
        nameless = self._all("SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM sources)")
        return [*broken, *astray, *(f"the document {row[0]} has no name" for row in nameless)]

    # ---- inside ----

    @property
    def _connection(self) -> _Connection:
        thread = threading.current_thread()
        connection = self._connections.get(thread)
        if connection is None:
            with self._translated(), self._opening:
                if self._closed:
                    raise sqlite3.ProgrammingError("the store is closed")
                for ended in [other for other in self._connections if not other.is_alive()]:  # a server's come and go
                    self._connections.pop(ended).close()
                self._connections[thread] = connection = self._connected()
        return connection

    def _connected(self) -> _Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=WAITING_SECONDS, factory=_Connection
        )
        try:
            _use_log(connection)
        except sqlite3.OperationalError:  # the log's index is a file, which needs room even to read
            disk.spend_reserve(self._reserve)
            _use_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # sorting must not need a disk
        return connection

    def _create(self) -> None:
        with self._transaction() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody else was faster
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)

    def _migrate(self) -> None:
        with self._transaction() as connection:
            while migration := _MIGRATIONS.get(connection.execute("PRAGMA user_version").fetchone()[0]):
                for statement in migration:
                    connection.execute(statement)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if self._closed and isinstance(error, sqlite3.ProgrammingError):
                raise StoreError(f"the store {self._path.parent} is closed; open it again") from error
            primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if primary == sqlite3.SQLITE_FULL or (
                primary == sqlite3.SQLITE_IOERR and disk.missing(self._path.parent, 0)
            ):
                raise disk.full(self._path.parent) from error
            # A plain error of our own statements is a name that the file's own schema does not have.
            damaged = primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
            if damaged or str(error).startswith("Could not decode"):
                raise self.damaged(str(error)) from error
            raise StoreError(
                f"{self._path} cannot be used ({error}); check the folder's permissions and free space, "
                "or name another folder"
            ) from error
        except UnicodeDecodeError as error:  # a name in the schema, which SQLite's own message then quotes
            raise self.damaged(str(error)) from error

    def _check(self, *statements: str) -> None:
        """Raise `StoreError` if one of these finds a contradiction between rows, indexes and references."""
        for statement in statements:
            if (fault := self._one(statement)) not in (None, ("ok",)):
                raise self.damaged(f"{statement}: {fault}")

    def damaged(self, what: str) -> StoreError:
        """Return the error to raise where the catalog contradicts itself."""
        return StoreError(
            f"{self._path} cannot be used: it is damaged ({what}); put back a copy of the folder {self._path.parent}, "
            "or delete it and add the documents again"
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        with self._translated(), connection.used:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _all(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        connection = self._connection
        with self._translated(), connection.used:
            return connection.execute(statement, parameters).fetchall()

    def _one(self, statement: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        return next(iter(self._all(statement, parameters)), None)

    def _meta(self, key: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return row[0] if row else None

    def _number(self, key: str) -> int:
        value = self._meta(key) or "0"
        if not value.isdecimal():
            raise self.damaged(f"its {key} is {value!r}")
        return int(value)

    def _of_revision(self, column: str, document_id: str, revision: str) -> bytes | None:
        statement = f"SELECT {column} FROM revisions WHERE document_id = ? AND revision = ?"  # noqa: S608 - our names
        row = self._one(statement, (document_id, revision))
        if row is None:
            raise _unknown(document_id, revision)
        found: bytes | None = row[0]
        return found

    def _give_name(
        self, connection: sqlite3.Connection, source: str, document_id: str, fingerprint: str, generation: int
    ) -> None:
        known = connection.execute("SELECT document_id FROM sources WHERE name = ?", (source,)).fetchone()
        if known and known[0] != document_id:
            self._take_name(connection, source, generation)
        connection.execute(
            "INSERT INTO sources (name, document_id, fingerprint) VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint",
            (source, document_id, fingerprint),
        )

    def _take_name(self, connection: sqlite3.Connection, source: str, generation: int) -> None:
        taken = connection.execute(
            "DELETE FROM sources WHERE name = ? RETURNING document_id, place", (source,)
        ).fetchone()
        if taken is None:
            raise _unknown(source)
        document_id, place = taken
        first = connection.execute(
            "SELECT name, place FROM sources WHERE document_id = ? ORDER BY place LIMIT 1", (document_id,)
        ).fetchone()
        if first is None:
            self._delete(connection, document_id, generation)
        elif place < first[1]:
            self._retitle(connection, document_id, title_of(source), title_of(first[0]), generation)

    def _retitle(self, connection: sqlite3.Connection, document_id: str, old: str, new: str, generation: int) -> None:
        """Give the revisions whose title is only the document's old name its new one.

        The passages are added anew, since the title is searched with them.
        """
        rows = connection.execute(
            "SELECT revision, author, date, sha256, page_starts, recognised, unread FROM revisions "
            "WHERE document_id = ? AND title = ?",
            (document_id, old),
        ).fetchall()
        if old == new or not rows:
            return
        for revision, *said in rows:
            connection.execute(
                "UPDATE revisions SET title = ?, checksum = ? WHERE document_id = ? AND revision = ?",
                (new, _said_checksum(document_id, revision, new, *said), document_id, revision),
            )
        passages = connection.execute(
            f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE document_id = ? ORDER BY id",  # noqa: S608 - our names
            (document_id,),
        ).fetchall()
        self._drop_passages(connection, document_id, generation)
        self._add_passages(connection, passages, generation)

    def _delete(self, connection: sqlite3.Connection, document_id: str, generation: int) -> None:
        self._drop_passages(connection, document_id, generation)
        if connection.execute("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount == 0:
            raise _unknown(document_id)
        self._set_meta(connection, "purged", str(generation))

    @staticmethod
    def _set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
        connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    @staticmethod
    def _next_generation(connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "INSERT INTO meta VALUES ('generation', '1') "
            "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value"
        ).fetchone()
        return int(row[0])

    @staticmethod
    def _add_passages(connection: sqlite3.Connection, rows: Iterable[Sequence[object]], generation: int) -> None:
        connection.executemany(
            f"INSERT INTO passages ({_PASSAGE_COLUMNS}, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            ((*row, generation) for row in rows),
        )

    @staticmethod
    def _drop_passages(connection: sqlite3.Connection, document_id: str, generation: int) -> None:
        connection.execute(
            "INSERT INTO tombstones SELECT id, ? FROM passages WHERE document_id = ?",
            (generation, document_id),
        )
        connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))


def _use_log(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. While another process does so in a new store, SQLite refuses instead of waiting."""
    deadline = time.monotonic() + WAITING_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _passage_row(document: Document, sentences: Sequence[Span], vector: Vectors) -> tuple[object, ...]:
    start, end = sentences[0].start, sentences[-1].end
    place = document.id, document.revision, start, end, document.page(start), _pack(sentences)
    packed = np.asarray(vector, dtype="<f4").tobytes()
    return *place, _checksum(*place), packed, zlib.crc32(packed)


def _checksum(*values: object) -> int:
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def _said_checksum(*said: object) -> int:
    """Return the checksum of what a revision says of itself; the last two, if they say nothing, are not in it.

    They are newer than the others, and a store that is older than they are has its checksums already.
    """
    return _checksum(*said[:-2], *(said[-2:] if said[-2:] != ("[]", "[]") else ()))


def _these(ids: Iterable[int] | None) -> tuple[str, tuple[str, ...]]:
    """Return the clause that chooses passages by id, or all. One for both would read the whole table every time."""
    return ("", ()) if ids is None else ("WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))


def _pack(sentences: Sequence[Span]) -> bytes:
    return np.array([(span.start, span.end) for span in sentences], dtype="<u4").tobytes()


def _unpack(data: bytes) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in struct.iter_unpack("<II", data))


def _unknown(document_id: str, revision: str | None = None) -> UnknownDocumentError:
    what = f"no document {document_id!r}" + (f" in revision {revision!r}" if revision else "")
    return UnknownDocumentError(f"{what}; `verbatim index status` lists the documents")
