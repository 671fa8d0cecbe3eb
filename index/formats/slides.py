"""PowerPoint slides: an own walk over the XML of a .pptx.

python-pptx was left: it has no way to the text of groups, SmartArt and tables in one walk, and brings three libraries.
A slide is a page: its shapes in their order, groups and tables included, then diagrams, then the speaker's notes. Slide
numbers, dates and footers, which every slide repeats, are left out, and so is what hidden slides hold, as of sheets.
An item of a list has its number if the slide says how it is numbered; what only its layout says is not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from index.formats.content import Builder, Content, raised
from index.formats.formulas import office_formula
from index.formats.numbering import numeral, whole_number
from index.formats.package import (
    Element,
    attribute,
    found,
    local,
    main_part,
    open_package,
    properties,
    relations,
)
from index.formats.tables import add_row

_REPEATED = frozenset(["sldNum", "dt", "ftr", "hdr"])
_TITLES = frozenset(["title", "ctrTitle"])
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"Period": "{}. ", "ParenR": "{}) ", "ParenBoth": "({}) ", "Plain": "{} "}
_BULLETS = frozenset(["buNone", "buChar", "buBlip", "buAutoNum"])
_KIND = re.compile(f"({'|'.join(_FORMS)})({'|'.join(_AROUND)})")


class _Scheme(NamedTuple):
    """How the paragraphs of a list are numbered."""

    form: str
    around: str
    start: int


def read_pptx(data: bytes) -> Content:
    """Read a presentation, a page a slide. Its title is the file's own, or that of the first slide."""
    package = open_package(data, ".pptx")
    main = main_part(package)
    parts = relations(package, main)
    builder = Builder()
    titles: list[str] = []
    for relation_id in _slides(package.xml(main)):
        builder.page()
        slide = parts[relation_id].target
        shapes = package.xml(slide)
        if attribute(shapes, "show") in ("0", "false"):
            continue
        _add_shapes(builder, shapes, titles)
        for kind in ("diagramData", "notesSlide"):
            for relation in relations(package, slide).values():
                if relation.kind == kind:
                    _add_shapes(builder, package.xml(relation.target), [])
    fields = properties(package)
    return builder.content(**fields | {"title": fields["title"] or next(iter(titles), None)})


def _slides(presentation: Element) -> Iterator[str]:
    """Yield the slides' ids in order. Sections list them once more, but only by numbers."""
    for entry in found(presentation, "sldId"):
        yield from (value for key, value in entry.attrib.items() if key.startswith("{"))


def _add_shapes(builder: Builder, container: Element, titles: list[str]) -> None:
    """Add the text of every shape, and to ``titles`` that of titles."""
    for element in container:
        name = local(element)
        if name == "tbl":
            builder.apart()
            for row in found(element, "tr"):
                add_row(builder, ("\n".join(_paragraphs(cell)) for cell in found(row, "tc")))
        elif name in ("txBody", "t"):  # a diagram's point holds its paragraphs in ``t``
            builder.apart()
            for text in _paragraphs(element):
                builder.text(text)
        elif name == "sp":
            kind = next((attribute(item, "type") for item in found(element, "ph")), None)
            if kind in _TITLES:
                titles.append(" ".join(" ".join(_paragraphs(element)).split()))
            if kind not in _REPEATED:
                _add_shapes(builder, element, titles)
        elif name != "Fallback":
            _add_shapes(builder, element, titles)


def _paragraphs(element: Element) -> Iterator[str]:
    """Yield the text of each paragraph, with its number; an empty one has none, and does not end its list."""
    styles = {local(style): style for styles in found(element, "lstStyle") for style in styles}
    counts: dict[int, tuple[_Scheme, int]] = {}  # by level, how the last paragraph was numbered
    for paragraph in found(element, "p"):
        text = _text(paragraph)
        if text.strip():
            level, scheme = _numbering(paragraph, styles)
            counts = {
                other: last for other, last in counts.items() if other < level or (other, last[0]) == (level, scheme)
            }
            if scheme:
                number = counts[level][1] + 1 if level in counts else scheme.start
                counts[level] = scheme, number
                text = scheme.around.format(numeral(number, scheme.form) or number) + text.strip()
        yield text


def _numbering(paragraph: Element, styles: dict[str, Element]) -> tuple[int, _Scheme | None]:
    """Return the level of a paragraph, and how it is numbered, if it is: by its own marks, or those of its box."""
    own = next((child for child in paragraph if local(child) == "pPr"), None)
    level = whole_number(attribute(own, "lvl"), 0) if own is not None else 0
    for marks in (own, styles.get(f"lvl{level + 1}pPr")):
        for mark in [] if marks is None else marks:
            if local(mark) in _BULLETS:
                kind = _KIND.fullmatch(attribute(mark, "type") or "")
                start = whole_number(attribute(mark, "startAt"), 1)
                return level, _Scheme(_FORMS[kind[1]], _AROUND[kind[2]], start) if kind else None
    return level, None


def _text(paragraph: Element) -> str:
    """Return the text of a paragraph, with what is raised as it is written after the rest."""
    text = ""
    for is_raised, runs in groupby(paragraph, key=_is_raised):
        part = "".join(piece for run in runs for piece in _pieces(run))
        text += raised(text[-9:], part) if is_raised else part
    return text


def _is_raised(run: Element) -> bool:
    """Whether a run stands higher: by 30000, or in newer files by 30%."""
    heights = ((attribute(how, "baseline") or "").removesuffix("%") for how in found(run, "rPr"))
    return any(whole_number(height, 0) > 0 for height in heights)


def _pieces(element: Element) -> Iterator[str]:
    name = local(element)
    if name == "oMath":
        yield office_formula(element)
    elif name == "br":
        yield "\n"
    elif name == "t":
        yield (element.text or "").replace("\v", "\n")
    else:
        for child in element:
            yield from _pieces(child)
