"""The vectors in Chroma: a cache of the catalog that can be thrown away at any time.

Chroma is neither safe against a crash (its HNSW files are rewritten in place and never flushed) nor against a second
process on the same folder. So:

- A process that only asks leaves the folder shut, unless the store is very large: it scans the catalog's own vectors,
  in memory (see `index.scan`), and does not even import Chroma.
- One process owns the folder, by a lock. Any other scans the catalog's own vectors.
- The folder is opened only while its stamp fits it (see `index.stamp`): opening torn files is what lets Chroma fill a
  disk. Else it is deleted and made anew.
- A folder that opens is checked before it is believed: it must count what the catalog counts and find a sample of
  vectors by themselves. Whatever goes wrong later has the same cure.
- What cannot be written, for want of room or of permission, is scanned, as well.

Only ids and vectors are kept here. Texts stay in the catalog, and queries are always vectors: a stored collection can
name a model, which Chroma would load and run if it were given text.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import struct
import uuid
from collections.abc import Iterable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from index import disk, stamp
from index.catalog import Catalog, Missed
from index.embed import Vectors
from index.errors import DiskFullError
from index.scan import NOTHING, Scan

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

_log = logging.getLogger(__name__)

COLLECTION = "passages"
ADD_BATCH = 2000
"""Chroma refuses more than 5,461 at once; between 2,000 and that the speed does not change."""

SCANNED_PASSAGES = 200_000
"""Up to so many passages, a process that only asks scans the catalog's own vectors. At 100,000 that takes less time
than asking Chroma for as good an answer, no more memory, and not the second in which a process imports Chroma and opens
its folder. The time grows with the passages, Chroma's hardly."""

MADE_AT_ONCE = 2000
"""So many vectors are put into a new folder in about four seconds. With more, a folder that has to go (a document was
removed from it) is deleted, and made by the next `Index.add`: who removes a page does not wait minutes."""

SELF_QUERIES = 20
"""Vectors that must find themselves before a folder is believed."""

LINKS_SHARE = 0.05
"""What the links of the graph's upper layers may take, as a share of the vectors' file: in good order it is 0.005, and
damage that Chroma does not see makes them grow without end."""

HNSW: CreateHNSWConfiguration = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 400}
"""Recall@50 over 95,000 passages' vectors, and milliseconds a query (300 questions, one thread): 0.991 and 4.8; with 16
neighbors 0.964 and 3.4; with ef_search 200 0.966 and 3.0; with both 0.915 and 1.8."""


