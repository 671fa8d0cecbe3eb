"""Scans and photographs of pages become text that can be cited, and say that they were recognised."""

from __future__ import annotations

import io
import json
import logging
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageFilter

from index import Index, Source, recognition
from index.errors import SourceError
from index.formats import hocr, read
from index.formats.columns import Page, Piece
from index.formats.pdf import read_pdf
from index.layout import Layout, PlacedLine
from index.types import Span
from qa import answer
from qa.address import find
from qa.types import RECOGNISED
from tests.support.fakes import HashEncoder
from ui.render.documents import changes
from ui.render.places import place_of, told
from ui.terminal.indexing import _pages

FOLDER = Path(__file__).parents[1] / "files" / "pdf"
EXPECTED: dict[str, list[dict[str, str | int]]] = json.loads((FOLDER / "expected.json").read_text())

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="there is no tesseract, so no page is recognised (apt: tesseract-ocr)"
)


def words(text: str) -> str:
    return " ".join(text.split())


def pictures(name: str, *, dots: int = 200, turned: int = 0, worn: bool = True) -> list[Image.Image]:
    """The pages of a PDF as a scanner gives them; those of a worn page are a little askew, noisy and soft."""
    noise = random.Random(0)
    found = []
    with pdfium.PdfDocument(FOLDER / name) as document:
        for page in document:
            picture = page.render(scale=dots / 72, grayscale=True).to_pil()
            if worn:
                picture = picture.rotate(0.4, fillcolor=255, resample=Image.Resampling.BICUBIC)
                grain = Image.frombytes("L", picture.size, noise.randbytes(picture.width * picture.height))
                picture = Image.blend(picture, grain, 0.1).filter(ImageFilter.GaussianBlur(0.6))
            found.append(picture.rotate(turned, expand=True) if turned else picture)
    return found


@cache
def scan(name: str, **how: int) -> bytes:
    pages = pictures(name, **how)
    stream = io.BytesIO()
    pages[0].save(stream, "pdf", resolution=how.get("dots", 200), save_all=True, append_images=pages[1:])
    return stream.getvalue()


def joined(*parts: bytes) -> bytes:
    """The pages of several PDFs, one after another."""
    whole = pdfium.PdfDocument.new()
    for part in parts:
        whole.import_pages(pdfium.PdfDocument(part))
    stream = io.BytesIO()
    whole.save(stream)
    return stream.getvalue()


TEXT_PAGE = (FOLDER / "one-column.pdf").read_bytes()


@pytest.fixture(scope="module", autouse=True)
def _no_worker_left() -> Iterator[None]:
    yield
    recognition.close()


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_program", lambda: None)


# ---- without tesseract -----------------------------------------------------------------------------------------------


def test_a_page_that_is_a_picture_is_known() -> None:
    picture = scan("one-column.pdf", dots=40)
    assert read_pdf(TEXT_PAGE).unread == ()
    assert read_pdf(picture).unread == (1,)
    assert read_pdf(joined(TEXT_PAGE, picture, TEXT_PAGE, picture)).unread == (2, 4)


def test_a_page_with_a_picture_beside_its_text_is_none() -> None:
    with pdfium.PdfDocument(TEXT_PAGE) as document:
        image = pdfium.PdfImage.new(document)
        image.set_bitmap(pdfium.PdfBitmap.from_pil(Image.new("RGB", (50, 50), "navy")))
        image.set_matrix(pdfium.PdfMatrix().scale(500, 700))
        document[0].insert_obj(image)
        document[0].gen_content()
        stream = io.BytesIO()
        document.save(stream)
    assert read_pdf(stream.getvalue()).unread == ()


def test_an_empty_page_is_no_picture() -> None:
    document = pdfium.PdfDocument.new()
    document.new_page(300, 400)
    stream = io.BytesIO()
    document.save(stream)
    assert read_pdf(joined(TEXT_PAGE, stream.getvalue())).unread == ()


@pytest.mark.usefixtures("no_tesseract")
def test_without_tesseract_a_scan_is_refused_with_what_to_install(index: Index) -> None:
    done = index.add([Source("scan.pdf", scan("one-column.pdf", dots=40)), Source("photo.png", b"\x89PNG")])
    assert len(done.failed) == 2
    assert all("install tesseract" in failure.reason for failure in done.failed)


