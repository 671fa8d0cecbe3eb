"""Other words that mean the same, from WordNet, so that questions are not always asked in the words of their passage.

Debian's package ``wordnet-base`` puts its files into /usr/share/wordnet.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from index.lexical import STOP_WORDS
from qa.train.questions import OPPOSITES

_KINDS = {"noun": "1", "verb": "2", "adj": "3", "adv": "4"}
_SATELLITE = "5"
_ENDINGS = {"noun": ("", "s"), "verb": ("", "s", "ed", "ing"), "adj": ("",), "adv": ("",)}

_KEPT = frozenset([*STOP_WORDS.split(), *OPPOSITES, "year", "years", "does"])
"""Words of the grammar, and those whose opposites make other questions of this one."""

LEAST_TIMES = 2
"""So often a word must have had the meaning in WordNet's tagged texts; rarer ones sound odd."""

LEAST_SHARE = 0.6
"""The share of a word's uses that its commonest meaning must have: else another may be meant."""


class Synonyms:
    """Knows for a word, as it stands in a text, others of the commonest meaning that the word has, in the same form."""

    def __init__(self, folder: Path) -> None:
        self._others: dict[str, tuple[str, ...]] = {}
        counts = _counts(folder / "cntlist.rev")
        uses: dict[str, dict[str, int]] = defaultdict(dict)
        for (lemma, kind, _), times in counts.items():
            uses[lemma][kind] = uses[lemma].get(kind, 0) + times
        for kind in _KINDS:
            senses = dict(_senses(folder / f"index.{kind}"))
            irregular = _irregular(folder / f"{kind}.exc")
            words: dict[str, list[str]] = defaultdict(list)
            for lemma, synsets in senses.items():
                for number, synset in enumerate(synsets, start=1):
                    if counts.get((lemma, kind, number), 0) >= LEAST_TIMES:
                        words[synset].append(lemma)
            for lemma, synsets in senses.items():
                if counts.get((lemma, kind, 1), 0) < LEAST_SHARE * sum(uses[lemma].values()):
                    continue
                others = [other for other in words[synsets[0]] if other != lemma]
                for ending in _ENDINGS[kind] if others else ():
                    listed = {} if (kind, ending) == ("verb", "s") else irregular
                    forms = [_inflected(other, ending, listed) for other in others]
                    self._others.setdefault(_inflected(lemma, ending, listed), tuple(forms))

    def of(self, word: str) -> Sequence[str]:
        """Return other words for a word in small letters; none if there are none that surely mean the same."""
        return self._others.get(word, ())

    def reworded(self, question: str, held: Collection[str], chance: random.Random) -> str:
        """Return the question with one to three of its words in other words, of those ``held`` by its answer if any."""
        found = [match for match in re.finditer(r"(?<=[a-z,] )[a-z]{4,}\b", question) if match.group() not in _KEPT]
        known = [match for match in found if self.of(match.group())]
        known = [match for match in known if match.group() in held] or known
        chosen = chance.sample(known, min(len(known), chance.randint(1, 3)))
        for match in sorted(chosen, key=lambda one: -one.start()):
            question = question[: match.start()] + chance.choice(self.of(match.group())) + question[match.end() :]
        return question


def _counts(file: Path) -> Mapping[tuple[str, str, int], int]:
    """Return how often each meaning of a word was met: by the word, its kind and the meaning's number."""
    kinds = {number: kind for kind, number in _KINDS.items()} | {_SATELLITE: "adj"}
    found = {}
    for line in file.read_text(encoding="ascii").splitlines():
        key, number, times = line.split()
        lemma, _, rest = key.partition("%")
        found[lemma, kinds[rest[0]], int(number)] = int(times)
    return found


def _senses(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Give each single word of a kind with its meanings, the commonest first."""
    for line in file.read_text(encoding="ascii").splitlines():
        lemma, *fields = line.split()
        if line.startswith(" ") or not lemma.isalpha():
            continue
        yield lemma, fields[-int(fields[1]) :]


def _irregular(file: Path) -> Mapping[str, list[str]]:
    """Return the forms of words that are not made by rule."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text(encoding="ascii").splitlines():
        form, *lemmas = line.split()
        for lemma in lemmas:
            found[lemma].append(form)
    return found


def _inflected(lemma: str, ending: str, irregular: Mapping[str, Sequence[str]]) -> str:
    """Return the lemma with an ending: "buy", "ed" -> "bought"."""
    if not ending:
        return lemma
    known = [form for form in irregular.get(lemma, ()) if form.endswith("ing") == (ending == "ing")]
    return known[0] if known else _regular(lemma, ending)


def _regular(lemma: str, ending: str) -> str:
    if ending == "s":
        if re.search(r"(?:s|x|z|ch|sh)$", lemma):
            return f"{lemma}es"
        return f"{lemma[:-1]}ies" if re.search(r"[^aeiou]y$", lemma) else f"{lemma}s"
    if ending == "ed" and lemma.endswith("e"):
        return f"{lemma}d"
    if ending == "ed" and re.search(r"[^aeiou]y$", lemma):
        return f"{lemma[:-1]}ied"
    if ending == "ing" and re.search(r"[^e]e$", lemma):
        return f"{lemma[:-1]}ing"
    return lemma + ending
