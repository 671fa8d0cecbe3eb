"""The shapes of what goes in and out. What goes out is made from the types of `qa` and `index`, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from index import Document
from index.types import Entry
from qa import Answer, Citation
from qa.address import Address
from ui.questions import MAX_HISTORY, MAX_QUESTION_CHARS

QuestionText = Annotated[str, StringConstraints(max_length=MAX_QUESTION_CHARS)]
DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Ask(BaseModel):
    """A question, and what to look at."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: QuestionText = Field(description="In plain words.", examples=["How many troops remain in Iraq?"])
    history: list[QuestionText] = Field(
        default=[], max_length=MAX_HISTORY, description="Earlier questions, oldest first; a follow-up is completed."
    )
    documents: list[DocumentId] | None = Field(
        default=None, max_length=10_000, description="The ids of the documents to answer from; all, if left out."
    )
    max_error: float | None = Field(
        default=None, ge=0, le=1, description="The share of wrong answers, among those given, that you can live with."
    )
    write: bool = Field(
        default=False, description="Have the answer written out by the server's model; each sentence is checked."
    )


def _made_from(kind: type, left_out: Collection[str] = (), **more: Any) -> Any:  # noqa: ANN401 - types made at runtime
    """Return the shape of a dataclass as JSON, with some fields left out and what is derived from them put in."""
    hints = get_type_hints(kind)
    own = {field.name: (hints[field.name], ...) for field in fields(kind) if field.name not in {*left_out, *more}}
    return create_model(kind.__name__, __doc__=kind.__doc__, **(own | more))


CitationForm: Any = _made_from(
    Citation,
    short=(str | None, ...),
    address=(str, Field(description="verbatim:document@revision#char=start,end")),
    link=(str | None, Field(description="Opens the web page that it comes from at the sentence, if it is one.")),
)

AnswerForm: Any = _made_from(
    Answer,
    {"hits", "seconds"},
    schema_=(str, Field(alias="schema", description="The version of this form.", examples=["verbatim-answer/1"])),
    text=(str, ...),
    short=(str | None, ...),
    abstained=(bool, ...),
    citations=(list[CitationForm], ...),
    nearest=(CitationForm | None, ...),
    parts=(list[dict[str, Any]], Field(description="Answers of this same form, where several questions were asked.")),
)


class DocumentForm(BaseModel):
    """A document, without its text."""

    id: str
    revision: str
    source: str
    title: str
    characters: int
    pages: int = Field(description="Or sheets, slides, parts of a book, seconds of subtitles.")
    sha256: str
    address: str
    author: str | None
    date: str | None
    added: str
    latest: str
    recognised: list[int] = Field(description="Pages whose text was recognised on a picture of them.")
    unread: list[int] = Field(description="Pages that are pictures and were not read.")

    @classmethod
    def of(cls, document: Document) -> DocumentForm:
        """Return what is told of a document."""
        same = ("id", "revision", "source", "title", "sha256", "author", "date", "added", "latest")
        return cls(
            **{name: getattr(document, name) for name in same},
            characters=len(document.text),
            pages=len(document.page_starts),
            recognised=list(document.recognised),
            unread=list(document.unread),
            address=str(Address(document.id, document.revision)),
        )


EntryForm: Any = _made_from(Entry, address=(str, Field(description="That of the whole text.")))


class Documents(BaseModel):
    """All documents, a line each."""

    documents: list[EntryForm]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Documents:
        """Return what is told of a listing."""
        lines = [{**asdict(entry), "address": str(Address(entry.id, entry.revision))} for entry in entries]
        return cls.model_validate({"documents": lines})


class FailureForm(BaseModel):
    """A file that did not go in, or not with all its pages, and why."""

    source: str
    reason: str


class ChangesForm(BaseModel):
    """What was done, as ids of documents."""

    added: list[str]
    updated: list[str]
    unchanged: list[str]
    duplicates: list[str]
    removed: list[str]
    failed: list[FailureForm]
    partial: list[FailureForm] = Field(description="Files that went in without some of their pages.")


class PlaceForm(BaseModel):
    """Where an address leads: the words there, and the sentences before and after them."""

    address: str
    document: DocumentForm
    text: str
    before: str
    after: str
    page: int
    where: str = Field(description="Page, line or time, as one looks for it in the file.")
    recognised: bool = Field(description="Whether the words were recognised on a picture of the page.")
