"""The conversations that were had, in one SQLite file beside the catalog: what is asked again is found again.

A conversation belongs to its owner (the name of a login, or "" for the one person of a machine without logins), and
nobody else can read, change or delete it. Answers are kept as data, with the ids, revisions and offsets of what they
cite, never as HTML. What is deleted is overwritten, and stands in no file any more.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from index.errors import StoreError, VerbatimError
from index.types import Failure
from qa.types import Answer
from ui.render import Turn

HISTORY_NAME = "conversations.sqlite3"
"""The file, in the folder of a store."""

MOST_CONVERSATIONS = 500
"""Of each owner. When one more begins, the one that has rested the longest is deleted."""

TITLE_CHARS = 120
"""A longer title is cut."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    begun TEXT NOT NULL,               -- UTC, ISO 8601, as is touched
    touched TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_by_owner ON conversations (owner, touched);
CREATE TABLE IF NOT EXISTS turns (
    place INTEGER PRIMARY KEY,         -- their order
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    turn TEXT NOT NULL                 -- JSON of a Turn
) STRICT;
CREATE INDEX IF NOT EXISTS turns_by_conversation ON turns (conversation);
CREATE TABLE IF NOT EXISTS refused (   -- files that did not go in, until they are dismissed or a good one comes
    owner TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (owner, source)
) STRICT;
PRAGMA user_version = 1;
"""

_ANSWER = TypeAdapter(Answer)


class UnknownConversationError(VerbatimError):
    """There is no such conversation of this owner."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as one line of a list. ``begun`` and ``touched`` are UTC, ISO 8601."""

    id: str
    title: str
    begun: str
    touched: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with all its turns, oldest first."""

    id: str
    title: str
    begun: str
    turns: tuple[Turn, ...]


class History:
    """One file of conversations. Threads and processes may share it: one thread at a time is let in.

    The connection stays open, since opening the file, writing one turn and closing it again takes 20 ms on a disk.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    # ---- conversations ----

    def conversations(self, owner: str) -> list[Summary]:
        """Return the conversations of an owner, the one that was touched last first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, title, begun, touched FROM conversations WHERE owner = ? ORDER BY touched DESC, rowid DESC",
                (owner,),
            )
            return [Summary(*row) for row in rows]

    def conversation(self, owner: str, conversation: str) -> Conversation:
        """Return a conversation. Raises `UnknownConversationError` if this owner has none of that id."""
        with self._open() as connection:
            title, begun = self._owned(connection, owner, conversation)
            rows = connection.execute("SELECT turn FROM turns WHERE conversation = ? ORDER BY place", (conversation,))
            turns = tuple(turn_from_data(json.loads(row[0])) for row in rows)
        return Conversation(conversation, title, begun, turns)

    def append(self, owner: str, conversation: str, turn: Turn) -> Summary:
        """Keep a turn at the end of a conversation; with "" it begins a new one, named by the question."""
        now, removed = _now(), 0
        with self._open() as connection:
            if not conversation:
                conversation = secrets.token_urlsafe(16)
                connection.execute(
                    "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                    (conversation, owner, _title(turn.question), now, now),
                )
                removed = self._bound(connection, owner)
            title, begun = self._owned(connection, owner, conversation)
            connection.execute("UPDATE conversations SET touched = ? WHERE id = ?", (now, conversation))
            connection.execute("INSERT INTO turns (conversation, turn) VALUES (?, ?)", (conversation, _as_row(turn)))
        if removed:
            self._forget()
        return Summary(conversation, title, begun, now)

    def amend(self, owner: str, conversation: str, before: Turn, after: Turn) -> None:
        """Keep what became of a turn: its answer written out, or judged. If it is gone, nothing is kept.

        It is found by what does not change, since notes of today and a half-written answer were not kept ``before``.
        """
        wanted = _as_row(_as_answered(before))
        with self._open() as connection:
            self._owned(connection, owner, conversation)
            rows = connection.execute(
                "SELECT place, turn FROM turns WHERE conversation = ? ORDER BY place DESC", (conversation,)
            )
            for place, row in rows:
                kept = turn_from_data(json.loads(row))
                if _as_row(_as_answered(kept)) == wanted:
                    connection.execute(
                        "UPDATE turns SET turn = ? WHERE place = ?", (_as_row(_amended(kept, after)), place)
                    )
                    return

    def rename(self, owner: str, conversation: str, title: str) -> str:
        """Give a conversation another title, and return it as it is kept; an empty one changes nothing."""
        with self._open() as connection:
            before, _ = self._owned(connection, owner, conversation)
            after = _title(title) or before
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (after, conversation))
        self._forget()
        return after

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation, so that nothing of it is left in the file."""
        with self._open() as connection:
            self._owned(connection, owner, conversation)
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
        self._forget()

    def quoting(self, owner: str, document_id: str) -> int:
        """Return how many conversations of an owner quote a document."""
        with self._open() as connection:
            return int(
                connection.execute(
                    "SELECT count(DISTINCT conversation) FROM turns JOIN conversations ON id = conversation "
                    "WHERE owner = ? AND instr(turn, ?)",
                    (owner, f'"document_id": {json.dumps(document_id, ensure_ascii=False)}'),
                ).fetchone()[0]
            )

    # ---- files that were refused ----

    def refused(self, owner: str) -> list[Failure]:
        """Return the files of an owner that did not go in, the last one first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT source, reason FROM refused WHERE owner = ? ORDER BY rowid DESC", (owner,)
            )
            return [Failure(*row) for row in rows]

    def refuse(self, owner: str, failed: Sequence[Failure], accepted: Sequence[str]) -> None:
        """Keep what did not go in, and forget what did meanwhile, by its name."""
        with self._open() as connection:
            for source in accepted:
                connection.execute("DELETE FROM refused WHERE owner = ? AND source = ?", (owner, _sayable(source)))
            connection.executemany(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?)",
                ((owner, _sayable(failure.source), _sayable(failure.reason)) for failure in failed),
            )

    # ---- inside ----

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in one transaction. After an error the file is opened anew: it may be another one."""
        with self._lock:
            try:
                self._connection = self._connection or self._connected()
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                raise StoreError(
                    f"{self.path} cannot be used ({error}); check the folder's permissions and free space, or move the "
                    "file away to begin without earlier conversations"
                ) from error

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power failure may cost the last words, never the file
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        self._lay_out(connection)
        return connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(_SCHEMA)
        elif version != 1:
            raise StoreError(f"{self.path} is of a later version of Verbatim; open it with that one, or move it away")

    def _owned(self, connection: sqlite3.Connection, owner: str, conversation: str) -> tuple[str, str]:
        row = connection.execute(
            "SELECT title, begun FROM conversations WHERE id = ? AND owner = ?", (conversation, owner)
        ).fetchone()
        if row is None:
            raise UnknownConversationError("this conversation is not there any more; it was deleted")
        return row[0], row[1]

    def _bound(self, connection: sqlite3.Connection, owner: str) -> int:
        """Delete the conversations of an owner that are too many, and return how many they were."""
        return connection.execute(
            "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations WHERE owner = ? "
            "ORDER BY touched DESC, rowid DESC LIMIT -1 OFFSET ?)",
            (owner, MOST_CONVERSATIONS),
        ).rowcount

    def _forget(self) -> None:
        """Empty the log, in which the pages as they were may still stand."""
        with self._open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _as_answered(turn: Turn) -> Turn:
    """Return a turn as it was when it was answered: nothing written out, judged, or noted since."""
    return replace(turn, answer=turn.answer and replace(turn.answer, written=None), judged="", notes=())


