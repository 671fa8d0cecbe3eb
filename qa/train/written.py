"""Questions written for this reader, as rows of a set: ``written/NAME.txt`` beside this file.

A file is lines of text. A passage is either written out, a title and its sentences::

    # Lease of a garage
    > The tenant pays by the third day of a month.
    > The landlord gives notice three months ahead.
    >> Garage␉Rent
    >> No. 7␉£60

(``>>`` begins a block of its own, as a heading, an item or a row do, and ``␉`` is a tab), or a stretch of a context of
another set: the set's name, the context's, and the stretch's two ends in it::

    @ hotpotqa_rpt 412 1842 2436

Its questions follow, one a line: the sentences that answer; words of theirs that are the answer; the question. ``-``
marks a question that the passage does not answer, and no words are given where only several sentences answer::

    1 | by the third day of a month | When is the rent due?
    - | | When does the tenant give notice?

Of another set's context nothing is copied: sentences and words are given by their ends, ``1900-1958 | 1921-1930``.

What stands in ``written/unseen`` is never trained on: there `evals.studies.fit` finds out what the scores are worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "written"

Row = dict[str, Any]

_TAB = "\N{SYMBOL FOR HORIZONTAL TABULATION}"


@cache
def is_written(name: str) -> bool:
    """Whether this set's questions stand here rather than in a folder of data."""
    return (FOLDER / f"{name}.txt").is_file()


def written_rows(path: Path, texts: Mapping[tuple[str, int], str]) -> Iterator[Row]:
    """Give the rows of a file: each passage that is written out as a context, and the questions.

    ``texts`` are the contexts of other sets, by the set's name and the context's. A question of one of these says whose
    it is (``set``) and where it was asked (``within``). Raises ValueError naming the line that its passage belies.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    place = 0
    while place < len(lines):
        first = place
        place += 1
        while place < len(lines) and not lines[place].startswith(("# ", "@ ")):
            place += 1
        try:
            yield from _passage(first, [line for line in lines[first:place] if line], texts)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path}, the passage of line {first + 1}: {error}") from error


def _passage(number: int, lines: list[str], texts: Mapping[tuple[str, int], str]) -> Iterator[Row]:
    """Give the rows of one passage: its head, its sentences if they are written out, its questions."""
    head, rest = lines[0], lines[1:]
    if head.startswith("@ "):
        name, context, start, end = head[2:].split()
        about: Row = {"set": name, "context": int(context), "within": (int(start), int(end))}
        text = texts[name, int(context)]
        sentences = None
    else:
        written = [line for line in rest if line.startswith(("> ", ">> "))]
        rest = rest[len(written) :]
        about = {"context": number, "title": head[2:].strip()}
        text, sentences = _written_out(written)
        yield about | {"text": text}
    for line in rest:
        yield about | _question(line, text, sentences)


def _written_out(lines: list[str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the text of a passage, and where each of its sentences begins and ends in it, by the sentence's number."""
    text, ends = "", dict[str, tuple[int, int]]()
    for number, line in enumerate(lines, start=1):
        mark, _, sentence = line.partition(" ")
        if text:
            text += "\n\n" if mark == ">>" else " "
        ends[str(number)] = (len(text), len(text) + len(sentence))
        text += sentence.replace(_TAB, "\t")
    return text, ends


def _question(line: str, text: str, sentences: Mapping[str, tuple[int, int]] | None) -> Row:
    """Return what a line says of its question. ``sentences`` are those of a passage that is written out."""
    where, words, question = (part.strip() for part in line.split("|"))
    spans = [sentences[one] if sentences else _span(one) for one in where.split(",") if one != "-"]
    answers = []
    if words:
        found = [text.find(words, *span) for span in spans] if sentences else [_span(words)[0]]
        start = next((place for place in found if place >= 0), None)
        if start is None:
            raise ValueError(f"these words are not in these sentences: {line}")
        answers.append({"start": start, "text": words if sentences else text[slice(*_span(words))]})
    evidence = [{"start": start, "text": text[start:end]} for start, end in spans]
    return {"question": question, "answers": answers, "evidence": evidence, "answerable": bool(evidence)}


def _span(ends: str) -> tuple[int, int]:
    start, end = map(int, ends.split("-"))
    return start, end
