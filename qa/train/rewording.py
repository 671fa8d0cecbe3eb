"""A true sentence -> other wordings of it that are as true, and altered ones that are not.

What is changed in an altered one is known to the character, so that a model can learn which words are wrong. Nothing of
this is used to measure: `evals.claims` makes its pairs by other means, of other texts.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.types import Span
from qa.quantities import MONTH, WEEKDAY
from qa.train.questions import OPPOSITES, names
from qa.verbs import IRREGULAR_PAST


@dataclass(frozen=True, slots=True)
class Altered:
    """A sentence that is no longer true, and the places of what is wrong in it."""

    text: str
    wrong: tuple[Span, ...]


Change = tuple[int, int, str]


# ---- other words for the same ------------------------------------------------------------------------------------

_SAME = """
    said:stated|stated:said|began:started|started:began|about:around|approximately:about|also:|however,:|large:big
    big:large|because:since|in order to:to|located in:in|is located in:lies in|such as:like|received:got|children:kids
    many:a lot of|several:a number of|purchased:bought|bought:purchased|assisted:helped|helped:assisted|use:utilise
    used:employed|employed:used|utilized:used|obtained:got|shows:demonstrates|demonstrated:showed|showed:demonstrated
    created:made|made:created|built:constructed|constructed:built|film:movie|movie:film|doctor:physician|ended:finished
    finished:ended|whole:entire|entire:whole|important:significant|significant:important|main:primary|primary:main
    near:close to|close to:near|often:frequently|frequently:often|quickly:fast|difficult:hard|allowed:permitted
    permitted:allowed|required:needed|needed:required|produced:made|known as:called|called:known as|named:called
    died:passed away|killed:left dead|injured:hurt|hurt:injured|wounded:injured|attacked:assaulted|city:town
    firm:company|company:firm|job:position|house:home|country:nation|nation:country|people:persons|persons:people
    area:region|region:area|war:conflict|road:street|car:automobile|money:funds|funds:money|kind:type|type:kind
    begin:start|start:begin|buy:purchase|ask:request|asked:requested|tell:inform|answered:replied|replied:answered
    chose:selected|selected:chose|gave:provided|provided:gave|kept:retained|retained:kept|left:departed from
    said that:said|noted that:said|claimed that:said|announced that:said|various:different|was able to:could
    were able to:could|is able to:can|as well as:and|in addition to:besides|until:till|every:each|each:every|may:might
    might:may|moreover,:|furthermore,:|therefore,:so|thus:so|currently:now|now:currently|formerly:previously
    previously:formerly|primarily:mainly|mainly:primarily|almost:nearly|nearly:almost|enormous:huge|huge:enormous
    rapidly:quickly|in the year:in|prior to:before|following:after|regarding:about|concerning:about|shortly:soon
    did not:didn't|does not:doesn't|do not:don't|is not:isn't|was not:wasn't|were not:weren't|are not:aren't
    cannot:can't|could not:couldn't|would not:wouldn't|has not:hasn't|had not:hadn't|have not:haven't|will not:won't
    didn't:did not|wasn't:was not|isn't:is not|don't:do not|rose:went up|fell:went down|increased:rose|rose:increased
    decreased:fell|declined:fell|grew:increased|dropped:fell|won:was the winner of|lost:was beaten in
