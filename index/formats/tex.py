"""TeX's text fonts, as PDFs hold them: codes that stand for no character, and accents drawn over their letters.

Where such a font is a bitmap, a PDF holds nothing but its codes, of which most are those of ASCII, and others are not:
"fi" is 12 or 28, and a dash is a brace. The first fonts (Knuth, "The TeXbook", 1984, appendix F) have 128 codes and no
letter with an accent; those of Cork (Ferguson, "Report on multilingual activities", TUGboat 11(4), 1990) have 256.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl")
_FIRST: Final = MappingProxyType(
    dict(enumerate([*_LIGATURES, *"ıȷ`´ˇ˘¯˚¸ßæœøÆŒØ"], start=0x0B))
    | dict(zip(b"\"'<>\\^_`{|}~\x7f", "”’¡¿“ˆ˙‘–—˝˜¨", strict=True))
)
_CORK: Final = MappingProxyType(
    dict(enumerate([*"`´ˆ˜¨˝˚ˇ˘¯˙¸˛‚‹›“”„«»–—", "", *"‰ıȷ", *_LIGATURES]))
    | dict(enumerate("ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£", start=0x80))
    | dict(zip(b"'`\xd7\xdf\xf7\xff", "’‘Œẞœß", strict=True))
)
_FIRST_ALONE = (*range(0x0B, 0x10), 0x17, 0x7F)  # ligatures and accents, where Cork has what is next to never used

ACCENTS: Final = MappingProxyType({  # those that stand alone, and the same as a part of a letter
    "`": "\u0300", "´": "\u0301", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "¯": "\u0304",
    "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327",
    "˛": "\u0328",
})  # fmt: skip
BELOW: Final = "¸˛"
_DOTLESS = {"ı": "i", "ȷ": "j"}


def is_own_code(code: int) -> bool:
    """Whether a code is one by which such a font is known: a ligature or an accent, where ASCII has no character."""
    return code == 0x7F or 0x0B <= code < 0x20


def shown(fonts: Sequence[Sequence[int]]) -> list[Mapping[int, str]]:
    """Return what codes show that is not what they show elsewhere, for each of a page's fonts without names.

    ``fonts`` holds the codes of all characters in each. They are TeX's if codes of its own are among mostly letters;
    all are then of one kind.
    """
    of_text = [_is_of_text(codes) for codes in fonts]
    used = {code for codes, is_text in zip(fonts, of_text, strict=True) if is_text for code in codes}
    if not any(map(is_own_code, used)):
        return [{} for _ in fonts]
    if max(used) >= 0x80 or used.isdisjoint(_FIRST_ALONE):
        return [_CORK if is_text else {} for is_text in of_text]
    # The typewriter's are those of ASCII, and have no ligatures.
    return [
        _FIRST if is_text and any(map(is_own_code, codes)) else {}
        for codes, is_text in zip(fonts, of_text, strict=True)
    ]


def _is_of_text(codes: Sequence[int]) -> bool:
    own = sum(map(is_own_code, codes))
    letters = sum(chr(code).isalpha() for code in codes)
    return own < letters and 3 * (letters + own) > 2 * len(codes)


def accented(letter: str, accent: str) -> str | None:
    """Return a letter with an accent that is drawn over or under it; None if there is no such letter."""
    whole = unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + ACCENTS[accent])
    return whole if letter.isalpha() and len(whole) == 1 else None
