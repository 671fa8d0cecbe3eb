"""What is ours: a question becomes an answer; documents go in and out; an address opens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Path, Query, Response, UploadFile

from index import Changes, Index, Source
from index.load import MAX_FILE_BYTES
from qa import Answer, answer
from qa.address import MAX_ADDRESS_CHARS, find
from qa.export import to_json
from ui.api.forms import AnswerForm, Ask, ChangesForm, DocumentForm, Documents, PlaceForm
from ui.api.problems import documented
from ui.api.prose import Prose
from ui.chat.feedback import forget_removed
from ui.desk import Desk
from ui.questions import QuestionError, checked_question
from ui.uploads import told_apart

MAX_FILES = 100

Id = Annotated[str, Path(description="The id of a document.", max_length=500)]
Revision = Annotated[
    str | None, Query(description="A revision; the one that is searched, if left out.", min_length=1, max_length=64)
]


def routes(index: Index, desk: Desk, prose: Prose | None = None) -> APIRouter:
    """Return the routes over an index; answers are worked out at the desk, and written out by ``prose``."""
    router = APIRouter()

    @router.post(
        "/answer",
        response_class=Response,
        responses={
            200: {"model": AnswerForm, "description": "An answer, or what tells why there is none."},
            **documented(404, 409, 503),
        },
    )
    async def answer_question(asked: Ask) -> Response:
        """Answer a question with sentences copied word for word, or say that the documents do not say.

        The same question about the same revisions gets the same bytes. How long each stage took is in Server-Timing.
        """
        if asked.write and prose is None:
            raise QuestionError("this server has no model to write with: start it with `verbatim serve --llm`")
        question = checked_question(asked.question)
        history = [checked_question(earlier) for earlier in asked.history]

        def task() -> tuple[Answer, float]:
            began = perf_counter()
            result = answer(
                question, index=index, history=history, documents=asked.documents, max_error=asked.max_error
            )
            return result, perf_counter() - began

        result, called = await desk.work_out(task)
        if asked.write and prose is not None:
            result = await prose.write(result)
        stages = {**result.seconds, "answer": called}
        timing = ", ".join(f"{stage};dur={seconds * 1000:.1f}" for stage, seconds in stages.items())
        return Response(to_json(result), media_type="application/json", headers={"server-timing": timing})

    @router.get("/open", responses=documented(404))
    def open_address(
        address: Annotated[
            str,
            Query(
                description="The address of a citation, percent-encoded.",
                max_length=MAX_ADDRESS_CHARS,
                examples=["verbatim:report-0123abcd@0123456789ab#char=120,245"],
            ),
        ],
    ) -> PlaceForm:
        """Return the words at an address, with the sentences around them."""
        place = find(address, index)
        return PlaceForm(
            address=str(place.address),
            document=DocumentForm.of(place.document),
            text=place.text,
            before=place.before,
            after=place.after,
            page=place.page,
            where=place.where,
            recognised=place.recognised,
        )

    @router.get("/documents")
    def list_documents() -> Documents:
        """List all documents, a line each."""
        return Documents.of(index.listing())

    @router.post("/documents", responses=documented(429, 503, 507))
    def add_documents(
        files: Annotated[list[UploadFile], File(description="Files; the same name again is an update.")],
    ) -> ChangesForm:
        """Add or update documents. A file that cannot be read is a row of ``failed``; the others still go in."""
        if len(files) > MAX_FILES:
            raise QuestionError(f"at most {MAX_FILES} files can be added at once")
        sources, failed = told_apart(map(_source, files), {})
        changes = index.add(sources)
        return told(replace(changes, failed=(*changes.failed, *failed)))

    @router.get("/documents/{document_id}", responses=documented(404))
    def get_document(document_id: Id, revision: Revision = None) -> DocumentForm:
        """Return what is known of a document, but not its text."""
        return DocumentForm.of(index.document(document_id, revision))

    @router.get(
        "/documents/{document_id}/text",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(404)},
    )
    def get_text(document_id: Id, revision: Revision = None) -> Response:
        """Return the text of a revision, exactly as it is cited."""
        document = index.document(document_id, revision)
        headers = {"etag": f'"{document.sha256}"'}
        return Response(document.text, media_type="text/plain", headers=headers)

    @router.delete("/documents/{document_id}", responses=documented(404, 503, 507))
    def remove_document(document_id: Id) -> ChangesForm:
        """Remove a document with all its revisions, so that nothing of it is left in the store."""
        return told(forget_removed(index, index.remove([index.document(document_id).id])))

    return router


def _source(file: UploadFile) -> Source:
    """Return an uploaded file under its own name, without the folders that a client may put before it."""
    if (file.size or 0) > MAX_FILE_BYTES:
        raise HTTPException(413, f"A file may hold at most {MAX_FILE_BYTES:,} bytes.")
    return Source(file_name(file.filename or ""), file.file.read())


def file_name(given: str) -> str:
    """Return the name of a file that was sent. Raises `QuestionError` for none, or one that no file could have."""
    name = PurePosixPath(given.replace("\\", "/").rstrip("/")).name
    if not name or name in {".", ".."} or len(name) > 255 or not name.isprintable():
        raise QuestionError("a file needs a name of at most 255 characters, whose ending tells its kind")
    return name


def told(changes: Changes) -> ChangesForm:
    """Return what was done as it is sent."""
    return ChangesForm.model_validate(changes, from_attributes=True)
