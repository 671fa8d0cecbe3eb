"""A link to a sentence of a web page, opened in a real Chromium: the browser marks the sentence and nothing else."""

from __future__ import annotations

import functools
import http.server
import io
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from index import Index, Source
from index.sentences import sentence_spans
from qa import Citation
from qa.export import web_link
from tests.support.chromium import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM

LONG = "The council, which had met eleven times since the flood of 1998, " + ", ".join(
    f"heard witness number {number} of the inquiry" for number in range(1, 13)
)
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>The mill</title><style>
body {{ font: 16px/24px monospace; background: white; color: black; width: 700px }}
::target-text {{ background: rgb(255, 0, 255); color: rgb(255, 0, 255) }}
</style></head><body><h1>The mill</h1>
<p>The mill opened in 1901. Its well-known owner, one A. Smith &amp; sons, said “never again” in 1955.</p>
<div style="height: 3000px"></div>
<p>Zürich's café <b>paid</b> 2,500 francs &#8211; 50% of the price. 🙂 It came first. {LONG}.</p>
<p>It is the last one.</p><div style="height: 3000px"></div></body></html>"""

# The rectangles of the words of the page that are a given text, whatever elements they stand in.
RECTANGLES = """(wanted) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), nodes = []
  let all = ""
  while (walker.nextNode()) { nodes.push([walker.currentNode, all.length]); all += walker.currentNode.data }
  const start = all.indexOf(wanted), end = start + wanted.length, range = document.createRange()
  for (const [node, from] of nodes) {
    const to = from + node.length
    if (from <= start && start < to) range.setStart(node, start - from)
    if (from < end && end <= to) range.setEnd(node, end - from)
  }
  return [...range.getClientRects()].map(box => [box.left, box.top, box.right, box.bottom])
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "mill.html").write_text(PAGE, encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/mill.html"
        server.shutdown()


def test_the_browser_marks_the_sentence_and_nothing_else(browser: Any, index: Index, site: str):
    index.add(Source(site, PAGE.encode()))
    (document,) = index.documents()
    spans = sentence_spans(document.text)
    assert len(spans) >= 7
    names = (document.id, document.revision, document.source, document.title)
    for span in spans:
        citation = Citation(1, *names, span.of(document.text), span.start, span.end, 1, 0.9)
        link = web_link(citation)
        assert link is not None
        page = browser.new_page(viewport={"width": 900, "height": 700})
        page.goto(link)
        page.wait_for_timeout(200)
        boxes = page.evaluate(RECTANGLES, citation.text)
        assert boxes, citation.text
        marked = np.array(Image.open(io.BytesIO(page.screenshot())).convert("RGB")) == (255, 0, 255)
        inside = np.zeros(marked.shape[:2], dtype=bool)
        for left, top, right, bottom in boxes:
            assert 0 <= top < bottom <= 700, f"it is scrolled to: {citation.text}"
            inside[int(top) : int(bottom) + 1, int(left) : int(right) + 1] = True
        marks = marked.all(axis=2)
        assert not marks[~inside].any(), f"more than it is marked: {link}"
        assert marks[inside].mean() > 0.6, f"it is not marked: {link}"
        page.close()
