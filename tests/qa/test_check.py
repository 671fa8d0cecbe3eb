"""The checker: what the rules see, what they leave alone, and what a verdict always is."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.check import Checker, Verdict
from qa.check.checker import FOREIGN, MOST_CHARS, UNSUPPORTED
from qa.check.rules import broken_rules

TRUE = [
    ("The fee is £25, not £20.", "The fee is £25, not £20 as before."),
    ("It cost 25 EUR and 3 GB.", "The price is 25 EUR for 3 GB."),
    ("Dogs may enter the garden.", "Dogs may enter the garden but not the house."),
    ("The firm did not pay.", "The firm did not pay wages or taxes in 2020."),
    ("The minister rejected the charge.", "The minister denied the charge."),
    # numbers
    ("About 1.5 million people live there.", "1,500,000 people live there."),
    ("It cost $1.5 million.", "The cost was 1,500,000 dollars."),
    ("It cost 1.5 million euros.", "It cost €1.5m."),
    ("A dozen eggs were sold.", "12 eggs were sold."),
    ("Five people came.", "5 people came."),
    ("No fewer than 20 men came.", "At least 20 men came."),
    ("More than 100 people came.", "120 people came."),
    ("Nearly 100 people came.", "96 people came."),
    ("20 percent of staff left.", "20% of staff left."),
    ("Half of the staff left.", "50 percent of the staff left."),
    ("It is 5 km long.", "It is 5,000 metres long."),
    ("It lasted two weeks.", "It lasted 14 days."),
    ("Between 5 and 10 people died.", "5-10 people died."),
    ("Hundreds of people came.", "350 people came."),
    ("Two people are swimming.", "A groom and a bride are swimming."),
    ("Two people died.", "One man and one woman died."),
    ("A 5-year-old boy died.", "The boy, who was five, died."),
    ("Berg is 34 years old.", "Berg, 34, lives in Lund."),
    ("Berg is 34 years old.", "Berg is 34 and lives in Lund."),
    ("Sales in the North were $2,500.", "Region: North; Sales ($): 2,500"),
    ("The share was 20%.", "Share (%): 20"),
    ("Adults over 65 pay half.", "Adults older than 65 pay 50%."),
    ("The flat has 20 square metres.", "The flat has 20 m²."),
    ("The park has 200 hectares.", "The park has 2 km²."),
    ("The bottle holds 500 ml.", "The bottle holds 0.5 litres."),
    ("He drove at 60 miles per hour.", "He drove at 60 mph."),
    ("It takes two and a half hours.", "It takes 2½ hours."),
    ("The price is 12,500 euros.", "The price is 12.500,00 €."),
    ("Ten people were hurt.", "Five people were killed and ten people were hurt."),
    ("Ten people were hurt.", "Ten people were badly hurt, and five people were hurt lightly."),
    ("Ten-pin bowling is common.", "Kinds of bowling are ten-pin, nine-pin and five-pin bowling."),
    ("Revenue rose to $4.2 million.", "Revenue rose to $4.2m."),
    ("Revenue was €1.5 million.", "Revenue was EUR 1.5 million."),
    ("It costs EUR 300.", "It costs €300."),
    ("It costs US$300.", "It costs $300."),
    ("It rose to 12%.", "It rose to 12.3%."),
    ("The program ran on an A380.", "They used an a380."),
    ("It took one of them.", "It took some of them."),
    # ranks, dates and times
    ("He finished second.", "He finished 2nd."),
    ("The first prize is $500.", "The first prize is $500, the second prize $200."),
    ("He spoke first.", "He spoke in the second hour."),
    ("It opened on March 3.", "It opened on 3 March 2024."),
    ("It opened in March.", "It opened on 3 March 2024."),
    ("It opened in 2024.", "It opened on 2024-03-03."),
    ("It opened on 3/4/2024.", "It opened on 4 March 2024."),
    ("He was born in the 1990s.", "He was born in 1994."),
    ("He lived in the 20th century.", "He was born in 1994."),
    ("At 5:30 pm it began.", "It began at 17:30."),
    ("The meeting is at 5 pm.", "The meeting starts at 5 p.m. on Monday."),
    # names
    ("Biden spoke on Monday.", "Joe Biden spoke on Monday."),
    ("Joe Biden spoke on Monday.", "Biden spoke on Monday."),
    ("President Biden spoke.", "Biden spoke."),
    ("Iraq's army was defeated.", "The Iraqi army was defeated."),
    ("The United Nations agreed.", "The UN agreed."),
    ("The UN agreed.", "The United Nations agreed."),
    ("The Dutch president spoke on trade.", "The president of the Netherlands spoke on trade."),
    ("The president of Poland spoke on trade.", "The Polish president spoke on trade."),
    ("The Canadian president spoke on trade.", "The president of Canada spoke on trade."),
    ("The president of the United States spoke on trade.", "The American president spoke on trade."),
    ("Two Frenchmen left.", "Two men of France left."),
    ("British troops left.", "Troops of the United Kingdom left."),
    ("Soldiers left the town.", "Troops left the town."),
    ("Smith's house burned.", "The house of Smith burned."),
    # negations, opposites, quantifiers
    ("The bridge was not only long but wide.", "The bridge was long and wide."),
    ("The bridge was long.", "The bridge was long, although it was not wide."),
    ("Not only men were hurt.", "Most men were hurt, and women."),
    ("No fewer than 500 people were hurt.", "More than 500 people were hurt."),
    ("Whether or not it rained, the fair opened.", "The fair opened although it rained."),
    ("The film was not successful.", "The film was unsuccessful."),
    ("The deposit is not refundable.", "The deposit is non-refundable."),
    ("The leave is unpaid.", "The leave is not paid."),
    ("Neither Anna nor Bob came.", "Anna and Bob did not come."),
    ("Anna and Bob did not come.", "Neither Anna nor Bob came."),
    ("Pets are not permitted without written consent.", "Pets are permitted only with written consent."),
    ("You may sublet only with consent.", "You can't sublet the flat or any part of it without consent."),
    ("Most employees work from home.", "At least 60% of employees work from home."),
    ("The tenant pays over $1,000.", "Under the lease, the tenant pays more than $1,000."),
    ("The shop closes at 6 pm.", "The shop opens at 9 am and shuts at 6 pm."),
    ("The pool closes at 6 pm.", "The pool is open from 9 am to 6 pm."),
    ("It ends on 31 December 2024.", "It starts on 1 January 2024 and runs until 31 December 2024."),
    ("Nobody was hurt.", "No one was hurt."),
    ("Nobody was injured.", "There were no injuries."),
    ("The fire did not start until May.", "The fire started in May."),
    ("He failed to win.", "He did not win."),
    ("He went home.", "He went home, but he did not stay."),
    ("Sales increased in the North.", "Sales rose in the North."),
    ("Sales rose in the North.", "Sales rose in the North and fell in the South."),
    ("Some soldiers left.", "All soldiers left."),
]

FALSE = [
    ("The tenant may sublet.", "The tenant may not sublet the flat or any part of it.", "say “not”"),
    ("You may smoke on the balcony.", "Guests must not smoke inside the flat or on the balcony.", "say “not”"),
    ("The bridge will open soon.", "We don't know whether the bridge will open soon.", "say “whether”"),
    ("The mayor took bribes.", "The mayor denied that he took bribes.", "say “denied”"),
    ("The keys are handed over on 27 May.", "The keys are handed over on 3 June, not on 27 May.", "3 June"),
    ("The fee is £20.", "The fee is £25, not £20.", "£20 is in none"),
    ("The lease runs for twelve months.", "The lease runs for ten months instead of twelve.", "twelve"),
    ("A ticket is $14 for students.", "Tickets are $14 for adults, $9 for students.", "not of “students”"),
    ("3 million people signed it.", "After day 3, 2 million people had signed it.", "3"),
    (
        "It was closed for two weeks.",
        "It was closed for eleven days after cracks were found in two of its piers.",
        "two",
    ),
    ("The talks lasted 12 days.", "The talks lasted a long time and 12 people were hurt.", "12"),
    ("The tenant may keep two cats.", "The tenant must not keep pets, except one (1) cat.", "two"),
    ("Two men were arrested.", "One man was arrested.", "Two"),
    ("12% of the votes were invalid.", "In district 12, 7% of the votes were invalid.", "12"),
    ("The dose is 5 mg.", "The dose is 5 g.", "5 g"),
    ("The bottle holds 500 ml.", "The bottle holds 500 litres.", "500 litres"),
    ("The tank has 10 square metres.", "The tank has 10 cubic metres.", "10 cubic metres"),
    ("He drove at 60 mph.", "He drove at 60 kilometres per hour.", "60 kilometres per hour"),
    ("It takes 2 hours.", "It takes 2½ hours.", "2 hours"),
    ("It takes 1 hour.", "It takes one and a half hours.", "1 hour"),
    ("It costs $300.", "It costs EUR 300.", "EUR 300"),
    ("The interest is 5% per month.", "The interest is 5% per year.", "“year”"),
    ("It costs $5 a day.", "It costs $5 per hour.", "per hour"),
    ("Ten were killed.", "Five killed, ten hurt.", "not of “killed”"),
    ("Ten people were killed.", "Five people were killed and ten people were hurt.", "not of “killed”"),
    ("The first prize is $500.", "The second prize is $500.", "first"),
    ("3,500 troops remain.", "2,500 troops remain.", "3,500"),
    ("It cost €20.", "It cost $20.", "$20"),
    ("It is 20 km long.", "It is 20 miles long.", "20 miles"),
    ("It grew by 20 percent.", "It grew by 20 percentage points.", "20 percentage points"),
    ("7 people died.", "Between 5 and 10 people died.", "number 7"),
    ("350 people came.", "Hundreds of people came.", "350"),
    ("More than 100 people came.", "Fewer than 100 people came.", "more than 100"),
    ("More than 100 people came.", "Exactly 100 people came.", "more than 100"),
    ("More than 100 people came.", "5,000 people came.", "100"),
    ("Five people were killed and ten hurt.", "Ten people were killed and five hurt.", "not of"),
    ("2 million people came.", "2 thousand people came.", "2 million"),
    ("COVID-20 spread.", "COVID-19 spread.", "COVID-20"),
    ("He finished third.", "He finished 2nd.", "third"),
    ("He was born in 1991.", "He was born in 1990.", "1990"),
    ("It opened on March 4.", "It opened on 3 March 2024.", "March 4"),
    ("It opened on Tuesday.", "It opened on Monday.", "Monday"),
    ("It opened on March 3, 2023.", "It opened on 3 March 2024.", "2023"),
    ("It began at 5:30 am.", "It began at 17:30.", "5:30 am"),
    ("Jill Biden spoke on Monday.", "Joe Biden spoke on Monday.", "Jill"),
    ("Smith's house burned.", "Jones's house burned.", "Smith"),
    ("The army of North Korea left.", "The army of South Korea left.", "North"),
    ("Troops remain in Syria.", "Troops remain in Iraq.", "Syria"),
    ("The French president spoke on trade.", "The president of the Netherlands spoke on trade.", "French"),
    ("The Danish president spoke.", "The Swedish president spoke.", "Danish"),
    ("Swiss troops left the United States.", "Swiss troops left Spain.", "United States"),
    ("The bridge was not long.", "The bridge was long.", "not"),
    ("The bridge was long.", "The bridge was not long.", "not"),
    ("The bridge didn't open.", "The bridge opened.", "not"),
    ("He won.", "He failed to win.", "failed"),
    ("There were injuries.", "There were no injuries.", "no"),
    ("The film was unsuccessful.", "The film was successful.", "successful"),
    ("The deposit is refundable.", "The deposit is non-refundable.", "non-refundable"),
    ("The income is taxable.", "The income is non-taxable.", "non-taxable"),
    ("The leave is paid.", "The leave is unpaid.", "unpaid"),
    ("The cause is unknown.", "The cause is known.", "known"),
    ("Anna came.", "Neither Anna nor Bob came.", "neither"),
    ("The tenant may sublet.", "The tenant may not sublet without consent.", "say “not”"),
    ("It is for people over the age of 18.", "It is for people under the age of 18.", "under"),
    ("The shop closes at 9 am.", "The shop opens at 9 am and shuts at 6 pm.", "opens"),
    ("Sales rose to 20.", "Sales fell from 25 to 20.", "fell"),
    ("Sales rose in the North.", "Sales fell in the North.", "fell"),
    ("The ship sank before the war.", "The ship sank after the war.", "after"),
    ("It is the largest town.", "It is the smallest town.", "smallest"),
    ("All soldiers left.", "Some soldiers left.", "Some"),
]


@pytest.mark.parametrize(("claim", "evidence"), TRUE)
def test_the_rules_leave_what_is_true_alone(claim, evidence):
    assert broken_rules(claim, evidence) == ()


@pytest.mark.parametrize(("claim", "evidence", "said"), FALSE)
def test_the_rules_see_what_is_false_and_say_why(claim, evidence, said):
    reasons = broken_rules(claim, evidence)
    assert reasons
    assert any(said.lower() in reason.lower() for reason in reasons), reasons


def test_a_name_in_the_place_of_another_is_seen_though_both_are_mentioned():
    said = "Roger Federer beat Carlos Moya in the final in Rome on Sunday, and thanked J. K. Smith for it."
    assert broken_rules(
        "Roger Federer beat Carlos Ruiz in the final in Rome on Sunday.", said, "Ruiz lost before."
    ) == ("the sentences cited say “Moya”, not “Ruiz”",)
    assert broken_rules("Roger Federer beat Carlos Moya in the final in Paris on Sunday.", said, "Then he left Paris.")
    assert broken_rules(
        "Somalia has more hospitals than any other.", "Turkey has more hospitals than any other.", "Somalia"
    )
    assert broken_rules("Soldiers have left the old town.", "Troops have left the old town.") == ()
    assert broken_rules("The house of big windows was sold.", "The house of large windows was sold.") == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "said"),
    [
        # at the end of a claim that leaves out what follows
        ("The choir is led by Dr. Anna Holm.", "The choir is led by Dr. Anna Berg, who came in 2014.", "“Berg”"),
        # names of several words, all with a capital
        (
            "The song was written by the band and Otto von Lund and sold in Peru.",
            "The song was written by the band and Anna Maria Berg and sold in Peru.",
            "Otto von Lund",
        ),
        ("King Otto Lund of Norway built the bridge.", "King Haakon VI of Norway built the bridge.", "Otto Lund"),
        # at the beginning, before a clause, an adverb, or somebody's
        ("Holm, who had left before, came back on Sunday.", "Berg, who had left before, came back on Sunday.", "Holm"),
        ("Lund previously led the village choir.", "Holm previously led the village choir.", "“Holm”"),
        ("Lund and her lawyer asked for an apology.", "Holm and her lawyer asked for an apology.", "“Holm”"),
        # capital letters alone, and marks of references between
        ("Earnings of women in Peru are lower than men's.", "Earnings of women in US are lower than men's.", "“US”"),
        (
            "Signs of it in the south of Chad and Mali were fever and cough.",
            "Signs of it in the south of Chad [3] and Togo [4] [5] were fever and cough.",
            "“Togo”",
        ),
    ],
)
def test_a_name_in_the_place_of_another_is_seen_wherever_it_stands(claim, evidence, said):
    around = "Otto von Lund, Otto Lund and Anna Holm met in Peru; Lund had been to Mali, and Holm had not."
    assert any(said in reason for reason in broken_rules(claim, evidence, around))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Carla Ruiz lost to Anna Berg.", "Anna Berg began the year with a win over Carla Ruiz in the Cup in Rome."),
        ("They left the old town by night.", "Holm and her men left the old town by night."),
        ("Anna Holm and her lawyer asked for an apology.", "Holm and her lawyer asked for an apology."),
        ("It is led by Anna Berg.", "It is led by Dr. Anna Berg, who came in 2014."),
        ("It is a tale by the poet A.B Ruiz.", "The Mill is a tale by the poet A. B. Ruiz."),
    ],
)
def test_another_order_or_form_of_the_same_names_is_no_other_name(claim, evidence):
    assert broken_rules(claim, evidence, "Anna Holm and Anna Berg met Carla Ruiz in Rome.") == ()


def test_the_context_names_and_dates_but_counts_nothing():
    said = "He opened it on 3 March."
    assert broken_rules("Sullivan opened it on 3 March 2024.", said)
    assert broken_rules("Sullivan opened it on 3 March 2024.", said, "Sullivan built 20 bridges in 2024.") == ()
    assert broken_rules("He opened 20 of them.", said, "Sullivan built 20 bridges in 2024.")
    assert broken_rules("He opened it on 4 March.", said, "It was 4 March.")


WORDS = (
    "the not no never 5 1.5 million 20% March 3 2024 Joe Biden rose fell more than all some $20 km . , before didn't "
    "COVID-19 second first hundreds of people unsuccessful"
)
SENTENCES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs", "Sc"]), min_size=1, max_size=200) | (
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=25).map(" ".join)
)


@settings(max_examples=150, deadline=None)
@given(SENTENCES)
@example("AĿ")  # made plain, it ends in a dot
def test_no_rule_is_broken_by_a_sentence_beside_itself(sentence):
    assert broken_rules(sentence, sentence) == ()


@settings(max_examples=100, deadline=None)
@given(SENTENCES, SENTENCES)
def test_the_rules_are_deterministic_and_never_raise(claim, evidence):
    assert broken_rules(claim, evidence) == broken_rules(claim, evidence)


# ---- verdicts, with the reader ----

TROOPS = "Currently, about 2,500 U.S. troops remain in Iraq in an advisory role, following the end of combat in 2021."
BRIDGE = "The council voted on Tuesday to close the old harbour to cargo ships from next spring."


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (TROOPS, [BRIDGE, TROOPS]),
        ("About 2,500 U.S. troops remain in Iraq.", [TROOPS]),
        ("About 2,500 American troops remain in Iraq in an advisory role.", [TROOPS]),
        ("The council voted to close the old harbour to cargo ships.", [BRIDGE]),
        (f"{BRIDGE} {TROOPS}", [BRIDGE, TROOPS]),
        ("The council closes the old harbour, and about 2,500 U.S. troops remain in Iraq.", [BRIDGE, TROOPS]),
    ],
)
def test_what_the_evidence_says_holds(checker: Checker, claim: str, evidence: list[str]) -> None:
    verdict = checker.check(claim, evidence)
    assert verdict.holds, verdict
    assert verdict.reasons == ()
    assert verdict.support > 0.25


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("About 3,500 U.S. troops remain in Iraq.", [TROOPS], "3,500"),
        ("The council voted to close the old harbour to cargo ships.", [TROOPS], FOREIGN),
        ("The council voted to close the old harbour to troops.", [TROOPS], UNSUPPORTED),
        (f"{TROOPS[:-1]}, and the talks with the unions about pensions have failed again.", [TROOPS], UNSUPPORTED),
        ("Penguins breed on the ice.", [TROOPS], FOREIGN),
        ("About 2,500 U.S. troops remain in Iraq.", [], "cites nothing"),
        ("About 2,500 U.S. troops remain in Iraq.", ["", " \n"], "cites nothing"),
        ("", [TROOPS], "says nothing"),
        ("…", [TROOPS], "says nothing"),
        ("x" * (MOST_CHARS + 1), [TROOPS], "more than 2,000"),
    ],
)
def test_what_it_does_not_say_does_not(checker: Checker, claim: str, evidence: list[str], reason: str) -> None:
    verdict = checker.check(claim, evidence)
    assert not verdict.holds
    assert any(reason in one for one in verdict.reasons), verdict


def test_the_context_supports_nothing_by_itself(checker: Checker) -> None:
    said = "The council voted to close the old harbour to cargo ships."
    assert not checker.check(said, [TROOPS], context=[BRIDGE]).holds


@settings(max_examples=25, deadline=None)
@given(SENTENCES)
def test_a_sentence_supports_itself_and_a_verdict_is_deterministic(sentence: str) -> None:
    checker = Checker()
    if any(map(str.isalnum, sentence)):
        assert checker.check(sentence, [TROOPS, sentence]) == Verdict(holds=True, support=1.0)
    verdict = checker.check(sentence, [TROOPS], context=[BRIDGE])
    assert verdict == checker.check(sentence, [TROOPS], context=[BRIDGE])
    assert verdict.holds == (verdict.reasons == ())
    assert 0 <= verdict.support <= 1


def test_hostile_texts_are_checked_in_time(checker: Checker) -> None:
    for text in (
        "not " * 450,
        "1,2 " * 450,
        "A" * 1_900,
        "Ab " * 600,
        "\x00\u202e" * 450 + "a",
        "no more than " * 150,
    ):
        assert not checker.check(text, [TROOPS * 300], context=[text * 20]).holds


def test_several_threads_may_check_at_once(checker: Checker) -> None:
    claims = ["About 2,500 U.S. troops remain in Iraq.", "About 3,500 U.S. troops remain in Iraq."] * 8
    one_by_one = [checker.check(claim, [TROOPS]) for claim in claims]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda claim: Checker.check(checker, claim, [TROOPS]), claims)) == one_by_one


def test_without_the_reader_rules_and_words_stand_in(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("no such instruction")

    monkeypatch.setattr("qa.check.checker.load_model", broken)
    checker = Checker()
    with caplog.at_level(logging.WARNING):
        assert checker.check("About 2,500 U.S. troops remain in Iraq.", [TROOPS]).holds
        assert not checker.check("Penguins breed on the ice.", [TROOPS]).holds
        assert not checker.check("About 3,500 U.S. troops remain in Iraq.", [TROOPS]).holds
    assert caplog.text.count("no such instruction") == 1
