"""Question and history -> a query that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import terms
from qa.types import Answer

_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b[A-Z]\w+")
_LEANING = re.compile(
    # "there" as a place, and not as in "how many were there" or "there is"
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )\bthere\b"
    r"(?! (?:is|are|was|were|will|has|have|had)\b)"
    # "that" for something said before, and not as in "the group that claimed it"
    r"|\b(?:this|that|these|those|one|ones|else|others?)\W*$"
    r"|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would) (?:this|that|these|those)\b"
    r"|^(?:and|but|so|what about|how about|what else|who else)\b",
    flags=re.IGNORECASE,
)


def standalone(question: str, history: Sequence[Answer | str]) -> str:
    """Return the question, completed with the last one if it leans on it.

    It leans if it points back ("there", "and", "Did that"), says "he" or "they" and names nobody itself, or has no word
    of its own ("Why?"). A question that does not lean is searched as it was typed.
    """
    asked = question.strip()
    leans = _LEANING.search(asked) or (_PERSON.search(asked) and not _NAME.search(asked)) or not terms(asked)
    if not history or not leans:
        return question
    *earlier, last = history
    before = last.query if isinstance(last, Answer) else standalone(last, earlier)
    return f"{before} {question}"
