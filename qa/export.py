"""An answer in the forms that other programs read: JSON, Markdown, W3C Web Annotations, links into web pages.

All are functions of the answer (and of the documents as they were), so that the same question about the same revisions
gives the same bytes: nothing here asks for the time, and the time that an answer took is in none of them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from index.errors import VerbatimError
from qa.address import Address
from qa.types import UNANSWERED, Answer, Citation, Written

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from index import Index

SCHEMA: Final = "verbatim-answer/1"
"""The form of the JSON. Its number is raised when a field changes its meaning or goes, not when one is added."""

CONTEXT_CHARS: Final = 32
"""Characters of prefix and suffix in a TextQuoteSelector."""


class ExportError(VerbatimError):
    """What was given is no answer that this version can read."""


# ---- JSON ----


def to_dict(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data, with what can be derived from it: text, short, abstained, and addresses."""
    fields = _answers().dump_python(answer, mode="json", exclude={"hits", "seconds", "parts"})
    fields["citations"] = [citation_dict(citation) for citation in answer.citations]
    fields["nearest"] = citation_dict(answer.nearest) if answer.nearest else None
    fields["parts"] = [to_dict(part) for part in answer.parts]
    derived = {"text": answer.text, "short": answer.short, "abstained": answer.abstained}
    return {"schema": SCHEMA, **fields, **derived}


def citation_dict(citation: Citation) -> dict[str, Any]:
    """Return a citation as plain data, with its address, and a link where its source is a web page."""
    fields: dict[str, Any] = _citations().dump_python(citation, mode="json")
    return {**fields, "short": citation.short, "address": citation.address, "link": web_link(citation)}


def to_json(answer: Answer, *, indent: int | None = 2) -> str:
    """Return an answer as JSON, the same for the same answer to the last byte; `from_json` reads it back."""
    return json.dumps(to_dict(answer), ensure_ascii=False, indent=indent)


