"""A conversation as a file: everything in it is text, JSON reads back, Markdown says what was quoted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from qa.types import Answer, Citation, Span, Statement, Written
from tests.ui.test_render import HOSTILE
from ui.chat import export
from ui.chat.export import Surroundings
from ui.chat.history import Conversation
from ui.render import Turn

TEXT = "Before it, there was a war. About 2,500 troops remain in Iraq. After it, there was none."
START, END = TEXT.index("About"), TEXT.index(" After")
CITED = Citation(
    1, "d1", "abc123", "news/raid.txt", "Raid", TEXT[START:END], START, END, 3, 0.9, Span(START + 6, START + 11)
)


def conversation(*turns: Turn, title: str = "Troops") -> Conversation:
    return Conversation("", title, "2026-11-24T19:53:00.000+00:00", turns)


ANSWERED = Turn("How many?", Answer("How many?", "How many?", (CITED,), "found", 0.93))
REFUSED = Turn("Who?", Answer("Who?", "Who?", (), "Your documents do not say.", 0.1, CITED, ("pope",)))
BROKEN = Turn("Why?", trouble="It broke.")


def hostile(text: str) -> Conversation:
    """A conversation with ``text`` wherever a text can stand."""
    cited = Citation(1, text, text, text, text, text, 0, len(text), 1, 0.9, Span(0, max(1, len(text) // 2)), (text,))
    said = Written(text, (Statement(text, (1,), True), Statement(text, (1,), False, (text,), 0.1)), text)
    return conversation(
        Turn(
            text,
            Answer(text, text, (cited,), text, 0.9, unanswered=(text,), conflicts=((1, 1),), written=said),
            notes=(text,),
        ),
        Turn(text, Answer(text, text, (), text, 0.1, cited, (text,))),
        Turn(text, trouble=text),
        title=text,
    )


def test_json_reads_back_as_it_was():
    had = conversation(ANSWERED, REFUSED, BROKEN, replace(REFUSED, asked=(1, 9)))
    assert export.from_json(export.as_json(had)) == had


def test_a_reply_is_saved_as_it_was_read():
    had = conversation(Turn("What do you have?", Answer("q", "q", (), "", 0.0, reply="There are 2 documents.")))
    assert "There are 2 documents." in export.as_markdown(had)
    assert "There are 2 documents." in html.fromstring(export.as_page(had, {})).text_content()


def test_a_refusal_of_some_documents_speaks_for_these_only():
    had = conversation(replace(REFUSED, asked=(1, 9)))
    for saved in (export.as_markdown(had), export.as_page(had, {})):
        assert "The 1 document you asked does not say" in saved
        assert "Your documents" not in saved


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_json_reads_back_whatever_was_said(text):
    had = hostile(text)
    assert export.from_json(export.as_json(had)) == had


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"format": "verbatim-conversation", "version": 9}', "null", "nonsense", '{"turns": 1}']
)
def test_another_json_is_refused(text):
    with pytest.raises(ValueError):
        export.from_json(text)


def test_a_turn_that_is_none_is_refused():
    record = json.loads(export.as_json(conversation(ANSWERED)))
    for damage in ({}, {"question": "x"}, {"question": "x", "answer": {"query": 1}, "trouble": None, "notes": []}):
        with pytest.raises(ValueError):
            export.from_json(json.dumps({**record, "turns": [damage]}))


def test_markdown_has_a_footnote_for_each_quotation():
    text = export.as_markdown(conversation(ANSWERED, REFUSED, BROKEN))
    assert "> About 2,500 troops remain in Iraq.[^1]" in text
    assert f"[^1]: Raid, raid.txt, page 3, characters {START} to {END}, revision abc123" in text
    assert "[^2]: Raid" in text
    assert "Nearest sentence, not an answer:\n\n> About" in text
    assert "Nowhere in the documents: pope" in text
    assert "Very likely right (0.93)" in text
    assert "It broke." in text


@pytest.mark.parametrize("payload", [*HOSTILE, "1. one", "- a", "# h", "+ b", "=====", "www.example.org", "a@b.org"])
def test_markdown_finds_no_mark_in_what_was_said(payload):
    rendered = html.fromstring(MarkdownIt("js-default").render(export.as_markdown(hostile(payload))))
    assert not rendered.xpath("//a | //img | //script | //form | //ol | //ul | //code | //pre | //h3 | //hr | //table")
    (title,) = rendered.xpath("//h1")
    assert title.text_content() == " ".join(payload.split())


def test_the_page_shows_the_sentence_in_its_surroundings():
    page = export.as_page(conversation(ANSWERED), {CITED: export.surroundings(TEXT, CITED)})
    tree = html.fromstring(page)
    assert tree.xpath("string(//aside//mark)") == CITED.text
    assert tree.xpath("string(//aside/p[@class='text'])") == TEXT
    assert tree.xpath("string(//blockquote/span)") == CITED.text
    assert tree.xpath("string(//blockquote//mark)") == "2,500"
    assert "page 3" in tree.xpath("string(//p[@class='place'])")
    assert "abc123" in tree.xpath("string(//p[@class='place'])")


def test_a_file_says_who_a_sentence_is_about():
    before = replace(CITED, text="Ann Voss led the talks.", answer=None)
    answer = replace(ANSWERED.answer, citations=(replace(CITED, context=before),))
    had = conversation(replace(ANSWERED, answer=answer))
    assert f"> *{before.text}*\n>\n> {CITED.text}[^1]" in export.as_markdown(had)
    tree = html.fromstring(export.as_page(had, {}))
    assert tree.xpath("string(//p[@class='context'])") == before.text
    assert tree.xpath("string(//blockquote/span)") == CITED.text


def test_surroundings_are_cut_between_words():
    long = "word " * 400 + TEXT[START:END] + " and more" * 400
    at = long.index("About")
    cited = Citation(1, "d", "r", "s", "t", CITED.text, at, at + len(CITED.text), 1, 0.9)
    around = export.surroundings(long, cited)
    assert around.before.startswith("… word ")
    assert around.before.endswith("word ")
    assert around.after.startswith(" and more")
    assert around.after.endswith((" more …", " and …"))
    assert len(around.before) <= export.AROUND_CHARS + 2


def test_a_text_without_spaces_has_surroundings_too():
    text = "これは長い文です。" * 200
    around = export.surroundings(text, Citation(1, "d", "r", "s", "t", text[900:909], 900, 909, 1, 0.9))
    assert around.before == "… " + text[900 - export.AROUND_CHARS : 900]
    assert around.after == text[909 : 909 + export.AROUND_CHARS] + " …"


@pytest.mark.parametrize("payload", HOSTILE)
def test_everything_on_the_page_is_text(payload):
    had = hostile(payload)
    (cited,) = had.turns[0].answer.citations
    page = export.as_page(had, {cited: Surroundings(payload, payload, payload)})
    tree = html.fromstring(page)
    kinds = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert kinds <= {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "div", "aside"),
        *("h1", "h2", "h3", "p", "b", "span", "mark", "blockquote", "bdi", "s"),
    }
    assert {name for element in tree.iter() for name in element.attrib} <= {
        *("lang", "charset", "http-equiv", "content", "name", "dir", "class")
    }
    assert tree.xpath("string(//aside//mark)") == payload.replace("\r\n", "\n")
    assert tree.xpath("string(//h1)") == payload
    assert "script" not in tree.xpath("string(//meta[@http-equiv]/@content)")


@pytest.mark.parametrize("title", ["../../etc/passwd", "a/b\\c:d", "", "\n", "CON", "\u202eevil", "x" * 500])
def test_a_file_name_is_a_name_everywhere(title):
    name = export.file_name(conversation(title=title), "md")
    assert name.endswith(".md")
    assert len(name) < 70
    assert not set(name) & set('/\\:*?"<>|\n\u202e')
    assert not name.startswith(".")


def test_prose_stands_after_the_quotations_and_what_was_struck_says_so():
    kept, struck = Statement("Some 2,500 remain.", (1,), True), Statement("All left.", (1,), False, ("no one says so",))
    said = replace(ANSWERED.answer, written=Written("qwen3", (kept, struck), "qwen3 broke off."))
    had = conversation(REFUSED, replace(ANSWERED, answer=said))
    text = export.as_markdown(had)
    assert text.index("> About 2,500") < text.index("Written by qwen3") < text.index("Some 2,500 remain. [^2]")
    assert "~~All left.~~ (struck: no one says so)" in text
    assert "qwen3 broke off." in text
    page = html.fromstring(export.as_page(had, {}))
    assert [one.text_content() for one in page.find_class("prose")] == [
        "Some 2,500 remain. [1]",
        "All left. [1] Struck: no one says so.",
    ]
    assert [one.text_content() for one in page.iter("s")] == ["All left. [1]"]
    assert export.from_json(export.as_json(had)) == had
