"""Addresses of citations: ``verbatim:document@revision#char=120,245``, which mean the same words for ever.

An address names one revision of one document, and in it the characters ``text[120:245]``: offsets as everywhere here,
and as in RFC 5147, where ``char=120,245`` is what lies between the 120th and the 245th gap between characters. Ids are
percent-encoded, so that an address is a URI whatever an id holds. A revision is told by a digest of its text, so that
an address never means other words; where the document or the revision is gone, that is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from index.errors import VerbatimError
from index.sentences import sentence_spans
from index.types import Document, Span

if TYPE_CHECKING:
    from index import Index

SCHEME: Final = "verbatim"

NEIGHBOURHOOD = 5_000
"""Characters on either side of a place in which its neighbours are looked for."""

MAX_ADDRESS_CHARS = 2_000
"""Longer ones are not read; an id that people can read has some fifty."""

_FORM = "verbatim:DOCUMENT@REVISION#char=START,END"
_ADDRESS = re.compile(r"(?i:verbatim):([^@#\s]+)@([^@#\s]+)(?:#char=([0-9]{1,12}),([0-9]{1,12}))?")


class AddressError(VerbatimError):
    """What was given is no address, or leads outside its document; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Address:
    """A place in one revision of a document: ``span`` is half-open, in characters; None is all of it."""

    document_id: str
    revision: str
    span: Span | None = None

    def __str__(self) -> str:
        """Return the address as one writes it."""
        names = f"{SCHEME}:{quote(self.document_id, safe='')}@{quote(self.revision, safe='')}"
        return names if self.span is None else f"{names}#char={self.span.start},{self.span.end}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address. Raises `AddressError`, naming what is wrong with it."""
        text = text.strip()
        if len(text) > MAX_ADDRESS_CHARS:
            raise AddressError(f"an address has at most {MAX_ADDRESS_CHARS:,} characters, and this {len(text):,}")
        match = _ADDRESS.fullmatch(text)
        if match is None:
            raise AddressError(f"{text!r:.200} is not an address; one has the form {_FORM}")
        document_id, revision, start, end = match.groups()
        try:
            names = (unquote(document_id, errors="strict"), unquote(revision, errors="strict"))
        except UnicodeDecodeError as error:
            raise AddressError(f"{text!r:.200} is not an address: its escapes (%..) are not UTF-8") from error
        if start is None:
            return cls(*names)
        if int(start) >= int(end):
            raise AddressError(f"{text!r:.200} names no characters: the end has to be greater than the start")
        return cls(*names, Span(int(start), int(end)))


@dataclass(frozen=True, slots=True)
class Place:
    """What an address leads to: the words there, and the sentences before and after them ("" where there is none)."""

    address: Address
    document: Document
    text: str
    before: str
    after: str

    @property
    def recognised(self) -> bool:
        """Whether some of the words were recognised on a picture of their page."""
        document = self.document
        return document.is_recognised(self.address.span or Span(0, len(document.text)))

    @property
    def page(self) -> int:
        """The page, from 1, on which the words begin."""
        return self.document.page(self._start)

    @property
    def where(self) -> str:
        """The page, line or time at which the words begin, as `Document.where` says it."""
        return self.document.where(self._start)

    @property
    def _start(self) -> int:
        return self.address.span.start if self.address.span else 0


def find(address: Address | str, index: Index) -> Place:
    """Return the place that an address leads to; one without characters leads to the whole text.

    Raises `AddressError` for what is no address or leads beyond the text, and `UnknownDocumentError` where the document
    or the revision is not in the store (any more).
    """
    address = Address.parse(address) if isinstance(address, str) else address
    document = index.document(address.document_id, address.revision)
    if address.span is None:
        return Place(address, document, document.text, "", "")
    if address.span.end > len(document.text):
        raise AddressError(
            f"{address} leads beyond the text of {document.source}, which has {len(document.text):,} characters"
        )
    before, after = _neighbours(document.text, address.span)
    return Place(address, document, address.span.of(document.text), before, after)


def _neighbours(text: str, place: Span) -> tuple[str, str]:
    """Return the sentence that ends before a place and the one that begins after it."""
    first = max(0, place.start - NEIGHBOURHOOD)
    before = sentence_spans(text[first : place.start])
    after = sentence_spans(text[place.end : place.end + NEIGHBOURHOOD])
    return (
        before[-1].of(text[first : place.start]) if before else "",
        after[0].of(text[place.end : place.end + NEIGHBOURHOOD]) if after else "",
    )
