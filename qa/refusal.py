"""Nothing is sure enough to be cited -> why, in words, and whether the documents may say all the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import terms
from qa.language import foreign_language
from qa.named import named_terms, unmentioned
from qa.types import MAY_SAY, NOT_SAID, Evidence

TOLD_CHARS = 40
"""The language of a shorter sentence is told by its passage."""


def refusal(
    question: str, query: str, evidence: Sequence[Evidence], *, may_say: bool, unmet: str | None = None
) -> tuple[str, bool]:
    """Return why nothing is cited, and whether the documents may say all the same.

    ``query`` is what the ``evidence``, best first, was read for, ``may_say`` whether to leave it open. ``unmet`` is a
    thing that all was asked about and nothing mentions.
    """
    if not evidence:
        return _nothing_found(question), False
    first = evidence[0]
    found_in = foreign_language(first.text if len(first.text) >= TOLD_CHARS else first.hit.text)
    if language := found_in or foreign_language(question):
        what = "What was found" if found_in else "The question"
        unread = f"{what} is in {language}, and it reads English well and other languages badly"
        return f"{MAY_SAY} {unread}: look at the nearest sentence yourself.", True
    if unmet:
        but = "; other words may speak of it" if may_say else ""
        return f"{MAY_SAY if may_say else NOT_SAID} No sentence found mentions “{unmet}”{but}.", may_say
    asked = [term for term in named_terms(query) if term in question]  # not what the talk lent
    told = first.features.get("told", 0.0) > 0  # somewhere in its document, so that it may well be about that
    lacking = "" if told else _listed(unmentioned(asked, first.surroundings), query)
    if may_say:
        but = f", and the nearest does not mention {lacking}" if lacking else ""
        return f"{MAY_SAY} It could not find a sentence that clearly answers the question{but}.", True
    why = f"does not mention {lacking}" if lacking else "does not seem to answer the question"
    return f"{NOT_SAID} The nearest sentence found {why}.", False


def _nothing_found(question: str) -> str:
    if not has_words(question):
        return "There is no question to answer."
    if not says_what(question):
        return "The question does not say what it is about."
    return f"{NOT_SAID} No sentence has anything to do with the question."


def has_words(question: str) -> bool:
    """Whether there is anything to understand; in "???" there is not."""
    return any(map(str.isalnum, question))


def says_what(query: str) -> bool:
    """Whether a question has a word to look for; "When?" and "Who did it?" have none."""
    return bool(terms(query)) or re.search(r"[A-Z]{2}", query) is not None


def _listed(words: Sequence[str], question: str) -> str:
    """Return the words as a list, those in one that stand side by side in the question."""
    names: list[str] = []
    for word in words:
        if names and f"{names[-1]} {word}" in question:
            names[-1] += f" {word}"
        else:
            names.append(word)
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
