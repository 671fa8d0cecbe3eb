"""Files that are sent together: each under a name of its own, since the same name later is an update."""

from __future__ import annotations

from collections.abc import Iterable

from index import Failure, Source


def told_apart(sources: Iterable[Source], known: dict[str, int]) -> tuple[list[Source], tuple[Failure, ...]]:
    """Return the sources that go in, and a failure for each that would replace another one sent with it.

    ``known`` are the names of what was sent with them before, each with the hash of its data; theirs are added.
    """
    kept, failed = [], []
    for source in sources:
        if known.setdefault(source.name, hash(source.data)) == hash(source.data):
            kept.append(source)
        else:
            failed.append(Failure(source.name, "another file of this name was sent with it; rename one of them"))
    return kept, tuple(failed)
