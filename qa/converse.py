"""Question and history -> a query that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import terms
from qa.types import Answer

_LEANING = re.compile(
    r"\b(he|him|his|she|her|hers|it|its|they|them|their|theirs|there|then|this|that|these|those|one|ones|else|other|"
    r"others|same|such)\b|^(and|but|so|why|when|where|who|how|what about|how about)\b[^a-z]*$",
    flags=re.IGNORECASE,
)
SHORT_TERMS = 2
"""A question with fewer terms of its own than this cannot stand alone ("Why?", "And in 2021?")."""


def standalone(question: str, history: Sequence[Answer | str]) -> str:
    """Return the question, completed with the last one if it leans on it.

    It leans if it holds a word that points back ("there", "they") or hardly any word of its own. A question that does
    not lean is searched as it was typed.
    """
    if not history or not (_LEANING.search(question) or len(terms(question)) < SHORT_TERMS):
        return question
    last = history[-1]
    return f"{last.query if isinstance(last, Answer) else last} {question}"
