"""Drafts a suite from your own documents, without a language model: questions with their gold, and twins without.

Documents are copied into the suite. A gold offset is true of one version of a text only; with the copies beside it, a
suite gives the same score next year, whatever became of the originals, and can be handed to somebody as one folder.
Nothing is drawn by chance: what is chosen follows from the seed, the names of the documents and their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.make.corpus import Corpus, Document, read_all
from evals.make.folder import counted, write_suite
from evals.make.pairs import choose_pairs
from evals.rows import SuiteError
from index.load import absolute
from index.types import Failure


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the suite's ``folder``, how many questions it has, and what could not be read."""

    folder: Path
    answerable: int
    unanswerable: int
    failed: tuple[Failure, ...]


def make_suite(paths: Sequence[str | Path], folder: str | Path, *, questions: int = 100, seed: int = 0) -> Made:
    """Draft a suite from the files and folders in ``paths`` and write it to ``folder``, which must be new or empty.

    ``questions`` is a ceiling (at least 2); half of them are twins that the documents do not answer. Another ``seed``
    chooses other sentences. Files that cannot be read are named in the result, and the others are used.

    Raises `SuiteError` if the folder is in use or cannot be written, or nothing can be asked from the documents.
    """
    folder = absolute(folder)
    _check_free(folder)
    if questions < 2:
        raise SuiteError(f"{questions} questions is too few: each comes with its twin; ask for at least 2")
    documents, failed = read_all(paths)
    pairs = choose_pairs(Corpus(documents), most=questions // 2, seed=seed)
    if not pairs:
        raise SuiteError(_nothing_made(documents, failed))
    write_suite(folder, documents, pairs, seed=seed)
    return Made(folder, len(pairs), len(pairs), failed)


def _check_free(folder: Path) -> None:
    try:
        in_use = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise SuiteError(f"{folder} cannot be read: {error.strerror}; give another folder with --to") from error
    if in_use:
        raise SuiteError(f"{folder} is there already and nothing is overwritten; give a new folder with --to")


def _nothing_made(documents: Sequence[Document], failed: Sequence[Failure]) -> str:
    by_hand = "give more documents, or write the questions by hand (docs/evals.md says how)"
    if documents:
        return f"no certain question and twin could be drafted from {counted(len(documents), 'document')}; {by_hand}"
    if failed:
        return f"none of the files can be used; the first is {failed[0].source}: {failed[0].reason}"
    return "the paths hold no documents; give files, or folders with files, in a format that Verbatim reads"
