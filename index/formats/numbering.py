"""The numbers that programs make up for paragraphs: "6.2", "(a)"; counted as Word and OpenDocument say.

No paragraph holds its number; what it holds, or its style, is how to count. But people cite by these numbers, and an
item without its own cannot be told from a sentence. Bullets are left out, as in every format: they say nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.formats.package import Element, attribute, found, is_on, local, values

HIGHEST_IN_LETTERS = 780  # Word writes no higher one, and a file may ask for a million letters

_PLACE = re.compile(r"%([1-9])")
_ROMAN = {"m": 1000, "cm": 900, "d": 500, "cd": 400, "c": 100, "xc": 90, "l": 50, "xl": 40, "x": 10}
_ROMAN |= {"ix": 9, "v": 5, "iv": 4, "i": 1}


@dataclass(frozen=True, slots=True)
class Level:
    """How the paragraphs of one level are numbered, in the words of Word: the ``form`` "lowerLetter", say.

    ``text`` holds "%1" where the number of the first level goes, and ``between`` is what follows it all. The numbers
    begin anew after one of the first so many levels, ``restart``. Paragraphs of the ``style`` are of this level.
    """

    start: int
    form: str
    text: str
    between: str
    restart: int
    is_decimal: bool = False
    style: str | None = None


@dataclass(slots=True)
class NumberedList:
    """Paragraphs that are numbered together: their levels, and how far each is counted.

    Lists of one definition share their ``counts``. The levels in ``fresh`` begin anew with their first paragraph here.
    """

    levels: dict[int, Level]
    counts: dict[int, int]
    fresh: set[int] = field(default_factory=set)

    def next_label(self, level: int) -> str:
        """Count a paragraph of this level; return what stands before its first word, "" if that is no number."""
        own = self.levels[level]
        goes_on = level in self.counts and level not in self.fresh
        self.counts[level] = self.counts[level] + 1 if goes_on else own.start
        self.fresh.discard(level)
        for deeper, its in self.levels.items():
            if level < deeper and level < its.restart:
                self.counts.pop(deeper, None)
        numerals = {place: self._numeral(int(place) - 1, own) for place in _PLACE.findall(own.text)}
        if own.form == "bullet" or None in numerals.values():
            return ""
        label = _PLACE.sub(lambda place: numerals[place[1]] or "", own.text).strip()
        return label + own.between if any(map(str.isalnum, label)) else ""

    def _numeral(self, level: int, own: Level) -> str | None:
        if level not in self.levels:
            return None
        number = self.counts.get(level, self.levels[level].start)
        return numeral(number, "decimal" if own.is_decimal else self.levels[level].form)


class Numbering:
    """Numbers the paragraphs of a Word document, which have to come one after the other."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._lists = _lists(numbering)
        self._styles = {attribute(style, "styleId") or "": style for style in found(styles, "style")}
        usual = (name for name, style in self._styles.items() if _is_usual(style))
        self._usual = next(usual, "")

    def next_label(self, paragraph: Element) -> str:
        """Count a paragraph; return its number and the space after it, or "" if it has none."""
        numbered = [values(paragraph, "pPr", "numPr")]
        styles = list(self._based_on(values(paragraph, "pPr").get("pStyle") or self._usual))
        numbered += (values(self._styles[style], "pPr", "numPr") for style in styles)
        list_id = next((marks["numId"] for marks in numbered if "numId" in marks), None)
        if list_id not in self._lists:  # as "0", by which a paragraph has no number though its style has
            return ""
        levels = self._lists[list_id].levels
        by_style = [str(level) for style in styles for level, its in levels.items() if its.style == style]
        own, *inherited = [marks.get("ilvl") for marks in numbered]
        level = whole_number(next(filter(None, (own, *by_style, *inherited)), None), 0)
        return self._lists[list_id].next_label(level) if level in levels else ""

    def _based_on(self, style: str | None) -> Iterator[str]:
        """Yield a style and those that it is based on."""
        seen = set()
        while style in self._styles and style not in seen:
            yield style
            seen.add(style)
            style = values(self._styles[style]).get("basedOn")


def _is_usual(style: Element) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on")


def _lists(numbering: Element | None) -> dict[str | None, NumberedList]:
    """Return the lists by their ids."""
    definitions = {attribute(one, "abstractNumId"): one for one in found(numbering, "abstractNum")}
    named = {values(one).get("styleLink"): one for one in definitions.values()}
    counts: dict[Element, dict[int, int]] = defaultdict(dict)
    lists: dict[str | None, NumberedList] = {}
    for one in found(numbering, "num"):
        definition = definitions.get(values(one).get("abstractNumId"))
        if definition is None:
            continue
        definition = named.get(values(definition).get("numStyleLink") or "", definition)
        made = lists[attribute(one, "numId")] = NumberedList(dict(_levels(definition)), counts[definition])
        for override in found(one, "lvlOverride"):
            made.levels |= _levels(override)
            level = whole_number(attribute(override, "ilvl"), 0)
            start = values(override).get("startOverride")
            if start and level in made.levels:
                made.levels[level] = replace(made.levels[level], start=whole_number(start, 0))
                made.fresh.add(level)
    return lists


def _levels(definition: Element) -> Iterator[tuple[int, Level]]:
    for element in definition:
        if local(element) == "lvl":
            marks = values(element)
            level = whole_number(attribute(element, "ilvl"), 0)
            yield (
                level,
                Level(
                    start=whole_number(marks.get("start"), 0),
                    form=marks.get("numFmt") or "decimal",
                    text=marks.get("lvlText") or "",
                    between="" if marks.get("suff") == "nothing" else " ",
                    restart=whole_number(marks.get("lvlRestart"), level),
                    is_decimal=is_on(marks, "isLgl"),
                    style=marks.get("pStyle"),
                ),
            )


def whole_number(text: str | None, otherwise: int) -> int:
    """Return the number that an attribute gives, if it does."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
"""How a list numbers its items, by the sign that stands for it in OpenDocument and web pages."""


def numeral(number: int, form: str) -> str | None:
    """Write a number; None where it cannot be told how."""
    if form in ("decimal", "decimalZero"):
        return f"{number:02}" if form == "decimalZero" else str(number)
    if form == "none":
        return ""
    if not 0 < number <= HIGHEST_IN_LETTERS:
        return None
    if form in ("lowerLetter", "upperLetter"):
        written = chr(ord("a") + (number - 1) % 26) * ((number + 25) // 26)
    elif form in ("lowerRoman", "upperRoman"):
        written = ""
        for sign, worth in _ROMAN.items():
            written += sign * (number // worth)
            number %= worth
    else:
        return None
    return written.upper() if form.startswith("upper") else written
