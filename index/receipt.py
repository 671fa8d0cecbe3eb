"""Proof of a removal: what stood in the documents is looked for in every file of the store, byte by byte."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.types import Document, Receipt

Piece = TypeVar("Piece")

MOST_PROBES = 100
"""Sentences, and as many vectors, that are looked for; more would say the same more slowly."""

SHORTEST_PROBE_CHARS = 20
"""Shorter sentences may stand anywhere by chance."""

VECTOR_PROBE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Probes:
    """What to look for: bytes of sentences that only the removed documents held, and of their passages' vectors."""

    sentences: tuple[bytes, ...]
    vectors: tuple[bytes, ...]


def probes_of(sentences: Sequence[str], vectors: Sequence[bytes]) -> Probes:
    """Choose what to look for from the sentences and the vectors (as they are stored) of some documents."""
    long_enough = list(dict.fromkeys(text for text in sentences if len(text) >= SHORTEST_PROBE_CHARS))
    return Probes(
        tuple(text.encode() for text in _spread(long_enough)),
        tuple(vector[:VECTOR_PROBE_BYTES] for vector in _spread(vectors)),
    )


def look_for(
    probes: Probes, folder: Path, *, remaining: Iterable[Document], remaining_vectors: Iterable[bytes]
) -> Receipt:
    """Look for the probes in every file below ``folder``, but for what ``remaining`` documents hold, too.

    Two contracts may share a clause: its sentences, and where a whole passage is the same, its vector.
    """
    sentences = set(probes.sentences)
    for document in remaining:
        text = document.text.encode()
        sentences = {sentence for sentence in sentences if sentence not in text}
    vectors = set(probes.vectors).difference(vector[:VECTOR_PROBE_BYTES] for vector in remaining_vectors)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return Receipt(
        sentences=len(sentences),
        vectors=len(vectors),
        files=len(files),
        bytes=sum(path.stat().st_size for path in files),
        traces=tuple(str(path.relative_to(folder)) for path in files if any(_found(path, [*sentences, *vectors]))),
    )


def _found(path: Path, wanted: Iterable[bytes]) -> Iterator[bool]:
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        yield from (held.find(piece) >= 0 for piece in wanted)


def _spread(pieces: Sequence[Piece]) -> Sequence[Piece]:
    step = max(1, len(pieces) // MOST_PROBES)
    return pieces[::step][:MOST_PROBES]
