"""A question with slips of the finger -> the question that was meant, where only one can have been.

A word is corrected if neither the documents hold it nor the language, as far as the reader's vocabulary and a
dictionary tell. It becomes the word of the documents that it is with two neighbouring letters exchanged; or else,
unless it is a name or short, the only word of the language or of the documents that is another slip away, if the
documents hold it. No name is given other letters: who is asked about is not for us to guess.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources

from index.lexical import STOP_WORDS, terms

_WORD = re.compile(r"(?<![\w'’./@-])[A-Za-z][a-z]{3,}(?![\w'’/@-]|\.\w)")
_APART = re.compile(r"\b([A-Za-z]{1,4})[ -](\d{1,5})\b(?![.,:%-]\d)")
GRAMMAR = frozenset(STOP_WORDS.split())

SHORT = 4
"""In words of so many letters, and no more, other slips than an exchange are left: most are a letter from another word.
A name of so many is left altogether."""


LONG = 6
"""So many letters a word needs, and so does its stem, to become one that only the documents know: a trade's words are
near to many others."""

ENDING = 2
"""It is no slip of such a word if these last letters differ: the documents are known by their stems, so that
"grinde" is in them where "grinding" is."""


def joined_codes(question: str, frequencies: Callable[[Iterable[str]], Mapping[str, int]]) -> str:
    """Return a question with "E 05" and "E-05" as "E05", if so the documents write it, and not apart."""

    def joined(match: re.Match[str]) -> str:
        whole, parts = terms("".join(match.groups())), [terms(part) for part in match.groups()]
        found = frequencies([*whole, *(term for part in parts for term in part)])
        is_apart = all(part and all(map(found.get, part)) for part in parts)
        return "".join(match.groups()) if whole and all(map(found.get, whole)) and not is_apart else match[0]

    return _APART.sub(joined, question)


def corrected(
    question: str, frequencies: Callable[[Iterable[str]], Mapping[str, int]], is_word: Callable[[str], bool]
) -> str:
    """Return a question without slips.

    ``frequencies`` tells in how many passages each of some `terms` stands, ``is_word`` whether the language has a word.
    """

    def known(word: str) -> bool:
        found = list(terms(word))
        return word in GRAMMAR or (bool(found) and all(frequencies(found).values()))

    def meant(match: re.Match[str]) -> str:
        typed, word = match[0], match[0].lower()
        is_name = typed != word and match.start() > 0
        if is_word(word) or known(word) or (is_name and len(word) <= SHORT) or word in _dictionary():
            return typed
        found = [one for one in _exchanged(word) if known(one)]
        if not found and not is_name and len(word) > SHORT:
            long = len(word) >= LONG
            found = [
                one
                for one in _slipped(word)
                if is_word(one)
                or (long and one[-ENDING:] == word[-ENDING:] and known(one) and len("".join(terms(one))) >= LONG)
            ]
            found.sort(key=is_word, reverse=True)
        if len({tuple(terms(one)) or one for one in found}) != 1 or not known(found[0]):
            return typed
        return found[0] if typed == word else found[0].capitalize()

    return _WORD.sub(meant, question)


@cache
def _dictionary() -> frozenset[str]:
    """Return 82,765 words of English with their forms: the reader's vocabulary lacks scooters, modems and lessors.

    They tell which words are none. What a slip becomes is looked for in the vocabulary alone, since the more words
    there are, the fewer are the only one that can be meant.
    """
    listed = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.partition(" ")[0] for line in listed.splitlines())


def _exchanged(word: str) -> list[str]:
    return [f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}" for place in range(len(word) - 1)]


def _slipped(word: str) -> list[str]:
    """Return what a word may have been before a letter was left out, added or mistaken, but for the first.

    Nor is the last mistaken: a washer is nothing washed.
    """
    pairs = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    left_out = [f"{head}{letter}{tail}" for head, tail in pairs for letter in string.ascii_lowercase]
    added = [head + tail[1:] for head, tail in pairs if tail]
    mistaken = [f"{head}{letter}{tail[1:]}" for head, tail in pairs if tail[1:] for letter in string.ascii_lowercase]
    return [*left_out, *added, *mistaken]
