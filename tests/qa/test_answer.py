"""From hits to an answer: short answers, choice of sentences, refusals, follow-ups."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from itertools import combinations

import pytest

from evals.answers import says_nothing
from index import EmptyStoreError, Hit, Index, Source, Span, UnknownDocumentError
from qa import answer
from qa.abstain import Calibration
from qa.answer import TOP_K, Answerer
from qa.cite import RUNNERS_UP
from qa.copies import near_copies
from qa.export import to_markdown
from qa.parts import parts
from qa.phrase import fits, short_answer
from qa.types import Evidence
from ui.render import Turn, conversation

SENTENCE = "In March 2019 the 42 crews cleared 3,100 tons of rubble and 17 cars in Ulm."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was the rubble cleared?", "March 2019"),
        ("In which year was it?", "March 2019"),
        ("How many tons of rubble were cleared?", "3,100"),
        ("And how many cars?", "17"),
        ("How many crews worked?", "42"),
        ("What happened in Ulm? How many tons were cleared?", "3,100"),
        ("How many people watched?", None),  # three numbers, and no word says which
        ("Who cleared the rubble?", None),
        ("What is known about how many tons there were?", None),
        ("Did 42 crews clear rubble?", None),
    ],
)
def test_the_short_answer_is_a_date_or_number_or_nothing(question: str, expected: str | None) -> None:
    span = short_answer(question, SENTENCE)
    assert (span and span.of(SENTENCE)) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Where is it?", "It lies in Bern.", True),
        ("Where is it?", "it lies down the road.", False),
        ("Who leads Bern?", "The mayor, Ida Frey, leads it.", True),
        ("Who leads Bern?", "The mayor leads it.", False),
        ("When did it open?", "It opened late.", False),
        ("How did it open?", "It opened late.", True),
    ],
)
def test_a_sentence_fits_the_question_if_it_holds_its_kind_of_phrase(
    question: str, sentence: str, expected: bool
) -> None:
    assert fits(question, sentence) is expected


def test_a_short_answer_is_marked_inside_its_citation(seed_index: Index) -> None:
    result = answer("How many troops remain in Iraq?", index=seed_index)
    citation = result.citations[0]
    assert result.short == citation.short
    assert result.short in {"2,500", "about 2,500"}
    assert citation.answer is not None
    document = seed_index.document(citation.document_id)
    assert document.text[citation.answer.start : citation.answer.end] == citation.short


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who leads Bern?", ["Who leads Bern?"]),
        ("", [""]),
        (
            "How far did the surge rise, and how many people did the lifeboat rescue?",
            ["How far did the surge rise?", "how many people did the lifeboat rescue?"],
        ),
        (
            "Who manages the plant and who looks after safety there?",
            ["Who manages the plant?", "who looks after safety there?"],
        ),
        (
            "How many people died in Ulm, and how many in Bern?",
            ["How many people died in Ulm?", "How many people died in Bern?"],
        ),
        (
            "What does the firm pay anyway, and what later?",
            ["What does the firm pay anyway?", "What does the firm pay anyway? what later?"],
        ),
        ("Did the mayor and the council agree?", ["Did the mayor and the council agree?"]),
        ("Search and what?", ["Search and what?"]),
        ("Who holds the deposit and how much is the rent?", ["Who holds the deposit?", "how much is the rent?"]),
        ("Who holds the deposit and who was hurt?", ["Who holds the deposit?", "Who holds the deposit? who was hurt?"]),
        (
            "Who is the chair, who is the treasurer and who is the secretary?",
            ["Who is the chair?", "who is the treasurer?", "who is the secretary?"],
        ),
        ("If it rains, who pays and who cleans?", ["If it rains, who pays and who cleans?"]),
        ("How many died in April and May 2020?", ["How many died in April and May 2020?"]),
        ("Who met Anna and Will Smith?", ["Who met Anna and Will Smith?"]),
        ("What do we pay those who have a car and are ill?", ["What do we pay those who have a car and are ill?"]),
        ("Which staff came in 2020 and were promoted?", ["Which staff came in 2020 and were promoted?"]),
        ("who signed it, and when?", ["who signed it?", "who signed it? when?"]),
        ("Who has a key and is a member?", ["Who has a key and is a member?"]),
        ("How big is it and is parking free?", ["How big is it?", "is parking free?"]),
        ("Who pays and should members wear a helmet?", ["Who pays?", "should members wear a helmet?"]),
    ],
)
def test_a_question_that_asks_twice_is_read_twice(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


def test_what_answers_the_first_part_is_no_answer_to_one_that_leans_on_it(index: Index) -> None:
    index.add(Source("hearing.txt", "Ms Vane chairs the hearing. She was elected in 2019."))
    result = answer("Who chairs the hearing and when was she elected?", index=index)
    assert [one.text for one in result.citations] == ["Ms Vane chairs the hearing.", "She was elected in 2019."]


def test_what_does_not_matter_beside_a_question_changes_nothing(seed_index: Index) -> None:
    question = "How many troops remain in Iraq?"
    alone = answer(question, index=seed_index)
    for beside in (f"I have been asked to look this up for my boss. {question}", f"{question} It is for my thesis."):
        result = answer(beside, index=seed_index)
        assert [one.text for one in result.citations] == [one.text for one in alone.citations]


@pytest.fixture
def leave(index: Index) -> Index:
    rules = (
        "Every employee gets 25 days of leave a year. After the death of a parent an employee gets three days of leave."
    )
    index.add(Source("rules.txt", rules))
    return index


def test_what_does_matter_beside_a_question_is_read_with_it(leave: Index) -> None:
    result = Answerer(leave, threshold=0).answer("My mother has died. How many days of leave do I get?")
    assert result.citations[0].text.startswith("After the death of a parent")


def test_a_name_beside_a_question_that_the_answer_lacks_keeps_it_doubtful(leave: Index) -> None:
    alone = answer("How many days of leave do I get a year?", index=leave)
    other = answer("I work for Brightwater Dairies. How many days of leave do I get a year?", index=leave)
    assert other.confidence < alone.confidence


def test_what_no_document_says_of_a_question_is_named(index: Index) -> None:
    index.add(Source("bridge.txt", "The bridge over the Lune was opened in May 1998. People fish there."))
    result = answer("When was the bridge over the Lune opened, and who won the election in Peru?", index=index)
    assert [citation.text for citation in result.citations] == ["The bridge over the Lune was opened in May 1998."]
    assert result.unanswered == ("who won the election in Peru?",)
    shown = conversation([Turn(result.question, result)], documents=1)
    assert "No sentence surely answers: who won the election in Peru?" in shown


class Doubtful:
    """Cites the first sentence found, with the chance that is given for each question."""

    def __init__(self, chances: dict[str, float]) -> None:
        self._chances = chances

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        return [Evidence(hits[0], hits[0].passage.sentences[0], 0.0, {"chance": self._chances[question]})]

    @property
    def calibration(self) -> Calibration:
        # 0.6 becomes a confidence of 0.69, 0.4 one of 0.31 and 0.1 one of 0.04
        return Calibration(-4.0, {"chance": 8.0}, (), 0.5)


@pytest.mark.parametrize(("first", "second", "unanswered"), [(0.6, 0.4, 0), (0.6, 0.1, 1), (0.4, 0.4, 0)])
def test_once_a_part_is_answered_the_others_are_doubted_less(
    seed_index: Index, first: float, second: float, unanswered: int
) -> None:
    one, other = "How many people died?", "who led the raid?"
    answerer = Answerer(seed_index, reader=Doubtful({one: first, other: second}), threshold=0.5)
    result = answerer.answer(f"{one[:-1]} and {other}")
    assert len(result.unanswered) == unanswered
    assert bool(result.citations) == (first > 0.5)


def test_near_copies_are_cited_once(index: Index) -> None:
    index.add(
        [
            Source("wire.txt", "The ferry Aurora sank off Kalmar on Tuesday with nobody aboard."),
            Source("paper.txt", "The ferry Aurora sank off Kalmar on Tuesday, with nobody aboard, police said."),
        ]
    )
    result = Answerer(index, threshold=0).answer("What sank off Kalmar?")
    (cited,) = result.citations
    (copy,) = cited.copies
    assert {cited.source, copy.source} == {"wire.txt", "paper.txt"}
    assert index.document(copy.document_id, copy.revision).text[copy.start : copy.end] == copy.text
    assert result.runners_up == ()
    assert near_copies("The ferry sank off Kalmar.", "Off Kalmar, the ferry sank.")
    assert near_copies("There remain 2,500 troops in Iraq.", "In Iraq there remain 2500 troops.")
    assert near_copies("Three died when the ferry sank.", "The ferry sank off Kalmar on 3 May; three died.")
    assert not near_copies("The ferry sank.", "The trains run.")
    assert not near_copies("The plant in Leeds employs 1800 people.", "The plant in Leeds employs 2,400 people.")
    assert near_copies("The plant in Leeds employs 1500 people.", "The plant in Leeds employs 1,500 people.")
    assert near_copies("Every employee gets 24 days a year.", "Every employee gets 24 vacation days a year.")
    assert near_copies("The festival began in the 1990s in Leeds.", "In the 1990s the festival began in Leeds.")
    assert not near_copies("", "")


def test_what_says_otherwise_of_another_is_cited_beside_it(index: Index) -> None:
    lease = "The {} shall repair the roof and the gutters at its own cost, within thirty days of a written notice."
    index.add([Source("oak.txt", lease.format("Tenant")), Source("mill.txt", lease.format("Landlord"))])
    result = Answerer(index, threshold=0).answer("Who shall repair the roof?")
    assert {one.source for one in result.citations} == {"oak.txt", "mill.txt"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Staff may work from home two days a week.", "Staff may work from home three days a week."),
        ("The limit is 40 pounds a night.", "The limit is 55 pounds a night."),
        ("Requests for more than fifteen days need approval.", "Requests for more than ten days need approval."),
        ("A certificate is needed from the fourth day.", "A certificate is needed from the third day of illness."),
        ("Working from abroad is permitted with approval.", "Working from abroad is not permitted."),
        ("The north gate stays open.", "The south gate stays open."),
        ("The Landlord shall repair the roof and the gutters.", "The Tenant shall repair the roof and the gutters."),
        ("The rate of interest is 5% per year.", "The rate of interest is 5% per month."),
        ("The usual dose of Zorvan is 5 mg daily.", "The usual dose of Zorvan is 5 g daily."),
        ("The usual dose of Zorvan is 5 mg twice daily.", "The usual dose of Zorvan is 5 mg once daily."),
        ("The course costs $500 for members.", "The course costs £500 for members."),
        ("The library in Leeds opens at 9 on weekdays.", "The library in York opens at 9 on weekdays."),
    ],
)
def test_what_contradicts_is_no_copy(one: str, other: str) -> None:
    assert not near_copies(one, other)


def test_what_came_next_is_kept_once_each_and_says_what_chose_it(seed_index: Index) -> None:
    result = answer("How many U.S. troops remain in Iraq?", index=seed_index)
    shown = [*result.citations, *result.runners_up]
    assert result.citations
    assert len(result.runners_up) == RUNNERS_UP
    assert [one.score for one in shown] == sorted((one.score for one in shown), reverse=True)
    assert not any(near_copies(one.text, other.text) for one, other in combinations(shown, 2))
    for one in shown:
        assert one.reasons
        assert 1 <= one.reasons.rank <= TOP_K
        assert set(one.reasons.via) == {"dense", "lexical"}
        assert one.reasons.features


def test_a_refusal_has_the_nearest_sentence_and_those_after_it(seed_index: Index) -> None:
    result = answer("Which penguins live in Antarctica?", index=seed_index)
    assert result.nearest
    near = [result.nearest, *result.runners_up]
    assert len({one.start for one in near}) == 1 + RUNNERS_UP
    assert result.searched
    assert (result.searched.documents, result.searched.passages) == (1, len(result.hits))
    assert result.searched.sentences >= len(near)
    assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)


def test_a_refusal_is_a_result_with_its_reason(seed_index: Index) -> None:
    result = answer("Which penguins live in Antarctica?", index=seed_index)
    assert result.abstained
    assert result.citations == ()
    assert result.short is None
    assert "do not say" in result.text
    assert result.nearest is not None
    assert result.nearest.text in seed_index.documents()[0].text
    assert result.missing == ("penguins", "live", "Antarctica")
    assert 0 <= result.confidence < 0.2


def test_only_documents_that_there_are_can_be_chosen(seed_index: Index) -> None:
    asked, (document,) = "How many U.S. troops remain in Iraq?", seed_index.documents()
    assert answer(asked, index=seed_index, documents={document.id}).citations
    with pytest.raises(UnknownDocumentError, match="'mistyped'"):
        answer(asked, index=seed_index, documents=[document.id, "mistyped"])
    with pytest.raises(TypeError, match="several ids"):
        answer(asked, index=seed_index, documents=document.id)
    nothing = answer(asked, index=seed_index, documents=[])
    assert (nothing.abstained, nothing.unsure) == (True, True)
    assert "do not say" not in nothing.text
    assert "No document was chosen" in nothing.text


def test_a_refusal_says_whether_the_documents_may_say_all_the_same(seed_index: Index) -> None:
    doubted = Answerer(seed_index, threshold=1)
    sure, unlike = (
        doubted.answer("How many U.S. troops remain in Iraq?"),
        doubted.answer("Which penguins live in Antarctica?"),
    )
    denial = doubted.reader.calibration.denial
    assert sure.confidence > denial > unlike.confidence
    assert (sure.unsure, unlike.unsure) == (True, False)
    assert sure.reason.startswith("Your documents may say, but Verbatim is not sure.")
    assert unlike.reason.startswith("Your documents do not say.")
    assert sure.near_label == "Nearest sentences; see whether one answers"
    assert unlike.near_label == "Nearest sentences, not an answer"
    assert sure.near == (sure.nearest, *sure.runners_up)
    for refusal in (sure, unlike):
        assert says_nothing(refusal.reason)  # whoever judges the words alone sees a refusal, too
    given = answer("How many U.S. troops remain in Iraq?", index=seed_index)
    assert not given.abstained
    assert not given.unsure
    assert given.near == ()


def test_an_answer_tells_which_name_of_the_question_is_nowhere(index: Index) -> None:
    index.add(Source("lamps.txt", "The LR-200 has a warranty of two years. The LR-300 Pro weighs 400 grams."))
    given = Answerer(index, threshold=0).answer("How many years of warranty does the LR-500 have?")
    assert given.citations
    assert given.missing == ("LR-500",)
    assert "Nowhere in your documents: <b><bdi>LR-500</bdi></b>" in conversation(
        [Turn(given.question, given)], documents=1
    )
    assert "Nowhere in the documents: LR-500" in to_markdown(given)
    assert Answerer(index, threshold=0).answer("How many years of warranty does the LR-200 have?").missing == ()


def test_what_is_missing_is_worth_naming_and_true(index: Index) -> None:
    index.add(Source("loans.txt", "A loan of €50 to €300 is signed by the clerk. An e-mail to him will do. Code E05."))
    refuse = Answerer(index, threshold=1).answer
    assert refuse("Who really signs a loan of 250 euros, any idea?").missing == ()
    assert refuse("Can I send an email to the pilot about E-05 or E-06?").missing == ("send", "pilot", "E-06")
    assert refuse("It was a gift for Easter, with an MX-4. Who signs the loan of the yacht?").missing == (
        "MX-4",
        "yacht",
    )


def test_words_of_the_grammar_are_no_short_answer(index: Index) -> None:
    index.add(Source("lease.txt", "Pets are not allowed in the flat."))
    whole = Answerer(index, reader=Marking("are not")).answer("Are pets allowed?").citations[0]
    assert whole.short is None


class Marking:
    """A reader that takes the first sentence for the answer, and some words of it for the short one."""

    calibration = Calibration(9.0, {}, ((0.5, 0.1),), 0.5)

    def __init__(self, words: str) -> None:
        self.words = words

    def read(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        sentence = hits[0].passage.sentences[0]
        start = sentence.start + hits[0].sentence_text(sentence).index(self.words)
        return [Evidence(hits[0], sentence, 1.0, {}, Span(start, start + len(self.words)))]


@pytest.mark.parametrize(
    ("sentence", "marked", "short"),
    [
        ("Call +44 20 7946 0018 before noon.", "+44", "+44 20 7946 0018"),
        ("Call (0731) 555 0100 before noon.", "555", "(0731) 555 0100"),
        ("Call 0731 55 01 00 before noon.", "55 01", "0731 55 01 00"),
        ("Write to anna.frey@ulm.example and wait.", "anna", "anna.frey@ulm.example"),
        ("It is told at https://ulm.example/bridge?x=1.", "ulm", "https://ulm.example/bridge?x=1"),
        ("Revenue 1200 1350 1410 in thousands.", "1350", "1350"),
        ("The result was (31) 1200 1350 in all.", "1200", "1200"),
        ("It grew by +12 450 470 in all.", "450", "450"),
        ("The bus leaves at 10:30.", "10", "10:30"),
        ("It cost 2,500 crowns in all.", "500", "2,500"),
        ("It cost $2.5 million in 2019.", "$2.5 million", "$2.5 million"),
        ("It stood there in 2019 and 20 people saw it.", "2019", "2019"),
        ("In 2019 12 people saw it.", "12", "12"),
        ("The U.S.-led force left Vienna-based troops behind.", "Vienna", "Vienna"),
        ("The harbour opened late.", "bour op", "harbour opened"),
    ],
)
def test_a_short_answer_ends_inside_no_number_address_or_word(
    index: Index, sentence: str, marked: str, short: str
) -> None:
    index.add(Source("a.txt", sentence))
    assert Answerer(index, reader=Marking(marked)).answer("What does it say?").short == short


def test_a_refusal_names_what_the_nearest_sentence_does_not_mention(seed_index: Index) -> None:
    result = Answerer(seed_index, threshold=1).answer("How many British troops remain in Iraq?")
    assert result.nearest is not None
    assert "2,500 U.S. troops remain in Iraq" in result.nearest.text
    assert "does not mention British." in result.reason


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Did troops of Costa Rica remain in Iraq?", "Costa Rica"),
        ("How many troops of Peru, Chile or Costa Rica remain in Iraq?", "Peru, Chile or Costa Rica"),
    ],
)
def test_names_of_several_words_are_listed_whole(seed_index: Index, question: str, lacking: str) -> None:
    assert f"does not mention {lacking}." in Answerer(seed_index, threshold=1).answer(question).reason


@pytest.mark.parametrize("question", ["", "   ", "?", "…", "\x00", "🙂", "the of and"])
def test_what_is_not_a_question_is_refused(seed_index: Index, question: str) -> None:
    result = answer(
        question, index=seed_index, history=["How many troops remain in Iraq?"] if not question.strip() else ()
    )
    assert result.abstained


def test_half_a_character_in_a_talk_is_no_error(seed_index: Index) -> None:
    asked = answer("How many troops remain in \ud800 Iraq?", index=seed_index, history=["Who was \udfff injured?"])
    assert asked.question == "How many troops remain in ? Iraq?"


def test_a_huge_question_is_no_error(seed_index: Index) -> None:
    assert answer("How many troops " * 5000, index=seed_index).query


def test_an_empty_store_says_what_to_do(index: Index) -> None:
    with pytest.raises(EmptyStoreError, match="verbatim index add PATH"):
        answer("Anything?", index=index)


def test_the_default_store_is_used_without_an_index(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    import qa

    monkeypatch.setenv("VERBATIM_STORE", str(tmp_path / "default"))
    with pytest.raises(EmptyStoreError, match="default"):
        answer("Anything?")
    monkeypatch.setenv("VERBATIM_STORE", str(tmp_path / "another"))
    with pytest.raises(EmptyStoreError, match="another"):
        answer("Anything?")
    qa._opened.cache_clear()


def test_one_answer_or_text_is_no_history(seed_index: Index) -> None:
    before = answer("How many troops remain in Iraq?", index=seed_index)
    for history in (before, before.question):
        with pytest.raises(TypeError, match=r"history=\[answer\]"):
            answer("And in Syria?", index=seed_index, history=history)  # type: ignore[arg-type]


def _asked_anew(folder: str) -> str:
    with Index.open(folder) as index:
        return answer("How many troops remain in Iraq?", index=index).text


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_process_that_was_forked_after_an_answer_answers_too(seed_index: Index) -> None:
    said = answer("How many troops remain in Iraq?", index=seed_index).text
    with multiprocessing.get_context("fork").Pool(1) as children:
        assert children.apply_async(_asked_anew, (str(seed_index.path),)).get(60) == said
