"""Exports: JSON that reads back, Markdown that shows the words, annotations by the standard, links into web pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index import Index, Source, Span
from qa import Answer, Citation, Statement, Written, answer
from qa.export import ExportError, from_json, is_web_page, to_annotations, to_dict, to_json, to_markdown, web_link

ROOT = Path(__file__).parents[2]
QUESTION = "How many troops remain in Iraq?"
UNSAID = "Who trains the penguins of Antarctica?"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
hostile = st.lists(
    st.sampled_from(
        ["<b>", "&amp;", "[x](http://e)", "![i](u)", "`", "*a*", "_b_", "#", "1. ", "- ", "\n", "\r\n", "=", "===", "|",
         "~~~", "> ", "[^1]", "\\", "$x$", "a", "word", " ", "<!--", "http", "\u202e", "\n---", "+ ", "2) ", "    "]
    ),
    min_size=1,
    max_size=25,
).map("".join)  # fmt: skip


def citation(text: str, *, source: str = "a.txt", start: int = 3, short: Span | None = None) -> Citation:
    return Citation(1, "a-1", "0123", source, "A <title>", text, start, start + len(text), 1, 0.5, short)


def prose(text: str) -> Written:
    return Written(text, (Statement(text, (1,), True, (), 0.5), Statement(text, (), False, (text,))), text)


def answered(text: str, **fields: Any) -> Answer:
    return Answer("Who?", "Who?", (citation(text, **fields),), "said", 0.75)


# ---- JSON ----


@given(text=texts, question=texts, missing=st.lists(texts, max_size=3))
def test_json_reads_back_as_the_same_answer(text, question, missing):
    said = citation(text, short=Span(3, 4))
    for one in (
        Answer(
            question,
            question,
            (said, replace(said, number=2)),
            "reason",
            0.25,
            unanswered=(question,),
            conflicts=((1, 2),),
        ),
        Answer(question, question, (), "reason", 0.1, nearest=said, missing=tuple(missing)),
        Answer(question, question, (said,), "reason", 0.2, written=prose(text)),
    ):
        assert from_json(to_json(one)) == one
        assert to_json(from_json(to_json(one, indent=None))) == to_json(one)


def test_json_holds_what_programs_need(seed_index: Index):
    result = answer(QUESTION, index=seed_index)
    fields = json.loads(to_json(result))
    assert fields == to_dict(result)
    assert fields["schema"] == "verbatim-answer/1"
    assert "seconds" not in fields
    assert "hits" not in fields
    assert (fields["text"], fields["short"], fields["abstained"]) == (result.text, result.short, False)
    assert fields["citations"][0]["address"] == result.citations[0].address
    assert from_json(to_json(result)) == replace(result, hits=(), seconds={})


def test_several_questions_and_a_greeting_read_back_too(seed_index: Index):
    both = answer(f"{QUESTION} What happened in Solingen?", index=seed_index)
    assert len(both.parts) == 2
    said = to_json(both)
    assert '"seconds"' not in said
    assert '"hits"' not in said
    assert to_json(from_json(said)) == said == to_json(answer(both.question, index=seed_index))
    assert [part.citations for part in from_json(said).parts] == [part.citations for part in both.parts]
    greeting = answer("Hello!", index=seed_index)
    assert greeting.reply is not None
    assert from_json(to_json(greeting)).reply == greeting.reply


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "not JSON"),
        (b"\xff", "not JSON"),
        ("[" * 100_000, "not JSON|no answer"),
        ("[]", "no answer"),
        ('{"schema": "verbatim-answer/9"}', "verbatim-answer/9"),
        ('{"schema": "verbatim-answer/1"}', "question"),
        ('{"schema": "verbatim-answer/1", "question": 1}', "question"),
    ],
)
def test_what_is_no_answer_is_refused(wrong, said):
    with pytest.raises(ExportError, match=said):
        from_json(wrong)


def test_the_same_question_gives_the_same_bytes_in_another_process_too(seed_index: Index):
    code = (
        "import sys; from index import Index; from qa import answer; from qa.export import *; import json\n"
        "with Index.open(sys.argv[1]) as index:\n"
        "    for question in sys.argv[2:]:\n"
        "        a = answer(question, index=index)\n"
        "        print(to_json(a), to_markdown(a), json.dumps(to_annotations(a, index)))"
    )
    command = [sys.executable, "-c", code, str(seed_index.path), QUESTION, UNSAID]
    other = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for _ in range(2):
        here = ""
        for question in (QUESTION, UNSAID):
            a = answer(question, index=seed_index)
            here += f"{to_json(a)} {to_markdown(a)} {json.dumps(to_annotations(a, seed_index))}\n"
        assert here == other


# ---- Markdown ----


def shown(markdown: str) -> tuple[str, set[str]]:
    """Return the words of the quotation as a renderer shows them, and the kinds of all that it made of it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    first, last = (next(i for i, t in enumerate(tokens) if t.type == f"blockquote_{end}") for end in ("open", "close"))
    kinds, words = set(), []
    for token in tokens[first + 1 : last]:
        kinds.add(token.type)
        for child in token.children or ():
            kinds.add(child.type)
            words.append(child.content or " ")
        words.append(" ")
    return "".join(words), kinds


