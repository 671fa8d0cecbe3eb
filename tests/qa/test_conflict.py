"""Where documents answer the same with different values, both are cited and the answer says so; only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import Index, Source
from index.types import Hit, Passage, Span
from qa import answer
from qa.conflict import conflicting, rivals
from qa.export import from_json, to_dict, to_json, to_markdown
from qa.types import Answer, Evidence
from tests.support.chromium import NEEDS_CHROMIUM, chromium, serving
from ui.chat.export import as_markdown
from ui.chat.history import Conversation
from ui.render import Turn
from ui.server.web import create_app

SURE = {"sentence": 4.0, "span": 8.0, "passage": 3.0, "cosine": 0.8, "told": 1.0}


def evidence(marked: str, document: str = "d", score: float = 5.0, **features: float) -> Evidence:
    """Return a sentence of a document; its short answer stands between asterisks."""
    before, short, after = marked.split("*")
    text = before + short + after
    passage = Passage(1, document, "r", 0, len(text), 1, (Span(0, len(text)),))
    hit = Hit(passage, text, f"{document}.txt", document, 0.9, 1, {})
    return Evidence(hit, Span(0, len(text)), score, SURE | features, Span(len(before), len(before) + len(short)))


DIFFERENT = [
    ("How much will it cost?", "It will cost *£2.1m*.", "The bill is *2.6 million pounds*."),
    ("How much will it cost?", "It will cost *£2.1m*.", "The price is *£2.6m*, he said."),
    ("How many days do I get?", "You get *24* vacation days.", "There are *28 days* a year."),
    ("How long is the warranty?", "The warranty is *five years*.", "It is *24 months* from delivery."),
    ("When does it open?", "It opens at *8 am*.", "The doors open at *8 pm*."),
    ("How soon?", "Report it *within 72 hours*.", "It is reported *within one day*."),
    ("What is the notice period?", "*The notice period is three months.*", "There is a notice period of *two months*."),
    ("When does it open?", "It opens on *4 May*.", "It opens on *18 May* at noon."),
    ("When was it built?", "It was built in *1742*.", "It was built *in May 1751*."),
    ("When is it open?", "It is open *from 9:00 to 15:30*.", "It is open *from 10:00 to 15:30*."),
    ("When does it leave?", "It leaves at *10:30 pm* from pier 2.", "It leaves at *23:15*."),
    ("What share?", "They got *12.4 percent*.", "They got *11.8%* of the votes."),
    ("How many people came?", "About *3,000* people came.", "There came *9,500* people."),
    ("When is rent due?", "Pay within *thirty (30) days*.", "Pay within *45 days*."),
    ("What is the notice?", "The notice is *three (3) months*.", "The notice is *one month*."),
    ("When is the meeting?", "It is on *Monday, 5 May 2025*.", "It is on *12 May 2025*."),
    ("When is the meeting?", "It is at *7 p.m. on 3 May*.", "It is on *3 May at 6 p.m.*"),
    ("When was it?", "It was in *the 1980s*.", "It was in *1995*."),
    ("How much is the fee?", "The fee is *$50 per month*.", "The fee is *$50 per year*."),
    ("How long is the warranty?", "It is *2 years*.", "It is *18 months*."),
    ("How long is the film?", "It is *2 hours* long.", "It is *90 minutes* long."),
    ("How long may it be?", "It may have *up to 64* letters.", "It may have *up to 255* letters."),
]
ALIKE = [
    ("How many people came?", "About *2,500* people came.", "There came *2,487* people."),
    ("How many people came?", "*More than 3,000* people came.", "There came *3,200* people."),
    ("How many people came?", "*At least 20* came.", "There came *31*."),
    ("How much will it cost?", "It will cost *£2.1m*.", "It will cost *£2,100,000*."),
    ("How long is the warranty?", "The warranty is *two years*.", "It is *24 months* from delivery."),
    ("How long is the lake?", "It is *2.5 km* long.", "It is *2,480 metres* long."),
    ("When does it open?", "It opens in *May*.", "It opens on *18 May* at noon."),
    ("When does it open?", "It opens on *Tuesday*.", "It opens on *18 May*."),
    ("When does it leave?", "It leaves at *10:30 pm*.", "It leaves at *22:30*."),
    ("When is it due?", "It is due on *5/6/2024*.", "It is due on *May 6, 2024*."),
    ("When is it due?", "It is due on *5/6/2024*.", "It is due on *5 June 2024*."),
    ("When was it?", "It was in *the 1990s*.", "It was in *1995*."),
    ("When was it?", "It was between *1914 and 1918*.", "It was in *1916*."),
    ("How much is the salary?", "It is *£24,000 a year*.", "It is *£2,000 per month*."),
    ("How many days of leave?", "You get *2 days* a month.", "You get *24 days* a year."),
    ("How long is the film?", "It is *1 hour 45 minutes* long.", "It is *105 minutes* long."),
    ("How long does it take?", "It takes *3–5 days*.", "It takes *4 days*."),
    ("How many came?", "*Between 2,000 and 3,000* came.", "There came *2,500*."),
    ("How many?", "*At least 5* days.", "*At most 10* days."),
    ("How much is the fee?", "It is *£10 (£12 with tax)*.", "It is *£12*."),
    ("How warm?", "Store it at *5 °C*.", "Store it at *8 °C* or below."),
]
NOT_TO_BE_COMPARED = [
    ("How much will it cost?", "It will cost *£2.1m*.", "It will cost *$2.6m*."),
    ("How many hours?", "You work *8 hours a day*.", "You work *40 hours a week*."),
    ("How much is the pay?", "It is *$25 per hour*.", "It is *$50,000 a year*."),
    ("How much?", "It is *12 percent*.", "It is *14 metres*."),
    ("How many schools are there?", "There are *seven* schools.", "It has *5,984* students."),
    ("Who won?", "*Mary Ann* won.", "*Peter* won."),
    ("Which system?", "It runs *Windows 10*.", "It runs *Windows 11*."),
    ("What place?", "She came *first*.", "She came *third*."),
    ("How many?", "There were *hundreds*.", "There were *40*."),
    ("How large is it?", "It has *132* urban acres.", "It has *four* parts."),
    ("How much is it?", "It is *2,290 m3/s*.", "It is *400 m* wide."),
    ("How much is it?", "It is *a fifth* of the water.", "It is *2,290*."),
    ("What happened?", "*Police in two towns and a village arrested 20 people*.", "*Police arrested 31 people*."),
]


@pytest.mark.parametrize(("question", "one", "other"), DIFFERENT)
def test_values_that_cannot_both_be_meant_are_in_conflict(question: str, one: str, other: str):
    assert conflicting(question, evidence(one, "a"), evidence(other, "b"))
    assert conflicting(question, evidence(other, "a"), evidence(one, "b"))


@pytest.mark.parametrize(("question", "one", "other"), ALIKE + NOT_TO_BE_COMPARED)
def test_values_that_may_be_the_same_or_are_of_two_kinds_are_not(question: str, one: str, other: str):
    assert not conflicting(question, evidence(one, "a"), evidence(other, "b"))
    assert not conflicting(question, evidence(other, "a"), evidence(one, "b"))


def test_within_one_document_nothing_is_in_conflict():
    one, other = "Full-time staff get *27 days*.", "Part-time staff get *14 days*."
    assert conflicting("How many?", evidence(one, "a"), evidence(other, "b"))
    assert not conflicting("How many?", evidence(one, "a"), evidence(other, "a"))


@pytest.mark.parametrize(
    ("behind", "features", "heard"),
    [
        (0.5, {}, True),
        (0.5, {"span": 2.5}, True),  # cited anyway
        (0.5, {"span": 1.5}, False),
        (1.9, {}, True),
        (1.9, {"span": 4.0}, False),
        (3.0, {"span": 7.0}, True),  # behind by the words alone
        (3.0, {"span": 5.0, "cosine": 0.6}, False),
        (0.5, {"told": 0.0}, False),  # its document does not mention what was asked about
    ],
)
def test_only_a_sentence_that_surely_answers_is_heard(behind: float, features: dict[str, float], heard: bool):
    first = evidence("You get *27 days*.", "a")
    other = evidence("You get *25 days*.", "b", 5.0 - behind, **features)
    assert rivals("How many?", [first, other]) == ([other] if heard else [])


def test_a_first_sentence_that_was_not_compared_is_no_trouble():
    first = evidence("You get *27 days*.", "a", 9.0)
    del first.features["cosine"], first.features["told"]  # type: ignore[attr-defined]
    assert rivals("How many?", [first, evidence("You get *25 days*.", "b", 8.5)])


def test_a_sentence_of_any_length_is_read_in_no_time():
    numbers = "1 2 " * 30_000
    one = evidence(f"{numbers}You get *27 days* a year. {numbers}", "a")
    other = evidence(f"{numbers}You get *25 days* a year. {numbers}", "b")
    assert conflicting("How many?", one, other)


def test_a_reader_with_scores_of_its_own_is_not_believed():
    first = evidence("You get *27 days*.", "a")
    other = evidence("You get *25 days*.", "b")
    other.features.pop("sentence")  # type: ignore[attr-defined]
    assert rivals("How many?", [first, other]) == []
    assert rivals("How many?", []) == []


RULES_2019 = "Every employee gets 24 vacation days a year. Part-time staff get a share.\n"
RULES_2024 = "Employees are granted 28 days of vacation each year. Requests go through the portal.\n"
SHIFTS = "The night shift of the plant begins at ten. The canteen closes at 14:00 on weekdays.\n"
ASKED = "How many vacation days do employees get?"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory):
    with Index.open(tmp_path_factory.mktemp("rules")) as index:
        old = Source("old.md", RULES_2019, title="Staff rules 2019")
        new = Source("new.md", RULES_2024, title="Staff rules 2024")
        index.add([old, new, Source("shifts.md", SHIFTS)])
        yield index


def test_both_are_cited_word_for_word_and_the_answer_says_so(rules: Index):
    result = answer(ASKED, index=rules)
    assert result.conflicts == ((1, 2),)
    ((one, other),) = result.differing
    assert {one.title, other.title} == {"Staff rules 2019", "Staff rules 2024"}
    for citation in (one, other):
        text = rules.document(citation.document_id, citation.revision).text
        assert text[citation.start : citation.end] == citation.text
    (words,) = result.differences
    assert words == f"Your documents differ: {one.short} [1] ({one.title}), {other.short} [2] ({other.title})."
    assert {one.short, other.short} == {"24", "28 days"}


def test_it_says_of_which_day_each_document_is(tmp_path: Path):
    dated = "<html><head><title>{}</title><meta name='dc.date' content='{}'></head><body><p>{}</p></body></html>"
    old, new = RULES_2019, RULES_2024
    with Index.open(tmp_path) as index:
        for name, day, text in (("old.html", "2019-05-02", old), ("2024.html", "2026-01", new)):
            title = "Staff rules" if text == old else "Staff rules from 2024"
            index.add(Source(name, dated.format(title, day, text).encode()))
        index.add(Source("shifts.md", SHIFTS))
        result = answer(ASKED, index=index)
    (words,) = result.differences
    assert "(Staff rules, 2 May 2019)" in words
    assert "(Staff rules from 2024)" in words, "saved in 2026"
    assert words in result._repr_html_()
    assert words.replace(" [1]", "[^1]").replace(" [2]", "[^2]") in to_markdown(result)


def test_what_only_one_document_says_is_no_conflict(rules: Index):
    result = answer("When does the canteen close on weekdays?", index=rules)
    assert "14:00" in (result.short or "")
    assert result.conflicts == result.differing == result.differences == ()


def test_of_chosen_documents_only_these_can_differ(rules: Index):
    (entry,) = [entry for entry in rules.listing() if entry.source == "new.md"]
    assert answer(ASKED, index=rules, documents=[entry.id]).conflicts == ()


def test_in_a_message_of_several_questions_the_numbers_are_those_of_the_whole(rules: Index):
    result = answer(f"When does the canteen close on weekdays? {ASKED}", index=rules)
    numbers = {citation.number: citation.title for citation in result.citations}
    ((one, other),) = result.conflicts
    assert {numbers[one], numbers[other]} == {"Staff rules 2019", "Staff rules 2024"}
    assert [part.conflicts for part in result.parts] == [(), ((one, other),)]


def test_programs_get_it(rules: Index):
    result = answer(ASKED, index=rules)
    assert to_dict(result)["conflicts"] == [[1, 2]]
    assert from_json(to_json(result)).differences == result.differences
    assert "Your documents differ: " in to_markdown(result)
    assert "Your documents differ: " in result._repr_html_()


def test_in_a_saved_conversation_each_value_has_the_footnote_of_its_quotation(rules: Index):
    turns = (Turn(ASKED, answer(ASKED, index=rules)),) * 2
    saved = as_markdown(Conversation("", "Days", "2026-01-01T00:00:00+00:00", turns))
    for value, words in (("24", "24 vacation days"), ("28 days", "granted 28 days")):
        quoted = re.findall(rf"{words}[^\n]*\[\^(\d)\]", saved)
        assert re.findall(rf"[ ]{value}\[\^(\d)\] \(Staff", saved) == quoted
        assert len(set(quoted)) == 2


def test_numbers_that_nothing_has_are_passed_over(rules: Index):
    fields = to_json(answer(ASKED, index=rules)).replace("[\n      1,\n      2\n    ]", "[1, 99]")
    assert "99" in fields
    assert len(from_json(fields).differing[0]) == 1


def test_a_refusal_has_no_conflict():
    assert Answer("Who?", "Who?", (), "no", 0.1).differences == ()


def test_the_terminal_says_so(rules: Index, capsys: pytest.CaptureFixture[str]):
    from rich import print as shown

    shown(answer(ASKED, index=rules))
    assert "Your documents differ: " in capsys.readouterr().out.replace("\n", " ")


class TestInAChat:
    """What people see."""

    pytestmark = NEEDS_CHROMIUM

    def test_both_values_stand_side_by_side_and_open_their_sources(self, rules: Index):
        with serving(create_app(rules)) as address, chromium() as browser:
            page = browser.new_page()
            page.goto(address)
            page.fill("#question textarea", ASKED)
            page.keyboard.press("Enter")
            page.wait_for_selector(".conflict", timeout=30_000)
            assert page.inner_text(".conflict .label") == "Your documents differ"
            values = page.locator(".conflict .value")
            said = {values.nth(place).locator(".short").inner_text(): place for place in range(2)}
            assert said.keys() == {"24", "28 days"}
            top = "all => all.map(one => one.getBoundingClientRect().top)"  # of both at once, since the page may scroll
            tops = values.evaluate_all(top)
            assert abs(tops[0] - tops[1]) < 1
            values.nth(said["28 days"]).locator("button").click()
            page.wait_for_selector("#source mark", timeout=30_000)
            marked = page.locator("#source mark").all_inner_texts()
            assert "".join(marked).startswith("Employees are granted 28 days of vacation each year.")
            assert page.inner_text("#source h2") == "Staff rules 2024"