def _amended(kept: Turn, after: Turn) -> Turn:
    """Return the turn that was kept with what is new: a judgement, or an answer that is written out to its end."""
    is_written = after.answer is not None and after.answer.written is not None and after.answer.written.complete
    return replace(kept, answer=after.answer if is_written else kept.answer, judged=after.judged or kept.judged)


def _as_row(turn: Turn) -> str:
    return _sayable(json.dumps(turn_as_data(turn), ensure_ascii=False))


def turn_as_data(turn: Turn) -> dict[str, object]:
    """Return a turn as what JSON can hold; without the passages that were read, which stand in the store."""
    answer = None if turn.answer is None else _ANSWER.dump_python(replace(turn.answer, hits=()), mode="json")
    asked = {"asked": list(turn.asked)} if turn.asked else {}
    judged = {"judged": turn.judged} if turn.judged else {}
    alone = {"alone": True} if turn.alone else {}
    whole = {"question": turn.question, "answer": answer, "trouble": turn.trouble, "notes": list(turn.notes)}
    return {**whole, **asked, **judged, **alone}


def turn_from_data(data: Mapping[str, Any]) -> Turn:
    """Return the turn that `turn_as_data` wrote. Raises `ValueError` for anything else."""
    try:
        answer = None if data["answer"] is None else _ANSWER.validate_python(data["answer"])
        number, there = map(int, data.get("asked", (0, 0)))
        asked = (number, there) if number else None
        judged = data.get("judged", "")
        return Turn(
            str(data["question"]), answer, data["trouble"], notes=tuple(map(str, data["notes"])), asked=asked,
            judged=judged if judged in ("right", "wrong") else "", alone=data.get("alone") is True,
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no turn of a conversation: {error}") from error


def _title(text: str) -> str:
    line = " ".join(_sayable(text).split())
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1]}…"


def _sayable(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair, which no file can hold, becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
