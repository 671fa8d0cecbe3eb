"""What a sentence is by its looks: a heading, the head of a list, an item of one, a row of a table, a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_HEADING_CHARS = 90
"""A longer line without a full stop is no heading."""

LONGEST_NAME_CHARS = 80
"""A longer cell is no column's name."""

_OPENING_SIGNS = "\"“‘'([§#¿¡"
_ENDS = re.compile(r"[.!?…;,:。！？][\W_]*$")
_NO_HEADING = re.compile(r": |…|@|://|\w\.\w+/")  # a label with its value, what breaks off, an address
_BOLD_LINE = re.compile(r"(\*\*|__)[^\W_](?:(?!\1).)*\1", re.DOTALL)
_LEADS_ON = re.compile(r"[:—–]$|\b(?:may|must|shall|should|will)(?: not)?$")
_FINISHED = re.compile(r"[.!?…。！？][\W_]*$")
_ASKS = re.compile(r"\?[\W_]*$")
_NAME = rf"(?:[^;:\t()]|\([^:\t()]*\)){{1,{LONGEST_NAME_CHARS}}}"
"""No bracket opens in it and is left open, as in a sentence about "Lindos (Greek: Λίνδος; Latin: Lindus)"."""
_NAME_OF_VALUE = f"{_NAME}: "
_FIELD = re.compile(rf"(?:^|; ){_NAME_OF_VALUE}")
_BEGINS_ROW = re.compile(rf"(?:{_NAME}; )?{_NAME_OF_VALUE}")
_BETWEEN_CELLS = re.compile(rf"\t+|\s\|\s|(?<=^)\|\s|; (?={_NAME_OF_VALUE})")
ITEM_MARK = (
    r"(?:(?P<bullet>[-*+•‣◦▪●·–])|(?P<decimal>\d{1,3}(?:\.\d{1,3})+)\.?|(?P<number>\d{1,3})[.)]"
    r"|\((?P<digits>\d{1,3})\)|\((?P<letters>[a-zA-Z]{1,4})\)|(?P<letter>[a-z])\))"
)
"""What stands before an item of a list, as a pattern: "(a)", "6.2", "•"."""
_MARK = re.compile(rf"{ITEM_MARK}\s+")


def is_finished(sentence: str) -> bool:
    """Whether a sentence ends with a stop, as whole ones do."""
    return _FINISHED.search(sentence) is not None


def is_question(sentence: str) -> bool:
    """Whether a sentence asks."""
    return _ASKS.search(sentence) is not None


def is_row(sentence: str) -> bool:
    """Whether a sentence is a row of a table: cells with tabs or bars between, or at least two named values.

    The name of the row may stand before them without one of its own: "Margin; 2021: 8.3%; 2022: 9.1%".
    """
    named = _BEGINS_ROW.match(sentence) is not None and len(_FIELD.findall(sentence)) > 1
    return named or is_of_columns(sentence)


def is_of_columns(sentence: str) -> bool:
    """Whether a sentence is a row whose cells have no names of their own: tabs or bars stand between them."""
    return "\t" in sentence or (sentence.startswith("|") and sentence.count("|") > 1)


def unnamed(sentence: str) -> str:
    """Return a row without the names of its values; anything else as it is."""
    return _FIELD.sub("; ", sentence) if is_row(sentence) else sentence


def cell_edges(sentence: str) -> list[int]:
    """Return the places at which a row goes over from one cell, or named value, to the next."""
    return [found.start() for found in _BETWEEN_CELLS.finditer(sentence)] if is_row(sentence) else []


def mark(sentence: str) -> str:
    """Return the kind of mark before an item of a list: "bullet", "decimal", "letters" and so on, or nothing."""
    found = _MARK.match(sentence)
    return found.lastgroup or "" if found else ""


def without_mark(sentence: str) -> str:
    """Return an item of a list, or a heading, without the mark before it; anything else as it is."""
    return _MARK.sub("", sentence, count=1)


def is_item(sentence: str) -> bool:
    """Whether a sentence is an item of a list: it has a mark before it, or ends in a semicolon."""
    return bool(mark(sentence)) or sentence.endswith(";")


def leads_on(sentence: str) -> bool:
    """Whether a sentence opens a list: it ends in a colon or a dash."""
    return _LEADS_ON.search(sentence) is not None


def is_heading(sentence: str) -> bool:
    """Whether a sentence looks like a heading: short, without a full stop, neither a row nor an item.

    "6.2 Repairs" and "3. Fees" are headings all the same, "— The Secretary, May 2024" is a signature. A short
    line all of which Markdown makes bold is one, too: "**I've lost my badge.**".
    """
    if _BOLD_LINE.fullmatch(sentence):
        return len(sentence) <= LONGEST_HEADING_CHARS
    return (
        len(sentence) <= LONGEST_HEADING_CHARS
        and any(map(str.isalpha, sentence))
        and (sentence[0] in _OPENING_SIGNS or (sentence[0].isalnum() and not sentence[0].islower()))
        and not _ENDS.search(sentence)
        and mark(sentence) in ("", "decimal", "number")
        and not is_row(sentence)
        and not _NO_HEADING.search(sentence)
    )


def last_heading(sentences: Sequence[str]) -> str:
    """Return the last of these sentences that is a heading, on one line, or nothing."""
    return next((" ".join(one.split()) for one in reversed(sentences) if is_heading(one)), "")


def introduces(sentence: str) -> bool:
    """Whether a sentence says little without what follows it: a heading, the head of a list, a question."""
    return leads_on(sentence) or is_question(sentence) or is_heading(sentence)