@pytest.mark.usefixtures("no_tesseract")
def test_without_tesseract_the_other_pages_go_in_and_it_says_so(index: Index) -> None:
    mixed = Source("mixed.pdf", joined(TEXT_PAGE, scan("one-column.pdf", dots=40)))
    done = index.add(mixed)
    assert (len(done.added), done.failed) == (1, ())
    (without,) = done.partial
    assert "page 2 is a picture" in without.reason and "install tesseract" in without.reason
    (entry,) = index.listing()
    assert (entry.pages, entry.recognised, entry.unread) == (2, 0, 1)
    assert index.document(entry.id).unread == (2,)
    assert _pages(entry) == "2 (1 not read)"
    assert index.add(mixed).unchanged == done.added  # there is still none
    assert index.verify() == ()


def test_what_is_said_of_pages_outlives_the_page() -> None:
    content = read_pdf(joined(TEXT_PAGE, scan("one-column.pdf", dots=40)))
    assert type(content).from_bytes(content.to_bytes()) == content
    forged = json.loads(content.to_bytes()) | {"unread": [7]}
    with pytest.raises(ValueError, match="does not exist"):
        type(content).from_bytes(json.dumps(forged).encode())


def test_a_store_of_the_version_before_is_brought_up_to_date(index: Index) -> None:
    index.add(Source("one.pdf", TEXT_PAGE))
    before = index.documents()
    index.close()
    connection = sqlite3.connect(index.path / "catalog.sqlite3")
    connection.executescript(
        "ALTER TABLE revisions DROP COLUMN recognised; ALTER TABLE revisions DROP COLUMN unread; "
        "PRAGMA user_version = 2"
    )
    connection.close()
    with Index.open(index.path, encoder=HashEncoder()) as opened:
        assert opened.documents() == before
        assert opened.verify() == ()
        assert opened.add(Source("one.pdf", TEXT_PAGE)).unchanged


@pytest.mark.usefixtures("no_tesseract")
def test_changes_say_which_files_went_in_without_some_pages(index: Index) -> None:
    done = index.add(Source("<b>mixed.pdf", joined(TEXT_PAGE, scan("one-column.pdf", dots=40))))
    shown = changes(done)
    assert "&lt;b&gt;mixed.pdf" in shown and "page 2 is a picture" in shown


# ---- what tesseract says ---------------------------------------------------------------------------------------------

HOCR = "<html><body><div class='ocr_page' title='image \"x\"; bbox 0 0 1000 2000; ppageno 0'>{}</div></body></html>"


def line(*found: str, box: str = "100 100 900 140", more: str = "baseline 0 -10", size: float = 40) -> str:
    """A line of words, each 100 pixels from the one before and 80 wide; ``word|50`` is one that it is less sure of."""
    left, top, _, bottom = map(int, box.split())
    spans = []
    for number, word in enumerate(found):
        text, _, sure = word.partition("|")
        edges = f"{left + 100 * number} {top} {left + 100 * number + 80} {bottom}"
        spans.append(f"<span class='ocrx_word' title='bbox {edges}; x_wconf {sure or 95}'>{text}</span>")
    return f"<span class='ocr_line' title='bbox {box}; {more}; x_size {size}; x_descenders 10'>{' '.join(spans)}</span>"


def page_with(*lines: str) -> Page:
    page = Page(1, 500.0, 1000.0)  # half as many points as the picture has pixels
    hocr.add_pieces(page, HOCR.format("".join(lines)))
    return page


def texts(page: Page) -> list[str]:
    return [piece.text for piece in page.pieces]


def test_words_become_pieces_at_their_places() -> None:
    (piece,) = page_with(line("The", "ferry", "sails."), line()).pieces
    assert piece.text == "The ferry sails."
    assert (piece.left, piece.right, piece.top, piece.bottom) == (50, 190, 50, 70)
    assert piece.base == 65 and piece.size == 20 and piece.turn == 0
    assert piece.lefts[4] == 100 and piece.rights[8] == 140  # "ferry"


def test_words_far_apart_are_pieces_of_their_own() -> None:
    assert texts(page_with(line("Boat", "Seats", size=15))) == ["Boat", "Seats"]


def test_a_line_that_runs_askew_stands_on_the_middle_of_its_base() -> None:
    (piece,) = page_with(line("The", "ferry", more="baseline 0.01 -10")).pieces
    assert piece.base == pytest.approx(65 + 0.01 * 400 / 2)


