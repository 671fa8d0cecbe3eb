"""What people say of answers, kept as a suite: `verbatim eval FOLDER` asks the same questions again.

The folder is in the format of `evals.suite`. It holds copies of the texts that a question is about, each named by the
document and its revision, so that the gold offsets stay true whatever becomes of the documents.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from evals.folder import load_suite
from index import Changes, Document, Index, VerbatimError, disk
from index.types import Span

FEEDBACK_NAME = "feedback"
"""The folder, in that of a store."""

_REVISION = 12  # its digits, after the document's id in the name of a copy


class Feedback:
    """One suite of cases. One thread at a time changes it."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._lock = threading.Lock()

    def keep(
        self,
        question: str,
        history: Sequence[str],
        expected: tuple[Document, Span] | None,
        *,
        kind: str,
        others: Sequence[Document] = (),
        answer: str | None = None,
    ) -> None:
        """Keep a question with the sentence that answers it, or None where the documents do not say.

        ``others`` are documents that were quoted, rightly or not; ``answer`` is a short answer inside the sentence.
        What was said before of the same question, asked after the same ``history``, is replaced.

        Raises:
            VerbatimError: The case cannot be kept; the suite is as it was before.

        """
        documents = [*others, *([expected[0]] if expected else [])]
        if not documents:
            raise VerbatimError("there is no document to keep this question with")
        row = {
            "id": "feedback-" + hashlib.sha256("\0".join([*history, question]).encode()).hexdigest()[:12],
            "question": question,
            "history": list(history),
            "answerable": expected is not None,
            "kind": kind,
            "evidence": [[_gold(*expected)]] if expected else [],
            "answers": [answer] if answer and expected else [],
        }
        with self._lock:
            before = self._rows()
            added = [document for document in documents if not self._copy(document).exists()]
            try:
                for document in added:
                    self._copy(document).parent.mkdir(parents=True, exist_ok=True)
                    self._copy(document).write_bytes(document.text.encode())
                self._write([*(old for old in before if old["id"] != row["id"]), row])
                load_suite(self.folder)
            except (VerbatimError, OSError) as error:
                for document in added:
                    self._copy(document).unlink(missing_ok=True)
                self._write(before)
                raise VerbatimError(f"this could not be kept: {error}") from error

    def forget(self, ids: Collection[str]) -> None:
        """Delete the copies of documents, and the cases that rest on them."""
        with self._lock:
            gone = {path.name for path in self._copies() if _id(path.name) in ids}
            if not gone:
                return
            self._write([row for row in self._rows() if not gone & _named(row)])
            for name in gone:
                (self.folder / "documents" / name).unlink()

    def _copies(self) -> list[Path]:
        return sorted((self.folder / "documents").glob("*.txt"))

    def _copy(self, document: Document) -> Path:
        return self.folder / "documents" / _name(document)

    def _rows(self) -> list[dict[str, Any]]:
        file = self.folder / "questions.jsonl"
        lines = file.read_bytes().split(b"\n") if file.exists() else []  # a text may hold what else ends a line
        return [json.loads(line) for line in lines if line.strip()]

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write the cases; of a document in several revisions, each is asked of the one it rests on."""
        names = [path.name for path in self._copies()]
        for row in rows:
            held = _named(row)
            ids = {_id(name) for name in held}
            row["without"] = [name for name in names if name not in held and _id(name) in ids]
        file = self.folder / "questions.jsonl"
        if rows:
            disk.write_whole(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        else:
            file.unlink(missing_ok=True)


def forget_removed(index: Index, changes: Changes) -> Changes:
    """Forget, beside a store, the documents that a change removed from it, and return the change."""
    Feedback(index.path / FEEDBACK_NAME).forget(changes.removed)
    return changes


def _name(document: Document) -> str:
    return f"{document.id}-{document.revision[:_REVISION]}.txt"


def _id(name: str) -> str:
    return name[: -len(".txt") - _REVISION - 1]


def _named(row: dict[str, Any]) -> set[str]:
    return {sentence["document"] for fact in row["evidence"] for sentence in fact}


def _gold(document: Document, span: Span) -> dict[str, object]:
    return {"document": _name(document), "start": span.start, "end": span.end, "text": span.of(document.text)}
