"""The vectors in Chroma: a cache of the catalog that can be thrown away at any time.

Chroma is neither safe against a crash (its HNSW files are rewritten in place and never flushed) nor against a second
process on the same folder. So:

- A small store has no such folder: its vectors are searched exactly, in memory, and Chroma is not even imported.
- One process owns the folder, by a lock. Any other searches the catalog's own vectors, exactly, in memory.
- A stamp says at which generation of the catalog the folder was left in order. It is taken away before a change and
  written again after it: a folder without a stamp is not opened but made anew.
- A folder that opens is checked before it is believed: it must count what the catalog counts and find a sample of
  vectors by themselves. Whatever goes wrong later has the same cure.

Only ids and vectors are kept here. Texts stay in the catalog, and queries are always vectors: a stored collection can
name a model, which Chroma would load and run if it were given text.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from index.catalog import Catalog, Missed
from index.embed import Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

_log = logging.getLogger(__name__)

COLLECTION = "passages"
ADD_BATCH = 2000
"""Chroma refuses more than 5,461 at once; between 2,000 and that the speed does not change."""

EXACT_PASSAGES = 10_000
"""Up to so many, the catalog's own vectors are searched: in 1 ms, as by Chroma, but all of them, with 15 MB held in
memory. To import Chroma and open its folder takes a process a second of its own."""

SELF_QUERIES = 20
"""Vectors that must find themselves before a folder is believed."""

HNSW: CreateHNSWConfiguration = {"space": "cosine", "max_neighbors": 16, "ef_construction": 200, "ef_search": 200}
"""Recall@50 was 0.997 at 20,000 vectors, against 0.976 with Chroma's defaults, for 0.4 ms more a query."""