@pytest.mark.parametrize(("angle", "turn"), [(90, 3), (180, 2), (270, 1)])
def test_lines_that_lie_on_their_side_are_turned(angle: int, turn: int) -> None:
    box = "100 300 140 380"
    (piece,) = page_with(
        f"<span class='ocr_line' title='bbox {box}; textangle {angle}; x_size 40; x_descenders 10'>"
        f"<span class='ocrx_word' title='bbox {box}; x_wconf 95'>up</span></span>"
    ).pieces
    assert piece.turn == turn
    placed = Layout.of([(500, 1000)], [_placed(piece)]).boxes(0, 2)
    assert (placed[0].left, placed[0].top, placed[0].right, placed[0].bottom) == pytest.approx(
        (50, 150, 70, 190), abs=0.1
    )


def _placed(piece: Piece) -> PlacedLine:
    return PlacedLine(1, 0, piece.top, piece.bottom, piece.lefts, piece.rights, piece.turn)


def test_what_is_seen_in_stains_is_left_out() -> None:
    page = page_with(line("Real", "words"), line("Wj|30", "lll|20"), line("~", "=", "—"))
    assert texts(page) == ["Real words"]
    assert not hocr.add_pieces(Page(1, 500, 1000), HOCR.format(line("Wj|30")))


@pytest.mark.parametrize("said", ["", "<html>", "no mark-up", HOCR.format(""), "<div class='ocr_page' title='bbox'>"])
def test_nothing_recognised_is_nothing(said: str) -> None:
    assert not hocr.add_pieces(Page(1, 500, 1000), said)


def test_sizes_that_hardly_differ_are_one() -> None:
    page = page_with(line("Most", "of", "the", "text"), line("no", "ears", size=36), line("Title", size=60))
    assert [piece.size for piece in page.pieces] == [20, 20, 30]


def test_bullets_that_were_mistaken_are_bullets() -> None:
    assert texts(page_with(line("e", "ropes"), line("e", "lamps"))) == ["• ropes", "• lamps"]
    assert texts(page_with(line("e", "ropes"), line("o", "lamps"))) == ["e ropes", "o lamps"]  # as a word may
    assert texts(page_with(line("¢", "ropes"), line("Lamps"))) == ["• ropes", "Lamps"]
    assert texts(page_with(line("-", "no,"), line("-", "said"))) == ["- no,", "- said"]
    near = line("©", "2024").replace("bbox 100 100 180 140", "bbox 100 100 184 140")
    assert texts(page_with(near, line("Lamps"))) == ["© 2024", "Lamps"]


def test_strokes_that_it_is_not_sure_of_are_no_words() -> None:
    assert texts(page_with(line("The", "_|50", "ferry", "_-—|20"), line("x", "=|95", "—|30", "5"))) == [
        "The",
        "ferry",
        "x = — 5",
    ]


def test_what_stands_there_as_text_is_not_said_twice() -> None:
    page = Page(1, 500.0, 1000.0)
    own = Piece(1, 0, 10, 65)
    for place, character in enumerate("No. 7"):
        own.add(character, 50 + 8 * place, 58 + 8 * place, 50, 70, bold=False)
    page.pieces.append(own)
    assert hocr.add_pieces(page, HOCR.format(line("No.7", "The", "ferry")))
    assert texts(page) == ["No. 7", "The ferry"]


# ---- a program that fails --------------------------------------------------------------------------------------------


def failing(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a script stand in for a tesseract that goes wrong."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(recognition, "_program", lambda: str(program))
    monkeypatch.setattr(recognition, "PAGE_SECONDS", 1)


@pytest.mark.parametrize("script", ["exit 1", "sleep 30", "kill -SEGV $$", "while true; do :; done"])
def test_a_recognition_that_fails_leaves_the_page_unread(
    script: str, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(tmp_path, script, monkeypatch)
    mixed = Source("mixed.pdf", joined(TEXT_PAGE, scan("one-column.pdf", dots=40)))
    with caplog.at_level(logging.CRITICAL):
        done = index.add(mixed)
    assert (len(done.added), done.failed) == (1, ())
    assert "could not be recognised" in done.partial[0].reason
    assert index.add(mixed).unchanged == done.added  # it would fail again


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(tmp_path, f'[ "$1" = --list-langs ] || {{ echo $$ > {tmp_path}/number; exec sleep 30; }}', monkeypatch)
    assert recognition._recognised(scan("one-column.pdf", dots=40), 1) is None
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "number").read_text()), 0)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" + bytes(500), b"GIF89a" + b"\xff" * 99, b"words"]
)
def test_a_picture_that_is_none_says_so(data: bytes) -> None:
    with pytest.raises(SourceError, match="no picture"):
        recognition.as_pdf(data)


