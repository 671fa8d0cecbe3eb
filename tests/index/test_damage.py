"""Stores damaged by hand: a damaged cache is seen before it is opened and made anew, a damaged catalog is said.

Every file of a store is cut short, has a bit flipped, is overwritten with zeros, deleted, or has bytes appended. A
few of them here, all with `make trials` (``VERBATIM_TRIALS=long``).
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from index import Index, Source, StoreError, lexical, vectors
from index.lexical import LexicalCache
from index.vectors import VectorCache
from tests.index.test_crash import acknowledged_until_killed, after
from tests.support.crash_writer import WideEncoder, text
from tests.support.fakes import HashEncoder

pytestmark = pytest.mark.usefixtures("chroma")

LONG = os.environ.get("VERBATIM_TRIALS") == "long"
DOCUMENTS = 600 if LONG else 120
QUESTIONS = [f"Where are {word}1 and {word}2?" for word in "abcdefghijkl"]
Answers = tuple[list[str], list[list[tuple[str, int, str, float]]]]


def cut(file: Path, chance: random.Random) -> None:
    os.truncate(file, chance.randrange(file.stat().st_size))


def flip(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def zero(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data))
    data[start : start + 4096] = bytes(len(data[start : start + 4096]))
    file.write_bytes(data)


def delete(file: Path, chance: random.Random) -> None:
    file.unlink()


def append(file: Path, chance: random.Random) -> None:
    with file.open("ab") as end:
        end.write(chance.randbytes(100))


DAMAGE: list[Callable[[Path, random.Random], None]] = [cut, flip, zero, delete, append]


def varied(number: int) -> str:
    """A text whose sentences are unlike each other: the graph overlooks some of those that lie close together."""
    chance = random.Random(number)
    words = [f"{letter}{digit}" for letter in "abcdefghijklmnopqrstuvwxyz" for digit in range(40)]
    return " ".join(" ".join(["It", *chance.sample(words, 8)]) + "." for _ in range(1 + number % 10))


def answers(index: Index) -> Answers:
    """What the store holds and what it finds."""
    return (
        [document.text for document in index.documents()],
        [
            [(hit.source, hit.passage.start, hit.text, round(hit.score, 4)) for hit in index.search(question)]
            for question in QUESTIONS
        ],
    )


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.fixture(scope="module", autouse=True)
def graph_that_overlooks_nothing() -> Iterator[None]:
    """Else the answers of a graph and of another with the same vectors can differ, and this is not about that."""
    kept = vectors.HNSW
    vectors.HNSW = {**kept, "max_neighbors": 64, "ef_search": 2000}
    yield
    vectors.HNSW = kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answers]:
    """A store in good order, and its answers."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    with Index.open(folder, encoder=HashEncoder()) as index:
        index.add(Source(f"{number}.txt", varied(number)) for number in range(DOCUMENTS))
        index.remove([document.id for document in index.documents()[:3]])
        expected = answers(index)
    with Index.open(folder, encoder=HashEncoder()) as index:
        assert answers(index) == expected
    return folder, expected


