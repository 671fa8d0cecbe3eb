"""PowerPoint slides: an own walk over the XML of a .pptx.

python-pptx was left: it has no way to the text of groups, SmartArt and tables in one walk, and brings three libraries.
A slide is a page: its shapes in their order, groups and tables included, then diagrams, then the speaker's notes. Slide
numbers, dates and footers, which every slide repeats, are left out, and so is what hidden slides hold, as of sheets.
"""

from __future__ import annotations

from itertools import groupby

from index.formats.content import Builder, Content, raised
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


def read_pptx(data: bytes) -> Content:
    """Read a presentation, a page a slide. Its title is the file's own, or that of the first slide."""
    package = open_package(data, ".pptx")
    main = main_part(package)
    parts = relations(package, main)
    builder = Builder()
    titles: list[str] = []
    for entry in found(package.xml(main), "sldId"):
        builder.page()
        slide = parts[entry.attrib[_relation_id(entry)]].target
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


def _relation_id(entry: Element) -> str:
    return next(key for key in entry.attrib if key.startswith("{"))


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


def _paragraphs(element: Element) -> list[str]:
    return [_text(paragraph) for paragraph in found(element, "p")]


def _text(paragraph: Element) -> str:
    """Return the text of a paragraph, with what is raised as it is written after the rest."""
    text = ""
    for is_raised, runs in groupby(paragraph, key=_is_raised):
        part = "".join(_piece(element) for run in runs for element in run.iter())
        text += raised(text[-9:], part) if is_raised else part
    return text


def _is_raised(run: Element) -> bool:
    return any(int(attribute(how, "baseline") or 0) > 0 for how in found(run, "rPr"))


def _piece(element: Element) -> str:
    name = local(element)
    return "\n" if name == "br" else (element.text or "").replace("\v", "\n") if name == "t" else ""