class VectorCache:
    """Finds the passages whose vectors are nearest to a query. Not thread-safe in `refresh`; its owner holds a lock."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._lock = FileLock(folder.with_suffix(".lock"), thread_local=False)
        self._generation: int | None = None
        self._name = ""
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None
        self._exact: tuple[list[int], Vectors] = ([], np.empty((0, 0), dtype=np.float32))

    @property
    def state(self) -> str:
        """How searches are served: by ``"chroma"``, or ``"exact"`` if few, or while another process owns the folder."""
        if self._generation is None:
            return "not opened yet"
        return "chroma" if self._lock.is_locked else "exact"

    def close(self) -> None:
        """Let go of the folder."""
        self._disconnect()
        self._lock.release(force=True)

    def refresh(self, generation: int) -> None:
        """Bring the cache to ``generation`` of the catalog or later."""
        if self._generation is not None and self._generation >= generation:
            return
        if self._is_small() or not self._own():
            self.close()
            with self._catalog.snapshot() as now:
                self._exact, self._generation = self._catalog.vectors(), now
            return
        self._exact = ([], np.empty((0, 0), dtype=np.float32))
        if self._collection is None and not self._open():
            self.rebuild()
        elif (missed := self._catalog.missed_since(self._generation or 0)).generation > (self._generation or 0):
            try:
                self._apply(missed)
            except Exception as error:  # Chroma raises its own, SQLite's and Rust's errors; all have one cure
                _log.warning("the vectors in %s could not be updated (%s); making them anew", self._folder, error)
                self.rebuild()

    def search(self, query: Vectors, limit: int, within: Iterable[int] | None = None) -> dict[int, float]:
        """Return up to ``limit`` passage ids with the cosine of their vector to ``query`` (one row, length 1).

        ``within`` holds the ids of the passages to search; None searches all. Chosen ones are compared exactly, from
        the catalog: Chroma's own filter takes time in proportion to all passages.
        """
        if within is not None:
            return _nearest(*self._catalog.vectors(within), query, limit)
        if self._collection is None:
            return _nearest(*self._exact, query, limit)
        try:
            return _query(self._collection, query, limit)
        except Exception as error:  # as above: the cure is the same whatever broke
            _log.warning("the vectors in %s are damaged (%s); making them anew", self._folder, error)
            self.rebuild()
            return _query(self._connected, query, limit)

    def rebuild(self) -> None:
        """Make the folder anew from the catalog. Nothing is embedded again."""
        if self._is_small() or not self._own():
            self.close()
            return
        self._disconnect()
        shutil.rmtree(self._folder, ignore_errors=True)
        # A fresh name: Chroma remembers a folder it has had open in this process, even one that is gone.
        self._connect(f"chroma-{uuid.uuid4().hex[:8]}", create=True)
        self._apply(replace(self._catalog.missed_since(0), removed=()))

    # ---- the folder ----

    @property
    def _stamp(self) -> Path:
        return self._folder / "stamp.json"

    @property
    def _connected(self) -> Collection:
        if self._collection is None:
            raise RuntimeError("the vector cache is used before `refresh`")
        return self._collection

    def _is_small(self) -> bool:
        return self._catalog.passage_count() <= EXACT_PASSAGES

    def _own(self) -> bool:
        try:
            if not self._lock.is_locked:
                self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _open(self) -> bool:
        """Open the folder as the last owner left it; False if there is none or it cannot be believed."""
        try:
            stamp = json.loads(self._stamp.read_text())
            self._connect(stamp["name"], create=False)
            self._generation = int(stamp["generation"])
            self._apply(self._catalog.missed_since(self._generation))
            return self._is_sound()
        except FileNotFoundError:
            return False
        except Exception as error:  # a damaged folder can raise anything
            _log.warning("the vectors in %s cannot be opened (%s); making them anew", self._folder, error)
            return False

    def _connect(self, name: str, *, create: bool) -> None:
        import chromadb
        from chromadb.config import Settings

        self._name = name
        path = self._folder / name
        if not create and not path.is_dir():
            raise FileNotFoundError(path)
        self._client = chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))
        if create:
            self._collection = self._client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
            )
        else:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[attr-defined]
        self._client = self._collection = None
        self._generation = None

    def _apply(self, missed: Missed) -> None:
        if missed.removed or missed.added:
            self._stamp.unlink(missing_ok=True)
        for batch in _batches(missed.removed):
            self._connected.delete(ids=[str(passage_id) for passage_id in batch])
        for batch in _batches(missed.added):
            ids, vectors = self._catalog.vectors(batch)
            if ids:
                self._connected.upsert(ids=[str(passage_id) for passage_id in ids], embeddings=vectors)
        self._generation = missed.generation
        write_atomically(self._stamp, json.dumps({"name": self._name, "generation": missed.generation}))

    def _is_sound(self) -> bool:
        ids = self._catalog.missed_since(0).added
        if self._connected.count() != len(ids):
            return False
        places = np.linspace(0, len(ids) - 1, num=min(SELF_QUERIES, len(ids)), dtype=int)
        _, sample = self._catalog.vectors(ids[place] for place in places)
        # The same vector may stand twice, so the test is on the cosine and not on the id; and the graph is approximate,
        # so one of the sample may be overlooked.
        found = [max(_query(self._connected, vector, 1).values(), default=0.0) > 0.999 for vector in sample]
        return len(found) - sum(found) <= 1


def _nearest(ids: list[int], matrix: Vectors, query: Vectors, limit: int) -> dict[int, float]:
    if not ids:
        return {}
    cosines = matrix @ query
    if len(ids) > limit:  # sorting all takes longer than comparing them
        chosen = np.flatnonzero(cosines >= np.partition(cosines, -limit)[-limit])
        best = chosen[np.argsort(-cosines[chosen], kind="stable")][:limit]
    else:
        best = np.argsort(-cosines, kind="stable")
    return {ids[row]: float(cosines[row]) for row in best}


def _query(collection: Collection, query: Vectors, limit: int) -> dict[int, float]:
    limit = min(limit, collection.count())
    if limit == 0:
        return {}
    found = collection.query(query_embeddings=query[np.newaxis, :], n_results=limit, include=["distances"])
    return {
        int(passage_id): 1.0 - distance
        for passage_id, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
    }


def _batches(ids: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [ids[start : start + ADD_BATCH] for start in range(0, len(ids), ADD_BATCH)]


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that it is there as a whole or not at all, even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
