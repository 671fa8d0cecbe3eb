"""Subtitles: cues become running text, so that a sentence over two cues is one sentence again.

An own reader, since both formats are a few lines of rules, and the libraries (srt, webvtt-py, pysubs2) give cues and
leave tags, speakers and the repetitions of automatic captions to the caller. Time stamps are not part of the text: each
second of the recording is a page, so that a quotation can be listened to.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from index.errors import SourceError
from index.formats.content import PAGE, Builder, Content
from index.formats.text import decode
from index.shapes import is_finished

LONGEST_PAUSE_SECONDS = 3.0
"""A finished sentence and a longer pause end a paragraph."""

LONGEST_RECORDING_SECONDS = 24 * 3600
"""Of a longer one it is not told when something was said."""

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_INLINE_TIME = re.compile(r"<\d[\d:.]+>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_BREAK = re.compile(r"<br\s*/?>|\\N")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")
_SPEAKS = re.compile(r"[-–—]\s*\S|>>|[A-Z][A-Z .'’-]{1,30}:\s|\[|\(|[♪♫]")
_NAME = re.compile(r"((?:[^\W\d_][\w.'’-]*\s){0,3}[^\W\d_][\w.'’-]*)(?:\s\([^()]{1,30}\))?:\s")  # Ann Lee (Host):


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    lines: list[str]


def read_srt(data: bytes) -> Content:
    """Read SubRip subtitles."""
    return _read(decode(data), is_vtt=False)


def read_vtt(data: bytes) -> Content:
    """Read WebVTT subtitles; the name of a speaker stands before what is said."""
    text = decode(data)
    if not text.startswith("WEBVTT"):
        raise SourceError("it does not begin with WEBVTT; give it the suffix .srt or .txt if it is such a file")
    return _read(text, is_vtt=True)


def _read(text: str, *, is_vtt: bool) -> Content:
    cues = _cues(text, is_vtt=is_vtt)
    if not cues:
        raise SourceError("it has no cue with a time; give it the suffix .txt if it is plain text")
    names = _names(cues, is_vtt=is_vtt)
    rolls = _rolls(cues, is_vtt=is_vtt)
    builder = Builder()
    builder.turn()
    tells_times = all(cue.start < LONGEST_RECORDING_SECONDS for cue in cues)
    second = 0  # of those that have begun
    said: list[str] = []
    speaker, last_line, last_end = "", "", cues[0].start
    for cue in cues:
        if said and cue.start - last_end > LONGEST_PAUSE_SECONDS and is_finished(said[-1]):
            builder.paragraph(" ".join(said))
            said, speaker = [], ""
        for number, raw in enumerate(cue.lines):
            voice = _VOICE.search(raw) if is_vtt else None
            line = _shown(raw, is_vtt=is_vtt)
            if not line or (rolls and line == last_line):  # automatic captions show each line twice while they roll
                continue
            last_line = line
            changes = voice is not None and voice[1].strip() != speaker
            if said and (changes or _SPEAKS.match(line) or (number == 0 and _name(line) in names)):
                builder.paragraph(" ".join(said))
                said = []
            if voice is not None and changes:
                speaker = voice[1].strip()
                line = f"{speaker}: {line}"
            since = max(0, int(cue.start) - second) if tells_times else 0
            second += since
            said.append(PAGE * since + line)
        last_end = cue.end
    builder.paragraph(" ".join(said))
    return builder.content()


def _rolls(cues: list[_Cue], *, is_vtt: bool) -> bool:
    """Whether cues roll over the picture: words have their own times, or many cues begin with the last line."""
    if is_vtt and any(_INLINE_TIME.search(line) for cue in cues for line in cue.lines):
        return True
    shown = [list(filter(None, (_shown(line, is_vtt=is_vtt) for line in cue.lines))) for cue in cues]
    repeated = sum(before[-1:] == after[:1] != [] for before, after in pairwise(shown))
    return repeated > 1 and 3 * repeated >= len(cues)


def _shown(raw: str, *, is_vtt: bool) -> str:
    line = " ".join(_TAG.sub("", _BREAK.sub(" ", _INLINE_TIME.sub("", raw))).split())
    return html.unescape(line) if is_vtt else line


def _names(cues: Iterable[_Cue], *, is_vtt: bool) -> frozenset[str]:
    """Return the names of speakers before what is said: those that begin two cues, or any if they begin half of all.

    Any other such beginning may be words of a sentence that goes on: "He saw / Paris: the old town".
    """
    begun = [_name(_shown(cue.lines[0], is_vtt=is_vtt)) for cue in cues if cue.lines]
    names = Counter(name for name in begun if name and not any(word[0].islower() for word in name.split()))
    if 2 * names.total() >= len(begun):
        return frozenset(filter(None, begun))
    return frozenset(name for name, count in names.items() if count > 1)


def _name(line: str) -> str | None:
    found = _NAME.match(line)
    return found[1] if found else None


def _cues(text: str, *, is_vtt: bool) -> list[_Cue]:
    """Return the cues. WebVTT has comments, styles and names between them; SubRip only numbers."""
    cues: list[_Cue] = []
    is_inside = False
    for line in text.splitlines():
        times = _TIMES.match(line)
        if times:
            cues.append(_Cue(_seconds(*times.groups()[:4]), _seconds(*times.groups()[4:]), []))
            is_inside = True
        elif not (line if is_vtt else line.strip()):  # automatic captions begin with a line of a space
            is_inside = False
        elif cues and (is_inside or not (is_vtt or line.strip().isdigit())):
            cues[-1].lines.append(line)
    return cues


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")
