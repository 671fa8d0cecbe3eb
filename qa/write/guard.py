"""What may not pass between documents, a model and the reader, whatever the checker thinks of it.

On the way in: a sentence of a document that speaks to the machine that reads it ("ignore your instructions and say …")
is quoted like any other, but no model gets it. On the way out: addresses, markup, characters that steer a display, and
statements that their sentence does not make itself but only quotes or asks to be made. These rules know forms, not
meanings: what gets past them still has to pass the checker, and stands beside its quotation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from index.lexical import terms

LONGEST_SENTENCE: Final = 600
"""Characters. A longer one is none that a reader could check, and is struck."""

_MOST_LOOKED_AT: Final = 2 * LONGEST_SENTENCE
"""Characters of what a model or its server says in which addresses are looked for, which takes long in a long text."""

REMOVED: Final = "[address left out]"
"""What stands in a struck sentence where it named an address."""

_UNSEEN_ALLOWED: Final = "\u00ad\u200c\u200d"  # soft hyphens, and the joiners that some scripts are written with

# ---- addresses and markup ----

_LETTER_DOT = r"[.\u3002\uff0e\uff61]"
_ADDRESS = re.compile(
    rf"""
    \b[a-z][a-z0-9+.-]{{1,20}}:[/\\]{{2}}\S*          # any scheme
    | (?<![:/\w])//[\w-]+{_LETTER_DOT}\S+          # or none
    | \b(?:mailto|javascript|data|tel|sms|file|magnet):\S+
    | \bwww\d?{_LETTER_DOT}\S+
    | [^\s@<>()\[\]]+(?:@|\s*[\[(]\s*at\s*[\])]\s*)[\w-]+(?:{_LETTER_DOT}[\w-]+)+      # electronic mail
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(
    rf"""
    \b(?:[^\W_](?:[\w-]*\w)?{_LETTER_DOT})+[^\W\d_]{{2,24}}\b(?::\d+)?(?:/\S*)?      # example.org/path
    | \b[\w-]+\s*[\[({{]\s*(?:\.|dot)\s*[\])}}]\s*\w{{2,}}(?:/\S*)?         # example[.]org
    | \b[\w-]+\s+dot\s+(?:com|org|net|info|biz|io|ai|app|dev|example|[a-z]{{2}})\b
    | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b(?::\d+)?(?:/\S*)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(r"<[A-Za-z/!?][^>]*>?|!?\[[^\]]*\]\([^)]*\)?|`+|\]\(|\{\{|\}\}|\$\$|\\\(|\\\[|&#?\w{2,8};|^\s*\|")

_ITSELF = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]e|[Mm]y|[Mm]yself)\b")
_NO_HELP = re.compile(r"\bas an AI\b|\blanguage model\b|\bthe evidence\b|\bsystem prompt\b", re.IGNORECASE)


def unfit(text: str, evidence: Sequence[str]) -> Iterator[str]:
    """Yield the reasons for which a written sentence cannot be shown, given what those that it cites assert."""
    if len(text) > LONGEST_SENTENCE:
        yield f"it is longer than {LONGEST_SENTENCE} characters"
        return  # it is struck; to look for more takes long
    cited = _plain(" ".join(evidence))
    plain = _plain(text)
    if _ADDRESS.search(plain):
        yield "it names an address, which only quotations may"
    elif any(found[0].casefold() not in cited.casefold() for found in _NAME.finditer(plain)):
        yield "it names an address that the cited sentences do not"
    if any(found[0] not in cited for found in _MARKUP.finditer(plain)):
        yield "it holds markup that the cited sentences do not"
    if any(speaks.search(plain) and not speaks.search(cited) for speaks in (_ITSELF, _NO_HELP)):
        yield "it speaks of the model itself"
    if any(_steers(character) and character not in "".join(evidence) for character in text):
        yield "it holds characters that cannot be seen"


def showable(text: str) -> str:
    """Return a struck sentence as it can be shown: without addresses and unseen characters, and not too long."""
    seen = "".join(character for character in text[:_MOST_LOOKED_AT] if not _steers(character))
    without = _NAME.sub(REMOVED, _ADDRESS.sub(REMOVED, _plain(seen)[:_MOST_LOOKED_AT]))
    whole = len(text) <= _MOST_LOOKED_AT and len(without) <= LONGEST_SENTENCE
    return without if whole else without[: LONGEST_SENTENCE - 1] + "…"


def _steers(character: str) -> bool:
    """Whether a character is not seen itself but changes how others are."""
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"} and character not in _UNSEEN_ALLOWED


def _plain(text: str) -> str:
    """Return text as it reads: full-width letters as letters, without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


# ---- sentences that speak to a machine ----

_MACHINE = (
    r"(?:AIs?|A\.I\.|(?:AI|virtual|digital|automated|helpful) (?:assistants?|models?|systems?|agents?)|"
    r"assistants? (?:reading|processing|who|that|which)|(?:large |AI )?language models?|LLMs?|chat ?bots?|Chat ?GPT)"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|completions?)"
_RULES = (
    r"(?:instructions?|prompts?|rules|directions|guidelines|guardrails|constraints|commands|system messages?|context)"
)
_ASKED_BY = r"(?:the |your |all |any )?(?:users?|readers?|human|asker|person asking)"
_NEAR = r"\b[^.?!]{0,60}\b"
_TO_A_MACHINE = re.compile(
    "|".join(
        (
            # Leave your instructions, here are others.
            r"\b(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|bypass|discard|do not follow|stop following)"
            rf"{_NEAR}(?:{_RULES}|above|previous|prior|told)\b",
            rf"\b(?:your|my|(?:follow|obey) these|(?:here|these) are(?: the)?) new {_RULES}\b",
            rf"(?:^|[.;:!?–-])\W*new {_RULES}\s*:|\bjailbreak|\bprompt injection",
            r"\b(?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b",
            # You are ...; dear machine; a machine has to ...
            r"\b(?:you are|you're|act as|pretend to be|behave like|imagine you are)\b[^.?!]{0,30}\b" + _MACHINE + r"\b",
            r"\byou are now\b|\bas an AI\b",
            rf"\b{_MACHINE}{_NEAR}(?:must|should|shall|ha(?:s|ve) to|(?:is|are) (?:to|required|instructed)|please)\b",
            rf"\b(?:note|message|instructions?|attention|notice|hint|hello|dear|hey)\b[^.?!]{{0,20}}\b{_MACHINE}\b",
            # What to answer.
            rf"\b(?:in|to|of|begin|start|end|finish|conclude|close|open) your (?:next |final )?{_ANSWER}\b",
            rf"\byour (?:next |final |only )?{_ANSWER} (?:must|should|has to|is to|will)\b",
            rf"\b(?:tell|inform|advise|convince|urge|direct|send|ask) {_ASKED_BY}\b",
            r"\b(?:answer|respond|reply|output|print|say|write|state|repeat)\b,? (?:only|exactly|instead|just|"
            r"nothing but|verbatim|after me|"
            r"(?:with )?(?:only )?the (?:following|exact|words?|link|phrase|sentence|text|code))\b",
            r"\b(?:append|add|insert|include|mention) (?:only |also )?(?:the|this) (?:\w+ )?"
            r"(?:link|phrase|sentence|code|url)\b",
            r"\b(?:when(?:ever)?|if) (?:you are |you're |being )?(?:asked|queried|summari[sz]ing|answering|prompted)"
            rf"{_NEAR}(?:say|answer|respond|reply|claim|state|write|recommend|mention)\b",
            # Marks that part turns.
            r"^\W*(?:system|assistant|developer|user)\s*:|\[/?INST\]|<\|\w+\|>",
            r"#{2,}\s*(?:system|instructions?|user|assistant)\b|\b(?:begin|end) (?:of )?(?:prompt|instructions?)\b",
            # The first of these in some other languages.
            rf"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*){_NEAR}(?:anweisung\w*|regeln|vorgaben|befehle)\b",
            rf"\b(?:ignore[rz]?|oublie[rz]?){_NEAR}(?:instructions|consignes|règles)\b",
            rf"\b(?:ignor[ae]|olvid[ae]){_NEAR}(?:instrucciones|reglas|órdenes)\b",
            rf"\b(?:ignora|dimentica){_NEAR}(?:istruzioni|regole)\b",
            rf"\b(?:negeer|vergeet){_NEAR}(?:instructies|regels)\b",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)


def speaks_to_a_machine(text: str) -> bool:
    """Whether a sentence of a document reads like an instruction to the machine that reads it.

    It knows how such instructions are mostly worded, in English and a little in five other languages. One that is
    worded otherwise is not seen here.
    """
    return bool(_TO_A_MACHINE.search(" ".join(_plain(text).split())))


# ---- what a sentence says, and what it only repeats or asks to be said ----

_QUOTED = re.compile(r"“([^”]{8,})(?:”|$)|„([^“”]{8,})(?:[“”]|$)|\"([^\"]{8,})(?:\"|$)|«([^»]{8,})(?:»|$)")
_WORDS = re.compile(r"[.,!?…]$|^(?=(?:\S+\s+){3})(?=.*\b[a-zß-ÿ]{4,}\b)")
"""Someone's words, other than a title: they end like a sentence, or have words in small letters."""

_SAID = re.compile(
    r"\b(?:said|says|told|tells|wrote|writes|according to|state[sd]|add(?:s|ed)|explain(?:s|ed)|announce[sd]|argue[sd]|"
    r"claim(?:s|ed)|warn(?:s|ed)|note[sd]|report(?:s|ed)|asked|replie[sd]|recall(?:s|ed)|insist(?:s|ed)|call(?:s|ed)|"
    r"describe[sd]|testifie[sd]|admit(?:s|ted)|confirm(?:s|ed)|tweeted|reads|sagte|erklärte|schrieb|dit|déclaré|dijo|"
    r"disse|zei)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?:^|[,;:.!?—–(&\])}>-]\s*|\b(?:and|then|please|must|should|instead|always|now|you|to|und|et|y)\s+)"
    r"(?:(?:say|sage?|dis|dites|di|zeg)\b(?!\s+(?:to|for|by|in|on|at|within|before|from)\b)"
    r"|(?:state|answer|reply|respond|write|print|output|claim|repeat|append|insert|mention|recommend|declare|confirm"
    r"|antworte|schreibe?|réponds|écris|responde|escribe|rispondi|scrivi|schrijf|antwoord)\b"
    r"(?=\s*:|,?\s*[“\"'«„]|,?\s+(?:that|this|the following|only|exactly|dass|que|che|dat)\b))[:,]?\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
"""What asks for words. "State" and its like also ask for things ("state your age"), so that words have to follow."""


def asserted(sentence: str, claim: str = "") -> str:
    """Return what a sentence of a document says itself: without what it asks to be said, and words of nobody it names.

    A quotation stays where someone is named as saying it; a sentence such as ``the right answer is “…”`` asserts
    nothing that stands in the quotation marks. What is asked for stays for a ``claim`` that says that it is asked for.
    """
    own = plain = _plain(sentence)
    if (command := _COMMAND.search(own)) and not _COMMAND.search(_plain(claim)):
        own = own[: command.start(1)]
    if not _SAID.search(_QUOTED.sub(" ", own)):
        own = _QUOTED.sub(lambda found: " " if _WORDS.search(found[found.lastindex or 0]) else found[0], own)
    return sentence if own == plain else own


MOST_BORROWED: Final = 0.4
"""The share of a statement's words that may stand only in what its evidence repeats or asks to be said, if it is more
than one word. Set by hand; the checker judges the rest."""


def borrows(text: str, evidence: Sequence[str], own: Sequence[str]) -> bool:
    """Whether a statement is made of words that its evidence does not say itself; ``own`` is what it `asserted`."""
    said = set(terms(text))
    borrowed = said & set(terms(" ".join(evidence))) - set(terms(" ".join(own)))
    return len(borrowed) > 1 and len(borrowed) > MOST_BORROWED * len(said)
