"""Training the reader: what it is taught, that it learns, and that an interruption changes nothing."""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from index.types import Span
from qa.model import WORD_VECTORS, load_reference
from qa.train.batch import collate, loss, micro_batches, sentence_scores, soft_loss
from qa.train.examples import ASIDES, OF_MANY, Epochs, Example, as_in_a_talk, of_a_name
from qa.train.loop import Settings, _pass, _Plan, _Run, load_tokenizer, train
from qa.train.packed import PackedModel, new_model, scores_of
from qa.train.questions import OPPOSITES, SHARES, corrupted, load_corpus, names, transplanted
from qa.train.rows import NO_TARGET, Batch
from qa.train.ship import ship
from qa.train.steps import rate
from qa.train.written import FOLDER as WRITTEN
from qa.train.written import written_rows

TOWNS = ["Ulm", "Bern", "Graz", "Metz", "Gent", "Lund", "Bath", "Pisa"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one small set: towns, each with a bridge, and questions of which some have no answer."""
    contexts, questions = [], []
    for number, town in enumerate(TOWNS):
        text = f"The town of {town} lies on a river. Its bridge was opened in {1900 + number}. People fish there."
        contexts.append({"context": number, "text": text})
        year = str(1900 + number)
        row = {"title": town, "context": number, "evidence": [], "answers": [], "answerable": False}
        known = {"answers": [{"text": year, "start": text.index(year)}], "answerable": True}
        questions.append({**row, **known, "id": f"{number}a", "question": f"When was the bridge of {town} opened?"})
        questions.append({**row, "id": f"{number}b", "question": f"Who was the first mayor of {town}?"})
    folder = tmp_path / "sets"
    folder.mkdir()
    with gzip.open(folder / "squad20.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in contexts + questions)
    return folder


YEAR = Span(21, 25)


def example(group: int = 0, text: str = "A town. It opened in 1998. End.", answer: Span | None = YEAR) -> Example:
    sentences = (Span(0, 7), Span(8, 26), Span(27, 31))
    return Example(group, "When did it open?", "Ulm", text, sentences, answer, frozenset({1} if answer else ()))


# ── What is taught ────────────────────────────────────────────────────────────


def test_questions_are_cut_to_the_passages_that_the_product_reads(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    assert len(corpus.questions) == 2 * len(TOWNS)
    for question in corpus.questions:
        for gold in question.golds:
            piece = corpus.pieces[gold.piece]
            assert gold.answer is not None
            assert gold.answer.of(piece.text) in question.answers
            assert all(gold.answer.overlaps(piece.sentences[number]) for number in gold.evidence)
    assert sum(not question.golds for question in corpus.questions) == len(TOWNS)


def test_no_passage_that_holds_the_answer_is_taught_as_wrong(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    for epoch in range(3):
        for group in Epochs(corpus, 0).groups(epoch):
            for one in group:
                assert all(sentence.of(one.text).strip() for sentence in one.sentences)
                if one.answer:
                    assert any(one.answer.overlaps(one.sentences[number]) for number in one.evidence)
                    assert one.answer.of(one.text).isdigit()


def test_an_epoch_is_the_same_each_time_and_another_one_is_not(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    assert Epochs(corpus, 0).groups(1) == Epochs(corpus, 0).groups(1)
    assert Epochs(corpus, 0).groups(1) != Epochs(corpus, 0).groups(2)
    assert Epochs(corpus, 0).groups(1) != Epochs(corpus, 1).groups(1)


def test_a_swapped_question_asks_for_something_else() -> None:
    chance = random.Random(0)
    question = "How many people met Anna in Bern before 1998?"
    found = {corrupted(question, ["Ida"], chance) for _ in range(60)}
    assert question not in found
    assert "How many people met Ida in Bern before 1998?" in found
    assert "How many people met Anna in Bern after 1998?" in found
    assert any(one and "1998" not in one for one in found)
    assert corrupted("what is it", ["Ida"], chance) is None
    assert names("Then Anna Frey met the Duke of Kent, and left.") == ["Anna Frey", "Duke of Kent"]
    assert all(OPPOSITES[other] == word for word, other in OPPOSITES.items())


def test_a_question_from_elsewhere_is_asked_of_a_name_of_this_passage() -> None:
    assert transplanted("When was the bridge of Ulm opened?", ["Bern", "Graz", "Bern"]) == (
        "When was the bridge of Bern opened?"
    )
    assert transplanted("When did Ulm beat Graz?", ["Bern"]) is None, "it names two"
    assert transplanted("When was it opened?", ["Bern"]) is None
    assert transplanted("When was the bridge of Ulm opened?", []) is None


def test_a_passage_is_also_read_without_the_sentence_that_answers(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    groups = [group for epoch in range(8) for group in Epochs(corpus, 0).groups(epoch)]
    cut = [
        (group[0], one)
        for group in groups
        for one in group
        if "lies on a river. People fish" in one.text and group[0].answer
    ]
    assert cut, "one in five questions, eight times over"
    for answered, one in cut:
        assert not one.evidence
        assert answered.answer
        assert answered.answer.of(answered.text) not in one.text


def test_a_question_loses_only_words_that_its_evidence_holds(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    asked = {one.question for epoch in range(8) for group in Epochs(corpus, 0).groups(epoch) for one in group[:1]}
    assert any(question.startswith("When was the of Ulm opened") for question in asked), "the bridge is forgotten"
    assert not any("When the" in question for question in asked), "words of the grammar stay"


def test_bare_words_are_answered_by_a_sentence_and_by_no_phrase(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    groups = [group for epoch in range(8) for group in Epochs(corpus, 0).groups(epoch)]
    bare = [one for group in groups for one in group if one.question.startswith("bridge")]
    assert any(one.evidence for one in bare), "of a tenth of the questions only what they speak of is left"
    assert all(one.answer is None for one in bare), "the words no longer tell that a year is asked for"
    nothing = [one for group in groups for one in group if "mayor" in one.question and not one.evidence]
    assert nothing
    assert all("Who was" in one.question for one in nothing), "what nothing answers is asked whole"


def test_an_aside_changes_no_answer(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    groups = [group for epoch in range(8) for group in Epochs(corpus, 0).groups(epoch)]
    beside = [one for group in groups for one in group[:1] if any(aside in one.question for aside in ASIDES)]
    assert any(one.answer for one in beside)
    assert any("mayor" in one.question and not one.evidence for one in beside)


def test_a_question_as_in_a_talk_has_its_name_behind_it(data: Path) -> None:
    chance = random.Random(0)
    passage = "The town of Ulm lies on a river. People fish there."
    asked = {as_in_a_talk("When was the bridge of Ulm opened?", passage, chance) for _ in range(60)}
    assert any(one.startswith("When was the bridge there opened? Ulm") for one in asked)
    assert any(one.startswith("When was the bridge of it opened? Ulm") for one in asked)
    assert {word for one in asked for word in one.partition("? ")[2].split()} == {
        "Ulm", "town", "lies", "People", "fish"
    }  # fmt: skip
    assert as_in_a_talk("When was the bridge opened?", passage, chance) == "When was the bridge opened?", "no name"
    groups = [group for epoch in range(8) for group in Epochs(load_corpus(data, ["squad20"]), 0).groups(epoch)]
    taught = [one for group in groups for one in group if " there opened? " in one.question]
    assert any(one.answer for one in taught), "some are answered"
    assert any(not one.evidence for one in taught), "and some are near misses"


def test_a_question_of_a_name_more_is_answered_where_the_name_is_told_above(data: Path) -> None:
    chance = random.Random(0)
    asked = {of_a_name("When was the bridge opened?", "Alder Court", chance) for _ in range(60)}
    assert "When was the bridge opened at Alder Court?" in asked
    assert "For Alder Court, when was the bridge opened?" in asked

    corpus = load_corpus(data, ["squad20"])
    plain = {question.text for question in corpus.questions}
    groups = [group for epoch in range(30) for group in Epochs(corpus, 0).groups(epoch)]
    of_many = re.compile(rf"(?:{'|'.join(OF_MANY)}) \d+")
    firsts = [group[0] for group in groups if of_many.search(group[0].question)]
    assert firsts, "one question in eight is asked of a name more"
    for one in firsts:
        name = of_many.search(one.question)
        assert name
        assert one.question not in plain
        assert one.is_new, "no teacher has seen it"
        assert bool(one.evidence) == one.title.startswith(name.group()), "told above the passage, or not answered"
    assert {bool(one.evidence) for one in firsts} == {True, False}


def test_what_only_a_question_names_may_be_told_above_and_is_still_no_answer(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    groups = [group for epoch in range(30) for group in Epochs(corpus, 0).groups(epoch)]
    in_vain = [
        one
        for group in groups
        for one in group
        if not group[0].evidence and one.is_new and any(name in one.question for name in one.title.split(": "))
    ]
    assert in_vain
    assert not any(one.evidence or one.answer for one in in_vain)


def test_a_claim_is_a_question_that_its_text_answers_if_it_supports_it(tmp_path: Path) -> None:
    rows = [
        {"claim": "Ulm has a bridge.", "evidence_text": "A bridge spans the river in Ulm.", "label": "supports"},
        {"claim": "Ulm has no bridge.", "evidence_text": "A bridge spans the river in Ulm.", "label": "refutes"},
        {"claim": "Ulm has two bridges.", "evidence_text": "A bridge spans the river in Ulm.", "label": "neither"},
    ]
    with gzip.open(tmp_path / "claims_fm2.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    corpus = load_corpus(tmp_path, ["claims_fm2"])
    assert len(corpus.pieces) == 1, "the same text is kept once"
    assert [bool(question.golds) for question in corpus.questions] == [True, False, False]
    (gold,) = corpus.questions[0].golds
    assert (gold.answer, gold.evidence) == (None, frozenset({0}))


# ── Questions written for the reader ──────────────────────────────────────────

WRITTEN_SETS = sorted(path.stem for path in WRITTEN.glob("*.txt"))


class _AnyText(dict[tuple[str, int], str]):
    """Contexts long enough for every place, for files whose sets are not at hand."""

    def __missing__(self, key: tuple[str, int]) -> str:
        return "x" * 200_000


@pytest.mark.parametrize("name", WRITTEN_SETS)
def test_every_written_question_is_answered_inside_its_passage(name: str) -> None:
    rows = [row for row in written_rows(WRITTEN / f"{name}.txt", _AnyText()) if "question" in row]
    assert name in SHARES, "it is trained on"
    assert len(rows) > 1000
    for row in rows:
        assert len(row["question"].split()) > 2
        assert row["answerable"] or not row["answers"]
        spans = [Span(one["start"], one["start"] + len(one["text"])) for one in row["evidence"]]
        for answer in row["answers"]:
            span = Span(answer["start"], answer["start"] + len(answer["text"]))
            assert any(one.start <= span.start and span.end <= one.end for one in spans), row
        if "within" in row:
            assert all(row["within"][0] <= one.start and one.end <= row["within"][1] for one in spans), row
    unanswerable = sum(not row["answerable"] for row in rows) / len(rows)
    assert 0.1 < unanswerable < 0.5, "near misses are among them"


def test_a_written_question_is_asked_of_its_own_passage(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"The town of {TOWNS[2]} lies on a river. Its bridge was opened in 1902. People fish there."
    start, year = text.index("Its"), text.index("1902")
    (tmp_path / "forum.txt").write_text(f"""# A lease
> Rent is due on Monday.
> The owner gives notice.
1 | Monday | When must one pay?
1,2 | | What do both owe?
- | | When does the tenant give notice?

@ squad20 2 0 {len(text)}
{start}-{start + 30} | {year}-{year + 4} | When could one first cross the river?
""")
    monkeypatch.setattr("qa.train.questions.WRITTEN", tmp_path)
    corpus = load_corpus(data, ["squad20", "forum"])
    assert len({piece.text for piece in corpus.pieces}) == len(corpus.pieces), "a lent passage is not there twice"
    written = [one for one in corpus.questions if one.set_name == "forum"]
    found = [
        (gold.answer and gold.answer.of(corpus.pieces[gold.piece].text), len(gold.evidence))
        for one in written
        for gold in one.golds
    ]
    assert found == [("Monday", 1), (None, 2), ("1902", 1)]
    assert [bool(one.golds) for one in written] == [True, True, False, True]
    unchanged = Epochs(corpus, 4, replay=0.0)  # a seed that leaves their words alone
    answered = {one.question for group in unchanged.groups(0) for one in group if one.evidence}
    assert answered <= {one.text for one in written}, "without replay the other sets' questions are not asked"
    assert answered


def test_rows_are_taught_as_they_are_read_and_without_the_cell_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forum.txt").write_text("""# Prices
>> Tree␉80 cm␉150 cm
>> Oak␉4.90␉11.50
>> Yew␉3.10␉9.80
2 | 11.50 | What does an oak of 150 cm cost?
3 | Yew | Which tree costs 9.80?
""")
    monkeypatch.setattr("qa.train.questions.WRITTEN", tmp_path)
    corpus = load_corpus(tmp_path, ["forum"])
    (piece,) = corpus.pieces
    assert piece.sentences[1].of(piece.text) == "Oak 80 cm 4.90; Oak 150 cm 11.50; "
    assert [gold.answer and gold.answer.of(piece.text) for one in corpus.questions for gold in one.golds] == [
        "11.50",
        "Yew",
    ]
    groups = [group for epoch in range(8) for group in Epochs(corpus, 0).groups(epoch)]
    oaks = {span.of(one.text) for group in groups for one in group for span in one.sentences if not one.evidence}
    assert "Oak 80 cm 4.90; " in oaks, "the price asked for is gone"
    assert not any(sentence.startswith("Yew 150 cm") for sentence in oaks), "its name stays in the other cell"
    for group in groups:
        for one in group:
            assert all(span.end <= len(one.text) for span in one.sentences)
            assert one.answer is None or one.answer.of(one.text) in {"11.50", "Yew"}


def test_words_that_are_not_in_their_sentence_are_told(tmp_path: Path) -> None:
    (tmp_path / "forum.txt").write_text("# A lease\n> Rent is due on Monday.\n1 | Tuesday | When must one pay?\n")
    with pytest.raises(ValueError, match=r"forum.txt, the passage of line 1: these words .*Tuesday"):
        list(written_rows(tmp_path / "forum.txt", {}))


# ── The loss ──────────────────────────────────────────────────────────────────


def test_targets_are_the_tokens_of_the_answer_and_its_sentence() -> None:
    tokenizer = load_tokenizer()
    batch = collate([example(), example(1, answer=None)], tokenizer)
    first, last = int(batch.starts[0]), int(batch.ends[0])
    assert tokenizer.decode(batch.input_ids[0, first : last + 1].tolist()) == "1998"
    assert batch.is_evidence.tolist() == [0, 1, 0, 0, 0, 0]
    assert (int(batch.starts[1]), int(batch.ends[1])) == (0, 0)
    assert batch.answered.tolist() == [1, 0]


def scores_for(batch: Batch, right: float) -> torch.Tensor:
    """Scores that are sure, by as much as ``right``, of just what the batch holds."""
    scores = torch.zeros((*batch.input_ids.shape, 3))
    for row in range(len(scores)):
        if batch.starts[row] != NO_TARGET:
            scores[row, batch.starts[row], 0] = scores[row, batch.ends[row], 1] = right
        scores[row, 0, 2] = right * (2 * batch.answered[row] - 1)
        for place, segment in enumerate(batch.segments[row].tolist()):
            if segment >= 0:
                scores[row, place, 2] = right * (2 * batch.is_evidence[segment] - 1)
    return scores


def test_the_loss_falls_to_nothing_when_all_is_right() -> None:
    batch = collate([example(), example(0, answer=None), example(1, answer=None)], load_tokenizer())
    losses = [float(loss(scores_for(batch, right), batch)) for right in (0, 1, 3, 30)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(0, abs=1e-4)
    assert torch.equal(sentence_scores(scores_for(batch, 1), batch), 2 * batch.is_evidence - 1)


def test_sentences_of_one_question_compete_across_passages() -> None:
    tokenizer = load_tokenizer()
    together = collate([example(), example(0, answer=None)], tokenizer)
    apart = collate([example(), example(1, answer=None)], tokenizer)
    level = torch.zeros((*together.input_ids.shape, 3))
    assert float(loss(level, together) - loss(level, apart)) == pytest.approx(0.5 * torch.log(torch.tensor(2.0)).item())


def test_groups_stay_whole_in_batches() -> None:
    groups = [[example(number), example(number, answer=None)] for number in range(20)]
    batches = micro_batches(groups, 200, random.Random(0))
    assert sorted(one.group for batch in batches for one in batch) == sorted(2 * list(range(20)))
    for number in range(20):
        assert sum(any(one.group == number for one in batch) for batch in batches) == 1


def test_a_teacher_is_asked_of_all_that_is_not_new_to_it() -> None:
    settings = Settings(data="", to="")
    tokenizer = load_tokenizer()
    torch.manual_seed(0)
    model, teacher = (PackedModel(new_model()).eval() for _ in range(2))
    old, new = ([replace(example(), is_new=is_new)] for is_new in (False, True))
    batch = collate(old, tokenizer)
    with torch.no_grad():
        scores, taught = scores_of(model, batch), scores_of(teacher, batch)
    assert _pass(model, teacher, old, tokenizer, settings) == pytest.approx(float(soft_loss(scores, [taught], batch)))
    for some, asked in ((new, teacher), (old, None)):
        assert _pass(model, asked, some, tokenizer, settings) == pytest.approx(float(loss(scores, batch)))
    assert all(value.grad is None for value in teacher.parameters()), "the teacher does not learn"


def test_no_batch_is_taught_by_a_teacher_and_by_its_sets(data: Path) -> None:
    corpus = load_corpus(data, ["squad20"])
    for new, kinds in (((), {False, True}), (("squad20",), {True})):
        plan = _Plan(Epochs(corpus, 0, new=new), Settings(data="", to="", batch_tokens=400, processes=1, epochs=20))
        batches = [batch for step in range(plan.steps) for batch in plan.batches(step, 0)]
        assert all(len({one.is_new for one in batch}) == 1 for batch in batches)
        assert {one.is_new for batch in batches for one in batch} == kinds


# ── Learning ──────────────────────────────────────────────────────────────────


def test_laid_end_to_end_the_model_gives_the_same_scores() -> None:
    model = new_model().eval()
    batch = collate(
        [example(), example(1, answer=None), example(2, text="One. Two two two two two. Four.", answer=None)],
        load_tokenizer(),
    )
    with torch.inference_mode():
        padded = model(batch.input_ids, batch.attention_mask, batch.token_type_ids).logits
        packed = PackedModel(model)(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    inside = batch.attention_mask.bool()
    assert torch.allclose(padded[inside], packed[inside], atol=1e-5)
    assert not packed[~inside].any()


def test_a_run_trains_with_dropout(data: Path, tmp_path: Path) -> None:
    run = _Run(Settings(data=str(data), to=str(tmp_path), dropout=0.5))
    batch = collate([example()], load_tokenizer())
    asked = (batch.input_ids, batch.attention_mask, batch.token_type_ids)
    with torch.no_grad():
        assert not torch.equal(run.model(*asked), run.model(*asked))
        assert torch.equal(run.model.eval()(*asked), run.model(*asked))


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [rate(done, 0.1, 0.5) for done in (0, 0.05, 0.1, 0.3, 0.5, 0.75, 1)]
    assert rates == pytest.approx([0, 0.5, 1, 1, 1, 0.5, 0])


def test_a_run_learns_and_an_interruption_changes_nothing(data: Path, tmp_path: Path) -> None:
    settings = {"data": str(data), "processes": 1, "batch_tokens": 400, "epochs": 1.25, "names": ("squad20",)}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    train(Settings(to=str(tmp_path / "whole"), **settings))
    train(Settings(to=str(tmp_path / "parts"), stop_at=3, **settings))
    train(Settings(to=str(tmp_path / "parts"), **settings))
    torch.set_num_threads(threads)
    whole, parts = (torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] > 3
    assert all(torch.equal(value, parts["average"][name]) for name, value in whole["average"].items())
    log = (tmp_path / "whole" / "log.txt").read_text()
    assert "held out" in log or "step" in log

    ship(tmp_path / "reader", [tmp_path / "whole" / "checkpoint.pt"])
    model = load_reference(tmp_path / "reader")
    state = model.state_dict()
    for name, value in whole["average"].items():
        assert torch.allclose(state[name.removeprefix("model.")], value, rtol=1e-3, atol=1e-4), name
    assert torch.equal(state[WORD_VECTORS], new_model().state_dict()[WORD_VECTORS])

    # Another run can begin from there, and what is shipped can be the mean of several.
    again = Settings(to=str(tmp_path / "again"), start=str(tmp_path / "reader"), stop_at=2, **settings)
    torch.set_num_threads(1)
    train(again)
    torch.set_num_threads(threads)
    ship(tmp_path / "mean", [tmp_path / "reader", tmp_path / "again" / "checkpoint.pt"])
    later = torch.load(tmp_path / "again" / "checkpoint.pt", weights_only=True)["average"]
    mean = load_reference(tmp_path / "mean").state_dict()
    for name, value in later.items():
        first = state[name.removeprefix("model.")]
        assert torch.allclose(mean[name.removeprefix("model.")], (first + value) / 2, rtol=1e-2, atol=1e-3), name