"""
_SYNONYMS = [tuple(pair.split(":")) for pair in re.split(r"[|\n]", _SAME.strip())]
_SYNONYM = {one.strip(): other.strip() for one, other in _SYNONYMS}
_SYNONYM_AT = re.compile(
    r"(?<![\w'’-])(?:" + "|".join(sorted(map(re.escape, _SYNONYM), key=len, reverse=True)) + r")(?![\w'’-])"
)

_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_OPENING = re.compile(
    r"^(?:(?P<time>(?:In|On|At|During|By|Since|After|Before|Until|From|For|As of) [^,]{3,45}), "
    r"|(?:However|Moreover|Also|Furthermore|Therefore|Thus|Then|For example|For instance|In addition|In fact|Indeed"
    r"|As a result|Meanwhile|Later|But|And|So|Yet|Still|Finally|Additionally),? )(?=[A-Za-z])"
)
_ASIDE = re.compile(
    r"\s?\([^()]{2,120}\)|,(?: which| who| where| including| such as)[^,;.]{4,90}(?=,\s)"
    r"|, [^,]{4,50},(?= (?:is|was|were|are|has|had)\b)"
)
_TAIL = re.compile(
    r"(?:,|;)? (?:which|who|where|while|although|because|whereas|when|after|before|and|but|with|by|including"
    r"|such as|as|since|so|to|in|for|on|during) [^.]*(?=[.!?]$)"
)
_SECOND = re.compile(r"(?:; |, (?:and|but|so|while|although) )(?=(?:the|he|she|it|they|this|these|[A-Z])\b)")
_PASSIVE = re.compile(
    r"^((?:The |A |An )?[\w' -]{3,40}?) (?:was|were) (\w+ed) by ((?:the |a )?[A-Z][\w'.]*(?: [A-Z][\w'.]*)*)(.*)[.]$"
)
_OWNED = re.compile(r"\b([A-Z][a-z]+)['’]s ([a-z]+)\b")
_FULL_NAME = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. )?([A-Z][a-z]{3,})\b(?! [A-Z])")
_DATE = re.compile(rf"\b({MONTH}) (\d{{1,2}}), (\d{{4}})\b")
_OTHER_DATE = re.compile(rf"\b(\d{{1,2}}) ({MONTH}) (\d{{4}})\b")
_MILLIONS = re.compile(r"\b(\d{1,3}),(\d)00,000\b")
_ADVERB = re.compile(r"(?<= )(?:very|really|quite|also|\w{3,}ly) (?=[a-z])")


def reworded(sentence: str, chance: random.Random) -> str:
    """Return a sentence that is true if the given one is: shorter, or in other words; or the sentence itself."""
    text = sentence
    for change, share in (
        (_without_opening, 0.5), (_shortened, 0.45), (_other_figures, 0.5), (_turned, 0.6), (_synonyms, 0.7),
    ):  # fmt: skip
        if chance.random() < share:
            text = change(text, chance)
    return text


def joined(one: str, other: str, chance: random.Random) -> str:
    """Return two sentences as one."""
    link = chance.choice([", and ", ", and ", "; ", ", while ", " and "])
    first = other[:1].lower() + other[1:] if _is_common(other.split(maxsplit=1)[0]) else other
    return f"{one.rstrip('.!? ')}{link}{first}"


def _is_common(first: str) -> bool:
    """Whether the first word of a sentence has its capital for that alone."""
    return first.lower().rstrip(",") in _STARTS or first.endswith(("ing", "ly", "ly,"))


_STARTS = frozenset(
    """
    the a an this that these those he she it they his her its their in on at by for from with after before during while
    when as if there some many most all both each such one two three several other another no not however although
    """.split()  # noqa: SIM905
)


def _without_opening(text: str, chance: random.Random) -> str:
    opening = _OPENING.match(text)
    if not opening or len(text) - opening.end() < 25:
        return text
    rest = text[opening.end() :]
    rest = rest[:1].upper() + rest[1:]
    if opening["time"] and chance.random() < 0.5:
        when = opening["time"]
        return f"{rest.rstrip('. ')} {when[:1].lower()}{when[1:]}."
    return rest


def _shortened(text: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.35:
        return _ASIDE.sub("", text, count=1)
    if kind < 0.55:
        return _ADVERB.sub("", text, count=1)
    if kind < 0.75:
        parts = _SECOND.split(text, maxsplit=1)
        if len(parts) == 2 and min(map(len, parts)) > 25:
            part = chance.choice(parts)
            return f"{part[:1].upper()}{part[1:].rstrip('. ')}."
        return text
    tails = [tail for tail in _TAIL.finditer(text) if tail.start() > 30 and not _needed(text[: tail.start()])]
    if not tails:
        return text
    return f"{text[: chance.choice(tails).start()]}."


def _needed(start: str) -> bool:
    """Whether a sentence cannot end here, or would say more without what follows ("not ... but", "few")."""
    if start.count("(") != start.count(")") or start.count('"') % 2:
        return True
    last = re.findall(r"[\w']+", start)[-1:]
    return bool(
        re.search(
            r"\b(?:not|no|never|if|only|few|may|might|could|would|unless|either|between|from|claim\w*)\b|n't", start
        )
    ) or (
        bool(last) and last[0].lower() in _STARTS | {"is", "was", "were", "are", "to", "of", "and", "or", "had", "has"}
    )


def _other_figures(text: str, chance: random.Random) -> str:
    text = _DATE.sub(r"\2 \1 \3", text) if chance.random() < 0.5 else _OTHER_DATE.sub(r"\2 \1, \3", text)
    text = text.replace("%", " percent") if chance.random() < 0.5 else re.sub(r" per ?cent\b", "%", text)
    text = _MILLIONS.sub(lambda number: f"{number[1]}.{number[2]} million".replace(".0 ", " "), text)
    if chance.random() < 0.5:
        return re.sub(
            r"(?<![\w.,$-])([2-9]|1[0-2])(?= [a-z]{3,}s\b)", lambda number: _SPELLED[int(number[0]) - 2], text
        )
    spelled = "|".join(_SPELLED)
    return re.sub(rf"(?<![\w-])(?:{spelled})(?= [a-z]{{3,}}s\b)", lambda word: str(_SPELLED.index(word[0]) + 2), text)


def _turned(text: str, chance: random.Random) -> str:
    if passive := _PASSIVE.match(text):
        patient, verb, agent, rest = passive.groups()
        if patient.startswith(("The ", "A ")):
            patient = patient[:1].lower() + patient[1:]
        return f"{agent[:1].upper()}{agent[1:]} {verb} {patient}{rest}."
    if chance.random() < 0.5:
        text = _OWNED.sub(r"the \2 of \1", text, count=1)
    elif chance.random() < 0.6:
        text = _FULL_NAME.sub(r"\1", text, count=1)
    return text[:1].upper() + text[1:]


def _synonyms(text: str, chance: random.Random) -> str:
    replaced = _SYNONYM_AT.sub(lambda word: _SYNONYM[word[0]] if chance.random() < 0.5 else word[0], text)
    return re.sub(r"\s{2,}", " ", replaced).strip()


# ---- what is no longer true --------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_NUMBER_WORD = re.compile(
    r"(?<![\w-])(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|first|second|third|fourth|fifth|hundred|thousand|million|billion|double|twice|half)(?![\w-])",
    re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|must|may|might|did|does|do)\b"
    r"(?! not\b|n't|,)(?= \w)"
)
_NOT = re.compile(r"(?: not\b| never\b|n't\b)")
_PAST = re.compile(
    r"(?<=[\w,] )(\w{3,}ed|" + "|".join(IRREGULAR_PAST) + r")\b"
    r"(?= (?:the|a|an|his|her|its|their|to|in|on|from|at|with|that|into|about|[A-Z]))"
)
_MOST = {
    "some": "all", "many": "all", "most": "all", "several": "all", "few": "many",
    "often": "always", "usually": "always", "sometimes": "always", "all": "few", "always": "rarely", "rarely": "often",
    "mostly": "entirely", "partly": "fully",
    "at least": "at most", "at most": "at least", "more than": "less than", "less than": "more than",
    "fewer than": "more than", "over": "under", "up to": "at least", "only": "not only",
    "may": "will", "might": "will", "could": "did", "possibly": "certainly", "probably": "certainly",
    "allegedly": "undoubtedly", "reportedly": "undoubtedly", "likely": "certain", "suspected": "proven",
    "planned": "managed", "hopes": "managed", "tried": "managed", "wanted": "managed",
}  # fmt: skip
_QUANTIFIED = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(_MOST, key=len, reverse=True)) + r")(?![\w-])")
_MORE = """
    rose fell|increased decreased|grew shrank|gained lost|higher lower|higher-than lower-than
    |improved worsened|up down|raised lowered|larger smaller|bigger smaller|older younger|longer shorter
    |faster slower|better worse|stronger weaker|left right|open closed|opened closed|early late|earlier later
    |success failure|successful unsuccessful|legal illegal|possible impossible|able unable|likely unlikely
    |known unknown|married divorced|alive dead|born killed|built destroyed|agreed disagreed|approved rejected
    |passed failed|succeeded failed|joined left|arrived departed|bought sold|remembered forgot|loved hated
    |praised criticized|popular unpopular|common rare|rich poor|guilty innocent|safe dangerous
    |positive negative|advantage disadvantage|strength weakness|includes excludes|profit loss|rising falling
    |growing shrinking|victory defeat|friend enemy|attack defend|permanent temporary|major minor
    |direct indirect|complete incomplete