class VectorCache:
    """Finds the passages whose vectors are nearest to a query. Not thread-safe in `refresh`; its owner holds a lock."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._version = _version()
        self._lock = FileLock(folder.with_suffix(".lock"), thread_local=False)
        self._generation: int | None = None
        self._part = ""
        self._held = 0  # vectors in the collection, which takes longer to count them than to find the nearest
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None
        self._scan = NOTHING

    @property
    def state(self) -> str:
        """How searches are served: by ``"chroma"``, or by a ``"scan"`` where that has to wait, or is only asked."""
        if self._generation is None:
            return "not opened yet"
        return "scan" if self._collection is None else "chroma"

    def close(self) -> None:
        """Let go of the folder."""
        self._disconnect()
        self._lock.release(force=True)

    def refresh(self, generation: int, *, keep: bool = False) -> None:
        """Bring the cache to ``generation`` of the catalog or later. Never fails: what cannot be kept is not kept.

        With ``keep`` the folder is brought along in any case; without it, one that few passages do not need stays shut,
        and is deleted where something in it has to go.
        """
        if self._generation is not None and self._generation >= generation and not (keep and self._collection is None):
            return
        with self._catalog.snapshot():
            if (self._collection is None and not keep and self._need_not_open()) or not self._own():
                self._use_scan()
            elif self._collection is None and not self._open():
                self._make_anew(keep)
            elif (missed := self._catalog.missed_since(self._generation or 0)).generation > (self._generation or 0):
                try:
                    self._make_anew(keep) if missed.purge else self._apply(missed)
                except DiskFullError as error:  # the folder keeps its stamp and is brought up to date some day
                    self._use_scan(error)
                except Exception as error:  # Chroma raises its own, SQLite's and Rust's errors; all have one cure
                    _log.warning("the vectors in %s could not be updated (%s); making them anew", self._folder, error)
                    self.rebuild()

    def search(self, query: Vectors, limit: int, within: Iterable[int] | None = None) -> dict[int, float]:
        """Return up to ``limit`` passage ids with the cosine of their vector to ``query`` (one row, length 1).

        ``within`` holds the ids of the passages to search; None searches all. Chosen ones are compared exactly, from
        the catalog: Chroma's own filter takes time in proportion to all passages.
        """
        if within is not None:
            return Scan.over(*self._catalog.vectors(within)).nearest(query, limit)
        if self._collection is not None:
            try:
                return _query(self._collection, query, min(limit, self._held))
            except Exception as error:  # as above: the cure is the same whatever broke
                _log.warning("the vectors in %s are damaged (%s); making them anew", self._folder, error)
                self.rebuild()
                if self._collection is not None:
                    return _query(self._collection, query, min(limit, self._held))
        return self._scan.nearest(query, limit)

    def cosines(self, ids: Iterable[int], query: Vectors) -> dict[int, float]:
        """Return the cosine of each of these passages' vector to ``query``."""
        if self._collection is None:
            return self._scan.cosines(ids, query)
        return Scan.over(*self._catalog.vectors(ids)).cosines(ids, query)

    def rebuild(self) -> None:
        """Make the folder anew from the catalog. Nothing is embedded again."""
        self._disconnect()
        with self._catalog.snapshot():
            if not self._own():
                self._use_scan()
                return
            try:
                shutil.rmtree(self._folder, ignore_errors=True)
                # A fresh name: Chroma remembers a folder it has had open in this process, even one that is gone.
                self._connect(f"chroma-{uuid.uuid4().hex[:8]}", create=True)
                self._apply(replace(self._catalog.missed_since(0), removed=()))
            except Exception as error:  # a full disk, a folder that may not be written, or whatever Chroma raises
                self._use_scan(error)
                shutil.rmtree(self._folder, ignore_errors=True)

    def faults(self) -> list[str]:
        """Return what Chroma's folder holds that the catalog does not, or the other way round: nothing, if all is well.

        Nothing is checked while another process owns the folder.
        """
        if self._collection is None:
            return []
        ids, vectors = self._catalog.vectors()
        held = self._collection.get(include=["embeddings"])
        kept = dict(zip(map(int, held["ids"]), np.asarray(held["embeddings"]), strict=True))
        if kept.keys() != set(ids):
            return [f"Chroma holds {len(kept)} vectors, the catalog {len(ids)}, and they are not of the same passages"]
        wrong = sum(not np.allclose(kept[row], vector, atol=1e-5) for row, vector in zip(ids, vectors, strict=True))
        return [f"{wrong} vectors in Chroma are not those of the catalog"] if wrong else []

    # ---- the folder ----

    @property
    def _connected(self) -> Collection:
        if self._collection is None:
            raise RuntimeError("the vector cache is used before `refresh`")
        return self._collection

    def _need_not_open(self) -> bool:
        """Whether the folder can stay shut: few passages, and nothing in it that has to go."""
        if self._catalog.passage_count() > SCANNED_PASSAGES:
            return False
        left = stamp.read(self._folder, self._version)
        return not self._folder.exists() or (left is not None and not self._catalog.purged_since(left.generation))

    def _make_anew(self, keep: bool) -> None:
        """Make the folder anew; or delete it, where that would take long and the passages can be scanned meanwhile."""
        if keep or not MADE_AT_ONCE < self._catalog.passage_count() <= SCANNED_PASSAGES:
            self.rebuild()
            return
        self._disconnect()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._use_scan()

    def _own(self) -> bool:
        try:
            if not self._lock.is_locked:
                self._lock.acquire(timeout=0)
        except (Timeout, OSError):
            return False
        return True

    def _use_scan(self, cause: Exception | None = None) -> None:
        """Leave the folder as it is, and scan the catalog's vectors; those that are in memory are not read again."""
        if cause:
            _log.warning("the vectors in %s cannot be written (%s); searching without them", self._folder, cause)
        held = None if self._collection is not None else self._generation
        scan = self._scan
        self._disconnect()
        with self._catalog.snapshot() as generation:
            if held is None:
                self._scan = Scan.over(*self._catalog.vectors())
            else:
                missed = self._catalog.missed_since(held)
                self._scan = scan.changed(missed.removed, Scan.over(*self._catalog.vectors(missed.added)))
            self._generation = generation

    def _open(self) -> bool:
        """Open the folder as the last owner left it; False if there is none or it cannot be believed."""
        left = stamp.read(self._folder, self._version)
        if left is None or not left.fits(self._folder):
            if self._folder.exists():
                _log.warning("the vectors in %s are not as they were left; making them anew", self._folder)
            return False
        try:
            missed = self._catalog.missed_since(left.generation)
            if missed.purge:
                return False
            self._generation = left.generation
            self._connect(left.part, create=False)
            self._apply(missed)
            return self._is_sound()
        except DiskFullError as error:
            self._use_scan(error)
            return True
        except Exception as error:  # a damaged folder can raise anything
            _log.warning("the vectors in %s cannot be opened (%s); making them anew", self._folder, error)
            return False

    def _connect(self, part: str, *, create: bool) -> None:
        disk.need(self._folder.parent, 0)  # Chroma writes when it opens, too
        import chromadb
        from chromadb.config import Settings

        self._part = part
        self._client = chromadb.PersistentClient(str(self._folder / part), Settings(anonymized_telemetry=False))
        if create:
            self._collection = self._client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
            )
        else:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        self._scan = NOTHING

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[attr-defined]
        self._client = self._collection = None
        self._generation = None
        self._scan = NOTHING

    def _apply(self, missed: Missed) -> None:
        collection = self._connected
        if missed.removed or missed.added:
            disk.need(self._folder.parent, len(missed.added) * self._catalog.vectors(missed.added[:1])[1].nbytes)
            stamp.remove(self._folder)
        for batch in _batches(missed.removed):
            collection.delete(ids=[str(passage_id) for passage_id in batch])
        for batch in _batches(missed.added):
            ids, vectors = self._catalog.vectors(batch)
            if ids:
                collection.upsert(ids=[str(passage_id) for passage_id in ids], embeddings=vectors)
        if collection.count() != missed.passages:
            raise ValueError(f"it holds {collection.count()} vectors and the catalog {missed.passages}")
        for links in self._folder.rglob("link_lists.bin"):
            if links.stat().st_size > max(LINKS_SHARE * links.with_name("data_level0.bin").stat().st_size, 100_000):
                raise ValueError(f"{links.name} has grown to {links.stat().st_size} bytes")
        _blank_unused(self._folder)
        self._generation, self._held = missed.generation, missed.passages
        stamp.write(self._folder, self._version, missed.generation, self._part)

    def _is_sound(self) -> bool:
        ids = self._catalog.missed_since(0).added
        places = np.linspace(0, len(ids) - 1, num=min(SELF_QUERIES, len(ids)), dtype=int)
        _, sample = self._catalog.vectors(ids[place] for place in places)
        # The same vector may stand twice, so the test is on the cosine and not on the id; and the graph is approximate,
        # so one of the sample may be overlooked.
        found = [
            max(_query(self._connected, vector, min(1, self._held)).values(), default=0.0) > 0.999 for vector in sample
        ]
        return len(found) - sum(found) <= 1