@given(text=hostile.map(str.strip).filter(lambda text: re.search(r"\w", text)))
def test_markdown_shows_the_words_and_nothing_else(text):
    words, kinds = shown(to_markdown(answered(text)))
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "hardbreak", "text_special"}
    # a renderer gives up on the width of space and on a bidirectional mark's own line, never on a word
    assert "".join(words.split()) == "".join(text.split()) + "[^1]"


def test_markdown_says_who_she_is():
    before = citation("Ann Voss led the talks.")
    one = replace(citation("She left in May.", start=before.end + 1), context=before)
    two = replace(citation("She came back in June.", start=one.end + 1), number=2, context=one)
    said = to_markdown(Answer("When did Ann Voss leave?", "", (one, two), "", 0.75))
    assert "> *Ann Voss led the talks.*\n>\n> She left in May.[^1]\n\n> She came back in June.[^2]" in said


def test_markdown_has_a_footnote_for_each_citation(seed_index: Index):
    result = answer(QUESTION, index=seed_index)
    said = to_markdown(result)
    assert said.startswith(f"**{QUESTION}**\n\n> ")
    for one in result.citations:
        assert f"[^{one.number}]\n" in said
        assert re.search(rf"^\[\^{one.number}\]: .*`{re.escape(one.address)}`$", said, re.MULTILINE)
    refused = to_markdown(answer(UNSAID, index=seed_index))
    assert "do not say" in refused
    assert "penguins, Antarctica" in refused
    assert "not an answer:\n\n> " in refused


# ---- W3C Web Annotation ----