"""
_MORE_OPPOSITES = {
    word: other for pair in _MORE.split("|") for one, two in [pair.split()] for word, other in ((one, two), (two, one))
}
_OPPOSED = {**OPPOSITES, **_MORE_OPPOSITES}
_UNITS = [
    "days weeks months years hours minutes", "million billion thousand", "miles kilometres metres feet inches",
    "percent times", "dollars euros pounds", "kilograms pounds tonnes grams", "square cubic", "degrees percent",
]  # fmt: skip
_UNIT = {word: [other for other in group.split() if other != word] for group in _UNITS for word in group.split()}
_CONTENT = re.compile(r"(?<![\w'’-])[a-z]{5,}(?![\w'’-])")


def altered(sentence: str, elsewhere: str, far: Sequence[str], chance: random.Random) -> Altered | None:
    """Return the sentence with one thing changed so that it is not true, or None if nothing can be.

    ``elsewhere`` is text of the same document, from which numbers, names and words are taken; ``far``: names of others.
    """
    kinds = list(_KINDS)
    chance.shuffle(kinds)
    kinds.sort(key=lambda kind: chance.random() ** (1 / _KINDS[kind]), reverse=True)
    for kind in kinds:
        changes = list(kind(sentence, elsewhere, far, chance))
        if changes:
            return _applied(sentence, chance.choice(changes))
    return None


def _applied(sentence: str, changes: Sequence[Change]) -> Altered | None:
    text, wrong, shift = sentence, [], 0
    for start, end, new in sorted(changes):
        text = text[: start + shift] + new + text[end + shift :]
        first, last = start + shift, start + shift + len(new)
        if not new.strip():  # what is gone is felt by the words beside it
            first, last = max(0, first - 6), min(len(text), first + 7)
        wrong.append(Span(first, last))
        shift += len(new) - (end - start)
    return Altered(text, tuple(wrong)) if text != sentence else None


def _numbers(sentence: str, elsewhere: str, _: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    others = [number for number in _NUMBER.findall(elsewhere) if number not in sentence]
    for found in _NUMBER.finditer(sentence):
        alike = [other for other in others if len(other) == len(found[0])] or others
        new = chance.choice(alike) if alike and chance.random() < 0.5 else _near(found[0], chance)
        if new != found[0]:
            yield [(*found.span(), new)]
    for found in _NUMBER_WORD.finditer(sentence):
        rank = found[0].lower() in _RANKED
        group = (
            _RANKED
            if rank
            else _SCALED
            if found[0].lower() in _SCALED
            else [*_SPELLED, "fifteen", "twenty", "thirty", "fifty"]
        )
        new = chance.choice([word for word in group if word != found[0].lower()])
        yield [(*found.span(), new.capitalize() if found[0][0].isupper() else new)]


_RANKED = ["first", "second", "third", "fourth", "fifth", "last"]
_SCALED = ["hundred", "thousand", "million", "billion"]


def _near(number: str, chance: random.Random) -> str:
    plain = number.replace(",", "")
    if "." in plain:
        whole, _, decimals = plain.partition(".")
        steps = [-2, -1, 1, 2, 3, 5] if int(whole) > 2 else [1, 2, 4]
        return f"{int(whole) + chance.choice(steps)}.{decimals}"
    value = int(plain[:15])
    if 1000 <= value <= 2100 and "," not in number:
        return str(value + chance.choice([-100, -50, -20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10, 20, 50, 100]))
    choices = [
        value + 1,
        value + 2,
        value + 10,
        value * 2,
        value * 10,
        max(1, value // 2),
        max(1, value - 1),
        value + 5,
    ]
    new = chance.choice([one for one in choices if one != value])
    return f"{new:,}" if "," in number else str(new)


def _dates(sentence: str, _: str, __: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    for group in (_MONTHS, _WEEKDAYS):
        for found in re.finditer(rf"\b(?:{'|'.join(group)})\b", sentence):
            yield [(*found.span(), chance.choice([word for word in group if word != found[0]]))]


def _names(sentence: str, elsewhere: str, far: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    here = sentence.lower()
    near = [name for name in names(elsewhere) if name.lower() not in here and not _is_date(name)]
    away = [name for name in far if name.lower() not in here and not _is_date(name)]
    places = [
        found for found in _CAPITALS.finditer(sentence) if not _is_date(found[0]) and not _common_first(found, sentence)
    ]
    for found in places:
        pool = near if near and chance.random() < 0.6 else away or near
        alike = [name for name in pool if name.count(" ") == found[0].count(" ")] or pool
        if alike:
            yield [(*found.span(), chance.choice(alike))]


_CAPITALS = re.compile(r"\b[A-Z][\w'’-]+(?: (?:of |the |de |van )?[A-Z][\w'’-]+)*")


def _is_date(name: str) -> bool:
    return re.match(rf"(?:{MONTH}|{WEEKDAY})", name) is not None


def _common_first(found: re.Match[str], sentence: str) -> bool:
    return found.start() == 0 and (" " not in found[0] or found[0].split()[0].lower() in _STARTS)


def _roles(sentence: str, _: str, __: Sequence[str], ___: random.Random) -> Iterator[list[Change]]:
    found = [one for one in _CAPITALS.finditer(sentence) if not _is_date(one[0]) and not _common_first(one, sentence)]
    for one, other in itertools.pairwise(found):
        between = sentence[one.end() : other.start()]
        if one[0] != other[0] and len(between) > 6 and not re.fullmatch(r"\W*(?:and|or)?\W*", between):
            yield [(*one.span(), other[0]), (*other.span(), one[0])]
    numbers = list(_NUMBER.finditer(sentence))
    for first, second in itertools.pairwise(numbers):
        if first[0] != second[0]:
            yield [(*first.span(), second[0]), (*second.span(), first[0])]


def _negations(sentence: str, _: str, __: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    for found in _NOT.finditer(sentence):
        yield [(*found.span(), "")]
    for found in _AUXILIARY.finditer(sentence):
        yield [(found.end(), found.end(), chance.choice([" not", " not", " never"]))]
    for found in _PAST.finditer(sentence):
        base = IRREGULAR_PAST.get(found[0]) or _base(found[0])
        yield [(*found.span(), chance.choice([f"did not {base}", f"didn't {base}", f"never {found[0]}"]))]


def _base(past: str) -> str:
    stem = past[:-2]
    if re.search(r"([bdgmnprt])\1$", stem):
        return stem[:-1]
    if stem.endswith("i"):
        return stem[:-1] + "y"
    return (
        past[:-1]
        if re.search(r"(?:[aiou][bcdgklmnprstvz]|[cgsvz]|[aeiou][rs]|[ts]l|u)$", stem)
        and not re.search(r"(?:[aeo][ei]|ou|ai|ea|oi)\w$", stem)
        else stem
    )


def _opposites(sentence: str, _: str, __: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    for found in re.finditer(r"(?<![\w-])[a-z]+(?![\w-])", sentence):
        if found[0] in _OPPOSED:
            yield [(*found.span(), _OPPOSED[found[0]])]


def _quantifiers(sentence: str, _: str, __: Sequence[str], ___: random.Random) -> Iterator[list[Change]]:
    for found in _QUANTIFIED.finditer(sentence):
        yield [(*found.span(), _MOST[found[0]])]


def _units(sentence: str, _: str, __: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    for found in re.finditer(r"(?<![\w-])[a-z]{4,}(?![\w-])", sentence):
        if found[0] in _UNIT:
            yield [(*found.span(), chance.choice(_UNIT[found[0]]))]
    for found in re.finditer(r"[$€£]", sentence):
        yield [(*found.span(), chance.choice([sign for sign in "$€£" if sign != found[0]]))]


def _words(sentence: str, elsewhere: str, _: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    """Put another word of the document, with the same ending, in the place of one."""
    here = set(_CONTENT.findall(sentence))
    others = [word for word in _CONTENT.findall(elsewhere) if word not in here]
    for found in _CONTENT.finditer(sentence):
        alike = [word for word in others if word[-2:] == found[0][-2:] and word[:4] != found[0][:4]]
        if alike and found[0] not in _STARTS:
            yield [(*found.span(), chance.choice(alike))]


def _additions(sentence: str, elsewhere: str, far: Sequence[str], chance: random.Random) -> Iterator[list[Change]]:
    """Add what the sentence does not say: the end of another, or a name or year."""
    end = len(sentence.rstrip(".!? "))
    tails = [
        tail[0].rstrip(".!? ")
        for tail in re.finditer(
            r"(?:,? (?:which|who|where|because|after|with|in|by|for|during|on|from|despite)) [^.,;]{8,70}", elsewhere
        )
        if tail[0].strip(", ").lower() not in sentence.lower()
    ]
    if tails:
        yield [(end, end, chance.choice(tails))]
    if far and chance.random() < 0.5:
        yield [(end, end, f" {chance.choice(['in', 'with', 'for', 'at'])} {chance.choice(far)}")]


_KINDS: dict[Callable[[str, str, Sequence[str], random.Random], Iterator[list[Change]]], float] = {
    _numbers: 2.0, _dates: 1.5, _names: 1.8, _roles: 0.6, _negations: 1.8, _opposites: 1.2, _quantifiers: 0.8,
    _units: 0.5, _words: 1.0, _additions: 1.0,
}  # fmt: skip
"""The ways to alter a sentence, and how readily each is taken."""
