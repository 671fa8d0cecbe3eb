"""Where a claim says the opposite of the sentences cited: negations, opposites, and how many of a kind are meant.

Only where the words around are the same, so that it is the same thing that is denied. What is denied in other words is
for the model to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile

from index.lexical import terms
from qa.verbs import BASE_FORM

_WORD = re.compile(r"(?i:non-)[^\W\d_]+|n['’]t\b|[^\W_]+?(?=n['’]t\b)|[^\W_]+(?:['’][^\W_]+)?|[.,;:!?()–—]")
_CLAUSE_ENDS = frozenset(
    ". , ; : ! ? ( ) – — but because although though while whereas which who if when".split()  # noqa: SIM905
)
_NEGATORS = frozenset(
    "not n't n’t cannot no never none neither nor nobody nothing nowhere without hardly barely scarcely rarely seldom "  # noqa: SIM905
    "lack lacks lacked lacking unable whether".split()
)
_VERBS_OF_NOT = {
    "to": re.compile(r"(?:fail|refus|declin|neglect)(?:e|es|ed|s|ing)?$"),
    "that": re.compile(r"den(?:y|ies|ied|ying)$"),
}
"""By the word that follows them."""
_EXEMPT = re.compile(
    r"\bnot (?:only|just|merely|simply|least|to mention|until)\b|\bnot (?=(?:\w+ ){1,4}until\b)|\bno doubt\b"
    r"|\b(?:no|not) (?:fewer|less|more|later|earlier|higher|lower|longer|smaller|greater|sooner) than\b"
    r"|\bat (?:least|most)\b"
    r"|\b(?:whether or|if) not\b|\bno\.(?= ?\d)|\bnothing but\b|\bno matter\b|\bnot (?:even )?(?=because\b)",
    re.IGNORECASE,
)
"""A "not" that denies nothing of what follows, with the words that mean something else beside it."""
_NOT_WITHOUT = re.compile(
    r"(?:\b(?:not|never|no)|\bcan(?:not|['’]t)|n['’]t) ((?:[\w'’-]+ ){1,10})(?:without|unless)\b", re.IGNORECASE
)
_ONLY_WITH = re.compile(r"\b(?:only|if|provided|requires?|needs?)\b", re.IGNORECASE)
"""What may not be done without consent may be done only with it."""

SCOPE_WORDS = 4
"""Words with a meaning after a negation that are taken to be denied by it, within its clause."""

ENOUGH = 0.75
"""The share of a negation's words that the other text has to hold, to be about the same thing."""

SAME_SUBJECT = 0.6
"""The share of the claim's words that the evidence has to hold where the words beside two opposites are no help."""

NEAR_WORDS = 3

_OPPOSED = """
    rise increase grow growth climb soar surge jump : fall decrease decline drop shrink shrunk plunge slump
    |more : fewer less|higher : lower|raise : lowered cut|up : down|upward : downward|before : after
    |earlier : later|first : last|earliest : latest|early : late
    |older : younger newer|oldest : youngest newest|largest biggest : smallest|larger bigger : smaller|highest : lowest
    |longest : shortest|longer : shorter|fastest : slowest|faster : slower|best : worst|better : worse
    |most : least fewest|maximum : minimum|majority : minority|above : below|over : under
    |north northern : south southern|east eastern : west western|northeast northwest : southeast southwest
    |left : right|upper : lower|win victory : lose defeat|allow permit : forbid forbidden ban prohibit
    |accept approve adopt : reject refuse|open : closed shut|begin start : end finish stop
    |buy purchase : sell|import : export|arrive : leave depart|include : exclude
    |support : oppose|male : female|man : woman|boy : girl|father : mother|son : daughter
    |brother : sister|husband : wife|king : queen|uncle : aunt|public : private|domestic : foreign
    |morning : evening night|summer : winter|spring : autumn|inside : outside|alive : dead|guilty : innocent
    |true : false|rich : poor|hot warm : cold cool|strong : weak|high : low|long : short|large big : small
    |cheap : expensive|profit : loss|strengthen : weaken|positive : negative|safe : dangerous|remember : forget
    |succeed : fail|success : failure|gain : loss|create build : destroy demolish|love : hate
    |easy : difficult hard|fast : slow|dry : wet|light : heavy dark|modern : ancient|appear : vanish disappear
    |improve : worsen|enter : exit|attack : defend|innocence : guilt|major : minor|same : different
    |permanent : temporary|full : empty|deep : shallow|wide : narrow|thick : thin|common : rare
"""
"""A word stands for all of its forms that have its `key`."""


