"""The life of a document: names, edits, moves, and a removal that leaves nothing."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import watchfiles

from index import Index, Source, SourceError, Span, UnknownDocumentError, vectors
from index.catalog import Catalog
from index.embed import SentenceTransformerEncoder
from index.verify import _passage_faults
from tests.support.fakes import HashEncoder

STORY = "The zebrafish ledger of Quintilian Vandermolen lies under the lighthouse."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    for name in ("Ulm", "Bern", "Graz"):
        (made / f"{name}.txt").write_text(f"{name} has a bridge. The bridge of {name} is old.")
    return made


def sources(index: Index) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (Path(document.source).name, tuple(Path(name).name for name in document.also)) for document in index.documents()
    ]


def test_the_same_text_is_stored_and_found_once_under_both_names(index: Index) -> None:
    (first,) = index.add(Source("a.txt", "The mill burned down in May.")).added
    assert index.add(Source("b.md", b"The mill burned down in May.")).duplicates == (first,)
    assert index.add(Source("b.md", b"The mill burned down in May.")).unchanged == (first,)
    assert sources(index) == [("a.txt", ("b.md",))]
    (hit,) = index.search("When did the mill burn down?")
    assert hit.source == "a.txt"
    assert hit.also == ("b.md",)


def test_one_of_two_names_that_changes_becomes_a_document_of_its_own(index: Index) -> None:
    (first,) = index.add(Source("a.txt", "The mill burned down.")).added
    index.add(Source("b.txt", "The mill burned down."))
    (second,) = index.add(Source("a.txt", "The mill stands.")).updated
    assert second != first
    assert sources(index) == [("a.txt", ()), ("b.txt", ())]
    assert index.document(first).text == "The mill burned down."
    assert index.document(second).text == "The mill stands."
    old = index.document(first).revision
    assert index.add(Source("b.txt", "The mill stands.")).updated == (first,), (
        "and its history stays when they meet again"
    )
    assert sources(index) == [("a.txt", ()), ("b.txt", ())]
    assert index.document(first, old).text == "The mill burned down."
    (hit,) = index.search("Does the mill stand?")
    assert [hit.source, *(copy.source for copy in hit.copies)] == ["a.txt", "b.txt"]
    assert index.verify() == ()


def test_files_that_change_places_keep_their_documents_and_their_history(folder: Path, index: Index) -> None:
    index.sync(folder)
    before = {Path(document.source).stem: document for document in index.documents()}
    texts = {name: (folder / f"{name}.txt").read_text() for name in ("Ulm", "Bern")}
    (folder / "Ulm.txt").write_text(texts["Bern"])
    (folder / "Bern.txt").write_text(texts["Ulm"])
    changes = index.sync(folder)
    assert (len(changes.updated), changes.duplicates, changes.removed) == (2, (), ())
    assert index.document(before["Ulm"].id).text == texts["Bern"]
    for name, text in texts.items():
        assert index.document(before[name].id, before[name].revision).text == text
    assert index.verify() == ()


def test_a_title_that_is_only_a_name_goes_with_it(folder: Path, index: Index) -> None:
    index.sync(folder)
    (folder / "Ulm.txt").rename(folder / "Danube.txt")
    (document_id,) = index.sync(folder).renamed
    assert index.document(document_id).title == "Danube"
    assert {hit.title for hit in index.search("Danube")} >= {"Danube"}
    assert index._words.search("Danube", 9)
    (folder / "Copy.txt").write_text((folder / "Bern.txt").read_text())
    index.sync(folder)
    index.remove(str(folder / "Bern.txt"), receipt=True)
    assert (folder / "Copy.txt").stem in {document.title for document in index.documents()}
    assert b"Bern.txt" not in (index.path / "catalog.sqlite3").read_bytes()
    index.add(Source("Book.txt", "A text with a title.", title="Ulm and Bern"))
    index.add(Source("Paper.txt", "A text with a title."))
    index.remove("Book.txt")
    assert "Ulm and Bern" in {document.title for document in index.documents()}
    assert index.verify() == ()


def test_a_file_that_was_moved_keeps_its_document_and_its_history(folder: Path, index: Index) -> None:
    index.sync(folder)
    (folder / "Ulm.txt").write_text("Ulm has a new bridge.")
    (document_id,) = index.sync(folder).updated
    old = next(d for d in index.documents() if d.id == document_id).revision
    (folder / "deep").mkdir()
    (folder / "Ulm.txt").rename(folder / "deep" / "Danube.txt")
    changes = index.sync(folder)
    assert (changes.renamed, changes.added, changes.removed, changes.duplicates) == ((document_id,), (), (), ())
    assert Path(index.document(document_id).source).name == "Danube.txt"
    assert len(index._catalog.revisions(document_id)) == 2
    assert index.document(document_id, old).text == "Ulm has a new bridge."
    (folder / "Ulm.txt").write_text("A wholly different Ulm.")
    (new,) = index.sync(folder).added
    assert new != document_id, "the old name does not bring back the old document"


def test_an_old_revision_says_that_the_document_has_changed(index: Index) -> None:
    (document_id,) = index.add(Source("a.txt", "There are ten.")).added
    old = index.document(document_id).revision
    assert not index.document(document_id, old).changed_since
    index.add(Source("a.txt", "There are twelve."))
    assert index.document(document_id, old).changed_since
    assert index.document(document_id, old).text == "There are ten."
    assert not index.document(document_id).changed_since


def test_a_folder_that_is_suddenly_empty_is_not_taken_for_a_wish(folder: Path, index: Index) -> None:
    index.sync(folder)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(SourceError, match=r"holds no files any more.*index remove"):
        index.sync(folder)
    assert index.document_count() == 3


def test_a_file_has_one_name_however_its_path_is_given(folder: Path, index: Index) -> None:
    crooked = folder / "deep" / ".." / ".." / folder.name
    ids = set(index.add(crooked).added)
    assert index.sync(folder).unchanged == index.sync(crooked).unchanged
    (folder / "Ulm.txt").write_text("Ulm has a new bridge.")
    assert len(index.sync(folder).updated) == 1
    assert {document.id for document in index.documents()} == ids
    (folder / "Ulm.txt").unlink()
    assert len(index.sync(folder).removed) == 1


def test_names_of_earlier_versions_are_straightened_and_their_documents_stay(folder: Path, index: Index) -> None:
    paths = sorted(folder.iterdir())
    ids = [
        *index.add(Source(f"{folder}/../{folder.name}/{path.name}", path.read_text()) for path in paths[1:]).added,
        *index.add(Source(str(paths[0]), "What an earlier version made two documents of.")).added,
    ]
    index.sync(folder)
    assert [(entry.source, entry.also) for entry in index.listing()] == [(str(path), ()) for path in paths]
    assert {document.id for document in index.documents()} == set(ids)


def test_removing_a_name_leaves_the_document_to_the_others(index: Index) -> None:
    (document_id,) = index.add(Source("a.txt", "The mill burned down.")).added
    index.add(Source("b.txt", "The mill burned down."))
    assert index.remove("a.txt").removed == ()
    assert sources(index) == [("b.txt", ())]
    assert index.remove("b.txt").removed == (document_id,)
    with pytest.raises(UnknownDocumentError):
        index.remove(["c.txt"])


def held_anywhere(folder: Path, wanted: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and wanted in path.read_bytes()]


@pytest.mark.parametrize("real", [False, True], ids=["fake vectors", "the encoder"])
def test_what_is_removed_is_in_no_file_of_the_store(tmp_path: Path, folder: Path, *, real: bool) -> None:
    store = tmp_path / "store"
    secret = folder / "secret.txt"
    secret.write_text(f"{STORY} Nobody else knows.")
    with Index.open(store, encoder=SentenceTransformerEncoder() if real else HashEncoder()) as index:
        index.add(folder)
        secret.write_text(f"{STORY} Somebody else knows now.")
        index.add(folder)
        index.search("zebrafish ledger")
        (document_id,) = [d.id for d in index.documents() if "zebrafish" in d.text]
        _, kept = index._catalog.vectors(index._catalog.passage_ids([document_id]))
        vector = kept[0].tobytes()[:64]
        assert held_anywhere(store, STORY.encode()), "it would not be found at all"
        assert held_anywhere(store, vector)
        changes = index.remove(document_id, receipt=True)
        assert changes.removed == (document_id,)
        assert changes.receipt is not None
        assert (changes.receipt.sentences, changes.receipt.vectors, changes.receipt.traces) == (2, 1, ())
        assert changes.receipt.files >= 3
        for wanted in (STORY.encode(), b"zebrafish", b"Vandermolen", b"vandermolen", b"secret.txt", vector):
            assert held_anywhere(store, wanted) == []
        assert index.term_frequencies(["zebrafish"]) == {"zebrafish": 0}
        assert index.verify() == ()
    assert held_anywhere(store, STORY.encode()) == []


def test_removing_from_a_large_store_leaves_the_graph_to_the_next_add(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MADE_AT_ONCE", 2)
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add([folder, Source("a.txt", STORY)])
        assert index.status().vectors == "chroma"
        index.remove("a.txt")
        assert index.status().vectors == "scan"
        assert not (tmp_path / "store" / "vectors").exists()
        assert {Path(hit.source).stem for hit in index.search("bridge")} == {"Ulm", "Bern", "Graz"}
        index.add(Source("b.txt", "Basel has a bridge."))
        assert index.status().vectors == "chroma"
        assert index.verify() == ()


def test_nothing_of_the_memory_of_the_process_is_in_the_files(tmp_path: Path) -> None:
    for trial in range(5):
        with Index.open(tmp_path / str(trial), encoder=HashEncoder()) as index:
            index.add([Source("a.txt", STORY), Source("b.txt", "Bern has a bridge.")])
        (vectors,) = (tmp_path / str(trial)).rglob("data_level0.bin")
        (lengths,) = (tmp_path / str(trial)).rglob("length.bin")
        assert vectors.stat().st_size > 0
        assert not any(vectors.read_bytes()), "Chroma has both vectors in its log, and no more than room in its graph"
        assert not any(lengths.read_bytes())


def test_a_receipt_does_not_take_what_another_document_says_for_a_trace(index: Index) -> None:
    clauses = " ".join(f"Clause {n} binds both parties until this agreement is ended in writing." for n in range(60))
    index.add([Source("a.txt", f"{clauses}\n\nIt is for Ada alone."), Source("b.txt", f"{clauses}\n\nIt is for Bob.")])
    receipt = index.remove("a.txt", receipt=True).receipt
    assert receipt is not None
    assert receipt.sentences == receipt.vectors == 1
    assert receipt.traces == ()


def test_a_removal_of_several_is_whole_or_not_at_all(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.txt" for number in range(5)]
    index.add([Source(name, f"{STORY} This is copy {name}.") for name in names])
    before = index.generation()
    take_name = Catalog._take_name

    def interrupted(catalog: Catalog, connection: sqlite3.Connection, source: str, generation: int) -> None:
        if source == names[3]:
            raise KeyboardInterrupt
        take_name(catalog, connection, source, generation)

    with monkeypatch.context() as during:
        during.setattr(Catalog, "_take_name", interrupted)
        with pytest.raises(KeyboardInterrupt):
            index.remove(names)
    assert index.document_count() == 5
    assert index.generation() == before
    assert len(index.remove(names).removed) == 5
    assert index.generation() == before + 1


def test_a_receipt_looks_for_no_words_that_stand_anywhere_by_chance(index: Index) -> None:
    index.add([Source("a.txt", "Hi"), Source("b.txt", "Bern has a bridge.")])
    (index.path / "chance.bin").write_bytes(b"\0Hi\0")
    receipt = index.remove("a.txt", receipt=True).receipt
    assert receipt is not None
    assert (receipt.sentences, receipt.vectors, receipt.traces) == (0, 1, ())


def test_a_receipt_names_the_file_that_still_holds_it(index: Index) -> None:
    index.add(Source("a.txt", f"{STORY} It is so."))
    (index.path / "copy.bin").write_bytes(b"\0\0" + STORY.encode() + b"\0")
    receipt = index.remove("a.txt", receipt=True).receipt
    assert receipt is not None
    assert receipt.traces == ("copy.bin",)


def test_a_sentence_that_another_document_holds_too_is_no_trace(index: Index) -> None:
    index.add([Source("a.txt", f"{STORY} One."), Source("b.txt", f"{STORY} Two.")])
    receipt = index.remove("a.txt", receipt=True).receipt
    assert receipt is not None
    assert receipt.traces == ()


def test_a_removal_that_a_crash_cut_short_is_finished_at_the_next_opening(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with Index.open(store, encoder=HashEncoder()) as index:
        index.add([Source("a.txt", STORY), Source("b.txt", "Bern has a bridge.")])
        index.search("bridge")
        _, vectors = index._catalog.vectors(index._catalog.passage_ids([index._catalog.sources()["a.txt"]]))
        index._catalog.forget(["a.txt"])  # and the process ends here, before the caches follow
    with Index.open(store, encoder=HashEncoder()) as index:
        index.search("bridge")
    assert held_anywhere(store, STORY.encode()) == []
    assert held_anywhere(store, vectors[0].tobytes()[:64]) == []


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE revisions SET text = CAST('Another text.' AS BLOB)", "is not the one that was stored"),
        ("UPDATE revisions SET page_starts = '[0, 999]'", "is not what was stored as it"),
        ("DELETE FROM passages", "no passage"),
        ('UPDATE passages SET "end" = "end" + 1', "is not the one that was stored"),
        ("UPDATE passages SET vector = zeroblob(length(vector))", "is not the one that was stored"),
        ("UPDATE passages SET page = 7", "is not the one that was stored"),
        ("DELETE FROM sources", "has no name"),
    ],
)
def test_verify_finds_what_is_wrong(tmp_path: Path, damage: str, fault: str) -> None:
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        index.add(Source("a.txt", "Bern has a bridge."))
        assert index.verify() == ()
    connection = sqlite3.connect(tmp_path / "store" / "catalog.sqlite3")
    connection.execute(damage)
    connection.commit()
    connection.close()
    with Index.open(tmp_path / "store", encoder=HashEncoder()) as index:
        found = " ".join(index.verify())
    assert fault in found


def test_verify_knows_what_a_passage_must_be(index: Index) -> None:
    (document_id,) = index.add(Source("a.txt", "Bern has a bridge. It is old.")).added
    document = index.document(document_id)
    (passage,) = index._catalog.passages(index._catalog.passage_ids([document_id])).values()
    first, second = passage.sentences
    assert list(_passage_faults(document, [passage])) == []
    for wrong, fault in [
        (replace(passage, revision="other"), "is of the revision other"),
        (replace(passage, end=passage.end - 1), "begin and end with its sentences"),
        (replace(passage, sentences=(first, Span(second.start - 1, second.end))), "do not lie in the text"),
        (replace(passage, sentences=(first, Span(first.end - 1, second.end))), "overlap"),
        (replace(passage, page=2), "said to be on page 2"),
    ]:
        assert fault in " ".join(_passage_faults(document, [wrong]))


def test_verify_notices_a_vector_of_another_text(index: Index) -> None:
    index.add([Source("a.txt", "Bern has a bridge."), Source("b.txt", "A cat slept on the warm roof.")])
    connection = index._catalog._connection
    connection.execute(
        "UPDATE passages SET (vector, vector_checksum) = "
        "(SELECT vector, vector_checksum FROM passages ORDER BY id LIMIT 1)"
    )
    assert any("not that of its text" in fault for fault in index.verify())


def test_a_store_in_the_watched_folder_is_no_change_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sync writes to it, and would be followed by another."""
    filters: list[watchfiles.BaseFilter] = []
    monkeypatch.setattr(watchfiles, "watch", lambda *_, watch_filter, **__: filters.append(watch_filter) or iter(()))
    for store in (folder / "store", folder.parent):
        with Index.open(store, encoder=HashEncoder()) as index:
            assert list(index.watch(folder)) == []
    inside, around = filters
    assert not inside(watchfiles.Change.modified, str(folder / "store" / "catalog.sqlite3-wal"))
    assert inside(watchfiles.Change.added, str(folder / "storehouse.txt"))
    assert around(watchfiles.Change.added, str(folder / "storehouse.txt"))


def test_a_watched_folder_is_followed(folder: Path, index: Index) -> None:
    index.sync(folder)

    def edit() -> None:
        (folder / "Ulm.txt").write_text("Ulm has a minster.")
        (folder / "Bern.txt").unlink()

    threading.Timer(1.0, edit).start()
    changes = next(index.watch(folder))
    assert (len(changes.updated), len(changes.removed)) == (1, 1)
    assert [Path(document.source).name for document in index.documents()] == ["Graz.txt", "Ulm.txt"]
