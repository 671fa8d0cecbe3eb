"""What the chat shows is escaped everywhere, and says exactly what the source says."""

from __future__ import annotations

import dataclasses
import hashlib
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.types import Changes, Document, Entry, Failure, Span
from qa.types import Answer, Citation
from ui import render
from ui.history import Summary
from ui.render import Turn

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea></title></style></script><svg onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "<a href='javascript:alert(1)'>open</a>",
    "javascript:alert(1)",
    "![x](http://198.51.100.7/pixel.png)",
    "[x](http://198.51.100.7/) <http://198.51.100.7/>",
    "<form action=http://198.51.100.7><input name=password></form>",
    "<style>body{background:url(http://198.51.100.7/)}</style>",
    "<!-- --> ]]> <![CDATA[ <?xml ?>",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "</mark></blockquote></div>\n\n<h1>Taken over</h1>\n\n```html\n<b>\n```",
    "$$\\href{javascript:alert(1)}{x}$$ \\(x\\) {{value}} ${value} `code`",
]
TAGS = {
    *("div", "p", "h2", "b", "bdi", "mark", "figure", "figcaption", "blockquote", "button", "span", "header"),
    *("table", "thead", "tbody", "tr", "th", "td", "ul", "li", "time", "progress", "details", "summary"),
}
ATTRIBUTES = {
    "class",
    "dir",
    "id",
    "type",
    "name",
    "value",
    "title",
    "role",
    "hidden",
    "scope",
    "tabindex",
    "max",
    "datetime",
}


def make_document(text: str, *, title: str = "A title", source: str = "a.txt", pages=(0,)) -> Document:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document("d1", source, title, text, pages, sha256, sha256[:12])


def cite(document: Document, start: int, end: int, *, number: int = 1, answer: Span | None = None) -> Citation:
    text = document.text[start:end]
    names = (document.id, document.revision, document.source, document.title)
    return Citation(number, *names, text, start, end, document.page(start), 0.9, answer)


def answered(*citations: Citation, question: str = "Who?", query: str = "Who?", confidence: float = 0.93) -> Answer:
    return Answer(question, query, citations, "found", confidence)


def tree(markup: str) -> html.HtmlElement:
    return html.fragment_fromstring(markup, create_parent="main")


def shown(markup: str, path: str) -> str:
    (element,) = tree(markup).xpath(path)
    return element.text_content()