@pytest.mark.parametrize("cache", ["vectors", "words"])
def test_a_damaged_cache_is_never_opened(
    tmp_path: Path, whole: tuple[Path, Answers], cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, expected = whole
    happened: list[str] = []

    def watch(owner: object, method: str, what: str) -> None:
        original = getattr(owner, method)
        monkeypatch.setattr(owner, method, lambda *a, **k: (happened.append(what), original(*a, **k))[1])

    watch(VectorCache, "_connect", "vectors opened")
    watch(LexicalCache, "_use_folder", "words opened")
    monkeypatch.setattr(vectors, "shutil", shutil_that_notes(happened, "vectors deleted"))
    monkeypatch.setattr(lexical, "shutil", shutil_that_notes(happened, "words deleted"))
    files = [file.relative_to(folder) for file in sorted((folder / cache).rglob("*")) if file.suffix != ".lock"]
    cases = [
        (file, damage)
        for file in files
        for damage in DAMAGE
        if (folder / file).is_file() and (damage in (delete, append) or (folder / file).stat().st_size)
    ]
    chance = random.Random(2)
    done = 0
    for file, damage in cases if LONG else chance.sample(cases, 8):
        store = shutil.copytree(folder, tmp_path / "store")
        damage(store / file, chance)
        if damage is not zero or (store / file).read_bytes() != (folder / file).read_bytes():
            happened.clear()
            with Index.open(store, encoder=HashEncoder()) as index:
                assert answers(index) == expected, (file, damage.__name__)
                assert happened.index(f"{cache} deleted") < happened.index(f"{cache} opened"), (file, damage.__name__)
                assert index.status().vectors == "chroma"
                assert size(store) < 2 * size(folder), (file, damage.__name__)
            happened.clear()
            with Index.open(store, encoder=HashEncoder()) as index:
                assert answers(index) == expected
                assert sorted(set(happened)) == ["vectors opened", "words opened"], "it was not mended for good"
            done += 1
        shutil.rmtree(store)
    print(f"\n{cache}: {done} damaged stores, all seen before they were opened, all answer as before")


def shutil_that_notes(happened: list[str], what: str) -> SimpleNamespace:
    def rmtree(path: Path, *, ignore_errors: bool) -> None:
        happened.append(what)
        shutil.rmtree(path, ignore_errors=ignore_errors)

    return SimpleNamespace(rmtree=rmtree)


def test_a_damaged_catalog_is_said_and_never_believed(tmp_path: Path, whole: tuple[Path, Answers]) -> None:
    folder, expected = whole
    chance = random.Random(3)
    said = 0
    cases = [damage for damage in DAMAGE for _ in range(20 if LONG else 2)] + [flip] * (100 if LONG else 6)
    for damage in cases:
        store = shutil.copytree(folder, tmp_path / "store")
        damage(store / "catalog.sqlite3", chance)
        if damage is not delete and chance.random() < 0.5:  # the caches have to be made from it
            shutil.rmtree(store / "vectors")
            shutil.rmtree(store / "words")
        try:
            with Index.open(store, encoder=HashEncoder()) as index:
                assert answers(index) == expected, damage.__name__
        except StoreError as error:
            assert "catalog.sqlite3" in str(error)
            assert "add the documents again" in str(error)
            said += 1
        shutil.rmtree(store)
    print(f"\ncatalog: {len(cases)} damaged, {said} said so, {len(cases) - said} answer as before")


@pytest.mark.parametrize("damage", [cut, flip, zero, delete, append], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_damaged_log_loses_nothing_unnoticed(tmp_path: Path, suffix: str, damage: Callable[..., None]) -> None:
    """What a crash leaves of SQLite's log. What it holds can be lost with it, but not without a word."""
    if not LONG and (suffix, damage) not in [("-wal", delete), ("-shm", zero)]:
        pytest.skip("one of the long form: make trials")
    numbers = acknowledged_until_killed(tmp_path, 0, after(3))
    damage(Path(f"{tmp_path / 'catalog.sqlite3'}{suffix}"), random.Random(4))
    try:
        with Index.open(tmp_path, encoder=WideEncoder()) as index:
            stored = {document.source: document.text for document in index.documents()}
            assert all(stored.get(f"{number}.txt") == text(number) for number in numbers)
            assert index.search("report") or not numbers, "a busy machine may not get to write anything in time"
    except StoreError as error:
        assert suffix == "-wal"
        assert "changes were lost" in str(error)


@pytest.mark.parametrize("library", ["chromadb", "tantivy"])
def test_caches_of_another_version_are_made_anew(
    tmp_path: Path, whole: tuple[Path, Answers], library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, expected = whole
    store = shutil.copytree(folder, tmp_path / "store")
    version = metadata.version
    with monkeypatch.context() as before:
        before.setattr(metadata, "version", lambda name: "0.1" if name == library else version(name))
        with Index.open(store, encoder=HashEncoder()) as index:
            index.rebuild()
    part = {"chromadb": "vectors", "tantivy": "words"}[library]
    assert f"{library} 0.1" in (store / part / "stamp.json").read_text()
    with Index.open(store, encoder=HashEncoder()) as index:
        assert answers(index) == expected
    assert f"{library} {version(library)}" in (store / part / "stamp.json").read_text()


def test_a_catalog_that_contradicts_itself_names_itself(tmp_path: Path, whole: tuple[Path, Answers]) -> None:
    """As one does of which a bit in an index has flipped: it counts a passage that it does not list."""
    store = shutil.copytree(whole[0], tmp_path / "store")
    with closing(sqlite3.connect(store / "catalog.sqlite3")) as connection, connection:
        connection.execute("UPDATE passages SET generation = 0 WHERE id = (SELECT min(id) FROM passages)")
    shutil.rmtree(store / "vectors")
    shutil.rmtree(store / "words")
    with (
        pytest.raises(StoreError, match=r"catalog\.sqlite3 cannot be used: it is damaged .* add the documents again"),
        Index.open(store, encoder=HashEncoder()) as index,
    ):
        answers(index)


def test_a_number_of_changes_that_is_none_is_damage(tmp_path: Path, whole: tuple[Path, Answers]) -> None:
    store = shutil.copytree(whole[0], tmp_path / "store")
    with closing(sqlite3.connect(store / "catalog.sqlite3")) as connection, connection:
        connection.execute("UPDATE meta SET value = '1:3' WHERE key = 'generation'")
    with pytest.raises(StoreError, match=r"catalog\.sqlite3 cannot be used: it is damaged \(its generation is '1:3'\)"):
        Index.open(store, encoder=HashEncoder())


def test_a_damaged_name_that_sqlite_quotes_is_damage(tmp_path: Path, whole: tuple[Path, Answers]) -> None:
    store = shutil.copytree(whole[0], tmp_path / "store")
    catalog = store / "catalog.sqlite3"
    assert b"CREATE TABLE sources" in catalog.read_bytes()
    catalog.write_bytes(catalog.read_bytes().replace(b"CREATE TABLE sources", b"CREATE T\x8aBLE sources"))
    with pytest.raises(StoreError, match=r"catalog\.sqlite3 cannot be used: it is damaged .* add the documents again"):
        Index.open(store, encoder=HashEncoder())


def test_a_passage_that_is_missing_is_not_passed_over(tmp_path: Path, whole: tuple[Path, Answers]) -> None:
    """As if a bit of its id had flipped: the caches find one that the catalog does not have."""
    store = shutil.copytree(whole[0], tmp_path / "store")
    with closing(sqlite3.connect(store / "catalog.sqlite3")) as connection, connection:
        connection.execute("UPDATE passages SET id = 9999 WHERE id = (SELECT max(id) - 5 FROM passages)")
    with pytest.raises(StoreError, match="is missing"), Index.open(store, encoder=HashEncoder()) as index:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            index.search(f"Where are {letter}1 and {letter}2?")
