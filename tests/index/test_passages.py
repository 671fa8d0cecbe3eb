"""Sentences to passages, and what a sentence is by its looks."""

from __future__ import annotations

import pytest

from index.passages import PASSAGE_CHARS, passage_groups
from index.sentences import sentence_spans
from index.shapes import cell_edges, introduces, is_heading, is_item, is_row

FILLER = "The committee met on Tuesday and spoke about the harbour at some length."


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Acquisitions and disposals", True),
        ("6.2 Repairs", True),
        ("3. Fees", True),
        ("The Tenant must not:", True),
        ("This Act does not apply to—", True),
        ("Does the app cost anything?", True),
        ("The bridge opened in May.", False),
        ("(b) keep bees", False),
        ("— The Secretary, May 2024", False),
        ("- two eggs", False),
        ("Ward\tYes\tNo", False),
        ("Name: Ida Frey; Role: cook", False),
        ("keep bees at the Property;", False),
        ("12", False),
        ("There… pic.example.com/fCOFyxtke1", False),
        (
            "A line of a report that goes on and on, as if its full stop had been left out, and heads nothing",
            False,
        ),
    ],
)
def test_what_introduces_others_is_told_by_its_looks(sentence: str, expected: bool) -> None:
    assert introduces(sentence) is expected


def test_rows_and_items_are_told_by_their_looks() -> None:
    assert all(map(is_row, ["Asia\t2,440\t2,000", "| Ruiz | Aye |", "Code: E05; Meaning: Grinder blocked"]))
    assert all(map(is_row, ["Lamp (LED): 12 W; Price (net): £4"]))
    assert all(
        map(is_row, ["Margin; 2021: 8.3%; 2022: -2.0%", "Share (€); Plan (in m; net): 1.1; Real (in m; net): 1.2"])
    )
    assert is_row("How content are you with the time that it takes us to answer your letters?: 4; Sex: f")
    assert not any(map(is_row, ["Asia grew by 22%.", "Contact: Anders Moe", "He said: yes; she said no."]))
    assert not is_row("Lindos (Greek: Λίνδος; Latin: Lindus; Italian: Lindo) is a town.")
    assert not is_row("It has three names in the islands, which are (Greek: Λίνδος); Latin: Lindus; Italian: Lindo.")
    assert all(map(is_item, ["(a) keep bees", "1. Switch off.", "• two eggs", "keep bees;"]))
    assert not any(map(is_item, ["1998 was a good year.", "A tenant may keep bees."]))
    assert not is_heading("Asia\t2,440")
    assert is_heading("**I've lost my badge.**")
    assert not is_heading("**You** must pay the **full price.**")
    assert not is_heading("**Fixed:** the export, which had been wrong.")


def test_the_cells_of_a_row_have_edges_and_a_sentence_has_none() -> None:
    row = "Code: E05; Meaning: Grinder blocked; Remedy: Empty it; then wait"
    assert [row[place:].split(":", maxsplit=1)[0] for place in cell_edges(row)] == ["; Meaning", "; Remedy"]
    assert cell_edges("Margin; 2021: 8.3%; 2022 (m; net): 9.1%") == [6, 18]
    assert cell_edges("Asia\t2,440\t29%") == [4, 10]
    assert cell_edges("It was late; nobody came.") == []


def test_no_passage_ends_in_what_introduces_the_next() -> None:
    text = "\n\n".join([" ".join([FILLER] * 9), "Sites", "The Tenant must not:", "(a) keep bees;", "(b) burn rubbish."])
    assert sum(map(len, [FILLER] * 9)) < PASSAGE_CHARS
    passages = [[span.of(text) for span in group] for group in passage_groups(text, sentence_spans(text))]
    assert [passage[0] for passage in passages] == [FILLER, "Sites"]
    assert passages[1] == ["Sites", "The Tenant must not:", "(a) keep bees;", "(b) burn rubbish."]


def test_where_everything_looks_like_a_heading_passages_are_filled() -> None:
    lines = [f"Stall number {number} of the market in the old harbour" for number in range(60)]
    text = "\n\n".join(lines)
    groups = passage_groups(text, sentence_spans(text))
    assert [span.of(text) for group in groups for span in group] == lines
    assert all(group[-1].end - group[0].start > PASSAGE_CHARS / 2 for group in groups[:-1])
