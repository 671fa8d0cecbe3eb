"""Which language a text is in, if it is surely not English, which is what the reader was trained on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

SURE = 0.75
"""The least probability at which a language is named. Of 4,000 English questions none was taken for another language,
and of 4,000 passages of 600 characters three: lists of Italian or Japanese names (thirteen development sets)."""

ENGLISH_SHARE = 0.07
"""A text is English if so many of its words are these, which are hardly words of another language."""

_ENGLISH = frozenset({
    "and", "been", "did", "does", "from", "have", "how", "it", "that", "the", "their", "there", "these", "they", "this",
    "what", "when", "where", "which", "who", "why", "with", "would", "you", "your",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")

LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""Those that are told apart, by their codes (ISO 639-1)."""


def foreign_language(text: str) -> str | None:
    """Return the English name of the language that a text is in, or None if it is English or cannot be told."""
    words = _WORD.findall(text.lower())
    if not words or sum(word in _ENGLISH for word in words) >= ENGLISH_SHARE * len(words):
        return None  # so that nothing is loaded for people who only have English
    code, chance = _identifier().classify(text)
    return LANGUAGES.get(code) if chance >= SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(["en", *LANGUAGES])
    return found
