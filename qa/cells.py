"""A passage as the model reads it: each cell of a row after the names of its row and of its column.

The model has learned to read sentences, in which a value stands beside what it is of. In a table its name stands at the
head of the column, rows away or in another passage: "Oak" and "4.90" lie in one row, "Price" does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from index import Span
from index.lexical import terms
from index.shapes import cell_edges, is_of_columns, is_row

LONGEST_NAME_CHARS = 60
"""A longer cell is a text: as the first of its row it does not stand for the row, and no row with it names columns."""

MOST_CELLS = 2
"""In a row of more cells, also empty ones, which of them answers is for the person to see, unless the question names
its column. Of the 380 cells that the model marked in rows that answer (`qa/train/written/unseen`) 69 % were right; of
the 123 in a column that the question names, and no other better, 91 %."""

LONGEST_READ_CHARS = 2_000
"""A row that would be longer with all its names, as one of hundreds of columns, is read as it stands."""

FURTHEST_ABOVE = 100
"""Where so many sentences are all rows of one table, it may begin above them."""

END_OF_CELL = "; "
"""What stands behind each cell of a row that is read with its names."""

_FIGURE = re.compile(r"\W*(?!(?:19|20)\d\d\b)\d[\d.,\s]*\W*")
_DIGIT = re.compile(r"\d")
_PAUSE = re.compile(r"[,;:.(–—]\s|\n|\s\(")
"""A cell with none is one phrase: "2.2 l", not "Toner black, 3,000 pages"."""
_RULE = re.compile(r"[\s|:=-]*")
"""What stands below the names of the columns in Markdown: "|---|:--|"."""


@dataclass(frozen=True, slots=True)
class AsRead:
    """What the model reads for a passage, and where it comes from.

    ``sentences`` are the passage's, in ``text``. Each of ``pieces`` is a stretch of ``text``, where it stands in the
    passage, and whether all of it is marked for any part of it. What lies in none stands elsewhere, or must not be
    marked.
    """

    text: str
    sentences: tuple[Span, ...]
    pieces: tuple[tuple[Span, int, bool], ...]

    def origin(self, start: int, end: int) -> Span | None:
        """Return what to mark of the passage for what was read there, a stretch of ``text``; None if not one piece."""
        found = [one for one in self.pieces if one[0].start < end and start < one[0].end]
        if len(found) != 1:
            return None
        (piece, stood, whole), *_ = found
        marked = piece if whole else Span(max(start, piece.start), min(end, piece.end))
        return marked.moved(stood - piece.start)

    def read_at(self, standing: Span) -> Span | None:
        """Return where a stretch of the passage is read first; None if no one piece holds it."""
        for piece, stood, _ in self.pieces:
            if stood <= standing.start and standing.end <= stood + piece.end - piece.start:
                return standing.moved(piece.start - stood)
        return None


def as_read(
    text: str, sentences: Sequence[Span], above: Sequence[str] = (), asked: Collection[str] | None = ()
) -> AsRead:
    """Return how a passage is read, of which ``sentences`` are the sentences, and ``above`` those before it.

    Only rows are read otherwise than they stand, where their columns have names, or each value has its own ("Price:
    4.90; In stock: yes"). Of a row of several cells only those may be marked as an answer whose name has most of the
    terms ``asked`` for, and one at least; all of them if that is None.
    """
    if not any(is_row(span.of(text)) for span in sentences):
        return AsRead(text, tuple(sentences), ((Span(0, len(text)), 0, False),))
    stretches = [_with_edges(text, sentence) for sentence in sentences]
    own = [span.of(text) for span in stretches]
    written, end = "", 0
    spans, pieces = list[Span](), list[tuple[Span, int, bool]]()
    for sentence, row, columns in zip(stretches, own, _columns(own, above), strict=True):
        written += text[end : sentence.start]
        begin, end = len(written), sentence.end
        for part in _parts(row, columns, asked):
            if isinstance(part, Span):
                is_phrase = part != Span(0, len(row)) and not _PAUSE.search(part.of(row))
                pieces.append((part.moved(len(written) - part.start), sentence.start + part.start, is_phrase))
            written += part.of(row) if isinstance(part, Span) else part
        spans.append(Span(begin, len(written)))
    return AsRead(written + text[end:], tuple(spans), tuple(pieces))


def _with_edges(text: str, sentence: Span) -> Span:
    """Return a sentence with the tabs around it, which are cells of a row that are empty."""
    return (
        Span(len(text[: sentence.start].rstrip("\t")), len(text) - len(text[sentence.end :].lstrip("\t")))
        if "\t" in sentence.of(text)
        else sentence
    )


def columns_above(row: str, earlier: Sequence[str]) -> int | None:
    """Return which of the earlier sentences of a document names the columns of a row after them; None if none does.

    It is the first row of the same table, if no cell of that is a figure, years apart, or a text.
    """
    place = len(earlier)
    while place and is_of_columns(earlier[place - 1]):
        place -= 1
    is_cut_off = place == 0 and len(earlier) >= FURTHEST_ABOVE
    names = _names(earlier[place]) if place < len(earlier) and not is_cut_off else ()
    is_form = len(_cells(row)) == MOST_CELLS and any(map(_DIGIT.search, names))
    return place if names and not is_form else None


def _names(row: str) -> Sequence[str]:
    """Return the names of columns that the first row of a table gives: none if a cell is a figure or a text."""
    cells = [cell.of(row) for cell in _cells(row)]
    named = not any(len(cell) > LONGEST_NAME_CHARS or (cell and _FIGURE.fullmatch(cell)) for cell in cells)
    return cells if named else ()


def _may_name(names: Sequence[str], row: str) -> bool:
    """Whether these can be the names of a row's columns, with one more, at most, over the names of the rows.

    Names with an empty cell there are those of all columns. Of two columns the first often names the second, as in a
    form. Then a line says nothing of the next: "Landlord" and "Ms Vane" name no columns. "Name" and "Rate per hour"
    name those of "Li" and "£85".
    """
    cells = _cells(row)
    if not names[0]:
        return True
    if len(cells) > MOST_CELLS:
        return len(cells) - len(names) in (0, 1)
    return len(names) == len(cells) and not any(map(_DIGIT.search, names)) and bool(_DIGIT.search(cells[-1].of(row)))


def _columns(own: Sequence[str], above: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give the names of the columns for each of a passage's own sentences, none for what is no row below some."""
    head = columns_above(own[0], above)
    names = () if head is None else _names(above[head])
    inside = bool(above) and is_of_columns(above[-1])
    for sentence in own:
        begins, inside = not inside, is_of_columns(sentence)
        yield names if inside and not begins else ()
        if inside and begins:
            names = _names(sentence)


def _parts(sentence: str, columns: Sequence[str], asked: Collection[str] | None) -> Iterator[str | Span]:
    """Give what is read of a sentence: stretches of it, and words from elsewhere or not to be marked."""
    cells = _cells(sentence) if is_row(sentence) else []
    names_values = bool(cells) and not is_of_columns(sentence)
    if names_values:
        named = [_named(sentence, cell) for cell in cells]
    elif len(cells) > 1 and columns and _may_name(columns, sentence) and not _RULE.fullmatch(sentence):
        names = ["", *columns][-len(cells) :] if columns[0] else columns  # with no name over the names of the rows
        named = list(zip(chain(names, repeat("")), cells, strict=False))  # an empty cell at its end is not written
    else:
        named = []
    filled = [(name, cell) for name, cell in named if cell.start < cell.end]
    if len(filled) <= 1 or sum(LONGEST_NAME_CHARS + len(name) for name, _ in filled) > LONGEST_READ_CHARS:
        yield Span(0, len(sentence)) if len(cells) <= MOST_CELLS or asked is None else sentence
        return
    shared = [len({*terms(name)}.intersection(asked or ())) for name, _ in filled]
    told = [
        cell if len(cells) <= MOST_CELLS or asked is None or 0 < count == max(shared) else cell.of(sentence)
        for (_, cell), count in zip(filled, shared, strict=True)
    ]
    (_, first), (first_told, *_) = filled[0], told
    stands_for_row = named[0][1] == first and first.end - first.start <= LONGEST_NAME_CHARS
    for place, ((name, _), cell) in enumerate(zip(filled, told, strict=True)):
        if place and stands_for_row:
            yield from (first_told, " ")
        elif stands_for_row and not names_values:
            continue
        yield from (f"{name} " if name else "", cell, END_OF_CELL)


def _cells(row: str) -> list[Span]:
    """Return the cells of a row, without the spaces around them."""
    begins, ends = 0, len(row)
    if row.startswith("|"):
        begins, ends = 1, len(row) - row.endswith("|")
    sign = "\t" if "\t" in row else "|" if begins else ""
    edges = [place for place in range(begins, ends) if row[place] == sign] if sign else cell_edges(row)
    return [
        _trimmed(row, start, end)
        for start, end in zip([begins, *(edge + 1 for edge in edges)], [*edges, ends], strict=True)
    ]


def _trimmed(text: str, start: int, end: int) -> Span:
    begin = end - len(text[start:end].lstrip())
    return Span(begin, begin + len(text[start:end].strip()))


def _named(row: str, cell: Span) -> tuple[str, Span]:
    """Return the name of a value and where the value stands: "Price: 4.90"."""
    name, sign, value = cell.of(row).partition(":")
    return (name, _trimmed(row, cell.end - len(value), cell.end)) if sign else ("", cell)
