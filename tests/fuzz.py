"""Looks for bytes that break a law: ``make fuzz``, for an hour, or for as long as ``FUZZ_SECONDS`` says.

Coverage-guided (atheris: ``pip install ".[fuzz]"``). What reached new code is kept in ``build/fuzz`` and built upon the
next time; an input that breaks a law, or takes more than ten seconds, is left there as ``crash-...`` or
``timeout-...``. Give such a file as the only argument to run it again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

with atheris.instrument_imports(include=["index", "ui.render"]):
    from index.errors import SourceError
    from index.formats import FORMATS, read, reader
    from index.formats.content import Builder, Content, checked
    from index.formats.text import decode
    from index.load import title_of
    from ui.render import escape

    for kind in FORMATS:
        reader(kind)  # imports it

from tests.test_laws import check_sentences

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "fuzz"
SEEDS = [ROOT / "seeds", ROOT / "tests" / "files", ROOT / "tests" / "gold"]


def fuzz_decode(data: bytes) -> None:
    """What is decoded is text, and text comes back from every encoding."""
    text = data.decode("utf-8", "ignore").replace("\0", "").removeprefix("\ufeff")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        if text or encoding != "utf-8":
            assert decode(text.encode(encoding)) == text
    try:
        assert isinstance(decode(data), str)
    except SourceError as error:
        assert_reason(error)


def fuzz_plain(data: bytes) -> None:
    """Any text, halves of surrogate pairs included, has sentences."""
    check_sentences(Content(data.decode("utf-8", "surrogateescape")))


def fuzz_markdown(data: bytes) -> None:
    """Any text has sentences when it is taken for Markdown."""
    check_sentences(Content(data.decode("utf-8", "replace"), markdown=True))


def fuzz_blocks(data: bytes) -> None:
    """Blocks of any kind have sentences, and cross from one process to another as they are."""
    built = Builder()
    for line in data.decode("utf-8", "replace").split("\n"):
        kind, words = line[:1], line[1:]
        if kind == "p":
            built.page()
        if kind in "pa":
            built.paragraph(words)
        else:
            built.line(words, whole=kind == "w")
    content = built.content(title="A title")
    check_sentences(content)
    assert Content.from_bytes(content.to_bytes()) == content


def fuzz_reply(data: bytes) -> None:
    """A reply is content or a ValueError, and content that was let in has sentences."""
    try:
        content = checked(Content.from_bytes(data))
    except (ValueError, SourceError):
        return
    assert all(0 <= start <= len(content.text) for start in content.page_starts)
    content.sentences()
    title_of("name", content).encode()


def fuzz_escape(data: bytes) -> None:
    """What is escaped is on one line, and holds neither a tag nor what could end an attribute."""
    assert not set("<>\"'\n\r") & set(escape(data.decode("utf-8", "replace")))


def fuzz_reader(suffix: str, data: bytes) -> None:
    """A file is content with sentences, or a reason."""
    try:
        content = checked(read(suffix, data))
    except SourceError as error:
        assert_reason(error)
        return
    check_sentences(content)
    assert Content.from_bytes(content.to_bytes()) == content


def assert_reason(error: SourceError) -> None:
    """Assert that an error says something."""
    assert len(str(error)) > 10, error


TARGETS = [fuzz_decode, fuzz_plain, fuzz_markdown, fuzz_blocks, fuzz_reply, fuzz_escape]
SUFFIXES = sorted(FORMATS)


def fuzz(data: bytes) -> None:
    """The first byte chooses what is tried with the others."""
    if not data:
        return
    number = data[0] % (len(TARGETS) + len(SUFFIXES))
    if number < len(TARGETS):
        TARGETS[number](data[1:])
    else:
        fuzz_reader(SUFFIXES[number - len(TARGETS)], data[1:])


def plant_seeds(folder: Path) -> None:
    """Write what the fuzzer sets out from: each file, at most 4,000 bytes of it, for each thing that is tried."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [file for seeds in SEEDS for file in sorted(seeds.rglob("*")) if file.is_file()]
    starts = [(file.suffix, file.read_bytes()[:4_000]) for file in files]
    starts += [
        ("", Content("A text. It goes on.", title="T", page_starts=(0, 8)).to_bytes()),
        (".html", b"<title>T</title><p hidden>a<td>b<pre> c\n</pre><br>d&amp;&#xD800;"),
        (".md", b"# T #\n\n> a\n> b\n\n- [x] c\n1. d\n\n|a|b|\n|-|-|\n|c|d|\n\n```\ne\n```\n<div>\nf\n"),
        ("", b"pPage one.\naMore. Of it.\nwA,row.,x\nl- item"),
    ]
    for at, (suffix, data) in enumerate(starts):
        for number in range(len(TARGETS) + len(SUFFIXES)):
            if number < len(TARGETS) or SUFFIXES[number - len(TARGETS)] == suffix:
                (folder / f"seed-{at}-{number}").write_bytes(bytes([number]) + data)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if not arguments:
        plant_seeds(KEPT / "seeds")
        (KEPT / "corpus").mkdir(exist_ok=True)
        arguments = [
            str(KEPT / "corpus"),
            str(KEPT / "seeds"),
            f"-max_total_time={os.environ.get('FUZZ_SECONDS', '3600')}",
            f"-artifact_prefix={KEPT}/",
            "-timeout=10",
            "-rss_limit_mb=3000",
            "-max_len=8000",
            "-print_final_stats=1",
        ]
    atheris.Setup([sys.argv[0], *arguments], fuzz)
    atheris.Fuzz()