def from_json(text: str | bytes) -> Answer:
    """Read an answer back; all but ``hits`` and ``seconds`` is as it was. Raises `ExportError` for anything else."""
    from pydantic import ValidationError

    try:
        fields = json.loads(text)
        if not isinstance(fields, dict) or fields.get("schema") != SCHEMA:
            found = fields.get("schema") if isinstance(fields, dict) else None
            raise ExportError(f"this is no answer in the form {SCHEMA!r} (its schema is {found!r:.60})")
        return _answers().validate_python(_readable(fields))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ExportError(f"this is not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ExportError(f"this answer is not whole: {place}: {first['msg']}") from error


def _readable(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an answer that are read back."""
    parts = [_readable(part) if isinstance(part, dict) else part for part in fields.get("parts", ())]
    return {**{name: value for name, value in fields.items() if name not in {"hits", "seconds"}}, "parts": parts}


@cache
def _answers() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter  # here, since it takes longer to import than the rest of this package

    return TypeAdapter(Answer)


@cache
def _citations() -> TypeAdapter[Citation]:
    from pydantic import TypeAdapter

    return TypeAdapter(Citation)


# ---- Markdown ----

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$^@]|(?<=\w):(?=//)|(?<=www)\.|^[-+=]", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")  # begins a list


def to_markdown(answer: Answer) -> str:
    """Return an answer as Markdown: the question, the quotations, and a footnote for each with its place."""
    lines = [f"**{markdown(answer.question)}**"] if answer.question.strip() else []
    if answer.reply is not None:
        return "\n\n".join([*lines, markdown(answer.reply)]) + "\n"
    shown: set[int] = set()
    for part in answer.parts or (answer,):
        lines += [f"*{markdown(part.question)}*"] if answer.parts else []
        lines += _refused(part) if part.abstained else _quoted(part, shown)
    near = tuple(one.numbered(number) for number, one in enumerate(answer.near, start=1)) if answer.abstained else ()
    if near:
        lines += [f"{answer.near_label}:", *(markdown_quotation(one, one.number) for one in near)]
    if answer.written:
        lines += markdown_prose(answer.written)
    return "\n\n".join([*lines, *map(_footnote, answer.citations or near)]) + "\n"


def _refused(answer: Answer) -> Iterator[str]:
    yield markdown(answer.reason)
    yield from _missing(answer)


def _missing(answer: Answer) -> Iterator[str]:
    if answer.missing:
        yield "Nowhere in the documents: " + markdown(", ".join(answer.missing))


def _quoted(answer: Answer, shown: set[int]) -> Iterator[str]:
    """Yield the quotations; one that was ``shown`` for an earlier question by its number alone."""
    yield from _missing(answer)
    yield from markdown_differences(answer)
    if answer.mentions:
        yield answer.sureness
    if again := [citation.number for citation in answer.citations if citation.number in shown]:
        yield f"See above: {''.join(f'[^{number}]' for number in again)}"
    yield from (markdown_quotation(one, one.number) for one in answer.quotations if one.number not in shown)
    yield from (f"{UNANSWERED}: {markdown(part)}" for part in answer.unanswered)
    shown.update(citation.number for citation in answer.citations)


def markdown_differences(answer: Answer, before: int = 0) -> Iterator[str]:
    """Yield where documents differ; ``before`` is how many footnotes there are before those of the citations."""
    for several in answer.differing:
        values = [
            f"{markdown(one.short or one.text)}[^{before + one.number}] ({markdown(one.document)})" for one in several
        ]
        yield f"Your documents differ: {', '.join(values)}."


def markdown_prose(written: Written, before: int = 0) -> Iterator[str]:
    """Yield what a model wrote: the paragraph that holds, then what was struck and why, then the note.

    ``before`` is how many footnotes there are before those of its citations.
    """
    yield f"Written by {markdown(written.model)}, each sentence checked against the quotations:"
    held = [
        " ".join((markdown(one.text), "".join(f"[^{before + number}]" for number in one.numbers)))
        for one in written.sentences
        if one.holds
    ]
    if held:
        yield " ".join(held)
    for sentence in written.sentences:
        if not sentence.holds:
            yield f"~~{markdown(sentence.text)}~~ (struck: {markdown('; '.join(sentence.reasons))})"
    if written.note:
        yield markdown(written.note)


def markdown_quotation(citation: Citation, footnote: int) -> str:
    """Return a quotation, its lines kept, with the number of its footnote; above it who or what it is about."""
    context = f"> *{markdown(citation.context.text)}*\n>\n" if citation.context else ""
    lines = "\\\n".join(f"> {markdown(line)}" for line in citation.text.strip().splitlines())
    return f"{context}{lines}[^{footnote}]"


def _footnote(citation: Citation) -> str:
    title = markdown(citation.title)
    link = web_link(citation)
    named = f"[{title}](<{link}>)" if link else title
    return f"[^{citation.number}]: {named}, {citation.place}, `{citation.address}`"


def markdown(text: str) -> str:
    """Return text on one line, in which Markdown finds no mark of its own, so that the words themselves are shown."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))


# ---- W3C Web Annotation Data Model ----


def to_annotations(answer: Answer, index: Index) -> dict[str, Any]:
    """Return the citations of an answer as a W3C AnnotationCollection (JSON-LD), one annotation each.

    The target is the document under its `Address`, with a TextPositionSelector (whose offsets count code points, as
    ours do) and a TextQuoteSelector. Where the source is a web page, the page is a target, too, by its quotation alone:
    its markup has other offsets than its text. Raises `UnknownDocumentError` if a document has left the store.
    """
    name = uuid.uuid5(uuid.NAMESPACE_URL, to_json(answer, indent=None)).urn
    items = [_annotation(answer, citation, index) for citation in answer.citations]
    collection: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": name,
        "type": "AnnotationCollection",
        "label": answer.question,
        "total": len(items),
    }
    if items:
        collection["first"] = {"id": f"{name}#page", "type": "AnnotationPage", "startIndex": 0, "items": items}
    return collection


def _annotation(answer: Answer, citation: Citation, index: Index) -> dict[str, Any]:
    text = index.document(citation.document_id, citation.revision).text
    quoted = {
        "type": "TextQuoteSelector",
        "exact": citation.text,
        "prefix": text[max(0, citation.start - CONTEXT_CHARS) : citation.start],
        "suffix": text[citation.end : citation.end + CONTEXT_CHARS],
    }
    position = {"type": "TextPositionSelector", "start": citation.start, "end": citation.end}
    document = str(Address(citation.document_id, citation.revision))
    targets = [{"source": document, "selector": [position, quoted]}]
    if is_web_page(citation.source):
        targets.append({"source": citation.source, "selector": [quoted]})
    return {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"{citation.address}\n{answer.question}").urn,
        "type": "Annotation",
        "motivation": "highlighting",
        "body": {"type": "TextualBody", "value": answer.question, "format": "text/plain", "purpose": "describing"},
        "target": targets,
    }


# ---- links into web pages ----

LONGEST_EXACT: Final = 300
"""Longer sentences are named by their first and last words, as browsers do themselves."""

EDGE_WORDS: Final = 6


def is_web_page(source: str) -> bool:
    """Whether a document's source is the address of a web page."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s<>\"\\]", source)


def web_link(citation: Citation) -> str | None:
    """Return a link that opens the cited web page at the sentence and marks it (``#:~:text=``); else None.

    A sentence of several lines or of more than `LONGEST_EXACT` characters is named by its first and last words, since a
    browser looks for an exact text within one block of the page only. The first place on the page that fits is marked.
    """
    if not is_web_page(citation.source):
        return None
    words = citation.text.split()
    short = len(citation.text) <= LONGEST_EXACT and not re.search(r"[\t\r\n]", citation.text)
    if short or len(words) < 2 * EDGE_WORDS:
        directive = _directive(words)
    else:
        directive = f"{_directive(words[:EDGE_WORDS])},{_directive(words[-EDGE_WORDS:])}"
    page, _, anchor = citation.source.partition("#")
    return f"{page}#{anchor.partition(':~:')[0]}:~:text={directive}"


def _directive(words: list[str]) -> str:
    """Encode words for a text directive, where ``-``, ``,`` and ``&`` have a meaning of their own."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
