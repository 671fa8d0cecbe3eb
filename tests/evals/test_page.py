"""The report as a page: all is there and marked at the right words, hostile text stays text, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from evals import Report
from evals.compare import Comparison
from evals.excerpts import excerpts
from evals.metrics import Estimate
from evals.report.page import (
    KEY_FIGURES,
    Line,
    comparison_page,
    fault_kinds,
    faults,
    outcome,
    pieces,
    quoted,
    report_page,
    signed,
)
from evals.report.words import FAULTS, VERDICTS, WORDS
from evals.results import BY_NAME, MEASURES, Cited, Excerpt, Row, Segment
from evals.suite import GoldSpan, Question

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)

TEXT = "The bridge opened in May. It cost nine million euros. The mayor cut the ribbon. Nobody was hurt."
TOWN = "town.txt"
HOSTILE = (
    "<script>alert(1)</script>]]></style>--><img src=https://198.51.100.7/a.png onerror=alert(2)>"
    "\" onclick='alert(3)' javascript:alert(4) {{ 7*7 }} {% raw %} &amp; "
    "\u202etxt.exe\u2028 قال الوزير <a href=javascript:alert(5)>x</a>"
)


def gold(text: str) -> GoldSpan:
    start = TEXT.index(text)
    return GoldSpan(TOWN, start, start + len(text), text)


def cited(text: str, fidelity: str = "verbatim", **more) -> Cited:
    start = max(0, TEXT.find(text))
    return Cited(TOWN, start, start + len(text), text, fidelity, **more)


OPENED, COST, MAYOR = map(
    gold, ("The bridge opened in May.", "It cost nine million euros.", "The mayor cut the ribbon.")
)


def row(
    id_: str,
    *facts: GoldSpan,
    cites: tuple[Cited, ...] = (),
    confidence: float | None = 0.5,
    kind: str = "what",
    asked: str = "What happened?",
    **more,
) -> Row:
    question = Question(id_, asked, (), bool(facts), kind, tuple((fact,) for fact in facts), ())
    shown = excerpts(facts, cites, {TOWN: TEXT})
    return Row(question, cites, not cites, "said", confidence=confidence, seconds=0.25, excerpts=shown, **more)


def report(*rows: Row, **more) -> Report:
    origin = {
        "suite": "town",
        "suite_sha256": "ab" * 32,
        "system": "Ours",
        "revision": "abc",
        "versions": {"numpy": "2"},
    }
    return Report(rows, **{**origin, "judged": "2025-01-31", **more})


ROWS = (
    row("when", OPENED, cites=(cited(OPENED.text),), confidence=0.9, kind="when"),
    row("price", COST, MAYOR, cites=(cited(COST.text), cited("Nobody was hurt.")), confidence=0.7),
    row("architect", confidence=0.2, asked="Who was the architect?"),
    row("length", cites=(cited(OPENED.text),), confidence=0.6),
    row("mayor", MAYOR, confidence=0.1, nearest=cited("Nobody was hurt.")),
)
USUAL = report(*ROWS)  # its measures are worked out once, which takes half a second


@cache
def usual_page() -> str:
    return report_page(USUAL)


def parsed(page: str) -> html.HtmlElement:
    return html.document_fromstring(page)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def question(page: html.HtmlElement, id_: str) -> html.HtmlElement:
    (body,) = page.xpath("//*[@id=$id]", id=f"question-{id_}")
    return body.getparent()


def test_every_measure_has_its_words_and_stands_in_the_page():
    assert set(WORDS) == {measure.name for measure in MEASURES}
    page = parsed(usual_page())
    table = page.find_class("measures")[0]
    assert [code.text for code in table.iter("code")] == [measure.name for measure in MEASURES]
    lower = [line for line in table.iter("tr") if "lower is better" in line.text_content()]
    assert len(lower) == sum(measure.lower_is_better for measure in MEASURES)


def test_a_figure_has_its_interval_or_says_why_it_is_missing():
    table = parsed(usual_page()).find_class("measures")[0]
    lines = {line.find(".//code").text: words(line) for line in table.iter("tr") if line.find(".//code") is not None}
    measured = USUAL.metrics["right_sentence_at_1"]
    shown = f"Right sentence first 0.667 {measured.low:.3f} to {measured.high:.3f} 3 Answerable"
    assert lines["right_sentence_at_1"].startswith(shown)
    assert "not measured: it needs a system that gives short answers" in lines["exact_match"]


def tiles(page: html.HtmlElement) -> dict[str, str]:
    (found,) = page.find_class("tiles")
    return {one.find_class("label")[0].text: one.find_class("value")[0].text.strip() for one in found}


def test_tiles_are_of_what_was_measured_and_no_more_than_eight():
    assert list(tiles(parsed(usual_page()))) == [WORDS[name].label for name in KEY_FIGURES[:8]]
    pasted = [replace(one, confidence=None, seconds=None) for one in ROWS]
    shown = tiles(parsed(report_page(report(*pasted))))
    assert len(shown) == 8
    assert shown["Citation precision"] == "0.500"
    assert shown["Altered or invented"] == "0.000"
    assert "Coverage at 95 % precision" not in shown
    assert tiles(parsed(report_page(report()))) == {}


def test_what_refusing_everything_would_score_stands_beside_citation_f1():
    page = parsed(usual_page())
    assert [words(one) for one in page.find_class("floor")] == ["refusing everything: 0.400"] * 2
    beside = [one.getparent().text_content() for one in page.find_class("floor")]
    assert "Citation F1" in beside[0]


def test_the_headline_says_in_words_what_happened_and_what_is_bad():
    bad = (cited("x", "absent"), cited("58", "altered"), cited(OPENED.text), cited(COST.text, "misplaced"))
    (line,) = parsed(report_page(report(row("one", OPENED, cites=bad), *ROWS))).find_class("headline")
    assert words(line).startswith("4 answered, 2 refused; of 8 citations 5 verbatim, ")
    assert {strong.text for strong in line.iter("strong")} == {"1 misplaced", "1 altered", "1 absent"}
    (line,) = parsed(usual_page()).find_class("headline")
    assert words(line) == "3 answered, 2 refused; of 4 citations 4 verbatim."
    assert not list(line.iter("strong"))


def test_whose_revision_it_is_is_said():
    (origin,) = parsed(usual_page()).find_class("origin")
    assert [words(line) for line in origin.iter("dd")] == ["5", "2025-01-31", "Verbatim abc"]
    assert words(origin.findall("div")[-1].find("dt")) == "Judged with"
    (origin,) = parsed(report_page(report(*ROWS, system="Verbatim"))).find_class("origin")
    assert [words(line) for line in origin.iter("dd")] == ["5", "2025-01-31", "abc"]
    assert words(origin.findall("div")[-1].find("dt")) == "Revision"


def test_every_question_is_there_with_what_went_wrong():
    page = parsed(usual_page())
    assert [words(one.find_class("id")[0]) for one in page.find_class("question")] == [one.question.id for one in ROWS]
    assert [one.get("data-verdict") for one in page.find_class("question")] == [
        "right", "wrong", "right", "wrong", "wrong",
    ]  # fmt: skip
    for one in ROWS:
        shown = words(question(page, one.question.id).find("summary"))
        assert any(fault in shown for fault in one.faults or ["right"])
        assert all(fault in words(question(page, one.question.id)) for fault in one.faults)
    assert "Nobody was hurt." in words(question(page, "mayor").find_class("quotations")[0])


@pytest.mark.parametrize(
    ("judged", "kinds"),
    [
        (row("a", OPENED, cites=(cited(OPENED.text),)), []),
        (row("a", OPENED), ["refused wrongly"]),
        (row("a"), []),
        (row("a", cites=(cited(OPENED.text),)), ["answered wrongly"]),
        (replace(row("a", OPENED), refused=False), ["without a citation"]),
        (row("a", OPENED, cites=(cited(OPENED.text, "misplaced"),)), ["misplaced"]),
        (
            row("a", OPENED, cites=(cited("58", "altered"), cited("x", "absent"))),
            ["altered", "absent", "not the right sentence", "not cited", "not needed"],
        ),
        (row("a", OPENED, COST, cites=(cited(OPENED.text),)), ["not cited"]),
        (row("a", OPENED, cites=(Cited(TOWN, 0, 95, TEXT * 2, "verbatim"),)), ["far too much"]),
    ],
)
def test_every_fault_has_a_kind_and_the_worst_is_named_first(judged, kinds):
    assert fault_kinds(judged) == kinds
    assert set(faults(judged)) == set(judged.faults)
    page = parsed(report_page(report(judged)))
    (one,) = page.find_class("question")
    assert one.get("data-faults") == ";".join(kinds)
    assert [option.get("value") for option in page.xpath("//select[@name='fault']/option")][1:] == kinds
    assert [words(badge) for badge in one.find("summary").find_class("wrong")] == [
        f"✗ {fault}" for fault in faults(judged)[:1]
    ]
    assert [words(also) for also in one.xpath(".//ul[@class='faults']/li")] == faults(judged)[1:]


def test_every_fault_of_a_report_has_a_kind_of_its_own():
    assert set(fault_kinds(*ROWS)) < set(FAULTS.values())
    assert "something else" not in fault_kinds(*ROWS)


@pytest.mark.parametrize(
    ("text", "differences", "marked"),
    [
        ("It cost 58 euros", (("42", "58"),), ["58"]),
        ("a cat and a dog", (("the", "a"), ("one", "a")), ["a", "a"]),
        ("that hat", (("cap", "hat"),), ["hat"]),
        ("so\n much", (("not", ""), ("", "so much")), ["so\n much"]),
        ("$5 (or more).", (("$6", "$5"), ("less)", "more)")), ["$5", "more)"]),
        ("nothing of it", (("a", "elsewhere"),), []),
        ("", (("a", "b"),), []),
    ],
)
def test_what_differs_is_marked_in_the_quotation(text, differences, marked):
    citation = Cited(TOWN, 0, 9, text, "altered", differences=differences)
    parts = quoted(citation)
    assert "".join(part for part, _ in parts) == text
    assert [part for part, differs in parts if differs] == marked
    page = parsed(report_page(report(row("one", OPENED, cites=(citation,)))))
    (quotation,) = page.find_class("quotations")
    assert [mark.text for mark in quotation.find_class("differs")] == marked


def test_what_stands_nowhere_has_no_place():
    nowhere = Cited(TOWN, 0, 0, OPENED.text, "misplaced")
    page = parsed(report_page(report(row("one", OPENED, cites=(nowhere, cited(COST.text))))))
    assert [words(place) for place in page.find_class("place")] == [
        TOWN, f"{TOWN}, characters {COST.start} to {COST.end}",
    ]  # fmt: skip


def test_gold_and_cited_words_are_marked_and_nothing_else():
    page = parsed(usual_page())
    marks = {}
    for mark in question(page, "price").iter("mark"):
        for label in mark.find_class("tag"):
            label.drop_tree()
        marks[mark.text_content()] = mark.get("class").split()
    assert marks == {COST.text: ["gold", "cited"], MAYOR.text: ["gold"], "Nobody was hurt.": ["cited"]}
    assert question(page, "price").find_class("excerpt")[0].find("blockquote").text_content() == TEXT
    assert not list(question(page, "architect").iter("mark"))


def test_a_mark_that_runs_over_several_pieces_is_labelled_once():
    segments = (Segment("a"), Segment("b", True), Segment("c", True, (1, 2)), Segment("d", False, (2,)), Segment("e"))
    cut = [(piece.text, piece.opens, piece.closes) for piece in pieces(Excerpt(TOWN, segments))]
    assert cut == [("a", (), ()), ("b", (0,), ()), ("c", (1, 2), (0, 1)), ("d", (), (2,)), ("e", (), ())]


@pytest.mark.parametrize(
    ("citation", "said"),
    [
        (cited(OPENED.text), "word for word"),
        (
            cited(OPENED.text, "misplaced", offset_error=1),
            "the document’s words, but not at the place given (1 character off)",
        ),
        (cited(OPENED.text, "misplaced"), "stands only in another document than the one named"),
        (cited("the bridge", "reformatted"), "the same words, set differently"),
        (cited("58", "altered", differences=(("42", "58"),)), "altered: document says “42”, citation says “58”"),
        (
            cited("x", "altered", differences=(("not", ""), ("", "so"))),
            "altered: citation leaves out “not”; citation adds “so”",
        ),
        (cited("x", "absent"), "stands nowhere in the documents"),
    ],
)
def test_fidelity_is_said_in_words(citation, said):
    page = parsed(report_page(report(row("one", OPENED, cites=(citation,)))))
    assert words(page.find_class("verdicts")[0]).split("; states")[0] == said


def hostile(id_: str = HOSTILE) -> Report:
    asked = Question(id_, HOSTILE, (HOSTILE,), True, HOSTILE, ((OPENED,),), (HOSTILE,), HOSTILE)
    bad = Cited(HOSTILE, 0, 9, HOSTILE, "altered", differences=((HOSTILE, HOSTILE),))
    shown = (Excerpt(HOSTILE, (Segment(HOSTILE, True, (1,)), Segment(HOSTILE))),)
    judged = Row(asked, (bad,), False, HOSTILE, HOSTILE, None, 0.5, excerpts=shown)
    origin = dict.fromkeys(("suite", "system", "revision", "judged"), HOSTILE)
    return report(judged, *ROWS, **origin, versions={HOSTILE: HOSTILE}, notes=(HOSTILE,))


PAGES = {
    "report": usual_page,
    "hostile": cache(lambda: report_page(hostile())),
    "comparison": lambda: comparison_page(Comparison(USUAL, USUAL)),
    "hostile comparison": cache(lambda: comparison_page(Comparison(hostile(), hostile()))),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_holds_all_it_needs_and_lets_nothing_else_in(name):
    text = PAGES[name]()
    page = parsed(text)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; ")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        ((content),) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    links = {
        element.get(name) for element in page.iter() for name in ("src", "href", "action") if name in element.attrib
    }
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert not [name for element in page.iter() for name in element.attrib if name == "style" or name.startswith("on")]
    assert not {element.tag for element in page.iter()} & {"img", "iframe", "object", "embed", "base"}
    assert [len(list(page.iter(tag))) for tag in ("script", "style")] == [1, 1]
    assert "url(http" not in text
    assert "@import" not in text


@pytest.mark.parametrize("name", ["hostile", "hostile comparison"])
def test_what_comes_from_elsewhere_is_only_text(name):
    page = parsed(PAGES[name]())
    (asked,) = [one for one in page.find_class("question") if one.get("data-kind") == HOSTILE]
    assert asked.find(".//h4").text_content() == HOSTILE
    assert {said.text_content() for said in asked.find_class("said")} == {HOSTILE}
    assert HOSTILE in asked.find_class("excerpt")[0].text_content()
    assert f"{HOSTILE}”, citation says “{HOSTILE}" in asked.find_class("verdicts")[0].text_content()
    assert HOSTILE in page.find(".//h1").text_content()
    assert not list(asked.iter("script", "a", "img"))


def test_what_no_file_can_hold_is_replaced():
    odd = "a\0b\ud800c"
    page = report_page(report(row("one", OPENED, cites=(cited(odd, "absent"),)), notes=(odd,)))
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c" in page.encode().decode()
    assert "\0" not in page


def test_the_same_report_gives_the_same_page():
    assert report_page(report(*ROWS)) == usual_page()


def test_the_plots_follow_the_page_and_say_what_they_show():
    page = parsed(usual_page())
    risk, right = page.iter("svg")
    assert all("%" in plot.get("aria-label") and plot.get("role") == "img" for plot in (risk, right))
    assert "As it is, it answers 60.0 %, and 33.3 % of those are wrong." in risk.get("aria-label")
    text = html.tostring(risk, encoding="unicode") + html.tostring(right, encoding="unicode")
    assert not re.search(r"#[0-9a-f]{6}\b", text), "a colour that is not the page's"
    ids, used = re.findall(r'\bid="([^"]+)"', text), re.findall(r'(?:href="|url\()#([\w-]+)', text)
    assert len(ids) == len(set(ids))
    assert set(used) == set(ids)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((), id="no questions"),
        pytest.param(
            (replace(ROWS[0], confidence=None, seconds=None, excerpts=()), *ROWS[1:]), id="one without confidence"
        ),
        pytest.param((replace(ROWS[0], confidence=7.0), *ROWS[1:]), id="no probability"),
        pytest.param((ROWS[2],), id="one refusal"),
    ],
)
def test_what_is_missing_is_said(rows):
    page = parsed(report_page(report(*rows)))
    assert len(page.find_class("question")) == len(rows)
    plots = page.find_class("plot")
    assert all(list(plot.iter("svg")) or "Not drawn: it needs" in words(plot) for plot in plots)
    assert "nan" not in words(page.find_class("measures")[0]).split()


def test_slices_are_groups_of_more_than_one_sort():
    more = replace(ROWS[0], question=replace(ROWS[0].question, id="late", domain="news", history=("And?",)))
    page = parsed(report_page(report(*ROWS, more)))
    (table,) = page.find_class("slices")
    assert [words(one) for one in table.xpath(".//th[@scope='rowgroup']")] == [
        "Kind", "Domain", "Answerable", "Needed facts", "Earlier questions",
    ]  # fmt: skip
    lines = [words(one) for one in table.xpath(".//tr[th[@scope='row']]")]
    assert lines[0].startswith("what 4 0.500")
    assert not parsed(report_page(report(ROWS[0]))).find_class("slices")


# ---- two runs ----


def test_a_comparison_shows_both_answers_by_verdict():
    after = (
        replace(ROWS[0], citations=(), refused=True),
        replace(ROWS[1], citations=(cited(COST.text), cited(MAYOR.text))),
        replace(ROWS[2], text="other words"),
        replace(ROWS[3], short="May"),
        ROWS[4],
    )
    page = parsed(comparison_page(Comparison(USUAL, report(*after, system="Theirs"))))
    verdicts = {one.find_class("id")[0].text: one.get("data-verdict") for one in page.find_class("question")}
    assert verdicts == {"when": "broken", "price": "fixed", "architect": "same", "length": "changed", "mayor": "same"}
    assert tiles(page) == {"Broken": "1", "Fixed": "1", "Changed": "1", "Same": "2"}
    before, now = question(page, "when").find_class("side")
    assert OPENED.text in words(before.find_class("quotations")[0])
    assert "It refused." in words(now)
    why = {id_: words(question(page, id_).find("summary")) for id_ in ("when", "price", "length")}
    assert "broken now: refused, but the documents say" in why["when"]
    assert "fixed was: 1 of 2 needed facts not cited" in why["price"]
    assert not question(page, "length").find("summary").find_class("fault")
    table = page.find_class("differences")[0]
    (line,) = [line for line in table.iter("tr") if "citation_recall" in line.text_content()]
    assert [words(cell) for cell in line.findall("td")][:4] == ["no clear difference", "0.500", "0.333", "−0.167"]
    assert not line.find_class("value"), "bold, though it is no clear difference"


def test_a_comparison_tells_of_the_questions_that_are_not_in_both():
    page = parsed(comparison_page(Comparison(USUAL, report(*ROWS[:2]))))
    assert "2 questions are in both runs. Left out: 3 of the earlier run and 0" in words(page.find_class("warning")[0])


@pytest.mark.parametrize(
    ("name", "low", "high", "said"),
    [
        ("citation_f1", 0.1, 0.3, "better"),
        ("citation_f1", -0.3, -0.1, "worse"),
        ("wrong_answers", 0.1, 0.3, "worse"),
        ("wrong_answers", -0.3, -0.1, "better"),
        ("citation_f1", 0.0, 0.3, "no clear difference"),
        ("citation_f1", None, None, "no clear difference"),
    ],
)
def test_a_difference_is_one_only_if_its_interval_says_so(name, low, high, said):
    assert outcome(Line(BY_NAME[name], WORDS[name], Estimate(0.2, low, high, 9))) == said
    assert outcome(Line(BY_NAME[name], WORDS[name], Estimate(None, None, None, 0))) == "not measured"


def test_differences_have_a_sign_unless_they_are_none():
    assert [signed(value) for value in (0.1, -0.1, -0.0001, None)] == ["+0.100", "−0.100", "0.000", "–"]


def test_every_verdict_has_its_meaning():
    assert set(VERDICTS) == {"fixed", "broken", "changed", "same"}


# ---- in a browser ----


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found on PATH: the browser tests need one")
def test_the_page_in_a_browser(tmp_path: Path):
    playwright = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    many = [
        replace(one, question=replace(one.question, id=f"{one.question.id} {n}")) for n in range(40) for one in ROWS
    ]
    odd = "odd id/%41?<b>"
    texts = {
        "report": report_page(hostile(odd)),
        "many": report_page(report(*many, *hostile(odd).rows[:1])),
        "comparison": comparison_page(Comparison(hostile(odd), replace(hostile(odd), system="x" * 200))),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    troubles: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def opened(name: str, fragment: str = "", **options):
            page = browser.new_page(**options)
            page.on("console", lambda line: troubles.append(line.text))
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda one: one.url.startswith(("file:", "data:")) or troubles.append(one.url))
            page.goto((tmp_path / f"{name}.html").as_uri() + fragment)
            return page

        for name in texts:
            for scheme in ("light", "dark"):
                page = opened(name, viewport={"width": 390, "height": 844}, color_scheme=scheme)
                page.eval_on_selector_all("details", "all => all.slice(0, 12).forEach((one) => (one.open = true))")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
                assert page.locator(".measures").evaluate("(table) => table.scrollWidth - innerWidth") <= 0
                page.close()

        page = opened("many")
        assert page.text_content("output") == "201 of 201 questions"
        page.focus("input[name=verdict]")
        page.keyboard.press("ArrowRight")
        assert page.text_content("output") == "80 of 201 questions"
        page.select_option("select[name=kind]", "when")
        assert page.text_content("output") == "40 of 201 questions"
        page.fill("input[name=words]", "ARCHITECT")
        page.wait_for_selector(".none:not([hidden])")
        page.click(".none button")
        assert page.text_content("output") == "201 of 201 questions"
        page.fill("input[name=words]", "the architect")
        page.wait_for_selector("details.question[hidden]", state="attached")
        assert page.text_content("output") == "40 of 201 questions"
        page.fill("input[name=words]", "not needed")
        page.wait_for_function("document.querySelector('output').textContent.startsWith('40 ')")
        page.fill("input[name=words]", "")
        page.select_option("select[name=fault]", "refused wrongly")
        assert page.text_content("output") == "40 of 201 questions"
        page.click("label:has(input[name=verdict][value=right])")
        page.wait_for_selector(".none:not([hidden])")
        page.click(".none button")
        page.fill("input[name=words]", "gold")  # our own label, which is no find
        page.wait_for_selector(".none:not([hidden])")
        page.evaluate("location.hash = 'mayor 39'")
        page.wait_for_selector("details[open] > #question-mayor\\ 39")
        assert page.text_content("output") == "201 of 201 questions"

        page = opened("many", "#question-odd%20id%2F%2541%3F%3Cb%3E")
        page.wait_for_selector("details.question[open]")
        page.wait_for_selector("details.question[open] > summary:focus")
        assert page.text_content("details[open] .id") == odd
        assert 0 <= page.locator("details.question[open]").bounding_box()["y"] < 200
        marked = page.evaluate(
            "getSelection().selectAllChildren(document.querySelector('[open] .excerpt mark')), `${getSelection()}`"
        )
        assert "end of gold" not in marked
        assert marked.startswith("<script>alert(1)")
        browser.close()
    assert troubles == []