def test_a_picture_that_unpacks_to_too_much_is_refused() -> None:
    stream = io.BytesIO()
    Image.new("1", (14_000, 14_000)).save(stream, "png")
    assert len(stream.getvalue()) < 200_000
    with pytest.raises(SourceError):
        recognition.as_pdf(stream.getvalue())


# ---- pictures become pages -------------------------------------------------------------------------------------------


def sizes(data: bytes) -> list[tuple[float, float]]:
    with pdfium.PdfDocument(data) as document:
        return [page.get_size() for page in document]


def picture_file(kind: str, size: tuple[int, int] = (850, 1100), mode: str = "L", **how: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, kind, **how)
    return stream.getvalue()


def test_a_picture_becomes_a_page_of_its_size() -> None:
    assert sizes(recognition.as_pdf(picture_file("png", dpi=(100, 100)))) == [pytest.approx((612, 792), abs=1)]
    (photo,) = sizes(recognition.as_pdf(picture_file("jpeg", (4000, 3000))))  # says no size, or an absurd one
    assert max(photo) == pytest.approx(842, abs=1)
    (absurd,) = sizes(recognition.as_pdf(picture_file("png", (4000, 3000), dpi=(72, 72))))
    assert max(absurd) == pytest.approx(842, abs=1)


def test_the_smaller_picture_that_a_photograph_holds_is_no_page() -> None:
    stream = io.BytesIO()
    photo = Image.new("RGB", (400, 300))
    photo.save(stream, "mpo", save_all=True, append_images=[photo.resize((200, 150))])
    assert len(sizes(recognition.as_pdf(stream.getvalue()))) == 1


def test_a_photograph_is_turned_the_right_way_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert sizes(recognition.as_pdf(picture_file("jpeg", (400, 300), exif=exif)))[0] == pytest.approx((631, 842), abs=1)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "CMYK", "I;16"])
def test_pictures_of_every_kind_become_pages(mode: str) -> None:
    pages = [Image.new(mode, (300, 400)) for _ in range(3)]
    stream = io.BytesIO()
    pages[0].save(stream, "tiff", save_all=True, append_images=pages[1:])
    assert len(sizes(recognition.as_pdf(stream.getvalue()))) == 3


# ---- with tesseract --------------------------------------------------------------------------------------------------

SCANS = {"one-column.pdf": 12, "letter.pdf": 9, "table.pdf": 7}
"""So many of the sentences that are known to stand in a file have to be found in a scan of it, letter by letter."""


@needs_tesseract
@pytest.mark.parametrize("name", SCANS)
def test_the_sentences_of_a_scan_are_found_where_they_stand(name: str) -> None:
    content = recognition.recognised(scan(name), [1], lambda stage: None)
    assert (content.recognised, content.unread) == ((1,), ())
    found = {words(span.of(content.text)): span for span in content.sentences()}
    known = [words(str(one["sentence"])) for one in EXPECTED[name]]
    assert sum(sentence in found for sentence in known) >= SCANS[name]
    original = read(".pdf", (FOLDER / name).read_bytes())
    places = {words(span.of(original.text)): span for span in original.sentences()}
    for sentence in set(known) & found.keys() & places.keys():
        true, seen = (
            one.layout.boxes(span.start, span.end)[0]
            for one, span in ((original, places[sentence]), (content, found[sentence]))
            if one.layout
        )
        assert (seen.left, seen.top) == pytest.approx((true.left, true.top), abs=8), sentence  # points; it is askew


@needs_tesseract
def test_a_page_that_lies_on_its_side_is_read() -> None:
    content = recognition.recognised(scan("one-column.pdf", turned=90), [1], lambda stage: None)
    assert "first time in October 1871" in words(content.text)


