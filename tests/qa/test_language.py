"""A refusal does not claim that documents say nothing when they, or the question, are in another language."""

from __future__ import annotations

import pytest

from index import Index, Source
from qa import answer, language
from qa.language import foreign_language

QUESTIONS = {
    "Wer hat die Brücke entworfen?": "German",
    "Wie viele Autos fahren jeden Tag über die Brücke?": "German",
    "Combien a coûté le pont ?": "French",
    "¿Quién diseñó el puente?": "Spanish",
    "Chi ha progettato il ponte?": "Italian",
    "Wie heeft de brug ontworpen?": "Dutch",
    "När öppnades bron?": "Swedish",
    "Kto zaprojektował most?": "Polish",
    "Кто построил этот мост?": "Russian",
    "من بنى هذا الجسر؟": "Arabic",
    "この橋はいつ開通しましたか？": "Japanese",
}
ENGLISH = [
    "Who designed the bridge?",
    "vacation days per year",
    "What is the English translation of Kunskapsskolan?",
    "How are Ergänzungsschulen funded?",
    "Who is Ross Perot?",
    "OK?",
]
BRIDGE = (
    "Die Brücke wurde am 3. Mai 1998 eröffnet. Der Bau kostete 40 Millionen Euro und dauerte vier Jahre. Täglich "
    "überqueren etwa 12.000 Fahrzeuge die Brücke. Im Jahr 2013 beschädigte ein Hochwasser zwei Pfeiler."
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_language_of_a_question_is_told(question: str) -> None:
    assert foreign_language(question) == QUESTIONS[question]


@pytest.mark.parametrize("text", [*ENGLISH, "", "2,500", "!?", "\u200b", "x" * 10_000])
def test_english_and_what_is_no_language_are_none(text: str) -> None:
    assert foreign_language(text) is None


@pytest.fixture(name="store")
def a_store(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index.open(tmp_path_factory.mktemp("store"))
    index.add(Source("bruecke.txt", BRIDGE))
    return index


def test_what_was_found_in_another_language_is_said(store: Index) -> None:
    for question in ("Wie lang ist die Brücke?", "How long is the bridge?", "Wer hat die Brücke gebaut?"):
        given = answer(question, index=store)
        assert given.abstained
        assert given.unsure
        assert given.reason.startswith("Your documents may say, but Verbatim is not sure. What was found is in German")


def test_a_sentence_in_english_among_others_is_not_said_to_be_foreign(store: Index) -> None:
    english = "The bridge across the river was designed by an engineer from Ulm."
    store.add(Source("both.txt", f"{BRIDGE} {english}"))
    store.remove("bruecke.txt")
    given = answer("Which prize did the engineer win for the bridge across the river?", index=store)
    assert given.nearest is not None
    assert given.nearest.text == english
    assert "German" not in given.reason


def test_a_question_in_another_language_is_said(store: Index) -> None:
    store.add(Source("bridge.txt", "The bridge was opened in May 1998, and it is the longest of the county by far."))
    store.remove("bruecke.txt")
    given = answer("Wie hoch ist der Mitgliedsbeitrag?", index=store)
    assert given.abstained
    assert given.unsure
    assert "The question is in German" in given.reason


def test_nothing_is_loaded_for_english(store: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_identifier", lambda: pytest.fail("it was loaded"))
    store.add(Source("bridge.txt", "The bridge was opened in May 1998, and it is the longest of the county by far."))
    store.remove("bruecke.txt")
    given = answer("Who is the president of the club?", index=store)
    assert given.abstained
    assert "reads English" not in given.reason
