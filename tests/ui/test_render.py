"""What the chat shows is escaped everywhere, and says exactly what the source says."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.layout import Box
from index.types import Changes, Document, Entry, Failure, Hit, Passage, Span
from qa.types import MAY_SAY, NOT_SAID, Answer, Citation, Reasons, Searched
from ui import render
from ui.chat.history import Summary
from ui.render import Page, Place, Turn

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
    *("details", "summary", "h3", "thead", "strong", "img", "time", "progress"),
    *("table", "caption", "tbody", "tr", "th", "td", "ul", "li"),
}
ATTRIBUTES = {
    *("class", "dir", "id", "type", "name", "value", "title", "role", "hidden", "scope", "tabindex"),
    *("src", "alt", "width", "height", "loading", "decoding", "style", "max", "datetime"),
}


def make_document(text: str, *, title: str = "A title", source: str = "a.txt", pages=(0,)) -> Document:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document("d1", source, title, text, pages, sha256, sha256[:12])


def cite(document: Document, start: int, end: int, *, number: int = 1, answer: Span | None = None) -> Citation:
    text = document.text[start:end]
    names = (document.id, document.revision, document.source, document.title)
    return Citation(number, *names, text, start, end, document.page(start), 0.9, answer, where=document.where(start))


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
    reasons = Reasons(1, 0.5, {"dense": 0.5}, {payload: 0.5})
    first = dataclasses.replace(first, date=payload, also=(payload,), reasons=reasons, where=payload)
    first = dataclasses.replace(first, copies=(dataclasses.replace(first, document_id="other"),))
    passage = Passage(1, payload, "r", 0, len(payload), 2, (Span(0, len(payload)),))
    hit = Hit(passage, payload, payload, payload, 0.5, 1, {})
    entry = Entry(payload, f"{payload} file", payload, 1, 1, "2026-01-01T00:00:00+00:00", "r", (payload,))
    refused = Answer(payload, payload + "?", (), payload, 0.1, dataclasses.replace(first, number=1), (payload,))
    full = dataclasses.replace(answered(first, question=payload), runners_up=(first,))
    place = Place(payload, payload, payload, True)
    box = Box(1, 10.0, 20.0, 30.0, 40.0)
    return {
        "everything told": render.conversation([Turn(payload, full, places={first: place})], documents=1),
        "pages": render.paged_source(
            dataclasses.replace(document, author=payload, date=payload, also=(payload,)),
            *(first, payload),
            pages=[Page(1, 100, 200, payload)],
            boxes=[box],
        ),
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
        "which sentence": render.which_one(1, payload, [hit]),
        "kept": render.thanks(payload),
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


WRAPPED = """The first sentence of this letter is so long that its line was broken
here, by a program, and nobody meant anything by it. A second one follows
it, and it goes on for a while as well.
1. Bring a torch.
2. Bring a coat."""


def test_lines_that_were_only_wrapped_are_joined_and_others_are_not():
    document = make_document(WRAPPED)
    start, end = WRAPPED.index("A second"), WRAPPED.index("\n1.")
    markup = render.source(document, cite(document, start, end))
    assert shown(markup, "//mark") == WRAPPED[start:end]
    assert shown(markup, "//div[@class='text']") == WRAPPED
    paragraphs = [paragraph.text_content() for paragraph in tree(markup).xpath("//div[@class='text']/p")]
    assert paragraphs == [WRAPPED[: end + 1], "1. Bring a torch.\n", "2. Bring a coat."]
    assert len(tree(markup).xpath("//span[@class='wrap']")) == 2


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
    assert shown(markup, "//figcaption") == "News · line 1"
    assert shown(markup, "//p[@class='confidence']") == "Very likely right · 0.93"
    (button,) = tree(markup).xpath("//button[@name='cite']")
    assert button.get("value") == "1.1"
    assert button.text_content() == "1 open in its source, News"


def test_the_cells_of_a_quoted_row_stand_apart_and_are_copied_with_their_tabs():
    document = make_document("Ward\tYes\tNo\nFirst\t62\t41", source="votes.txt", title="Votes")
    citation = dataclasses.replace(cite(document, 12, 23), context=cite(document, 0, 11))
    markup = render.conversation([Turn("How many?", answered(citation, question="How many?"))], documents=1)
    assert shown(markup, "//blockquote") == "First\t62\t41"
    assert shown(markup, "//p[@class='context']") == "Ward\tYes\tNo"
    assert len(tree(markup).xpath("//blockquote/span[@class='cell']")) == 2


@pytest.mark.parametrize(
    ("source", "pages", "where"),
    [
        ("report.pdf", (0, 12), "page 2"),
        ("report.pdf", (0,), ""),
        ("slides.pptx", (0, 12), "slide 2"),
        ("contract.docx", (0,), ""),
        ("notes.txt", (0,), "line 2"),
        ("talk.srt", (0, 0, 0, 12), "at 0:00:03"),
        ("pasted", (0,), ""),
    ],
)
def test_a_place_is_named_as_one_looks_for_it_in_the_file(source: str, pages: tuple[int, ...], where: str):
    document = make_document("First page.\nSecond page.", source=source, pages=pages)
    assert document.where(12) == where
    told = shown(render.conversation([Turn("Who?", answered(cite(document, 12, 24)))], documents=1), "//figcaption")
    assert told.startswith(f"{document.title} · {where}" if where else document.title)
    assert where in shown(render.source(document, cite(document, 12, 24)), "//p[@class='place']")
    assert not [word for word in ("page", "line", "slide") if word in told and word not in where]


def test_what_was_searched_is_shown_only_where_it_differs():
    citation = cite(make_document("One sentence."), 0, 13)
    same = render.conversation([Turn("Who?", answered(citation, query=" Who? "))], documents=1)
    other = render.conversation([Turn("Who?", answered(citation, query="Who led the raid?"))], documents=1)
    assert "Searched for" not in same
    said = "Searched for: “Who led the raid?” Change what was searched for Ask it alone without what was said before"
    assert shown(other, "//p[@class='searched']") == said
    assert tree(other).xpath("//button[@name='edit']/@value") == ["Who led the raid?"]
    assert tree(other).xpath("//button[@name='ask-alone']/@value") == ["Who?"], "as it was typed"


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


def test_a_refusal_that_is_not_sure_says_so_and_why():
    near = [cite(make_document("The pope was not there. He was ill."), *ends) for ends in ((0, 23), (24, 35))]
    reason = f"{MAY_SAY} It could not find a sentence that clearly answers the question."
    answer = Answer("Is he ill?", "Is he ill?", (), reason, 0.2, near[0], runners_up=(near[1],), unsure=True)
    markup = render.conversation([Turn("Is he ill?", answer)], documents=1)
    assert shown(markup, "//p[@class='refusal']") == MAY_SAY
    assert shown(markup, "//p[@class='reason']") == "It could not find a sentence that clearly answers the question."
    assert shown(markup, "//p[@class='nearest-label']") == "Nearest sentences; see whether one answers"


@pytest.mark.parametrize(
    ("asked", "unsure", "said"),
    [
        ((1, 9), False, "The 1 document you asked does not say (8 were not asked)."),
        ((3, 4), False, "The 3 documents you asked do not say (1 was not asked)."),
        ((1, 9), True, "The 1 document you asked may say, but Verbatim is not sure (8 were not asked)."),
    ],
)
def test_a_refusal_does_not_speak_for_documents_that_were_not_asked(asked, unsure, said):
    answer = Answer("Is he ill?", "Is he ill?", (), f"{MAY_SAY if unsure else NOT_SAID} Look.", 0.2, unsure=unsure)
    markup = render.conversation([Turn("Is he ill?", answer, asked=asked)], documents=9)
    assert shown(markup, "//p[@class='refusal']") == said
    assert tree(markup).xpath("//button[@name='ask-all']/@value") == ["Is he ill?"]
    assert "Your documents" not in tree(markup).text_content()
    assert not tree(render.conversation([Turn("Is he ill?", answer)], documents=9)).xpath("//button[@name='ask-all']")


def test_a_citation_tells_page_date_and_author_and_the_other_names():
    document = make_document("One. Two. Three.", title="News", pages=(0, 5))
    citation = dataclasses.replace(cite(document, 5, 9), also=("/folder/copy.txt",), date="2024-08-31T10:00:00Z")
    place = Place("One.", "Three.", "A. Author", changed_since=True)
    markup = render.conversation([Turn("?", answered(citation), places={citation: place})], documents=1)
    told = shown(markup, "//figcaption")
    assert told.startswith("News · page 2 · 31 August 2024 · A. Author · changed since · the same as copy.txt")
    assert shown(markup, "//p[@class='neighbour before']") == "One."
    assert shown(markup, "//p[@class='neighbour after']") == "Three."
    assert shown(markup, "//blockquote") == "Two."


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2024-08-31T10:00:00Z", "31 August 2024"),
        ("2024-08-03", "3 August 2024"),
        ("2024-08", "August 2024"),
        ("2024", "2024"),
        ("2024-13-01", "2024-13-01"),
        ("last week", "last week"),
    ],
)
def test_a_date_is_as_precise_as_the_document_says(date, said):
    document = dataclasses.replace(make_document("One."), date=date)
    assert f"{said} · line 1 · characters" in shown(
        render.source(document, cite(document, 0, 4)), "//p[@class='place']"
    )


def test_the_sentences_around_are_those_of_the_document():
    text = "First of all. A sentence. The one\nthat is cited. Next comes this. Then that."
    document = make_document(text)
    start = text.index("The one")
    place = render.place_of(cite(document, start, text.index(" Next")), document)
    assert (place.before, place.after) == ("A sentence.", "Next comes this.")
    alone = make_document("Only this.")
    assert render.place_of(cite(alone, 0, 10), alone) == Place()
    filler = "word " * 200
    long = make_document(f"{filler}ends. Cited. {filler}ends.")
    start = long.text.index("Cited.")
    place = render.place_of(cite(long, start, start + 6), long)
    assert len(place.before) < 400 > len(place.after)
    assert place.before.startswith("… word")
    assert place.before.endswith("ends.")
    assert place.after.endswith("word …")
    unspaced = make_document(f"{'水' * 500}。 Cited. {'水' * 500}。")
    start = unspaced.text.index("Cited.")
    place = render.place_of(cite(unspaced, start, start + 6), unspaced)
    assert place.before.startswith("… 水水")
    assert place.after.endswith("水水 …")


def test_near_copies_are_named_and_each_opens_its_own_place():
    document = make_document("It costs ten pounds.", title="Prices")
    others = [dataclasses.replace(document, id=f"e{number}", title=f"Other {number}") for number in range(5)]
    copies = tuple(cite(other, 0, 20, number=number) for number, other in enumerate(others, start=1))
    citation = dataclasses.replace(cite(document, 0, 20), copies=copies)
    turns = [Turn("?", answered(citation))]
    markup = render.conversation(turns, documents=6)
    assert "also in Other 0, Other 1, Other 2 and 2 more" in shown(markup, "//figcaption")
    keys = tree(markup).xpath("//figcaption//button[@name='cite']/@value")
    assert [render.cited(turns, key) for key in keys] == list(copies)
    assert render.cited(turns, "1.1.6") is None


def test_why_tells_what_chose_a_sentence_and_what_came_next():
    document = make_document("One. Two. Three.")
    reasons = Reasons(1, 0.75, {"dense": 0.5, "lexical": 1.0}, {"overlap": 0.8, "told": 1.0, "strange": -0.25})
    first = dataclasses.replace(cite(document, 0, 4), score=2.0, reasons=reasons)
    second = dataclasses.replace(cite(document, 5, 9), score=1.0, reasons=dataclasses.replace(reasons, rank=3))
    answer = dataclasses.replace(answered(first, confidence=0.81), runners_up=(second,))
    turns = [Turn("?", dataclasses.replace(answer, searched=Searched(1, 2, 9)))]
    markup = render.conversation(turns, documents=1)
    why = shown(markup, "//details[@class='why']")
    for said in ("about 81 are right", "Searched 1 document, and read the 9 sentences of the 2 passages", "fit best",
                 "80% of your question’s words", "2.7 times as likely an answer as the next sentence"):  # fmt: skip
        assert said in why
    rows = [[cell.text_content() for cell in row] for row in tree(markup).xpath("//tr")]
    assert rows[0] == ["In numbers", "1", "next"]
    assert ["Rank of its passage in the search", "1", "3"] in rows
    assert ["strange", "−0.25", "−0.25"] in rows
    assert ["All in all", "2.00", "1.00"] in rows
    assert render.cited(turns, "1.0.1") == second
    assert 'class="why"' not in render.conversation([Turn("?", answered(cite(document, 0, 4)))], documents=1)


def test_a_refusal_shows_the_nearest_sentences_and_what_was_searched():
    document = make_document("One. Two. Three.")
    reasons = Reasons(2, 0.2, {"dense": 0.2}, {"overlap": 0.1})
    near, *others = (
        dataclasses.replace(cite(document, 0, 4), reasons=reasons),
        cite(document, 5, 9),
        cite(document, 10, 16, number=2),
    )
    answer = Answer("?", "?", (), "no", 0.1, near, runners_up=tuple(others), searched=Searched(3, 10, 412))
    turns = [Turn("?", answer)]
    markup = render.conversation(turns, documents=3)
    assert shown(markup, "//p[@class='nearest-label']") == "Nearest sentences, not an answer"
    assert "Searched 3 documents, and read the 412 sentences" in tree(markup).text_content()
    keys = tree(markup).xpath("//button[@name='cite']/@value")
    assert [render.cited(turns, key).text for key in keys] == ["One.", "Two.", "Three."]
    why = shown(markup, "//details[@class='why']")
    assert why.startswith("Why no answer")
    assert "about 10 are answers. The nearest sentence stands" in why.replace(".The", ". The")
    assert "times as likely" not in why


def test_each_question_of_a_message_has_its_own_nearest_sentences():
    document = make_document("One. Two. Three. Four.")
    one, two, three, four = (cite(document, *ends) for ends in ((0, 4), (5, 9), (10, 16), (17, 22)))
    parts = (
        answered(one, question="Who?"),
        Answer("Where?", "Where?", (), "no", 0.1, two, runners_up=(three,)),
        Answer("When?", "When?", (), "no", 0.1, four),
    )
    turns = [Turn("Hello", answered(one)), Turn("Who? Where? When?", dataclasses.replace(answered(one), parts=parts))]
    markup = render.conversation(turns, documents=1)
    keys = tree(markup).xpath("//figure[contains(@class, 'nearest')]//button[@name='cite']/@value")
    assert keys == ["2p2.0", "2p2.0.1", "2p3.0"]
    assert [render.cited(turns, key).text for key in keys] == ["Two.", "Three.", "Four."]
    assert render.cited(turns, "2p1.1").text == "One."
    cited = tree(markup).xpath(
        "//div[@class='turn'][2]//figure[contains(@class, 'evidence')]//button[@name='cite']/@value"
    )
    assert cited == ["2.1"], "as prose that is written of the whole message names it"
    for wrong in ("2p4.0", "2p0.0", "p2.0", "2p.0", "2p2", "3p1.0", "2p2p1.0", "1p1.1"):
        assert render.cited(turns, wrong) is None, wrong
    assert render.shown_citations(turns[1].answer) == [one, two, three, four]


BOXES = [Box(2, 72.0, 700.5, 523.3, 712.9), Box(3, 72.0, 80.25, 201.7, 92.6)]


def test_rectangles_lie_where_the_sentence_stands_on_its_pages():
    document = make_document("One. Two goes on. Three.", pages=(0, 5, 13, 18))
    citation = cite(document, 5, 17, answer=Span(5, 8))
    pages = [Page(number, 595.3, 841.9, f"/page/{number}") for number in (1, 2, 3)]
    markup = render.paged_source(document, citation, "1.1", pages=pages, boxes=BOXES, answer_boxes=BOXES[:1])
    assert shown(markup, f"//mark[@id='{render.MARK_ID}']") == "Two goes on."
    assert shown(markup, "//mark/b") == "Two"
    found = []
    for page in pages:
        (figure,) = tree(markup).xpath(f"//figure[@id='page-{page.number}']")
        (picture,) = figure.xpath("img")
        assert picture.get("src") == page.address
        assert picture.get("alt") == f"Page {page.number} of 4"
        for box in figure.xpath(".//span[@class='box']"):
            left, top, width, height = (float(value) / 100 for value in re.findall(r"[\d.]+(?=%)", box.get("style")))
            x, y = left * page.width, top * page.height
            found.append((page.number, x, y, x + width * page.width, y + height * page.height))
    assert [number for number, *_ in found] == [2, 3]
    for (_, *edges), box in zip(found, BOXES, strict=True):
        assert edges == pytest.approx([box.left, box.top, box.right, box.bottom], abs=0.01)
    assert len(tree(markup).xpath("//span[@class='box short-answer']")) == 1
    assert shown(markup, "//p[@class='left-out']") == "… 1 page after these"
    assert "no longer holds" in render.paged_source(make_document("Else."), citation, "1.1", pages=pages, boxes=BOXES)


def test_a_citation_is_found_by_its_key_and_nothing_else_is():
    document = make_document("One. Two. Three.")
    one, two, near = cite(document, 0, 4), cite(document, 5, 9, number=2), cite(document, 10, 16)
    refusal = Answer("?", "?", (), "no", 0.0, near)
    turns = [Turn("a", answered(one, two)), Turn("b", refusal), Turn("c")]
    assert render.cited(turns, "1.2") == two
    assert render.cited(turns, "2.0") == near
    for key in (
        "",
        "1",
        "1.3",
        "1.0",
        "2.1",
        "3.1",
        "4.1",
        "0.1",
        "-1.1",
        "1.1.1",
        "x.y",
        "²." + "1",
        "2.0.1",
        "9" * 5_000 + ".1",
    ):
        assert render.cited(turns, key) is None, key


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "Very likely right"),
        (0.9, "Very likely right"),
        (0.7, "Likely right"),
        (0.5, "As likely right as wrong"),
        (0.32, "Probably not right"),
        (0.0, "Probably not right"),
        (-0.1, "Probably not right"),
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


def test_a_long_conversation_shows_its_recent_part_and_leads_to_the_rest():
    document = make_document("The words stand here.")
    turns = [Turn(f"Question {n}?", answered(cite(document, 0, 21), question=f"Question {n}?")) for n in range(1, 201)]
    markup = render.conversation(turns, documents=1)
    assert len(markup.encode()) < 60_000
    assert tree(markup).xpath("//button[@name='earlier']")[0].text_content() == "Show 188 earlier questions"
    assert tree(markup).xpath("//button[@name='cite']/@value")[-1] == "200.1", "a turn keeps its number"
    assert tree(markup).xpath("string((//h2)[1])") == "Question 189?"
    assert len(tree(render.conversation(turns, documents=1, whole=True)).xpath("//h2")) == 200
    assert not tree(render.conversation(turns[:12], documents=1)).xpath("//button[@name='earlier']")


def test_a_turn_is_drawn_once_and_anew_when_it_is_another_or_stands_elsewhere(monkeypatch):
    one = Turn("Who?", Answer("Who?", "Who?", (), "Nobody knows.", 0.1))
    first = render.conversation([one], documents=1)
    monkeypatch.setattr("ui.render.turns._outcome", lambda number, _: f"drawn as {number}")
    assert render.conversation([one], documents=1) == first
    assert "drawn as 1" in render.conversation([dataclasses.replace(one, notes=("Changed since.",))], documents=1)
    assert render.conversation([one, one], documents=1).count("drawn as 2") == 1


def test_a_reply_is_not_asked_to_be_judged():
    thanked = Turn("Thanks!", Answer("Thanks!", "", (), "", 0.0, reply="You are welcome."))
    assert "Was this right?" not in render.conversation([thanked], documents=1)
    assert "Was this right?" in render.conversation([Turn("Who?", answered())], documents=1)


def test_a_question_that_got_no_answer_can_be_asked_again_unless_it_was_cut():
    def again(question: str) -> list[str]:
        shown = html.fromstring(render.conversation([Turn(question, trouble="Busy.")], documents=1))
        return shown.xpath("//p[@class='trouble']/button[@name='edit']/@value")

    assert again('How "many" & <who>?') == ['How "many" & <who>?']
    assert again(f"A question of a thousand pages{render.CUT}") == []
