"""What opening a citation shows, and what a turn knows of where its citations stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import Index, Source
from index.layout import Box
from qa.types import Answer, Citation
from ui.chat import opening, pages
from ui.render import Place, Turn

PDF = Path(__file__).parents[1] / "files" / "pdf" / "headers-and-pages.pdf"


def cite(index: Index, name: str, words: str) -> Citation:
    (document,) = [one for one in index.documents() if Path(one.source).name == name]
    start = document.text.index(words)
    names = (document.id, document.revision, document.source, document.title)
    return Citation(1, *names, words, start, start + len(words), document.page(start), 0.9)


def turn(*citations: Citation) -> Turn:
    return Turn("?", Answer("?", "?", citations, "found", 0.9))


@pytest.fixture
def stored(index: Index) -> Index:
    assert not index.add([Source("raid.txt", "One. Two. Three."), PDF]).failed
    return index


def test_pages_are_shown_where_there_are_pages_and_text_where_it_is_wanted(stored: Index) -> None:
    words = next(line for line in stored.documents()[0].text.splitlines() if line.endswith("."))
    turns = [turn(cite(stored, PDF.name, words)), turn(cite(stored, "raid.txt", "Two."))]
    paged = opening.opened(stored, "1.1 page", turns)
    assert paged == opening.opened(stored, "1.1", turns)
    assert paged.count("<figure") == 3
    assert "<figure" not in opening.opened(stored, "1.1 text", turns)
    assert 'name="view"' in opening.opened(stored, "1.1 text", turns)
    for view in ("", " page", " text"):
        shown = opening.opened(stored, f"2.1{view}", turns)
        assert "<mark" in shown
        assert 'name="view"' not in shown
    for wanted in ("", "1.1 else", "1.1 text text", "1.2 text", "text"):
        assert "<mark" not in opening.opened(stored, wanted, turns), wanted


def test_of_many_pages_those_around_are_offered(stored: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    citation = cite(stored, "raid.txt", "Two.")
    monkeypatch.setattr(Index, "page_sizes", lambda *_: ((600.0, 800.0),) * 100)
    monkeypatch.setattr(Index, "boxes", lambda *_: [Box(50, 1, 2, 3, 4), Box(51, 1, 2, 3, 4)])
    shown = opening.opened(stored, "1.1", [turn(citation)])
    offered = [int(number) for number in re.findall(r"/(\d+)\.png", shown)]
    assert offered == list(range(50 - opening.PAGES_AROUND, 51 + opening.PAGES_AROUND + 1))
    assert pages.address(citation.document_id, citation.revision, 50) in shown


def test_a_turn_knows_its_places_as_far_as_the_documents_are_there(stored: Index) -> None:
    here = cite(stored, "raid.txt", "Two.")
    there = cite(stored, PDF.name, stored.documents()[0].text[:20])
    stored.remove([there.document_id])
    placed = opening.placed(stored, turn(here, there))
    assert placed.places == {here: Place("One.", "Three.")}
    stored.add(Source("raid.txt", "Quite another text."))
    assert opening.placed(stored, turn(here)).places[here].changed_since
    waiting = Turn("?")
    assert opening.placed(stored, waiting) is waiting