def _blank_unused(folder: Path) -> None:
    """Overwrite what Chroma's files hold behind their last vector.

    They are written with room for a hundred at first, and what stands there is whatever was in the process's memory: it
    may be a document that was removed. The header gives the number of vectors and the bytes of each.
    """
    for header in folder.rglob("header.bin"):
        _, _, _, count, row_bytes = struct.unpack_from("<iQQQQ", header.read_bytes())
        for name, size in (("data_level0.bin", row_bytes), ("length.bin", 4)):
            with header.with_name(name).open("r+b") as file:
                unused = file.seek(0, os.SEEK_END) - count * size
                if unused > 0:
                    file.seek(count * size)
                    file.write(bytes(unused))


def _version() -> str:
    """Return what has to be the same for a folder to be used: a folder is never migrated."""
    return f"chromadb {metadata.version('chromadb')} {json.dumps(HNSW, sort_keys=True)}"


def _query(collection: Collection, query: Vectors, limit: int) -> dict[int, float]:
    if limit == 0:
        return {}
    found = collection.query(query_embeddings=query[np.newaxis, :], n_results=limit, include=["distances"])
    return {
        int(passage_id): 1.0 - distance
        for passage_id, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
    }


def _batches(ids: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [ids[start : start + ADD_BATCH] for start in range(0, len(ids), ADD_BATCH)]
