"""Which documents are meant by a name that a person typed or wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from index import Entry, UnknownDocumentError
from index.load import absolute


def called(name: str, entries: Iterable[Entry]) -> list[str]:
    """Return the ids of the documents that are called so: by id, title, name or the end of their path."""
    wanted = name.casefold().replace("\\", "/")
    found = []
    for entry in entries:
        names = {entry.id, entry.title, entry.source, *entry.also}
        names |= {name.replace("\\", "/").rpartition("/")[2] for name in (entry.source, *entry.also)}
        names |= {name.rpartition(".")[0] for name in names if "." in name}
        if wanted in {name.casefold() for name in names if name}:
            found.append(entry.id)
    return found


def unknown(name: str, entries: Iterable[Entry]) -> str:
    """Return in words that no document is called so, and which one may be meant."""
    names = [name for entry in entries for name in (entry.source.rpartition("/")[2], entry.title)]
    near = extractOne(name, names, scorer=ratio, score_cutoff=60)
    hint = f"; did you mean {short(near[0])}?" if near else ""
    return f"names no document of yours: {short(name)}{hint}"


def chosen(names: Iterable[str], entries: Sequence[Entry]) -> list[str]:
    """Return the ids of the documents that were typed: called so, at a path, or in a folder. Raises for none."""
    ids: dict[str, None] = {}
    for name in names:
        found = called(name, entries) or (_within(absolute(name), entries) if name else [])
        if not found:
            raise UnknownDocumentError(f"--documents {unknown(name, entries)}")
        ids |= dict.fromkeys(found)
    return list(ids)


def _within(path: Path, entries: Iterable[Entry]) -> list[str]:
    return [entry.id for entry in entries if any(Path(one).is_relative_to(path) for one in (entry.source, *entry.also))]


def short(text: str) -> str:
    """Return a text on one line, cut if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= 160 else f"{text[:157]}…"
