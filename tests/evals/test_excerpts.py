"""What a person is shown of the documents around gold and cited sentences."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from evals.excerpts import CONTEXT_CHARS, excerpts
from evals.results import Excerpt, Segment


class Place(NamedTuple):
    start: int
    end: int
    document: str = "town.txt"


TEXT = "The bridge opened in May. It cost nine million euros."


def test_gold_and_cited_are_cut_out_with_their_marks() -> None:
    (shown,) = excerpts([Place(0, 25)], [Place(26, 53), Place(4, 10)], {"town.txt": TEXT})
    assert shown == Excerpt(
        "town.txt",
        (
            Segment("The ", gold=True),
            Segment("bridge", gold=True, cited=(2,)),
            Segment(" opened in May.", gold=True),
            Segment(" "),
            Segment("It cost nine million euros.", cited=(1,)),
        ),
    )


def test_what_is_far_apart_makes_two_excerpts_that_say_they_go_on() -> None:
    text = TEXT + " x" * CONTEXT_CHARS + TEXT
    first, second = excerpts([Place(0, 25)], [Place(len(text) - 27, len(text))], {"town.txt": text})
    assert (first.cut, second.cut) == ((False, True), (True, False))
    assert first.segments[0] == Segment("The bridge opened in May.", gold=True)
    assert second.segments[-1] == Segment("It cost nine million euros.", cited=(1,))


def test_a_place_outside_the_documents_is_left_out() -> None:
    assert excerpts([], [Place(0, 5, "other.txt"), None], {"town.txt": TEXT}) == ()
    assert excerpts([], [Place(900, 950)], {"town.txt": TEXT})[0].segments[-1].cited == ()
    assert excerpts([], [], {"town.txt": TEXT}) == ()


PLACES = st.builds(Place, st.integers(0, 2500), st.integers(0, 2500))


@given(text=st.text(alphabet="ab \n\u0301é", max_size=2000), gold=st.lists(PLACES), cited=st.lists(PLACES))
def test_an_excerpt_is_always_the_documents_words(text: str, gold: list[Place], cited: list[Place]) -> None:
    for shown in excerpts(gold, cited, {"town.txt": text}):
        words = "".join(segment.text for segment in shown.segments)
        assert words
        assert words in text
        assert shown.cut[0] or text.startswith(words)
        assert shown.cut[1] or text.endswith(words)