def _pairs() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for pair in _OPPOSED.split("|"):
        sides = [frozenset(map(key, side.split())) for side in pair.split(" : ")]
        for side, other in (sides, sides[::-1]):
            found.update({word: found.get(word, frozenset()) | other for word in side})
    return found


_ONE_OF = {"men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot", "lives": "life"}


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """Return what tells a word from others: its stem, or itself if it is a word of the grammar."""
    lower = word.lower()
    found = terms(BASE_FORM.get(lower, _ONE_OF.get(lower, lower.replace("-", ""))))
    return found[0] if found else word.lower()


_CONVERSE = frozenset(map(key, ("win", "lose", "victory", "defeat", "buy", "sell", "import", "export", "attack")))
"""Words that are as true of the other one, the other way round."""

_BESIDE = frozenset(map(key, ("over", "under", "above", "below")))
"""Words that have other meanings ("under the lease"), and are compared beside the same words only."""

OPPOSITES = _pairs()
"""A word's `key` -> those that say the opposite."""

_UNIVERSAL = frozenset("all every each always entire entirely none never only whole".split())  # noqa: SIM905
_PARTIAL = frozenset("some several many most few often usually sometimes mostly partly half".split())  # noqa: SIM905
_PREFIX = re.compile(r"non-|(?:un|in|im|ir|il|dis|non|mis)-?(?=\w{4})")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    key: str
    content: bool
    denied_by: int | None = None  # the place of the negation in whose scope it stands
    undenied: str = ""  # the key of what a syllable before it denies: of "unsuccessful" that of "successful"


@dataclass(frozen=True, slots=True)
class _Negation:
    text: str
    clause: set[str]  # the words with a meaning of its clause, before it and after
    scope: list[str] = field(default_factory=list)  # those that it denies


def contradictions(claim: str, evidence: str) -> Iterator[str]:
    """Yield where the claim says the opposite of the evidence, a sentence each."""
    said, denials = _read(_only_with(claim, evidence))
    given, denials_given = _read(_only_with(evidence, claim))
    yield from _negations(said, denials, given, denials_given)
    yield from _opposites(said, given)
    yield from _quantifiers(said, given)


def _only_with(text: str, other: str) -> str:
    """Return a text with "with" for "not without" if the other text names a condition, too."""
    return _NOT_WITHOUT.sub(r"\1with", text) if _ONLY_WITH.search(other) else text


def _read(text: str) -> tuple[list[_Word], list[_Negation]]:
    """Return the words of a text and its negations, each with the words in its scope."""
    found = _WORD.findall(_EXEMPT.sub(" ", text))
    words: list[_Word] = []
    negations: list[_Negation] = []
    clause: set[str] = set()
    denies = False  # whether the last of the negations reaches so far
    for place, word in enumerate(found):
        lower = word.lower()
        verb_of_not = _VERBS_OF_NOT.get(found[place + 1]) if place + 1 < len(found) else None
        read = _Word(lower, lower, content=False)
        if lower in _NEGATORS or (verb_of_not is not None and verb_of_not.match(lower)):
            negations.append(_Negation(lower, clause))
            denies = True
        elif lower in _CLAUSE_ENDS:
            clause, denies = set(), False
        else:
            read = _word(word)
        if read.content:
            clause.add(read.key)
            if denies and len(negations[-1].scope) < SCOPE_WORDS:
                negations[-1].scope.append(read.key)
                read = replace(read, denied_by=len(negations) - 1)
        words.append(read)
    return words, negations


def _word(word: str) -> _Word:
    """Return a word by itself, which is neither a negation nor the end of a clause."""
    lower = word.lower()
    bare = _PREFIX.sub("", lower, count=1)
    return _Word(
        lower,
        key=key(word) if word[0].isalnum() else lower,
        content=word[0].isalpha() and bool(terms(word)),
        undenied=key(bare) if bare != lower else "",
    )


def _negations(
    said: Sequence[_Word], denials: Sequence[_Negation], given: Sequence[_Word], denials_given: Sequence[_Negation]
) -> Iterator[str]:
    for denial in denials:
        if _denied_alone(denial, denials_given, said, given):
            yield f"the sentences cited say this without “{_not(denial.text)}”"
            return
    for denial in denials_given:
        if _denied_alone(denial, denials, given, said) or _denies_all(denial, denials, given, said):
            yield f"the sentences cited say “{_not(denial.text)}” here, and this does not"
            return


def _not(word: str) -> str:
    return "not" if word in ("n't", "n’t", "cannot") else word


