"""Names for which a document has a word of its own: "Ms Imogen Hale (the “Employee”)" is the Employee from there on.

Who asks about Imogen Hale means her, and the clause that answers speaks of the Employee. So a passage that has only the
document's word is read for a question with that word in place of the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PARTY_CHARS = 200
"""A party's name stands so close before the word for it."""

MOST_PARTIES = 40
"""A text that defines more words in this way is not a contract between a few."""

_CALLED = re.compile(
    r"\([a-z ,]{0,60}[“\"](?:the )?(?P<word>(?:[A-Z][\w-]* )?(?:[A-Z][\w-]*(?:[eo]r|ee|ant|(?<!m)ent|ist|ian)"
    r"|Landlord|Landlady|Party|Company|Bank|Council|Charity|Club|University|School|Trust|Firm|Agency|Society|Association|Parents))[”\"][^()]{0,60}\)"
)
"""A word for somebody, mostly one who does or is done by; not the “Agreement”."""
_QUOTED = re.compile(r"[“\"](?:the )?([\w -]+)[”\"]")
_NAME = re.compile(r"[A-Z][\w.&’'-]*(?: (?:(?:de|van|von|al|&) )?[A-Z][\w.&’'-]*)+")
_NO_NAME = frozenset("between ltd limited llc llp inc co corp plc gmbh asa and the mr mrs miss prof".split())  # noqa: SIM905
_TITLE = r"(?:(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof)\.? )?"
_KIND = r"(?: (?:Ltd|Limited|LLC|LLP|Inc|Co|Corp|plc|PLC|GmbH|AG|AS|ASA)\b\.?)*"


Parties = Mapping[str, tuple[str, frozenset[str]]]
"""By each word of a party's name, in lower case: the document's word for it, and all that it is called there."""


def parties(text: str) -> Parties:
    """Return the parties to a document: "imogen" and "hale" -> "Employee", which is called that and "you"."""
    called = list(_CALLED.finditer(text))
    found: dict[str, tuple[str, frozenset[str]]] = {}
    done = 0
    for one in called if len(called) <= MOST_PARTIES else ():
        start = max(done, text.rfind("\n", 0, one.start()) + 1, one.start() - PARTY_CHARS)
        done = one.end()
        if name := _NAME.search(text, start, one.start()):
            also = frozenset(word.lower() for word in _QUOTED.findall(one[0]))
            words = (word.lower() for word in re.findall(r"[\w-]+", name[0]))
            found |= {word: (one["word"], also) for word in words if len(word) > 2 and word not in _NO_NAME}
    return found


def in_own_words(question: str, held: Parties, passage: str) -> str:
    """Return a question with a document's words for its parties, where a passage has only these and not their names.

    A name within a longer one is another's: Tanyard Wharf is not Tanyard Estates Limited.
    """
    for word, also in dict.fromkeys(held.values()):
        names = "|".join(re.escape(name) for name, (called, _) in held.items() if called == word)
        own = "|".join(map(re.escape, also))
        if re.search(rf"\b(?:{own})\b", passage, re.IGNORECASE) and not re.search(rf"\b(?:{names})\b", passage, re.I):
            named = rf"\b{_TITLE}(?=[A-Z])(?i:{names})(?:[ -](?=[A-Z])(?i:{names}))*{_KIND}\b(?! [A-Z])"
            question = re.sub(named, f"the {word}", question)
    return question
