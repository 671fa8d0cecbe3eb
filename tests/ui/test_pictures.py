"""Pages are drawn as they are shown, where a hostile file does no harm, and only for those who were offered them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import index.sandbox
from index import Index, SourceError, pictures
from index.formats import read
from index.layout import Box
from index.pictures import MAX_PIXELS, WIDTH_PIXELS, draw
from index.types import Span
from ui.chat import pages
from ui.server import web

FOLDER = Path(__file__).parents[1] / "files" / "pdf"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
SHOWN = ["libreoffice-report.pdf", "rotated.pdf", "cropped.pdf", "two-columns.pdf", "chromium-right-to-left.pdf"]


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    pictures._sandbox.close()


def drawn(data: bytes, page: int) -> Image.Image:
    return Image.open(io.BytesIO(draw(data, page)))


@pytest.mark.parametrize("name", SHOWN)
def test_the_rectangles_of_a_sentence_lie_on_its_words_in_the_picture(name: str) -> None:
    """Each holds ink from end to end, and what is left when all are painted over has none of it."""
    data = (FOLDER / name).read_bytes()
    content = read(".pdf", data)
    assert content.layout is not None
    by_words = {" ".join(span.of(content.text).split()): span for span in content.sentences()}
    for known in EXPECTED[name][:6]:
        span: Span = by_words[known["sentence"]]
        boxes = content.layout.boxes(span.start, span.end)
        for page in {box.page for box in boxes}:
            width, height = content.layout.page_sizes[page - 1]
            picture = drawn(data, page)
            assert picture.width == pytest.approx(WIDTH_PIXELS, abs=1)
            assert picture.height / picture.width == pytest.approx(height / width, abs=0.002)
            dark = np.array(picture.convert("L")) < 160
            for box in boxes:
                if box.page == page:
                    assert_ink_from_end_to_end(inside(dark, box, picture.width / width))


def inside(dark: np.ndarray, box: Box, scale: float) -> np.ndarray:
    left, top, right, bottom = (round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom))
    return dark[top:bottom, left:right]


def assert_ink_from_end_to_end(part: np.ndarray) -> None:
    across = part if part.shape[1] >= part.shape[0] else part.T  # a line that lies turned reads along its longer side
    end = max(4, across.shape[1] // 12)
    assert 0.02 < across.mean() < 0.6
    assert across[:, :end].any()
    assert across[:, -end:].any()


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is its catalog."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    return body + head + b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (head, len(content), content)


def one_page(width: float, height: float) -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]>>" % (width, height),
    )


@pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (20, 14_400), (14_400, 20), (3, 3), (595, 842)])
def test_no_page_becomes_a_huge_picture(width: float, height: float) -> None:
    picture = drawn(one_page(width, height), 1)
    assert picture.width <= WIDTH_PIXELS + 1
    assert picture.width * picture.height <= 1.01 * MAX_PIXELS


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"no PDF at all", one_page(595, 842)[:-200]])
def test_what_cannot_be_drawn_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        draw(data, 1)


def test_a_page_that_is_not_there_is_an_error() -> None:
    for page in (0, 2, -1):
        with pytest.raises(SourceError):
            draw(one_page(595, 842), page)


def test_what_is_filled_into_a_form_is_drawn_where_it_is_read() -> None:
    form = pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/NeedAppearances true/DA(/F 12 Tf 0 g)>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
        b"<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Marta Hale)/DA(/F 12 Tf 0 g)/F 4/Rect[200 500 400 520]>>",
    )
    content = read(".pdf", form)
    assert content.text == "Marta Hale"
    assert content.layout is not None
    [box] = content.layout.boxes(0, len(content.text))
    picture = drawn(form, 1)
    assert_ink_from_end_to_end(inside(np.array(picture.convert("L")) < 160, box, picture.width / 595))


def endless() -> bytes:
    """A page that draws a form eight times, which draws another eight times, and so on twelve deep."""
    depth, first = 12, 5
    forms = [
        stream(
            b"/F Do " * 8 if number < depth - 1 else b"0 0 500 500 re f " * 50,
            b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F %d 0 R>>>>" % (first + number + 1),
        )
        for number in range(depth)
    ]
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</F %d 0 R>>>>>>" % first
    )
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(b"/F Do"), *forms)


@pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of Unix")
def test_a_page_that_takes_forever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry = "import index.sandbox as box; box.COMPUTING_SECONDS = 1; box.WAITING_SECONDS = 2; serve("
    monkeypatch.setattr(index.sandbox, "_BOOTSTRAP", index.sandbox._BOOTSTRAP.replace("serve(", hurry))
    with pytest.raises(SourceError, match="more than"):
        draw(endless(), 1)
    assert drawn(one_page(595, 842), 1).width == WIDTH_PIXELS


def test_what_is_no_picture_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    good = draw(one_page(595, 842), 1)
    huge = good[:16] + (100_000).to_bytes(4, "big") + good[20:]
    for reply in (b"", b"<svg onload=alert(1)>", good[:20], huge):
        monkeypatch.setattr(pictures._sandbox, "make", lambda *_, reply=reply: reply)
        with pytest.raises(SourceError, match="no picture"):
            draw(b"", 1)


# ---- how the browser gets them ------------------------------------------------------------------------------------


@pytest.fixture
def client(index: Index) -> Iterator[TestClient]:
    index.add(FOLDER / "rotated.pdf")
    with TestClient(web.create_app(index), base_url="http://127.0.0.1:7860") as opened:
        yield opened


def offered(index: Index, page: int = 1) -> str:
    (document,) = index.documents()
    return pages.address(document.id, document.revision, page)


def test_an_offered_page_is_fetched_and_drawn_once(
    client: TestClient, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(pages, "draw", lambda data, page: asked.append(page) or draw(data, page))
    first, again, other = (client.get(offered(index, page)) for page in (1, 1, 2))
    assert first.headers["content-type"] == "image/png"
    assert first.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in first.headers["content-security-policy"]
    assert first.content == again.content != other.content
    assert asked == [1, 2]


def test_nobody_can_guess_an_address(client: TestClient, index: Index) -> None:
    address = offered(index)
    forged = [
        address.replace("/1.png", "/2.png"),
        address.replace(pages.PATH + "/", pages.PATH + "/0"),
        address.replace("rotated", "other"),
        pages.PATH + "/x/y/z/1.png",
        pages.PATH + "/é/y/z/1.png",
        address.replace("/1.png", "/-1.png"),
        address.replace("/1.png", "/../1.png"),
    ]
    assert [client.get(url).status_code for url in forged] == [404] * len(forged)
    assert client.get(pages.address("x", "y", 1)).status_code == 404


def test_a_page_of_a_removed_document_is_gone(client: TestClient, index: Index) -> None:
    address = offered(index)
    assert client.get(address).status_code == 200
    index.remove([index.documents()[0].id])
    assert client.get(address).status_code == 404


def test_a_page_that_cannot_be_drawn_is_not_tried_again(
    client: TestClient, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def fail(_data: bytes, page: int) -> bytes:
        tried.append(page)
        raise SourceError("it cannot be drawn")

    monkeypatch.setattr(pages, "draw", fail)
    assert [client.get(offered(index)).status_code for _ in range(2)] == [404, 404]
    assert tried == [1]


def test_too_many_at_once_are_told_that_it_is_busy(
    client: TestClient, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WAITING", 0)
    assert client.get(offered(index)).status_code == 503
