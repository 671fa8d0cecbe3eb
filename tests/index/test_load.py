"""Files become text, without loss, or are refused with a clear reason."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from index import Failure, Index, Source
from index.formats.html import read_html
from index.formats.text import decode, read_markdown
from index.load import MAX_FILE_BYTES
from tests.support.growth import grows_in_step

GERMAN = "Die Straße nach Köln ist schön. Über die Brücke fährt niemand."
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたか頓と見当がつかぬ。"
RUSSIAN = "Москва является столицей России. Население города велико."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_the_seed_article_is_kept_byte_for_byte(article: Path, index: Index) -> None:
    index.add(article)
    assert index.documents()[0].text.encode() == article.read_bytes()


BAD_FILES = {
    "empty.txt": (b"", "holds no text"),
    "blank.txt": (b" \n\t\r\n", "holds no text"),
    "random.txt": (bytes(range(256)) * 40, "binary|encoding"),
    "picture.png": (b"\x89PNG\r\n\x1a\n", "no picture|tesseract"),
    "no_suffix": (b"text", "no suffix"),
    "scripts.html": (b"<html><script>alert(1)</script></html>", "holds no text"),
}


def test_a_bad_file_is_a_row_and_the_next_still_goes_in(tmp_path: Path, index: Index) -> None:
    for name, (data, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text("The good file is read.")
    changes = index.add([tmp_path, tmp_path / "missing.txt"])
    assert len(changes.added) == 1
    reasons = {Path(failure.source).name: failure.reason for failure in changes.failed}
    assert reasons.keys() == {*BAD_FILES, "missing.txt"}
    for name, (_, reason) in BAD_FILES.items():
        assert re.search(reason, reasons[name]), (name, reasons[name])
    assert "No such file" in reasons["missing.txt"]


def test_a_name_that_begins_with_a_tilde_is_a_name(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("~WRL0001.txt").write_text("The draft was kept by Word.")
    Path("good.txt").write_text("The good file is read.")
    changes = index.add(["~WRL0001.txt", "~nobody-of-this-name/other.txt", "nul\0.txt", "good.txt"])
    assert [Path(document.source).name for document in index.documents()] == ["good.txt", "~WRL0001.txt"]
    missing, impossible = changes.failed
    assert missing.source == str(tmp_path / "~nobody-of-this-name" / "other.txt")
    assert "null" in impossible.reason
    monkeypatch.setenv("HOME", str(tmp_path))
    assert index.add("~/good.txt").unchanged


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path: Path, index: Index) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    changes = index.add(tmp_path / "pipe.txt")
    assert changes.failed == (Failure(str(tmp_path / "pipe.txt"), "it is not a regular file"),)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, index: Index) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert "split it" in index.add(tmp_path / "huge.txt").failed[0].reason


def test_half_of_a_surrogate_pair_is_refused(index: Index) -> None:
    assert "surrogate" in index.add(Source("bad.txt", "A \ud800 here.")).failed[0].reason


def test_hidden_files_and_locks_are_passed_over(tmp_path: Path, index: Index) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config.txt").write_text("Hidden.")
    (tmp_path / ".hidden.txt").write_text("Hidden.")
    (tmp_path / "~$letter.docx").write_bytes(b"\x03Ann" + b"\0" * 158)
    assert index.add(tmp_path) == index.add([])


def test_html_becomes_what_a_browser_shows() -> None:
    page = """<html><head><title>The  &amp; title</title><style>p {}</style></head><body><!-- c -->
        <h1>Heading <em>one</em></h1><p>First   sen<b>ten</b>ce.<br>Second&nbsp;line &lt;b&gt;.</p>
        <ul><li>Item one<li>Item two</ul><p hidden>Unseen</p><p style="display: none">Unseen</p>
        <table><tr><td>Bob<td>12</table><pre>a
  b</pre><script>unseen()</script></body></html>"""
    content = read_html(page.encode())
    assert content.title == "The  & title"
    assert content.text == (
        "Heading one\n\nFirst sentence.\nSecond\u00a0line <b>.\n\nItem one\nItem two\n\nBob\t12\n\na\n  b"
    )


def test_html_declares_its_encoding() -> None:
    page = '<meta charset="windows-1252"><p>Café crème à la carte</p>'
    assert read_html(page.encode("cp1252")).text == "Café crème à la carte"


@pytest.mark.parametrize(
    ("text", "declared", "encoding"),
    [
        ("It’s “done” – for €5…", "ISO-8859-1", "cp1252"),
        ("It’s “done” – for €5…", "us-ascii", "cp1252"),
        ("Café – crème", "US-ASCII", "utf-8"),
        ("İstanbul’da “yaz”", "iso-8859-9", "cp1254"),
        ("朱镕基和陶喆", "gb2312", "gb18030"),
        ("①髙島屋", "shift_jis", "cp932"),
        ("똠방각하", "ks_c_5601-1987", "cp949"),
        ("x\x81y", "latin1", "latin1"),
    ],
)
def test_a_declared_encoding_means_what_browsers_take_it_for(text: str, declared: str, encoding: str) -> None:
    assert decode(text.encode(encoding), declared) == text


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-7", "unicode_escape", "idna", "punycode", "undefined", "rot13", "mbcs", "no-such"]
)
def test_a_page_that_declares_what_cannot_be_is_read_as_what_it_is(encoding: str) -> None:
    page = f"<meta charset={encoding}><p>Café \\u0041 +AEE-</p>"
    assert read_html(page.encode()).text == "Café \\u0041 +AEE-"


def test_a_heading_of_many_spaces_takes_no_time() -> None:
    assert grows_in_step(lambda signs: read_markdown(b"# a" + b" #" * signs + b"b"), 500_000)


def test_markdown_is_kept_as_its_source_and_titled_by_its_heading() -> None:
    content = read_markdown(b"Intro\n\n# The *title* #\n\nText.")
    assert content.text == "Intro\n\n# The *title* #\n\nText."
    assert content.title == "The *title*"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("```sh\n# Delete\nrm x\n```\n# Deploying\n", "Deploying"),
        ("~~~~ sh\n# Delete\n~~~\n```\n# Again\n~~~~~\n# Deploying", "Deploying"),
        ("```one line```\n# Deploying", "Deploying"),
        ("```\n# Never closed\n", None),
        ("---\n# a remark\ndate: 2024\n---\n# Deploying #\r\n", "Deploying"),
    ],
)
def test_a_comment_in_a_block_of_code_is_no_title(text: str, title: str | None) -> None:
    assert read_markdown(text.encode()).title == title


def test_pages_of_a_llamaindex_document_are_counted(index: Index) -> None:
    from llama_index.core import Document

    pages = [
        Document(text=f"This is page {number}. It tells of {topic}.", metadata={"file_path": "/x/report.pdf"})
        for number, topic in enumerate(["apples", "pears", "plums"], start=1)
    ]
    changes = index.add(pages)
    assert len(changes.added) == 1
    document = index.documents()[0]
    assert [document.page(document.text.index(topic)) for topic in ("apples", "pears", "plums")] == [1, 2, 3]


def test_a_source_is_read_only_when_its_turn_comes(tmp_path: Path, index: Index) -> None:
    """A folder is never in memory as a whole, and each document is safe before the next one is read."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"The file {name} is here.")

    def stop_at_the_second(done: int, total: int, stage: str) -> None:
        assert total == 2
        if done == 1:
            (tmp_path / "b.txt").unlink()

    changes = index.add([tmp_path / "a.txt", tmp_path / "b.txt"], progress=stop_at_the_second)
    assert len(changes.added) == 1
    assert [Path(failure.source).name for failure in changes.failed] == ["b.txt"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("minutes_2024-03-12.txt", "minutes 2024-03-12"),
        ("report--2023-2024 -- final.txt", "report 2023-2024 final"),
        ("COVID-19_plan.txt", "COVID 19 plan"),
        ("-.txt", "-.txt"),
    ],
)
def test_a_file_name_becomes_a_title_that_keeps_its_dates(name: str, title: str, index: Index) -> None:
    index.add(Source(name, "The mill burned down."))
    assert [document.title for document in index.documents()] == [title]
