"""Files that real programs wrote are read word for word, on the right page; what is unsafe or damaged is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import Document
from index.formats import FORMATS, read
from index.formats.content import Content

FILES = Path(__file__).parent / "files"
EXPECTED: dict[str, list[dict[str, object]]] = json.loads((FILES / "expected.json").read_text())
PROPERTIES: dict[str, dict[str, str | None]] = json.loads((FILES / "properties.json").read_text())


def content_of(name: str) -> Content:
    return read(Path(name).suffix, (FILES / name).read_bytes())


def said(content: Content) -> list[str]:
    return [span.of(content.text) for span in content.sentences()]


def page_of(content: Content, offset: int) -> int:
    return Document("", "", "", content.text, content.page_starts, "", "").page(offset)


# ---- files of real programs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_known_sentence_is_one_sentence_on_its_page(name: str) -> None:
    content = content_of(name)
    found = [(span.of(content.text), page_of(content, span.start)) for span in content.sentences()]
    for known in EXPECTED[name]:
        assert found.count((str(known["sentence"]), int(str(known["page"])))) == 1, (known, found)


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_file_says_its_title_author_and_date(name: str) -> None:
    content = content_of(name)
    known = PROPERTIES[name]
    assert (content.title, content.author) == (known["title"], known["author"])
    if known["date"]:
        assert content.date == known["date"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_nothing_but_white_space_stands_between_sentences(name: str) -> None:
    content = content_of(name)
    if content.blocks is not None:
        covered = "".join("".join(said(content)).split())
        assert covered == "".join(content.text.split())


def test_every_format_has_files_of_at_least_one_program() -> None:
    assert {path.partition("/")[0] for path in EXPECTED} >= {suffix[1:] for suffix in FORMATS} - {
        *("text", "markdown", "htm", "xhtml", "docm", "pptm", "xlsm", "tab", "tsv", "ndjson", "jsonl", "pdf")
    }


def test_what_a_reader_does_not_see_is_left_out() -> None:
    assert "Page header" not in content_of("docx/python-docx.docx").text
    assert "Secret" not in content_of("xlsx/openpyxl.xlsx").text
    assert "Gelöscht" not in content_of("rtf/word.rtf").text
    assert "Only in HTML" not in content_of("eml/attached.eml").text
    assert "00:" not in content_of("srt/cues.srt").text