def is_iri(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", value) is not None


MOTIVATIONS = {
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
    "linking", "moderating", "questioning", "replying", "tagging",
}  # fmt: skip


def check_collection(collection: dict[str, Any]) -> None:
    """Check what the Web Annotation Data Model says that an AnnotationCollection MUST have (its section 5)."""
    contexts = collection["@context"]
    assert "http://www.w3.org/ns/anno.jsonld" in ([contexts] if isinstance(contexts, str) else contexts)
    assert is_iri(collection["id"])
    assert collection["type"] == "AnnotationCollection"
    assert isinstance(collection["label"], str)
    assert collection["total"] >= 0
    if not collection["total"]:
        assert "first" not in collection
        return
    page = collection["first"]
    assert is_iri(page["id"])
    assert page["type"] == "AnnotationPage"
    assert page["startIndex"] == 0
    assert len(page["items"]) == collection["total"]
    assert len({item["id"] for item in page["items"]}) == collection["total"], "an annotation has one IRI of its own"
    for item in page["items"]:
        check_annotation(item)


def check_annotation(annotation: dict[str, Any]) -> None:
    """Check the MUSTs of an Annotation, its embedded body and its specific resources (sections 3 and 4)."""
    assert is_iri(annotation["id"])
    assert annotation["type"] == "Annotation"
    assert annotation["motivation"] in MOTIVATIONS
    body = annotation["body"]
    assert body["type"] == "TextualBody"
    assert isinstance(body["value"], str)
    assert body["purpose"] in MOTIVATIONS
    assert re.fullmatch(r"[a-z]+/[a-z.+-]+", body["format"])
    targets = annotation["target"]
    assert targets, "there MUST be one or more targets"
    for target in targets:
        assert is_iri(target["source"]), "exactly one source, an IRI"
        for selector in target["selector"]:
            if selector["type"] == "TextPositionSelector":
                assert all(isinstance(selector[end], int) and selector[end] >= 0 for end in ("start", "end"))
                assert selector["start"] <= selector["end"]
                assert selector.keys() == {"type", "start", "end"}
            else:
                assert selector["type"] == "TextQuoteSelector"
                assert isinstance(selector["exact"], str)
                assert all(isinstance(selector.get(end, ""), str) for end in ("prefix", "suffix"))
                assert selector.keys() <= {"type", "exact", "prefix", "suffix"}


def test_annotations_keep_to_the_standard_and_lead_to_the_sentence(seed_index: Index):
    for question in (QUESTION, "What happened in Solingen?", UNSAID):
        result = answer(question, index=seed_index)
        collection = json.loads(json.dumps(to_annotations(result, seed_index)))
        check_collection(collection)
        items = collection.get("first", {}).get("items", [])
        for item, one in zip(items, result.citations, strict=True):
            text = seed_index.document(one.document_id, one.revision).text
            ((target),) = item["target"]
            position, quoted = target["selector"]
            assert text[position["start"] : position["end"]] == quoted["exact"] == one.text
            assert text.count(quoted["prefix"] + quoted["exact"] + quoted["suffix"]) == 1
            assert f"{target['source']}#char={position['start']},{position['end']}" == one.address


def test_the_check_of_annotations_sees_what_is_wrong(seed_index: Index):
    good = to_annotations(answer(QUESTION, index=seed_index), seed_index)
    for breaking in (
        lambda it: it.pop("@context"),
        lambda it: it.update(total=9),
        lambda it: it["first"]["items"][0].pop("target"),
        lambda it: it["first"]["items"][0].update(motivation="quoting"),
        lambda it: it["first"]["items"][0]["target"][0].update(source="no iri"),
        lambda it: it["first"]["items"][0]["target"][0]["selector"][0].update(start=-1),
        lambda it: it["first"]["items"][0]["target"][0]["selector"][1].pop("exact"),
    ):
        copy = json.loads(json.dumps(good))
        breaking(copy)
        with pytest.raises((AssertionError, KeyError)):
            check_collection(copy)


def test_a_web_page_is_a_target_of_its_own(seed_index: Index, index: Index):
    text = "The mill opened in 1901. It burned down."
    index.add(Source("https://example.org/mill", text))
    (document,) = index.documents()
    names = (document.id, document.revision, document.source, document.title)
    one = Answer("When?", "When?", (Citation(1, *names, text[:24], 0, 24, 1, 0.9),), "said", 0.9)
    collection = to_annotations(one, index)
    check_collection(collection)
    stored, page = collection["first"]["items"][0]["target"]
    assert stored["source"].startswith("verbatim:")
    assert page["source"] == "https://example.org/mill"
    assert [selector["type"] for selector in page["selector"]] == ["TextQuoteSelector"]


# ---- links ----


def test_only_web_pages_have_links():
    assert web_link(citation("It is so.", source="/home/me/https.txt")) is None
    for wrong in (
        "ftp://a/b",
        "https://",
        "http://[",
        "javascript:alert(1)",
        "https://a/ b",
        "https://a/<b>",
        "mailto:a",
    ):
        assert not is_web_page(wrong), wrong
    assert web_link(citation("It is so.", source="https://a.org/b")) == "https://a.org/b#:~:text=It%20is%20so."
    assert web_link(citation("x", source="https://a.org/b#top")) == "https://a.org/b#top:~:text=x"
    assert web_link(citation("x", source="https://a.org/b#top:~:text=y")) == "https://a.org/b#top:~:text=x"


def test_what_has_a_meaning_in_a_directive_is_encoded():
    link = web_link(citation("A well-known, odd & “quoted” one 🙂.", source="https://a.org/"))
    assert link is not None
    directive = link.partition(":~:text=")[2]
    assert not set(directive) & set("-,& “")
    assert unquote(directive) == "A well-known, odd & “quoted” one 🙂."


def test_a_long_sentence_is_named_by_its_ends():
    words = [f"word{number}" for number in range(80)]
    for text in (" ".join(words), "\n".join(words[:40])):
        link = web_link(citation(text, source="https://a.org/"))
        assert link is not None
        first, last = map(unquote, link.partition(":~:text=")[2].split(","))
        assert " ".join(text.split()).startswith(first)
        assert " ".join(text.split()).endswith(last)