def _denied_alone(denial: _Negation, others: Sequence[_Negation], own: Sequence[_Word], words: Sequence[_Word]) -> bool:
    """Whether the other text says the same words without denying them, and denies nothing of the kind."""
    scope = denial.scope
    if not scope:
        return False
    plain = {word.key for word in words if word.content and word.denied_by is None}
    if set(scope) <= {word.key for word in own if word.denied_by is None}:
        return False  # its own text says both
    own_keys = {word.key for word in own}
    only_there = [word for word in words if word.key not in own_keys]
    if any(_same_scope(scope, other.scope) for other in others):
        return False
    if denial.text == "neither" and any(denial.clause.intersection(other.scope) for other in others):
        return False  # "neither Anna nor Bob came" and "Anna and Bob did not come"
    if any(_is_opposite(other, denied) for other in only_there for denied in scope):
        return False
    held = [word in plain for word in scope]
    return held[0] and sum(held) >= ENOUGH * len(held)


def _denies_all(denial: _Negation, others: Sequence[_Negation], own: Sequence[_Word], words: Sequence[_Word]) -> bool:
    """Whether a denial of the evidence is of all that a shorter claim says: "may not sublet the flat or any of it"."""
    said = {word.key for word in words if word.content}
    if not denial.scope or denial.scope[0] not in said or len(said) < 2 or others:
        return False
    if denial.scope[0] in {word.key for word in own if word.denied_by is None}:
        return False  # the evidence says it elsewhere
    return len(said & denial.clause) >= ENOUGH * len(said)


def _same_scope(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two negations deny the same: they share the first word, or half of their words."""
    shared = set(one) & set(other)
    return bool(shared) and (one[0] == other[0] or 2 * len(shared) >= min(len(one), len(other)))


def _is_opposite(word: _Word, other: str) -> bool:
    return other == word.undenied or other in OPPOSITES.get(word.key, frozenset())


def _opposites(said: Sequence[_Word], given: Sequence[_Word]) -> Iterator[str]:
    keys, keys_given = ({word.key for word in words} for words in (said, given))
    content = {word.key for word in said if word.content}
    overlap = len(content & keys_given) / max(1, len(content))
    for place, word in enumerate(said):
        if word.key in keys_given:
            continue
        opposed = OPPOSITES.get(word.key, frozenset()) | {word.undenied}
        for other_place, other in enumerate(given):
            is_opposite = other.key in opposed or other.undenied == word.key
            if not is_opposite or other.key in keys or (word.denied_by is None) != (other.denied_by is None):
                continue
            if word.key in _CONVERSE and not _near(said, place, after=0) & _near(given, other_place, after=0):
                continue  # what one wins the other loses
            if not _figures_after(said, place) <= _figures_after(given, other_place):
                continue  # what opens at 9 and is shut at 6 closes at 6
            is_same = overlap >= SAME_SUBJECT and word.key not in _BESIDE
            if is_same or _near(said, place) & _near(given, other_place):
                yield f"the sentences cited say “{other.text}”, not “{word.text}”"
                return


def _figures_after(words: Sequence[_Word], place: int) -> set[str]:
    """Return the numbers soon after a word, up to the end of a time that begins with it: "open from 9 to 6"."""
    following = takewhile(lambda word: word.text not in _ENDS_OF_TIME, words[place + 1 : place + 2 + NEAR_WORDS])
    return {word.text for word in following if word.text[0].isdigit()}


_ENDS_OF_TIME = frozenset(("to", "until", "till", "through", "–"))


def _near(words: Sequence[_Word], place: int, *, after: int = NEAR_WORDS) -> set[str]:
    around = [*words[max(0, place - NEAR_WORDS) : place], *words[place + 1 : place + 1 + after]]
    return {word.key for word in around if word.content}


def _quantifiers(said: Sequence[_Word], given: Sequence[_Word]) -> Iterator[str]:
    wholes = _counted(said, _UNIVERSAL)
    parts, wholes_given = _counted(given, _PARTIAL), _counted(given, _UNIVERSAL)
    for noun, word in wholes.items():
        if noun in parts and noun not in wholes_given:
            yield f"the sentences cited say “{parts[noun]}”, not “{word}”"
            return


def _counted(words: Sequence[_Word], quantifiers: frozenset[str]) -> dict[str, str]:
    """Return the noun after each quantifier -> the quantifier."""
    found: dict[str, str] = {}
    for place, word in enumerate(words):
        if word.text in quantifiers:
            noun = next((other.key for other in words[place + 1 : place + 4] if other.content), None)
            if noun:
                found.setdefault(noun, word.text)
    return found
