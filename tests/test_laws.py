"""The laws of the house that concern offsets: what is cited stands in the source, character for character.

Hypothesis makes a few hundred documents, and finds the smallest that breaks a law. Many more are made by a random
generator, of which it draws the seed: ``VERBATIM_LAW_DOCUMENTS=1000000 pytest tests/test_laws.py`` is the long form.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Changes, Index, Source
from index.formats.content import Builder, Content
from index.formats.text import decode
from index.passages import PASSAGE_CHARS, passage_groups
from index.sentences import LONGEST_SENTENCE_CHARS
from qa.answer import Answerer
from qa.cite import CitationError, cite
from tests.support.fakes import HashEncoder

DOCUMENTS = int(os.environ.get("VERBATIM_LAW_DOCUMENTS", "5000"))
BATCH = 500
"""So many documents are made of one seed; of every tenth batch at least the citations are looked at, too."""

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]

# Text that breaks offsets elsewhere: line ends of three kinds, a byte-order mark, combining marks, letters whose lower
# case is longer, emoji of several code points, right-to-left text with direction marks, separators, control characters.
HARD = [
    "\r\n",
    "\n",
    "\r",
    "\ufeff",
    "e\u0301",
    "İ",
    "ß",
    "ﬁ",
    "👩‍👩‍👧",
    "🇮🇶",
    "שלום.",
    "مرحبا؟",
    "\u202e",
    "\u2028",
    "\x85",
    "\x00",
    "\x1f",
] + [
    "U.S. Central Command ",
    "Aug. 29, ",
    "2,500 ",
    "One two. ",
    "“Yes.” ",
    "… ",
    "# ",
    "- ",
    "。",
    "\t",
    "\u00a0",
]
TEXT = st.lists(st.sampled_from(HARD) | st.text(max_size=12), max_size=40).map("".join)


def many_texts(seed: int, count: int) -> Iterator[str]:
    """Yield texts of the same kind, of up to 40 pieces: hard ones, words, and characters from all of Unicode.

    One in fifty has a sentence besides that is so long that it is cut, with few spaces or many.
    """
    chance = random.Random(seed)
    for _ in range(count):
        text = "".join(map(_piece, [chance] * chance.randrange(41)))
        if chance.random() < 0.02:
            text += "".join(
                chance.choices("aé👩 \u00a0", [90, 5, 1, chance.choice([0, 0.1, 9]), 1], k=chance.randrange(4_000))
            )
        yield text


def _piece(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(HARD)
    most = 0x7F if kind < 0.7 else 0x7FF if kind < 0.85 else 0x10FFFF
    codes = (chance.randrange(1, most) for _ in range(chance.randrange(13)))
    return "".join(chr(code) for code in codes if not 0xD800 <= code <= 0xDFFF)  # surrogates are in no text


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(text=TEXT, markdown=st.booleans())
def test_every_sentence_and_passage_is_its_slice(text: str, markdown: bool) -> None:
    check_content(text, markdown=markdown)


@settings(max_examples=DOCUMENTS // BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_the_laws_hold_for_very_many_documents(seed: int) -> None:
    for number, text in enumerate(many_texts(seed, BATCH)):
        try:
            check_content(text, markdown=number % 2 == 1)
            check_decoding(text.replace("\0", ""), ENCODINGS[number % len(ENCODINGS)])
        except Exception as error:
            error.add_note(f"the text is {text!r}")
            raise


def check_content(text: str, *, markdown: bool) -> None:
    content = Content(text, markdown=markdown)
    assert Content.from_bytes(content.to_bytes()) == content
    check_sentences(content)
    built = Builder()
    for number, line in enumerate(text.splitlines(keepends=True)):
        built.line(line, whole=number % 2 == 1)
    check_sentences(built.content())


def check_sentences(content: Content) -> None:
    """Assert that the sentences are in order, apart, inside, short, whole, and all in passages."""
    sentences, text = content.sentences(), content.text
    edges = [0, *(edge for span in sentences for edge in (span.start, span.end)), len(text)]
    assert edges == sorted(edges)
    assert all(span.of(text) == span.of(text).strip() != "" for span in sentences)
    assert all(span.end - span.start <= LONGEST_SENTENCE_CHARS for span in sentences)
    if not content.markdown:  # there, markup is in no sentence
        gaps = "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
        assert not gaps.strip()
    passages = passage_groups(text, sentences)
    assert [span for passage in passages for span in passage] == sentences
    assert all(len(p) == 1 or p[-1].end - p[0].start <= PASSAGE_CHARS for p in passages)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXT, min_size=1, max_size=3), question=TEXT, suffix=st.sampled_from(["", ".md"]))
def test_every_citation_is_its_slice_of_the_stored_text(texts: list[str], question: str, suffix: str) -> None:
    check_citations(texts, [question, texts[0][:200]], suffix)


@settings(max_examples=max(1, DOCUMENTS // BATCH // 10), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64), suffix=st.sampled_from(["", ".md"]))
def test_every_citation_of_very_many_documents_is_its_slice(seed: int, suffix: str) -> None:
    texts = list(many_texts(seed, BATCH))
    check_citations(texts, [text[:200] for text in texts[::25]], suffix)


def check_citations(texts: list[str], questions: list[str], suffix: str) -> None:
    """Assert that documents are stored as they are, and that what is found in them and cited is where it is said."""
    with tempfile.TemporaryDirectory() as folder, Index.open(folder, encoder=HashEncoder()) as index:
        changes = index.add([Source(f"{number}{suffix}", text) for number, text in enumerate(texts)])
        for document in index.documents():
            assert document.text == texts[int(Path(document.source).stem)]
        if not changes.added:
            return
        answerer = Answerer(index, threshold=0.0)
        for asked in questions:
            result = answerer.answer(asked)
            for citation in (*result.citations, *filter(None, [result.nearest])):
                stored = index.document(citation.document_id, citation.revision)
                assert stored.text[citation.start : citation.end] == citation.text
                if citation.answer:
                    assert citation.start <= citation.answer.start < citation.answer.end <= citation.end
                    assert stored.text[citation.answer.start : citation.answer.end] == citation.short
            for hit in index.search(asked):
                stored = index.document(hit.passage.document_id, hit.passage.revision)
                assert stored.text[hit.passage.start : hit.passage.end] == hit.text


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(text=TEXT.filter(lambda text: "\0" not in text), encoding=st.sampled_from(ENCODINGS))
def test_decoding_loses_no_character(text: str, encoding: str) -> None:
    check_decoding(text, encoding)


def check_decoding(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    expected = text.removeprefix("\ufeff") if encoding == "utf-8" else text  # there it is the signature
    assert decode(data) == expected


def test_line_ends_and_marks_of_a_file_are_kept(tmp_path: Path, index: Index) -> None:
    text = "Erste Zeile.\r\nZweite.\rDritte.\n\u202eVierte e\u0301.\u2028F\u00fcnfte."
    (tmp_path / "lines.txt").write_bytes(text.encode())
    index.add(tmp_path / "lines.txt")
    assert index.documents()[0].text == text


def test_a_sentence_that_is_not_at_its_place_is_never_cited(index: Index) -> None:
    index.add(Source("a.txt", "The bridge opened in May. It is long."))
    evidence = Answerer(index).reader.read("When did the bridge open?", index.search("When did the bridge open?"))
    document = index.documents()[0]
    index.document = lambda *_: type(document)(  # type: ignore[method-assign]
        document.id,
        document.source,
        document.title,
        "x" + document.text,
        (0,),
        document.sha256,
        document.revision,
    )
    with pytest.raises(CitationError, match=r"a\.txt"):
        cite(evidence, index)


def test_a_citation_of_an_older_revision_still_opens(index: Index) -> None:
    index.add(Source("policy.txt", "Refunds are paid within 30 days."))
    old = Answerer(index, threshold=0).answer("When are refunds paid?").citations[0]
    changes = index.add(Source("policy.txt", "Note. Refunds are paid within 14 days."))
    assert changes == Changes(updated=(old.document_id,))
    new = Answerer(index, threshold=0).answer("When are refunds paid?").citations[0]
    assert "14" in new.text
    assert new.revision != old.revision
    assert index.document(old.document_id, old.revision).text[old.start : old.end] == old.text


def test_the_same_question_gets_the_same_answer(seed_index: Index) -> None:
    question = "Who was behind the attack in Solingen?"
    fresh = Answerer(seed_index).answer(question)
    used = Answerer(seed_index)
    for other in ("How many troops remain in Iraq?", "What did the Iraqi military find?"):
        used.answer(other)
    again = used.answer(question)
    assert again.citations == fresh.citations
    assert again.confidence == fresh.confidence
