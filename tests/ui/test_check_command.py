"""``verbatim check``: texts with citations against one's own documents, through the real command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import Index, Source
from qa import Answer, answer
from qa.export import to_json
from tests.ui.test_pipe import verbatim
from tests.ui.test_terminal import run
from ui.terminal.written import MAX_TEXT_BYTES, Reference, WrittenError, read_written

SAYS = "Currently, about 2,500 U.S. troops remain in Iraq in an advisory role"


@pytest.fixture(scope="module")
def store(seed_index: Index) -> str:
    return str(seed_index.path)


@pytest.fixture(scope="module")
def address(seed_index: Index) -> str:
    return answer("How many troops remain in Iraq?", index=seed_index).citations[0].address


Checked = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def checked(store: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Checked:
    """Checks a text and returns the exit status and what was found."""

    def check(text: str, *options: str) -> tuple[int, dict[str, Any]]:
        (tmp_path / "text.md").write_text(text)
        status = run("check", str(tmp_path / "text.md"), "--json", *options, "--store", store)
        return status, json.loads(capfd.readouterr().out)

    return check


# ---- reading a text ----


def test_a_line_that_could_not_be_asked_is_passed_over() -> None:
    answered = Answer("Who?", "Who?", (), "Nobody says.", 0.1)
    lines = [
        to_json(answered, indent=None),
        '{"line": 2, "error": "it is no question"}',
        to_json(answered, indent=None),
    ]
    assert len(read_written("\n".join(lines).encode(), "answers.jsonl")) == 2


def test_sentences_with_their_marks_and_references_are_read():
    text = (
        "# Report [9]\n\nIt cost $5 million [1]. It opened in 1990.[2] Then it closed. [1, 3-4] It is *here* "
        "(verbatim:a-1@bb#char=1,2). Is it so? See [the page](http://x.y) for more [^n].\n\n- A point [2]\n\n"
        "```\ncode [1]\n```\n\n[^n]: notes.md “Some words here”\n\n## References\n"
        '1. report.pdf, p. 3: "It cost 5 million."\n[2]: verbatim:x@y#char=3,4\n'
        "[3] [Title](<http://a.b/c>), page 1, characters 3–9, `verbatim:q@r#char=0,5`\n4) other report.pdf\n"
    )
    (written,) = read_written(text.encode(), "it")
    assert [(sentence.claim, sentence.marks) for sentence in written.sentences] == [
        ("It cost $5 million.", ("1",)),
        ("It opened in 1990.", ("2",)),
        ("Then it closed.", ("1", "3", "4")),
        ("It is here.", ("verbatim:a-1@bb#char=1,2",)),
        ("See the page for more.", ("n",)),
        ("A point", ("2",)),
    ]
    plain = {mark: (one.source, one.quote, one.address) for mark, one in written.references.items()}
    assert plain == {
        "n": ("notes.md", "Some words here", None),
        "1": ("report.pdf", "It cost 5 million.", None),
        "2": (None, None, "verbatim:x@y#char=3,4"),
        "3": (None, None, "verbatim:q@r#char=0,5"),
        "4": ("other report.pdf", None, None),
    }
    first = written.sentences[0]
    assert text[first.start : first.end] == "It cost $5 million [1]."


def test_a_list_of_references_needs_no_heading_and_a_text_no_list():
    (written,) = read_written(b'One. [1]\r\nTwo [2].\r\n\r\n[1] a.pdf\r\n[2] b.pdf "x y z"\r\n', "it")
    assert [sentence.marks for sentence in written.sentences] == [("1",), ("2",)]
    assert written.references["1"] == Reference("a.pdf", source="a.pdf")
    (bare,) = read_written(b"1. First point\n2. Second point\n", "it")
    assert [sentence.claim for sentence in bare.sentences] == ["First point", "Second point"]


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("roadmap2024.txt", "roadmap2024.txt"),
        ("step1.docx", "step1.docx"),
        ("Group 3 report.pdf", "Group 3 report.pdf"),
        ("report.pdf (pp. 3-5)", "report.pdf"),
        ("report.pdf, page 12.", "report.pdf"),
    ],
)
def test_a_page_is_no_part_of_a_documents_name(said, source):
    (written,) = read_written(f"One. [1]\n\n[1]: {said}\n".encode(), "it")
    assert written.references["1"].source == source


def test_a_reference_may_be_wrapped():
    text = (
        'One. [1] Two. [2]\n\n[1]: lease.txt "The rent is\n$1,250 per month."\n[2]: other.txt\nThree.\n\n'
        "References\n\n3. pool.md\n   “Towels are\n   for hire.”\n4. last.txt\n"
    )
    (written,) = read_written(text.encode(), "it")
    assert [sentence.claim for sentence in written.sentences] == ["One.", "Two.", "Three."]
    assert {mark: (one.source, one.quote) for mark, one in written.references.items()} == {
        "1": ("lease.txt", "The rent is $1,250 per month."),
        "2": ("other.txt", None),
        "3": ("pool.md", "Towels are for hire."),
        "4": ("last.txt", None),
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"a\0b", "is no text"),
        (b"caf\xe9", "not UTF-8"),
        (b"x" * (MAX_TEXT_BYTES + 1), "at most"),
        (b'{"schema": "other/1"}', "verbatim ask --json"),
        (b"{}", "verbatim ask --json"),
        (b"It is so.\n\n" * 6_000, "sentences"),
    ],
)
def test_what_is_no_text_to_check_says_so(data, said):
    with pytest.raises(WrittenError, match=said):
        read_written(data, "it")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "[1" * 30_000,
        "[1]: " * 20_000,
        "[1]\n" * 20_000,
        "`" * 50_000,
        "1. a\n" * 4_000,
        '"' * 50_000,
        "(verbatim:" * 5_000,
        "*a" * 20_000,
        "| a |\n|" + "|-" * 20_000 + "x\n",
    ],
)
def test_hostile_texts_are_read_in_time(text):
    read_written(text.encode(), "it")


# ---- checking it ----


def test_every_form_of_a_citation_leads_to_its_sentence(checked, address, article):
    text = (
        f"About 2,500 U.S. troops remain in Iraq [1]. About 2,500 remain in Iraq [2]. 2,500 U.S. troops remain [3].\n"
        f"Some 2,500 U.S. troops remain in Iraq ({address}).\n\n"
        f'[1]: {article.name} "{SAYS}"\n[2]: {article.stem}\n[3]: "{SAYS}"\n'
    )
    status, found = checked(text)
    assert status == 0
    assert found["holds"] is True
    assert [one["status"] for one in found["sentences"]] == ["holds"] * 4
    for one in found["sentences"]:
        assert one["reasons"] == []
        assert one["citations"][0]["text"].startswith("Currently, about 2,500 U.S. troops")
        assert one["citations"][0]["source"].endswith(article.name)


def test_what_does_not_hold_says_why(checked, article):
    text = (
        f"About 3,500 U.S. troops remain in Iraq [1]. U.S. troops do not remain in Iraq [1]. Nobody knows this [7]. "
        f"About 2,500 remain [2]. About 2,500 remain [3]. About 2,500 U.S. troops remain [4]. About 2,500 [5].\n\n"
        f'[1]: {article.name} "{SAYS}"\n[2]: nothing.pdf\n'
        f'[3]: "{SAYS.replace("2,500", "9,500")}"\n[4]: "Penguins march in long and silent rows to the sea"\n'
        f"[5]: verbatim:no-such@revision#char=1,2\n"
    )
    status, found = checked(text)
    assert status == 4
    assert [one["status"] for one in found["sentences"]] == ["fails"] * 7
    said = [" ".join(one["reasons"]) for one in found["sentences"]]
    for reason, wanted in zip(
        said,
        [
            "3,500",
            "not",
            "[7] is not in the list",
            "names no document",
            "not word for word",
            "in none of your",
            "leads nowhere",
        ],
        strict=True,
    ):
        assert wanted in reason


def test_a_sentence_without_a_citation_is_looked_for(checked):
    status, found = checked("About 2,500 U.S. troops remain in Iraq. Penguins breed in Antarctica.")
    assert status == 4
    supported, not_found = found["sentences"]
    assert supported["status"] == "found"
    assert supported["citations"][0]["address"].startswith("verbatim:")
    assert (not_found["status"], not_found["citations"]) == ("nothing", [])
    assert checked("Penguins breed in Antarctica.", "--cited") == (
        0,
        {"schema": "verbatim-check/1", "holds": True, "sentences": []},
    )


def test_a_sentence_that_the_documents_deny_is_said_to_be_denied(tmp_path, capfd):
    lease = "The tenant may not sublet the flat or any part of it. The rent is due on Monday."
    with Index.open(tmp_path / "store") as index:
        index.add(Source("lease.txt", lease))
    (tmp_path / "text.md").write_text("The tenant may sublet the flat.")
    assert run("check", str(tmp_path / "text.md"), "--store", str(index.path)) == 4
    shown = capfd.readouterr().out
    assert "uncited, and your documents say otherwise" in shown
    assert "“The tenant may not sublet the flat or any part of it.”" in " ".join(shown.split())


def test_another_sentence_about_other_figures_denies_nothing(tmp_path, capfd):
    museum = "The museum closes at 6 pm on weekdays. The museum opens at 9 am on weekdays. Prices went down 2 percent."
    sales = "Sales rose in the north in May. Sales fell in the north in June."
    with Index.open(tmp_path / "store") as index:
        index.add(
            [
                Source("museum.txt", museum),
                Source("sales.txt", sales),
                Source("lease.txt", "The rent is $1,250 per month."),
            ]
        )
    text = tmp_path / "text.md"
    text.write_text(
        "The museum closes at 6 pm. In May sales rose in the north. Prices went up 2 percent. The rent is due [1].\n\n"
        '[1]: museum.txt "The rent is $1,250 per month."\n'
    )
    assert run("check", str(text), "--json", "--store", str(index.path)) == 4
    found = json.loads(capfd.readouterr().out)["sentences"]
    assert [one["status"] for one in found] == ["found", "found", "denied", "fails"]
    assert "quotes what is not in museum.txt" in found[3]["reasons"][0]


def test_sentences_of_two_documents_are_not_joined(tmp_path, capfd):
    with Index.open(tmp_path / "store") as index:
        for year, people, before in ((2023, 301, "39"), (2024, 318, "42")):
            text = f"Revenue rose from ${before} million to a record in {year}. The company employed {people} people."
            index.add(Source(f"{year}/report.txt", text))
    draft = "The company employed {0} people in 2024. The company employed {0} people in 2024 [1].\n\n[1]: report.txt\n"
    for people, statuses in ((301, ["nothing", "fails"]), (318, ["found", "holds"])):
        (tmp_path / "text.md").write_text(draft.format(people))
        run("check", str(tmp_path / "text.md"), "--json", "--store", str(tmp_path / "store"))
        found = json.loads(capfd.readouterr().out)["sentences"]
        assert [one["status"] for one in found] == statuses


def test_the_names_of_a_tables_columns_claim_nothing():
    text = "| Position | Amount of money |\n|:---|---:|\n| Lost key | $40 [1] |\n| Parking | $85 |\n\n[1]: lease.md\n"
    (written,) = read_written(text.encode(), "it")
    assert [sentence.claim for sentence in written.sentences] == ["| Lost key | $40 |", "| Parking | $85 |"]


def test_our_own_answer_holds_though_what_it_quotes_has_marks(tmp_path):
    with Index.open(tmp_path / "marks") as index:
        index.add(Source("town.txt", "In May the council of Alder elected Maria Lopez as chair.[4] It rained."))
        own = to_json(answer("Who was elected as chair of the council of Alder?", index=index, max_error=0.9))
        assert "[4]" in own
    (tmp_path / "own.json").write_text(own)
    assert run("check", str(tmp_path / "own.json"), "--store", str(index.path)) == 0


def test_a_quotation_is_shown_as_the_sentence_that_is_stored(tmp_path, capfd):
    with Index.open(tmp_path / "store") as index:
        index.add(Source("pool.md", b"# The pool\n\n- Towels must be brought by each guest.\n- Caps are for hire.\n"))
    (tmp_path / "text.txt").write_text('Guests bring towels [1].\n\n[1] pool.md "must be brought"\n')
    run("check", str(tmp_path / "text.txt"), "--json", "--store", str(tmp_path / "store"))
    (sentence,) = json.loads(capfd.readouterr().out)["sentences"]
    assert sentence["citations"][0]["text"] == "Towels must be brought by each guest."


def test_a_mark_right_after_the_stop_belongs_to_its_sentence():
    text = "Dogs are not admitted.[^1] Tripods are permitted.[^2] He said “never.”[3] Fine.\n\n[^1]: a.md\n[^2]: b.md\n"
    (written,) = read_written(text.encode(), "it")
    assert [(sentence.claim, sentence.marks) for sentence in written.sentences] == [
        ("Dogs are not admitted.", ("1",)),
        ("Tripods are permitted.", ("2",)),
        ("He said “never.”", ("3",)),
        ("Fine.", ()),
    ]
    first = written.sentences[0]
    assert text[first.start : first.end] == "Dogs are not admitted.[^1]"


def test_our_own_answers_hold_and_altered_ones_do_not(checked, seed_index):
    own = to_json(answer("How many troops remain in Iraq?", index=seed_index))
    status, found = checked(own)
    assert (status, found["holds"]) == (0, True)
    status, found = checked(own.replace("2,500", "2,700"))
    assert status == 4
    assert "is not what stands there" in found["sentences"][0]["reasons"][0]
    lines = "\n".join(
        to_json(answer(asked, index=seed_index), indent=None)
        for asked in ("How many troops remain in Iraq?", "Who trains the penguins?")
    )
    assert checked(lines)[0] == 0


def test_in_a_terminal_it_is_readable_and_nothing_steers_it(store, article, tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text(f"About 3,500 U.S. troops\x1b[31m remain in Iraq [1].\n\n[1]: {article.name}\n")
    done = verbatim(store, "check", str(draft))
    said = done.stdout.decode()
    assert done.returncode == 4
    assert "\x1b" not in said
    assert "does not hold" in said
    assert "3,500" in said
    assert "Sentences: 1" in said


@pytest.mark.parametrize(
    ("name", "data"), [("none.md", None), ("binary.md", b"\0\1\2"), ("latin.md", b"caf\xe9"), ("empty.md", b"")]
)
def test_a_bad_file_is_an_error_with_its_name(store, tmp_path, capfd, name, data):
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    assert run("check", str(file), "--store", store) == 2
    said = capfd.readouterr().err
    assert name in "".join(said.split())
    assert "Traceback" not in said


def test_an_empty_store_says_what_to_do(tmp_path):
    done = verbatim(str(tmp_path / "new"), "check", "-", data=b"A sentence [1].")
    assert done.returncode == 2
    assert b"verbatim index add" in done.stderr
