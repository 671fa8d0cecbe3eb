"""Addresses of citations: written, read, refused, and followed to their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, Source, Span, UnknownDocumentError
from qa import answer
from qa.address import Address, AddressError, find

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(document=names, revision=names, start=st.integers(0, 10**11), length=st.integers(1, 10**6))
def test_an_address_reads_back_whatever_the_names_hold(document, revision, start, length):
    address = Address(document, revision, Span(start, start + length))
    assert Address.parse(str(address)) == address
    assert Address.parse(f" {Address(document, revision)} ") == Address(document, revision)
    assert str(address).isascii()
    assert not set(str(address)) & set(' <>"\n')


def test_an_address_looks_as_documented():
    assert str(Address("report-1", "0123abcd", Span(120, 245))) == "verbatim:report-1@0123abcd#char=120,245"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "not an address"),
        ("https://example.org/", "not an address"),
        ("verbatim:a#char=1,2", "not an address"),
        ("verbatim:a@b#char=1", "not an address"),
        ("verbatim:a@b#char=-1,2", "not an address"),
        ("verbatim:a@b#char=1,2;length=9", "not an address"),
        ("verbatim:a@b#char=\u0661,\u0662", "not an address"),
        ("verbatim:a@b@c", "not an address"),
        ("verbatim:a@b#char=5,5", "no characters"),
        ("verbatim:a@b#char=7,5", "no characters"),
        ("verbatim:%ff@b#char=1,2", "not UTF-8"),
        ("verbatim:" + "a" * 3000 + "@b", "at most"),
    ],
)
def test_what_is_no_address_is_refused_by_name(wrong, said):
    with pytest.raises(AddressError, match=said):
        Address.parse(wrong)


def test_every_citation_leads_to_its_sentence_and_its_neighbours(seed_index: Index):
    (citation,) = answer("How many troops remain in Iraq?", index=seed_index).citations[:1]
    place = find(citation.address, seed_index)
    assert place.text == citation.text
    assert place.document.source == citation.source
    text = place.document.text
    assert f"{place.before} {place.text} {place.after}" == " ".join(
        text[text.index(place.before) : text.index(place.after) + len(place.after)].split()
    )


def test_an_address_still_opens_after_the_document_changed_and_says_when_it_is_gone(index: Index):
    text = "The mill opened in 1901. It burned down in 1955. It was built again."
    index.add(Source("mill.txt", text))
    (old,) = index.documents()
    start = text.index("It burned")
    address = Address(old.id, old.revision, Span(start, start + len("It burned down in 1955.")))
    index.add(Source("mill.txt", "The mill has closed."))
    place = find(str(address), index)
    assert (place.before, place.text, place.after) == (
        "The mill opened in 1901.",
        "It burned down in 1955.",
        "It was built again.",
    )
    assert place.document.changed_since
    with pytest.raises(AddressError, match="beyond the text"):
        find(Address(old.id, old.revision, Span(0, 10_000)), index)
    with pytest.raises(UnknownDocumentError, match="revision"):
        find(Address(old.id, "0" * 12, Span(0, 5)), index)
    with pytest.raises(UnknownDocumentError, match="no document"):
        find("verbatim:nothing@000000000000#char=0,5", index)
    index.remove(old.id)
    with pytest.raises(UnknownDocumentError):
        find(address, index)


def test_the_first_and_the_last_sentence_have_one_neighbour(index: Index):
    index.add(Source("a.txt", "One is here. Two is there."))
    (document,) = index.documents()
    assert find(Address(document.id, document.revision, Span(0, 12)), index).before == ""
    assert find(Address(document.id, document.revision, Span(13, 26)), index).after == ""
    assert find(Address(document.id, document.revision), index).text == document.text
