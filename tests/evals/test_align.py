"""Where quotes stand: every rule by hand, the threshold's examples, and laws that any text must keep."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evals.align import Aligner, Alignment, fidelity, split_at_ellipses

DOCUMENT = """\
He said the plan would cost $42 million over five years. “We weren’t
asked,” said Ana Ruiz — twice. The mayor did not attend.

## The *second* day

Some 2015 troops left, up 3.5 percent, at -5 degrees. The party went on… for 10⁶ people. The party went on.
It was **bold**ly said that CO₂ costs 1,5 and ½ a cere\u00admony at the ﬁrst café."""


def align(quote: str, text: str = DOCUMENT) -> tuple[Alignment, ...]:
    return Aligner({"one": text}).align(quote)


def said(quote: str, text: str = DOCUMENT) -> tuple[str, list[str]]:
    """The fidelity of a quote, and the words at its places."""
    places = align(quote, text)
    return fidelity(places), [text[place.start : place.end] for place in places]


# ---- verbatim ----


def test_a_quote_is_found_with_its_offsets() -> None:
    start = DOCUMENT.index("the plan")
    assert align("the plan would cost $42 million") == (Alignment("one", start, start + 31, "verbatim"),)


def test_all_places_are_returned() -> None:
    assert said("The party went on") == ("verbatim", ["The party went on"] * 2)
    documents = {"a": "It rained. It rained.", "b": "It rained."}
    places = [(place.document, place.start) for place in Aligner(documents).align("It rained.")]
    assert places == [("a", 0), ("a", 11), ("b", 0)]


def test_the_search_can_be_limited_to_a_document() -> None:
    aligner = Aligner({"a": "It rained.", "b": "It rained all day."})
    assert [place.document for place in aligner.align("It rained", document="b")] == ["b"]
    assert aligner.align("It snowed all day long", document="a") == ()
    assert fidelity(aligner.align("rained all day", document="a")) == "absent"
    with pytest.raises(KeyError):
        aligner.align("It rained", document="c")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("15 troops", DOCUMENT),
        ("art", DOCUMENT),
        ("part", DOCUMENT),
        ("5 percent", DOCUMENT),
        ("up 3", DOCUMENT),
        ("5 degrees", DOCUMENT),
        ("for 10", DOCUMENT),
        ("cere", DOCUMENT),
        ("caf", DOCUMENT),
        ("cafe", "the cafe\u0301 is open"),
        ("234 euros", "1,234 euros"),
        ("5 percent", "about .5 percent"),
        ("don", "I don't know"),
    ],
)
def test_no_place_cuts_through_a_word_or_number(quote: str, text: str) -> None:
    assert align(quote, text) == ()


def test_a_chunk_of_characters_may_cut_through_words() -> None:
    start, end = DOCUMENT.index("lan would"), DOCUMENT.index("wice. The")
    chunk = DOCUMENT[start:end]
    assert align(chunk) == (Alignment("one", start, end, "verbatim"),)
    assert align(f"  {chunk}\n") == align(chunk)
    long = " ".join(f"word{number}" for number in range(700))
    assert said(f"xt {long} mor", f"Next {long} more") == ("verbatim", [f"xt {long} mor"])


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("In all 2015 of the troops left the town for good on the first day", "15 of", None),
        ("It was unlikely that the mayor would come to the bridge on that day", "likely", None),
        ("On the day of the fair the mayor and his wife didn't", None, "n't"),
        ("On the day of the fair the mayor said the rule cannot", None, "not"),
        ("On the day of the fair the mayor called it hopeless", None, "less"),
        ("On the day of the fair the price of a ticket was 150", None, "0"),
        ("It was unlikely, he said", "nlikely", None),  # too few words
    ],
)
def test_a_cut_that_changes_what_is_said_is_altered(text: str, start: str | None, end: str | None) -> None:
    quote = text[text.index(start) if start else 0 : text.rindex(end) if end else None]
    assert fidelity(align(quote, text)) in {"altered", "absent"}


def test_white_space_around_a_quote_is_no_part_of_it() -> None:
    assert said("  over five years.\n") == ("verbatim", ["over five years."])


# ---- reformatted ----


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("The plan WOULD cost", "the plan would cost"),
        ("would  cost\n$42", "would cost $42"),
        ('"We weren\'t asked," said', "“We weren’t\nasked,” said"),
        ("Ana Ruiz - twice", "Ana Ruiz — twice"),
        ("Ana Ruiz--twice", "Ana Ruiz — twice"),
        ("went on... for", "went on… for"),
        ("went on . . . for", "went on… for"),
        ("The second day", "The *second* day"),
        ("mayor did not attend. The second day Some", "mayor did not attend.\n\n## The *second* day\n\nSome"),
        ("**The mayor** did _not_ `attend`", "The mayor did not attend"),
        ("boldly said", "bold**ly said"),
        ("CO2 costs", "CO₂ costs"),
        ("and 1/2 a ceremony", "and ½ a cere\u00admony"),
        ("the first cafe\u0301", "the ﬁrst café"),
        ("the\u200b plan\ufeff would", "the plan would"),
        ("“the plan would cost”", "the plan would cost"),
        ('"over five years."', "over five years."),
        ("over five years, ", "over five years"),
        ("would cost $42 million.", "would cost $42 million"),
        ('"would cost $42 million."', "would cost $42 million"),
        ('"would cost $42 million".', "would cost $42 million"),
        ("over five years. [1]", "over five years."),
        ("over five years [2, 3].", "over five years."),
        ("over five years.【4†source】", "over five years."),
        ("over five years.¹", "over five years."),
        ("over five years.[^1]", "over five years."),
    ],
)
def test_a_quote_that_is_only_written_differently_is_reformatted(quote: str, place: str) -> None:
    assert said(quote) == ("reformatted", [place])


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("15", "1,5"),
        ("35", "3.5"),
        ("1.5", "1,5"),
        ("1, 5", "1,5"),
        ("106", "10⁶"),
        ("11/2", "1½"),
        ("2 3", "2 * 3"),
        ("-5", "5"),
        ("resume", "résumé"),
        ("its", "it's"),
        ("wellknown", "well-known"),
        ("well known", "well-known"),
        ("therapist", "the rapist"),
        ("experts said", "“experts” said"),
        ("grew by 3.", "grew by 3.5"),
        ("a, b", "a b"),
        ("about 5 m²", "about 5 m"),
    ],
)
def test_words_numbers_and_punctuation_must_be_equal(quote: str, text: str) -> None:
    assert align(quote, text) == ()


def test_quotation_marks_inside_must_be_there() -> None:
    text = "The so-called “experts” were wrong about it."
    assert said('The so-called "experts" were wrong', text)[0] == "reformatted"
    assert said("The so-called experts were wrong", text)[0] == "altered"


def test_scripts_without_spaces_may_be_quoted_anywhere() -> None:
    assert said("京都に住んで", "私は京都に住んでいます。") == ("verbatim", ["京都に住んで"])
    assert said("京都に 住んで", "私は京都に住んでいます。") == ("reformatted", ["京都に住んで"])


def test_right_to_left_text_and_full_width_forms() -> None:
    assert said("صوت المجلس", "لقد صوت المجلس يوم الثلاثاء") == ("verbatim", ["صوت المجلس"])
    assert said("ABC (12) cost 5", "Ａｂｃ （１２） cost 5") == ("reformatted", ["Ａｂｃ （１２） cost 5"])


# ---- altered ----


@pytest.mark.parametrize(
    ("quote", "differences"),
    [
        ("the plan would cost $58 million over five years", [("$42", "$58")]),
        ("$58 million over five years", [("$42", "$58")]),
        ("the plan would cost $42 million over six years.", [("five", "six")]),
        ("asked,” said Ana Reyes — twice", [("Ruiz", "Reyes")]),
        ("The mayor did attend", [("not", "")]),
        ("Yesterday the mayor did not attend", [("", "Yesterday")]),
        ("the plan would certainly cost $42 million", [("", "certainly")]),
        ("Some 2015 troops left, up 4.5 percent", [("3.5", "4.5")]),
        ("troops left up 3.5 percent", [("left,", "left")]),
        ("the plan would cost $42 billion over ten years", [("million", "billion"), ("five", "ten")]),
    ],
)
def test_an_altered_quote_tells_what_differs(quote: str, differences: list[tuple[str, str]]) -> None:
    (place,) = align(quote)
    assert (place.fidelity, list(place.differences)) == ("altered", differences)


def test_an_altered_place_begins_and_ends_at_words() -> None:
    assert said("the plan would cost $58 million over five years") == (
        "altered",
        ["the plan would cost $42 million over five years"],
    )


def test_the_best_document_is_chosen() -> None:
    documents = {"a": "The bridge cost nine euros in all.", "b": "The bridge cost nine million euros in May."}
    (place,) = Aligner(documents).align("The bridge cost eight million euros in May")
    assert (place.document, place.differences) == ("b", (("nine", "eight"),))


def test_three_words_of_which_one_differs_are_absent() -> None:
    assert align("mayor did attend") == ()
    assert fidelity(align("the mayor did attend")) == "altered"


def test_a_very_long_altered_quote_is_not_looked_for() -> None:
    text = " ".join(f"word{number}" for number in range(600))
    assert fidelity(align(text.replace("word99 ", ""), text)) == "absent"
    assert fidelity(align(" ".join(text.split()[:400]).replace("word99 ", ""), text)) == "altered"


def test_a_text_with_its_end_cut_off_is_what_it_is() -> None:
    assert align("the plan", "") == ()
    assert align("The plan would cost more than that", "The plan") == ()


# ---- ellipses ----


def test_a_quote_is_split_at_its_ellipses() -> None:
    for between in (" ... ", " … ", " […] ", " [...] ", "... ", " . . . ", " (…) "):
        assert split_at_ellipses(f"the plan{between}over five years") == ("the plan", "over five years")
    assert split_at_ellipses("…the plan…") == ("the plan",)
    assert split_at_ellipses('"the plan … over five years"') == ("the plan", "over five years")
    assert split_at_ellipses("“the plan” … “over five years”") == ("the plan", "over five years")
    assert split_at_ellipses("the plan.") == ("the plan.",)
    assert split_at_ellipses("...") == ("...",)


def test_an_ellipsis_that_stands_in_the_document_is_no_cut() -> None:
    aligner = Aligner({"one": DOCUMENT})
    assert aligner.pieces("The party went on... for") == ("The party went on... for",)
    assert aligner.pieces("The party ... for") == ("The party", "for")


@pytest.mark.parametrize(
    "quote",
    [
        "Dogs are ... allowed on the bridge",  # without its "not"
        "Hale & Sons denied … is to blame",  # of another sentence, without its "not"
        "on the bridge … Dogs are",  # the other way round
        "Dogs are … the second letter",  # of two documents
    ],
)
def test_parts_that_say_what_no_document_does_stay_together(quote: str) -> None:
    bridge = "Dogs are not allowed on the bridge. Hale & Sons denied this. The report does not say who is to blame."
    aligner = Aligner({"one": bridge, "two": "Nobody read the second letter."})
    assert aligner.pieces(quote) == (quote,)
    for fair in ("Dogs are not … on the bridge", "on the bridge. … does not say who", "Dogs are not … denied this"):
        assert aligner.pieces(fair) != (fair,)


def test_stitched_without_an_ellipsis_is_altered() -> None:
    stitched = align("He said the plan would cost $42 million over five years. The mayor did not attend.")
    assert fidelity(stitched) == "altered"
    assert fidelity(align("He said the plan would cost over five years.")) == "altered"


# ---- the threshold ----

HARBOUR = """
The town council voted on Tuesday to close the old harbour to cargo ships from next spring. Councillor Ingrid
Vale said the plan would cost $42 million over five years, most of it for new sea walls. The decision passed by
nine votes to four after a debate that lasted until midnight. Fishermen will keep their berths, but they may not
land more than 300 tonnes a month. "We were never asked," said Tomas Brandt, who has worked on the quay since
1988. The mayor did not attend the meeting.
"""
VACCINE = """
Researchers at the institute tested the vaccine on 1,240 adults in three countries between March and October. It
lowered the risk of severe illness by 71 percent, although protection faded after eight months. No serious side
effects were reported, and fewer than two percent of the volunteers left the study. The authors warn that older
people were not well represented. A larger trial is expected to begin next year in Kenya and Peru.
"""
MANUAL = """
Switch off the boiler before you remove the front panel. Turn the red valve clockwise until the pressure gauge
shows less than 1.5 bar. Never open the drain while the water is hot. Replace the filter every six months, or
every three months if the water is hard. If the pump makes a loud noise, close both valves and call an engineer.
The warranty does not cover damage caused by frost.
"""
HISTORY = """
The lighthouse was built in 1871 by the engineer Anna Lindqvist after two ferries sank within a week. Its lamp
burned rapeseed oil until electricity reached the island in 1926. During the war the keeper painted the tower
grey so that aircraft could not find it. Storms destroyed the lower gallery twice, and each time the islanders
rebuilt it with stone from the same quarry. Since 1994 the building has been a museum that draws about 20,000
visitors a year.
"""
LEASE = """
The tenant shall pay a monthly rent of 1,350 euros, due on the third working day of each month. A deposit equal
to two months' rent is payable before the keys are handed over, and it is returned within thirty days after the
lease ends, less the cost of any repairs. Pets are allowed only with the written consent of the landlord. The
tenant may not sublet the flat or any part of it. Either party may end the lease by giving three months' notice
in writing. Heating and water are included in the rent; electricity is not.
"""
MARKET = """
Shares in the Danish brewer fell by 6.4 percent on Monday after the company cut its forecast for the second time
this year. Chief executive Lars Holm blamed a cold summer and rising prices for barley. Sales in Asia grew by 12
percent, but they could not make up for losses in Germany and Poland. The company plans to close its plant in
Gdansk and to lay off about 900 of its 7,200 employees. Analysts at two banks lowered their price targets. Holm
said he did not expect further cuts before 2027.
"""

ALTERED = """
the plan would cost $58 million over five years
The town council voted on Thursday to close the old harbour to cargo ships
The town council voted to close the old harbour to cargo ships
The decision passed by nine votes to five after a debate
Councillor Ingrid Dale said the plan would cost $42 million
they may not land more than 500 tonnes a month
they may land more than 300 tonnes a month
The mayor did attend the meeting
"We were always asked," said Tomas Brandt
Fishermen will lose their berths, but they may not land more than 300 tonnes a month
The mayor of the town did not attend the meeting
said Tomas Brandt, who has worked at the harbour since 1988
tested the vaccine on 1,420 adults in three countries
It lowered the risk of illness by 71 percent
It lowered the risk of severe illness by 71 per cent
protection faded after eighteen months
more than two percent of the volunteers left the study
The authors warn that older people were very well represented
A larger trial is expected to begin next year in Kenya and Brazil
A larger trial will begin next year in Kenya and Peru
Researchers tested the vaccine on 1,240 adults between March and October
Switch on the boiler before you remove the front panel
Turn the red valve anticlockwise until the pressure gauge shows less than 1.5 bar
Turn the red valve until the gauge shows less than 2.5 bar
Never open the valve while the water is hot
Replace the filter every six weeks, or every three weeks if the water is hard
close both valves and call a plumber
The warranty does cover damage caused by frost
If the pump makes a noise, close the valves and call an engineer
The lighthouse was built in 1817 by the engineer Anna Lindqvist
two ferries sank within a month
Its lamp burned whale oil until electricity reached the island in 1926
During the war the keeper painted the tower white so that aircraft could find it
Storms destroyed the upper gallery twice, and each time the islanders rebuilt it
Since 1994 the building has been a museum that draws 200,000 visitors a year
The town council voted on Tuesday to close the old harbour. The mayor did not attend the meeting.
Switch off the boiler before you remove the front panel. The warranty does not cover damage caused by frost.
""".strip().splitlines()
PARAPHRASED = """
The harbour will be shut to freight vessels after the council's decision this week
According to Ingrid Vale, five years of work will need $42 million
The vote went nine to four
Most of the money is for new walls against the sea
Brandt, a fisherman, complained that nobody had consulted him
The mayor was absent from the council meeting on Tuesday
The council has closed the harbour because of the cost of new ships
Fishing boats are still allowed on the quay of the old harbour
The plan for the harbour was approved late at night
A monthly limit of 300 tonnes applies to the fishermen
The vaccine cut severe illness by 71 percent in a study of adults
After eight months the protection of the vaccine was weaker
There were no side effects worth reporting among the volunteers
Few of the volunteers dropped out of the trial
The study included too few older people, the researchers say
Next year the institute wants to run a larger trial in Africa
People in three countries took part in the vaccine trial
The vaccine was tested from March until October by the institute
The front panel can be removed after the boiler has been switched off
The pressure has to fall below 1.5 bar before you go on
Hot water must not be drained from the boiler
Hard water means that the filter has to be changed more often
Call an engineer when you hear a loud noise from the pump
Frost damage is not covered by the warranty of the boiler
The engineer Anna Lindqvist built the lighthouse in 1871
Two ferries had sunk before the lighthouse was built
Until 1926 the lamp of the lighthouse was lit with oil
The keeper of the tower hid it from aircraft during the war
The islanders have rebuilt the gallery of the tower after storms
Today it is a museum with about 20,000 visitors
The price of bread rose by four percent in the spring
The court found the defendant not guilty on all counts
The president of the republic will visit the region in the autumn
in the middle of the night
of the most important things in the world
It is one of the first of its kind in the country
""".strip().splitlines()
LATER_ALTERED = """
The tenant shall pay a monthly rent of 1,530 euros, due on the third working day of each month
A deposit equal to three months' rent is payable before the keys are handed over
Pets are allowed with the written consent of the landlord
The tenant may sublet the flat or any part of it
Either party may end the lease by giving two months' notice
Heating, water and electricity are included in the rent
The landlord may not sublet the flat
returned within sixty days after the lease ends
Pets are allowed only with the oral consent of the landlord.
Shares in the Dutch brewer fell by 6.4 percent on Monday
Shares in the brewer fell by 6.4 percent after the company cut its forecast
the company raised its forecast for the second time this year
Chief executive Lars Holm blamed a hot summer and rising prices for barley
Sales in Asia fell by 12 percent
they could make up for losses in Germany and Poland
The company plans to open a plant in Gdansk and to hire about 900 employees
lay off about 9,000 of its 7,200 employees
Analysts at three banks raised their price targets
Holm said he expects further cuts before 2027
Sales in Asia grew by 12 percent. The company plans to close its plant in Gdansk.
""".strip().splitlines()
LATER_PARAPHRASED = """
Rent is due early in each month and amounts to 1,350 euros
The tenant has to hand over two months of rent as a deposit
You get the deposit back a month after moving out
Keeping a dog needs the approval of the landlord in writing
Subletting is forbidden for the tenant of the flat
Three months of notice are needed to end the contract
Electricity is paid by the tenant, heating is not
The rent covers heating and water
The landlord deducts repairs from the deposit
A lease is an agreement between a landlord and a tenant
The brewer's shares lost 6.4 percent of their value
Bad weather and expensive barley were blamed by the chief executive
The company made losses in Germany and Poland
Asia was the only region in which sales increased
About 900 people will lose their jobs at the company
The plant in Gdansk will be closed
Two banks have lower price targets for the shares now
This is the second time that the company has cut its forecast
No more cuts are expected by Holm until 2027
The Danish brewer employs 7,200 people in Europe and Asia
""".strip().splitlines()

CHOSEN_ON = Aligner({"harbour": HARBOUR, "vaccine": VACCINE, "manual": MANUAL, "history": HISTORY})
LATER = Aligner({"lease": LEASE, "market": MARKET})


@pytest.mark.parametrize("quote", ALTERED)
def test_altered_quotes(quote: str) -> None:
    assert fidelity(CHOSEN_ON.align(quote)) == "altered"


@pytest.mark.parametrize("quote", LATER_ALTERED)
def test_altered_quotes_that_it_was_not_chosen_on(quote: str) -> None:
    assert fidelity(LATER.align(quote)) == "altered"


def test_paraphrases_are_absent_but_for_two_that_keep_most_words() -> None:
    assert [quote for quote in PARAPHRASED if CHOSEN_ON.align(quote)] == [
        "Today it is a museum with about 20,000 visitors"
    ]
    assert [quote for quote in LATER_PARAPHRASED if LATER.align(quote)] == [
        "The company made losses in Germany and Poland"
    ]


# ---- hostile quotes ----


@pytest.mark.parametrize(
    "quote",
    ["", " \n", "...!!", "—", "\0", "\0" * 1000, "\u0301" * 9, "\u200b", "[1]", "😀", "\ud800", "“”", "**", "\u202e"],
)
def test_a_quote_without_words_is_absent(quote: str) -> None:
    assert align(quote, f"{DOCUMENT} {quote} x") == () or quote == "\u0301" * 9
    assert Aligner({"one": DOCUMENT}).pieces(quote) == (quote,)


def test_strange_characters_do_not_matter() -> None:
    assert said("the plan\0would", "the plan would")[0] == "reformatted"
    assert said("go 😀 on", "we go 😀\ufe0f on")[0] == "reformatted"
    assert align("the \ud800 plan would cost $42 million")[0].fidelity == "altered"


def test_huge_quotes_take_no_time() -> None:
    for quote in ("a" * 1_000_000, "word " * 200_000, f"x{' ' * 1_000_000}y", "[" * 300_000, ". " * 300_000):
        aligner = Aligner({"one": DOCUMENT})
        assert aligner.align(quote) == ()
        aligner.pieces(quote)


# ---- laws ----

LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Nd"])
WORDS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda word: unicodedata.category(word[0]) != "Mn")
SEPARATORS = st.sampled_from([" ", "  ", "\n", ", ", ". ", " — ", " “", "” ", " (", ") ", ": ", "\u00a0", " … ", "\t"])


@st.composite
def slices(draw: st.DrawFn) -> tuple[str, int, int]:
    """A text of random words, and a slice of it that begins and ends with a word."""
    text, spans = "", []
    for word in draw(st.lists(WORDS, min_size=1, max_size=12)):
        spans.append((len(text), len(text) + len(word)))
        text += word + draw(SEPARATORS)
    first = draw(st.integers(0, len(spans) - 1))
    last = draw(st.integers(first, len(spans) - 1))
    return text, spans[first][0], spans[last][1]


@settings(deadline=None)
@given(slices())
def test_any_slice_at_words_is_verbatim_where_it_stands(sliced: tuple[str, int, int]) -> None:
    text, start, end = sliced
    places = align(text[start:end], text)
    assert fidelity(places) == "verbatim"
    assert all(text[place.start : place.end] == text[start:end] for place in places)
    assert any(place.start <= start < place.end for place in places)  # another may overlap it


@settings(deadline=None)
@given(slices(), st.sampled_from(["upper", "spaces", "quotes", "NFD", "hyphens", "emphasis"]))
def test_a_slice_written_otherwise_is_reformatted_and_keeps_its_place(
    sliced: tuple[str, int, int], change: str
) -> None:
    text, start, end = sliced
    words = text[start:end]
    upper = words.upper()
    written = {
        "upper": upper if len(upper) == len(words) and upper.casefold() == words.casefold() else words,  # not ß, ı
        "spaces": words.replace(" ", "\n "),
        "quotes": words.replace("“", '"').replace("”", '"'),
        "NFD": unicodedata.normalize("NFD", words),
        "hyphens": words.replace("—", "-"),
        "emphasis": f"**{words}**",
    }[change]
    places = align(written, text)
    assert fidelity(places) in {"verbatim", "reformatted"}
    assert any(place.start <= start < place.end for place in places)


NUMBERS = st.from_regex(r"[0-9]{1,4}([.,][0-9]{1,2})?", fullmatch=True)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=5), NUMBERS, st.lists(WORDS, max_size=5), st.data())
def test_a_changed_digit_is_never_word_for_word(
    before: list[str], number: str, after: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from([at for at, character in enumerate(number) if character.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    changed = number[:at] + digit + number[at + 1 :]
    text = " ".join([*before, number, *after])
    assume(changed not in text)
    assert fidelity(align(" ".join([*before, changed, *after]), text)) in {"altered", "absent"}
    assert align(changed, text) == ()


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_offsets_are_valid_whatever_is_quoted(quote: str, text: str) -> None:
    for words in (quote, text[3:20], text.upper(), f"{quote} {text}"):
        for place in align(words, text):
            assert 0 <= place.start < place.end <= len(text)
            assert bool(place.differences) == (place.fidelity == "altered")
            if place.fidelity == "verbatim":
                assert text[place.start : place.end] == words.strip()


PARTS = [*DOCUMENT.split()[2:12], ",", ".", "not", "3.5", "—", "“", "”"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14))
def test_what_differs_is_in_the_document_and_in_the_quote(words: list[str]) -> None:
    quote = " ".join(words)
    for place in align(quote):
        there = " ".join(DOCUMENT[place.start : place.end].split())
        for theirs, ours in place.differences:
            assert theirs != ours
            assert theirs in there
            assert ours in quote