@needs_tesseract
def test_a_photograph_can_be_asked_and_says_that_it_was_recognised(tmp_path: Path) -> None:
    (picture,) = pictures("one-column.pdf")
    picture.save(tmp_path / "photo.jpg", dpi=(200, 200), quality=85)
    with Index.open(tmp_path / "store") as index:
        told_stages: list[str] = []
        done = index.add(tmp_path / "photo.jpg", progress=lambda done, total, stage: told_stages.append(stage))
        assert (len(done.added), done.failed, done.partial) == (1, (), ())
        assert "recognising page 1 of 1 of photo.jpg" in told_stages
        assert index.add(tmp_path / "photo.jpg").unchanged == done.added
        assert index.verify() == ()
        given = answer("When was the lighthouse at Skerry Point lit for the first time?", index=index)
        (citation, *_) = given.citations
        assert index.documents()[0].date is None
        document = index.document(citation.document_id, citation.revision)
        assert document.text[citation.start : citation.end] == citation.text
        assert words(citation.text).endswith("for the first time in October 1871.")
        assert citation.recognised and citation.place.endswith(RECOGNISED)
        assert find(citation.address, index).recognised
        assert RECOGNISED in told(citation, place_of(citation, document))
        assert index.boxes(document.id, document.revision, citation.start, citation.end)
        original = index.original(document.id, document.revision)
        assert original and original.startswith(b"%PDF-")


@needs_tesseract
def test_once_there_is_a_tesseract_the_pages_that_were_left_out_are_read(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = Source("mixed.pdf", joined(TEXT_PAGE, scan("letter.pdf")))
    with monkeypatch.context() as patch:
        patch.setattr(recognition, "_program", lambda: None)
        added = index.add(mixed).added
    assert index.add(mixed).updated == added
    document = index.document(added[0])
    assert (document.recognised, document.unread) == ((2,), ())
    assert document.is_recognised(Span(document.text.index("Dr. Lang"), document.text.index("Dr. Lang") + 8))
    assert not document.is_recognised(Span(0, 20))
    assert index.add(mixed).unchanged == added


@needs_tesseract
def test_a_language_that_is_not_installed_is_named_and_its_pages_are_read_once_it_is_put_right(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mixed, whole = Source("mixed.pdf", joined(TEXT_PAGE, scan("letter.pdf"))), Source("scan.pdf", scan("letter.pdf"))
    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setenv(recognition.LANGUAGES, "german")
        done = index.add([mixed, whole])
        assert "names german, and tesseract has" in done.partial[0].reason
        assert "names german, and tesseract has" in done.failed[0].reason
        assert index.add(mixed).unchanged == done.added
    assert index.add(mixed).updated == done.added
    assert index.document(done.added[0]).recognised == (2,)
    assert index.add(mixed).unchanged == done.added


@needs_tesseract
def test_of_too_many_pages_the_first_are_read(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "MOST_PAGES", 1)
    done = index.add(Source("long.pdf", joined(scan("letter.pdf"), scan("table.pdf"))))
    assert "more than 1" in done.partial[0].reason
    (document,) = index.documents()
    assert (document.recognised, document.unread) == ((1,), (2,))


@needs_tesseract
def test_a_page_without_words_is_a_scan_without_text(index: Index) -> None:
    done = index.add(Source("rectangle.pdf", (FOLDER / "scanned.pdf").read_bytes()))
    assert "no text was recognised" in done.failed[0].reason


ENGLISH = [
    name for name, known in EXPECTED.items() if known and name not in ("chromium-right-to-left.pdf", "japanese.pdf")
]


@needs_tesseract
@pytest.mark.skipif(os.environ.get("VERBATIM_TRIALS") != "long", reason="five minutes; make trials")
@pytest.mark.parametrize(("dots", "worn", "least"), [(300, False, 0.85), (200, True, 0.85), (150, True, 0.8)])
def test_most_sentences_of_scans_are_found(dots: int, worn: bool, least: float) -> None:
    """Prints how many of the sentences that are known to stand in our PDFs are found in scans of these."""
    whole = parts = known = pages = 0
    began = time.process_time() + sum(os.times()[2:4])
    for name in ENGLISH:
        data = scan(name, dots=dots, worn=worn)
        numbers = read_pdf(data).unread
        content = recognition.recognised(data, numbers, lambda stage: None)
        found = {words(span.of(content.text)) for span in content.sentences()}
        for one in EXPECTED[name]:
            whole += words(str(one["sentence"])) in found
            parts += words(str(one["sentence"])) in words(content.text)
            known += 1
        pages += len(numbers)
    took = time.process_time() + sum(os.times()[2:4]) - began
    print(
        f"\n{dots} dots an inch{', worn' if worn else ''}: of {known} sentences on {pages} pages {whole} are found "
        f"letter for letter, {parts} stand in the text; {took / pages:.1f} s of computing a page"
    )
    assert whole >= least * known