class Collector(HTMLParser):
    """Notes every tag and attribute; references are decoded as a browser decodes them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.values: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values += [value or "" for _, value in attrs]

    def handle_data(self, data):
        self.text.append(data)


def inspect(markup: str) -> Collector:
    collector = Collector()
    collector.feed(markup)
    collector.close()
    return collector


def every_view(payload: str) -> dict[str, str]:
    """Each thing that is shown, with the payload in every field that it has."""
    document = dataclasses.replace(
        make_document(f"{payload} {payload}", title=payload, source=payload + " file"), id=payload
    )
    first = cite(document, 0, len(payload), answer=Span(0, max(1, len(payload) // 2)))
    entry = Entry(payload, f"{payload} file", payload, 1, 1, "2026-01-01T00:00:00+00:00", "r", (payload,))
    refused = Answer(payload, payload + "?", (), payload, 0.1, dataclasses.replace(first, number=1), (payload,))
    return {
        "answered": render.conversation(
            [Turn(payload, answered(first, question=payload, query=payload + "?"))], documents=1
        ),
        "refused": render.conversation([Turn(payload, refused)], documents=1),
        "trouble": render.conversation([Turn(payload, trouble=payload)], documents=1),
        "pending": render.conversation([Turn(payload)], documents=1),
        "source": render.source(document, first),
        "source trouble": render.source_trouble(payload),
        "documents": render.documents_table([entry, entry]),
        "changes": render.changes(Changes(removed=("x",)), [payload]),
        "refused files": render.refused([Failure(payload, payload)]),
        "progress": render.progress(0, 1, payload, 1.0),
        "conversations": render.conversations([Summary(payload, payload, "x", payload)]),
        "current": render.current(payload, payload),
        "notes": render.conversation([Turn(payload, refused, notes=(payload,))], documents=1),
        "notice": render.notice(payload),
    }


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_stays_text_in_every_field(payload):
    for view, markup in every_view(payload).items():
        found = inspect(markup)
        assert found.tags <= TAGS, view
        assert found.attributes <= ATTRIBUTES, view
        assert payload in "".join(found.text), view


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_view_can_end_the_block_of_html_it_stands_in(payload):
    for view, markup in every_view(payload).items():
        assert "\n" not in markup, view
        assert "\r" not in markup, view
        assert markup.startswith("<div"), view


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_escape_is_undone_by_a_parser(text):
    collector = inspect(f"<p>{render.escape(text)}</p>")
    assert "".join(collector.text) == text
    assert collector.tags == {"p"}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_escape_leaves_nothing_that_a_line_reader_would_change(text):
    assert not set(render.escape(text)) & set("\t\r\n\f\u2028\u2029<>\"'`$[]\\")


TEXTS = {
    "crlf": ("One line.\r\nThe cited\r\nsentence.\r\n\r\nLast.", "The cited\r\nsentence."),
    "bare cr": ("One.\rTwo here.\rThree.", "Two here."),
    "leading newline": ("\n\nFirst of all. Then more.", "\n\nFirst of all."),
    "leading spaces": ("   Indented sentence. More.", "   Indented sentence."),
    "tabs": ("a\tb\tc. d\te.", "d\te."),
    "emoji": ("👩‍👩‍👧 said 😀. Then 🇮🇶 answered. End.", "Then 🇮🇶 answered."),
    "combining": ("Cafe\u0301 noir. Zoe\u0308 left.", "Zoe\u0308 left."),
    "right to left": ("قال الوزير ذلك. ثم غادر. نهاية", "ثم غادر."),
    "overrides": ("abc \u202edef\u202c ghi. Next.", "abc \u202edef\u202c ghi."),
    "nbsp": ("a\u00a0b. c\u00a0d.", "c\u00a0d."),
    "blank lines": ("One\nwrapped line.\n\nTwo\nwrapped. Here it is.\n\nThree.", "Two\nwrapped."),
    "across paragraphs": ("A heading\nA sentence that\ngoes on.\nEnd.", "A sentence that\ngoes on."),
    "markup": ("x <b>&amp; y</b>. <i>z</i> &lt;.", "<i>z</i> &lt;."),
    "whole": ("Only this.", "Only this."),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_mark_holds_exactly_the_cited_sentence(name):
    text, sentence = TEXTS[name]
    document = make_document(text)
    start = text.index(sentence)
    citation = cite(document, start, start + len(sentence), answer=Span(start + 1, start + 3))
    markup = render.source(document, citation)
    assert shown(markup, f"//mark[@id='{render.MARK_ID}']") == sentence
    assert shown(markup, "//div[@class='text']") == text


@given(st.data())
def test_any_span_of_any_text_is_marked_exactly(data):
    # lxml reads XML's characters; what a browser does with the rest is seen in test_browser
    letters = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])
    text = data.draw(st.text(st.one_of(letters, st.sampled_from("\r\n\t .<&")), min_size=1))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = make_document(text)
    markup = render.source(document, cite(document, start, end))
    assert shown(markup, "//mark") == text[start:end]
    assert shown(markup, "//div[@class='text']") == text


def test_a_long_document_is_shown_around_the_sentence_with_an_honest_note():
    text = "Filler here.\n" * 20_000 + "The needle.\n" + "More filler.\n" * 20_000
    document = make_document(text)
    start = text.index("The needle.")
    markup = render.source(document, cite(document, start, start + 11))
    assert shown(markup, "//mark") == "The needle."
    before, after = [note.text_content() for note in tree(markup).xpath("//p[@class='left-out']")]
    assert before == f"… {start - 30_000:,} characters before this"
    assert after == f"… {len(text) - start - 11 - 30_000:,} characters after this"
    assert len(markup) < 4 * render.WINDOW_CHARS


def test_a_sentence_that_moved_is_not_marked():
    citation = cite(make_document("The old text."), 0, 13)
    markup = render.source(make_document("Another text."), citation)
    assert "mark" not in inspect(markup).tags


def test_an_answer_shows_the_short_answer_and_marks_it_in_its_sentence():
    document = make_document("About 2,500 troops remain. They train others.", source="news.txt", title="News")
    citation = cite(document, 0, 26, answer=Span(6, 11))
    markup = render.conversation([Turn("How many?", answered(citation, question="How many?"))], documents=1)
    assert shown(markup, "//h2") == "How many?"
    assert shown(markup, "//p[@class='short']") == "2,500"
    assert shown(markup, "//blockquote") == citation.text
    assert shown(markup, "//blockquote/mark") == "2,500"
    assert shown(markup, "//figcaption") == "News"
    assert shown(markup, "//p[@class='confidence']") == "Very likely right · 0.93"
    (button,) = tree(markup).xpath("//button[@name='cite']")
    assert button.get("value") == "1.1"
    assert button.text_content() == "1 open in its source, News"


def test_the_page_is_named_only_where_there_are_several():
    document = make_document("First page. Second page.", pages=(0, 12))
    turn = Turn("Who?", answered(cite(document, 12, 24)))
    assert "page 2" not in shown(render.conversation([turn], documents=1), "//figcaption")
    turn = dataclasses.replace(turn, paged=frozenset({document.id}))
    assert "page 2" in shown(render.conversation([turn], documents=1), "//figcaption")
    assert "page 2" in shown(render.source(document, cite(document, 12, 24)), "//p[@class='place']")


def test_what_was_searched_is_shown_only_where_it_differs():
    citation = cite(make_document("One sentence."), 0, 13)
    same = render.conversation([Turn("Who?", answered(citation, query=" Who? "))], documents=1)
    other = render.conversation([Turn("Who?", answered(citation, query="Who led the raid?"))], documents=1)
    assert "Searched for" not in same
    assert shown(other, "//p[@class='searched']") == "Searched for: “Who led the raid?”"


@pytest.mark.parametrize("reason", ["No sentence fits.", "Your documents do not say who he is."])
def test_a_refusal_says_so_and_labels_the_nearest_sentence(reason):
    nearest = cite(make_document("The pope was not there."), 0, 23)
    answer = Answer("Is the pope ill?", "Is the pope ill?", (), reason, 0.1, nearest, ("ill",))
    markup = render.conversation([Turn("Is the pope ill?", answer)], documents=1)
    assert shown(markup, "//p[@class='refusal']").startswith("Your documents do not say")
    assert reason in tree(markup).text_content()
    assert shown(markup, "//p[@class='missing']") == "Nowhere in your documents: ill"
    assert shown(markup, "//p[@class='nearest-label']") == "Nearest sentence, not an answer"
    assert tree(markup).xpath("//button[@name='cite']/@value") == ["1.0"]
    assert not tree(markup).xpath("//p[@class='confidence' or @class='short']")


def test_a_citation_is_found_by_its_key_and_nothing_else_is():
    document = make_document("One. Two. Three.")
    one, two, near = cite(document, 0, 4), cite(document, 5, 9, number=2), cite(document, 10, 16)
    refusal = Answer("?", "?", (), "no", 0.0, near)
    turns = [Turn("a", answered(one, two)), Turn("b", refusal), Turn("c")]
    assert render.cited(turns, "1.2") == two
    assert render.cited(turns, "2.0") == near
    for key in ("", "1", "1.3", "1.0", "2.1", "3.1", "4.1", "0.1", "-1.1", "1.1.1", "x.y", "²." + "1"):
        assert render.cited(turns, key) is None, key


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "Very likely right"),
        (0.7, "Probably right"),
        (0.5, "Uncertain"),
        (0.0, "Doubtful"),
        (-0.1, "Doubtful"),
    ],
)
def test_confidence_has_words(confidence, words):
    assert render.confidence_words(confidence) == words


def test_an_empty_store_says_what_to_do():
    markup = render.conversation([], documents=0)
    assert "add a document" in tree(markup).text_content()
    assert tree(markup).xpath("//button[@name='show']/@value") == ["documents"]
    assert not tree(render.conversation([], documents=3)).xpath("//button")


def test_changes_count_and_failures_are_named_with_their_reason():
    done = Changes(added=("a", "b"), unchanged=("c",), failed=(Failure("scan.pdf", "holds no text"),))
    assert shown(render.changes(done), "//p[@class='done']") == "2 added, 1 unchanged, 1 not added"
    assert shown(render.refused(done.failed), "//li/span") == "holds no text"
    assert shown(render.refused(done.failed), "//li/b") == "scan.pdf"
    assert shown(render.changes(Changes(removed=("a",)), ["News"]), "//p") == "removed News"
    assert "2 conversations still quote it" in render.changes(Changes(removed=("a",)), ["News"], quoting=2)


def test_the_table_names_each_document_and_its_removal():
    markup = render.documents_table([Entry("d1", "news/a.txt", "News", 2, 1234, "2026-01-01T00:00:00+00:00", "r")])
    assert shown(markup, "//p[@class='total']") == "1 document · 1,234 sentences"
    assert shown(markup, "//bdi[@class='file']") == "a.txt"
    assert shown(markup, "//td[@class='kind']") == "TXT"
    assert shown(markup, "//td[@class='pages']") == "2 pages"
    assert tree(markup).xpath("//button[@name='remove']/@value") == ["d1"]
    assert not tree(markup).xpath("//button[@name='ask']"), "one document is always asked"
