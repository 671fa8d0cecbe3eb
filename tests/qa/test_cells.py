"""A row is read with the names of its columns, and what is marked in it stands in the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, Source, Span
from index.lexical import terms
from index.sentences import sentence_spans
from qa.answer import Answerer
from qa.cells import FURTHEST_ABOVE, as_read

PRICES = "Prices\n\nSpecies\t80 cm\t150 cm\nHornbeam\t4.90\t11.50\nYew\t\tsold out\nAsk us for more.\n"


def read(text: str, *above: str) -> list[str]:
    found = as_read(text, sentence_spans(text), above)
    return [span.of(found.text) for span in found.sentences]


@pytest.mark.parametrize(
    ("text", "above", "expected"),
    [
        (
            PRICES,
            (),
            [
                "Prices",
                "Species\t80 cm\t150 cm",
                "Hornbeam 80 cm 4.90; Hornbeam 150 cm 11.50; ",
                "Yew 150 cm sold out; ",
                "Ask us for more.",
            ],
        ),
        ("Yew\t2\t3", ("Species\t80 cm\t150 cm", "Oak\t1\t2"), ["Yew 80 cm 2; Yew 150 cm 3; "]),
        ("Yew\t2\t3", ("Species\t80 cm\t150 cm", "They grow."), ["Yew\t2\t3"]),
        ("Yew\t2\t3", ("Oak\t1\t2",), ["Yew\t2\t3"]),  # the first row is one of figures
        ("Yew\t2\t3", ("Species\ta\tb",) * FURTHEST_ABOVE, ["Yew\t2\t3"]),  # which may not be the first of its table
        ("Yew\t2", ("Species\t80 cm\t150 cm",), ["Yew\t2"]),  # which cell is lacking?
        ("\tSmall\tLarge\nTank\t1 l\t2 l", (), ["\tSmall\tLarge", "Tank Small 1 l; Tank Large 2 l; "]),
        ("Tank\t\t2 l", ("\tSmall\tLarge\tHuge",), ["Tank Large 2 l; "]),  # a column whose cell is empty at the end
        (
            "\t2022\t\t2023\nNorth\t10\t20\t30\t40",  # each name spans two columns, and names the first of them
            (),
            ["\t2022\t\t2023", "North 2022 10; North 20; North 2023 30; North 40; "],
        ),
        (
            "| Drug | Dose | Way |\n|---|---|---|\n| Alvar | 39 mg | tablet |",
            (),
            ["| Drug | Dose | Way |", "|---|---|---|", "Alvar Dose 39 mg; Alvar Way tablet; "],
        ),
        ("Name\tPer hour\nLi\t£85", (), ["Name\tPer hour", "Li Per hour £85; "]),
        ("Landlord\tMs Vane\nTenant\tMr Ode", (), ["Landlord\tMs Vane", "Tenant\tMr Ode"]),
        ("Date of agreement\t18 July\nDeposit\t£900", (), ["Date of agreement\t18 July", "Deposit\t£900"]),
        ("Part: T-2; Price: 79", (), ["Part T-2; T-2 Price 79; "]),
        ("Margin; 2021: 8.3%; 2022: 9.1%", (), ["Margin; Margin 2021 8.3%; Margin 2022 9.1%; "]),
        ("Only: one; value", (), ["Only: one; value"]),
    ],
)
def test_cells_are_read_with_the_names_of_their_row_and_column(
    text: str, above: tuple[str, ...], expected: list[str]
) -> None:
    assert read(text, *above) == expected


def test_what_is_marked_is_the_cell_itself() -> None:
    found = as_read(PRICES, sentence_spans(PRICES), asked=terms("the species of 150"))
    start = found.text.index("11.50")
    marked = found.origin(start, start + 5)
    assert marked is not None
    assert marked.of(PRICES) == "11.50"
    key = found.text.rindex("Hornbeam", 0, start)
    standing = found.origin(key, key + 8)
    assert standing is not None
    assert (standing.of(PRICES), standing.start) == ("Hornbeam", PRICES.index("Hornbeam"))
    assert found.origin(key, start + 5) is None  # the name of the row and a value of it
    assert found.origin(start - 3, start - 1) is None  # the name of the column, which stands elsewhere


def test_a_cell_of_several_is_marked_only_in_a_column_that_the_question_names() -> None:
    found = as_read(PRICES, sentence_spans(PRICES), asked={"150"})
    for value, may_be_marked in (("4.90", False), ("11.50", True), ("Hornbeam", False)):
        start = found.text.index(value)
        assert (found.origin(start, start + len(value)) is not None) == may_be_marked


def test_a_cell_that_is_one_phrase_is_marked_whole() -> None:
    text = "Tank: 2.2 l; Toner: black, 3,000 pages"
    found = as_read(text, sentence_spans(text))
    for read_words, marked in (("2.2", "2.2 l"), ("3,000 pages", "3,000 pages")):
        start = found.text.index(read_words)
        span = found.origin(start, start + len(read_words))
        assert span is not None
        assert span.of(text) == marked


def test_no_cell_is_marked_in_a_row_of_which_nothing_names_the_columns() -> None:
    text = "Oak\t4\t11"
    assert as_read(text, sentence_spans(text)).origin(4, 5) is None
    assert as_read("Oak\t4", sentence_spans("Oak\t4")).origin(4, 5) is not None


def test_the_only_value_of_a_row_is_marked_if_the_question_names_its_column() -> None:
    text = "Policy\tStaff\tDirectors\nCompany car\t\tYes"
    for question, is_marked in (("Do directors get a company car?", True), ("Do staff get a company car?", False)):
        found = as_read(text, sentence_spans(text), asked=set(terms(question)))
        start = found.text.index("Yes")
        assert (found.origin(start, start + 3) is not None) == is_marked


def test_a_row_of_very_many_columns_does_not_grow_without_end() -> None:
    names, row = ("\t".join([cell] * 140) for cell in ("A name", "1"))
    assert read(row, names) == [row]


@given(st.text(alphabet="ab1;:| \t\n.-", max_size=80), st.lists(st.text(alphabet="ab1;:|\t ", max_size=20), max_size=4))
def test_every_piece_stands_in_the_passage_as_it_is_read(text: str, above: list[str]) -> None:
    sentences = sentence_spans(text)
    found = as_read(text, sentences, [line for line in above if line.strip()])
    assert len(found.sentences) == len(sentences)
    for piece, stood, _ in found.pieces:
        assert piece.of(found.text) == piece.moved(stood - piece.start).of(text)
    for sentence, whole in zip(found.sentences, sentences, strict=True):
        assert sentence.start <= sentence.end <= len(found.text)
        assert any(map(str.isalnum, whole.of(text))) <= bool(sentence.of(found.text).strip())


def test_the_cell_that_answers_is_marked(index: Index) -> None:
    index.add(Source("trees.tsv.txt", PRICES.encode()))
    answer = Answerer(index, threshold=0.0).answer("What does a hornbeam of 150 cm cost?")
    assert answer.citations[0].text == "Hornbeam\t4.90\t11.50"
    assert answer.short == "11.50"


@given(st.text(alphabet="ab1;:| \t\n", max_size=80), st.integers(0, 80), st.integers(0, 8))
def test_what_is_read_of_a_stretch_are_its_own_words(text: str, start: int, length: int) -> None:
    found = as_read(text, sentence_spans(text), asked=None)
    standing = Span(min(start, len(text)), min(start + length, len(text)))
    place = found.read_at(standing)
    assert place is None or place.of(found.text) == standing.of(text)
    if "\t" not in text and "|" not in text and ":" not in text:
        assert place == standing


def test_every_cell_is_found_where_it_is_read_if_all_may_be_marked() -> None:
    found = as_read(PRICES, sentence_spans(PRICES), asked=None)
    for cell in ("Hornbeam", "4.90", "11.50", "sold out"):
        standing = Span(PRICES.index(cell), PRICES.index(cell) + len(cell))
        place = found.read_at(standing)
        assert place is not None
        assert found.origin(place.start, place.end) == standing
    both = Span(PRICES.index("4.90"), PRICES.index("11.50") + 5)
    assert found.read_at(both) is None
