"""Text becomes sentences: exact spans of the text as it is, so that each can be quoted word for word.

Three steps. The text falls into blocks that no sentence crosses (paragraphs, headings, list items, table
rows). A library finds the ends of sentences within a block. A few repairs, each with its reason, mend what
the library got wrong on our gold list (``tests/gold/sentences.txt``; see ``python -m evals.studies.splitters``).

The library is sentencex by Wikimedia: MIT licence, rules and no model, compiled from Rust, exact offsets,
release 1.0.32 of September 2026. Within our blocks it and blingfire are level, ahead of five; blingfire
had its last release in 2021, and carries a hundred megabytes of models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import sentencex  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.shapes import ITEM_MARK
from index.types import Block, Span

LONGEST_SENTENCE_CHARS = 1_200
LONGEST_ROW_CHARS = 300  # a longer row of a table holds prose, which is worth splitting
MOST_MARKDOWN_LINES = 100_000  # more is read as plain text: the parser would take many seconds
LONGEST_WINDOW_CHARS = 20_000  # what a splitter is handed at once, so that hostile text stays linear

# The columns, counted in characters, at which people and programs wrap text.
NARROWEST_WRAP, WIDEST_WRAP = 60, 120

FindEnds = Callable[[str], Iterable[int]]
"""Takes words without line breaks; gives the offsets at which their sentences end, in order."""


def sentence_spans(text: str, *, markdown: bool = False, blocks: Iterable[Block] | None = None) -> list[Span]:
    """Return every sentence of ``text``, in order and apart, with no whitespace at its edges; never raises.

    Each character that is not whitespace is in exactly one span, but for markup that carries no words when
    ``markdown`` is true (``#``, ``>``, bullets and numbers of lists, fences, rules). No span is longer than
    ``LONGEST_SENTENCE_CHARS``: what is longer is cut at whitespace, or anywhere where there is none.

    ``blocks`` are the parts that no sentence crosses, in order and apart, where the format knew them; then only what
    they hold becomes sentences.
    """
    return spans_with(sentence_ends, text, markdown=markdown, blocks=blocks)


def spans_with(
    find_ends: FindEnds, text: str, *, markdown: bool = False, blocks: Iterable[Block] | None = None
) -> list[Span]:
    """Do what ``sentence_spans`` does with another way to find the ends of sentences inside a block."""
    safe = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)
    if blocks is not None:
        found: Iterable[_Block] = (_known(safe, block) for block in blocks)
    else:
        found = _markdown_blocks(safe) if markdown else _plain_blocks(safe)
    return [span for block in found for span in _sentences(safe, block, find_ends)]


def plain_blocks(text: str) -> list[Block]:
    """Return the parts of a plain text that no sentence crosses: line breaks of a narrow page join, others divide."""
    return [Block(block.start, block.end, block.whole) for block in _plain_blocks(text)]


# Not valid in UTF-8, or refused by libraries. One character for one character: offsets stay true.
_UNSAFE = re.compile("[\0\ud800-\udfff]")


# ── Blocks of plain text ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Block:
    """``text[start:end]`` holds whole sentences. ``words`` is where they begin, after a bullet or number.

    ``whole`` says that the block is one sentence whatever its dots say: a row of a table.
    """

    start: int
    words: int
    end: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without whitespace at its edges: ``text[start:end]``.

    ``inner`` is where it begins after its ``quotes`` (a count of ``>`` signs), ``words`` after its bullet or
    number too. ``column`` is where it ends on the page; ``content`` is the text from ``inner`` on.
    A ``hard_break`` is markdown's: two spaces or a backslash at the end.
    """

    start: int
    inner: int
    words: int
    end: int
    quotes: int
    column: int
    content: str
    is_item: bool
    is_row: bool
    hard_break: bool


_QUOTE_SIGNS = re.compile(r"[>\s]*")
_ITEM = re.compile(rf"{ITEM_MARK}(?:\s+|$)")
_BYLINE_OR_LABEL = re.compile(r"[—–―]\s?[^\W\d_a-z]|[A-Z][\w-]{1,20}:\s")
_COLUMN_GAP = re.compile(r"\t+|\s{3,}|\s\|\s")
_FINISHED = re.compile(r"[.!?…:;。！？][\W_]{0,9}$")
_WORD = re.compile(r"\w")


def _known(text: str, block: Block) -> _Block:
    begin = text[block.start : min(block.end, block.start + 20)]
    signs = _match_end(_QUOTE_SIGNS, begin) if begin.startswith(">") else 0
    words = block.start + signs + _match_end(_ITEM, begin[signs:])
    return _Block(block.start, words, block.end, block.whole and block.end - block.start <= LONGEST_SENTENCE_CHARS)


def _plain_blocks(text: str) -> Iterator[_Block]:
    return _paragraphs(_lines(0, text.splitlines(keepends=True)))


def _lines(offset: int, raw_lines: Iterable[str]) -> Iterator[_Line]:
    for raw in raw_lines:
        yield _line(offset, raw)
        offset += len(raw)


def _line(offset: int, raw: str) -> _Line:
    stripped = raw.strip()
    start = offset + len(raw) - len(raw.lstrip())
    signs = _match_end(_QUOTE_SIGNS, stripped) if stripped.startswith(">") else 0
    content = stripped[signs:]
    item = _match_end(_ITEM, content)
    return _Line(
        start=start,
        inner=start + signs,
        words=start + signs + item,
        end=start + len(stripped),
        quotes=stripped.count(">", 0, signs),
        column=len(raw.rstrip()),
        content=content,
        is_item=item > 0,
        is_row=len(content) <= LONGEST_ROW_CHARS and len(_COLUMN_GAP.findall(content, item)) >= 2,
        hard_break=raw.rstrip("\r\n").endswith(("  ", "\\")),
    )


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _paragraphs(lines: Iterable[_Line]) -> Iterator[_Block]:
    """Join the lines that were broken only because the page was narrow; other breaks end a block."""
    for blank, run in groupby(lines, key=lambda line: line.start == line.end):
        if not blank:
            yield from _unwrapped(list(run))


def _unwrapped(lines: list[_Line]) -> Iterator[_Block]:
    width = max(NARROWEST_WRAP, *(line.column for line in lines if line.column <= WIDEST_WRAP), 0)
    return _joined(lines, lambda line, following: _wraps(line, following, width))


def _joined(lines: list[_Line], joins: Callable[[_Line, _Line], bool]) -> Iterator[_Block]:
    first = last = lines[0]
    for line in lines[1:]:
        if not joins(last, line):
            yield _Block(first.start, first.words, last.end, first.is_row)
            first = line
        last = line
    yield _Block(first.start, first.words, last.end, first.is_row)


def _wraps(line: _Line, following: _Line, width: int) -> bool:
    """Whether the break after ``line`` is only a hard wrap at ``width`` columns.

    It is if the line was full: the first word of the next would not have fitted. In ragged text it is also
    if the line is at least half full, does not end like a sentence, and the next goes on in lower case.
    """
    if _stands_alone(line, following) or max(line.column, following.column) > WIDEST_WRAP:
        return False
    first_word = following.content.partition(" ")[0]
    is_full = line.column + 1 + len(first_word) > width
    goes_on = first_word[:1].islower() and not _FINISHED.search(line.content[-10:])
    return is_full or (goes_on and line.column >= width // 2)


def _stands_alone(line: _Line, following: _Line) -> bool:
    """Whether one of two lines is of a kind that its line break always ends, or that always begins anew."""
    return (
        line.is_row
        or following.is_row
        or following.is_item
        or line.quotes != following.quotes
        or _BYLINE_OR_LABEL.match(following.content) is not None
    )


# ── Blocks of markdown ────────────────────────────────────────────────────────

# Only the block structure is parsed; what is inside a paragraph stays text.
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.core.ruler.enableOnly(["normalize", "block"])
_MARKDOWN_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$")


def _markdown_blocks(text: str) -> Iterator[_Block]:
    """Take the lines of each heading, paragraph, row and code block from the parser.

    It passes over lines that show nothing, like link definitions. With words, they count as plain text:
    somebody may want to quote them.
    """
    found = list(_MARKDOWN_LINE.finditer(text))
    if len(found) > MOST_MARKDOWN_LINES:
        yield from _plain_blocks(text)
        return
    raw = [line.group() for line in found]
    starts = [line.start() for line in found] + [len(text)]
    done = 0
    for token in _MARKDOWN.parse(text):
        if token.map is None or token.type not in _READERS or token.map[0] < done:
            continue
        first, last = token.map
        yield from _worded(_lines(starts[done], raw[done:first]))
        lines = [line for line in _lines(starts[first], raw[first:last]) if line.content]
        if lines:
            yield from _READERS[token.type](token, [replace(line, start=line.inner) for line in lines])
        done = last
    yield from _worded(_lines(starts[done], raw[done:]))


def _worded(lines: Iterable[_Line]) -> Iterator[_Block]:
    return _paragraphs(line for line in lines if _WORD.search(line.content))


def _read_inline(token: Token, lines: list[_Line]) -> Iterator[_Block]:
    """Take a heading or paragraph. As when it is shown, its line breaks are spaces, but for hard breaks."""
    first, *others = lines
    content = token.content.partition("\n")[0].strip()
    if content not in first.content:  # to the parser, a quotation sign after odd white space is a word
        content = first.content
    start = first.start + first.content.rfind(content)  # the parser dropped hashes, bullets and numbers
    end = first.end if others else start + len(content)
    words = start + _match_end(_ITEM, content)
    opening = replace(first, start=start, words=words, end=end, content=content, is_row=False)
    return _joined([opening, *others], _flows_on)


def _flows_on(line: _Line, following: _Line) -> bool:
    return not (line.hard_break or following.is_item or _BYLINE_OR_LABEL.match(following.content) is not None)


def _read_rows(_token: Token, lines: list[_Line]) -> Iterator[_Block]:
    """Rows of a table, or lines of code: nobody's dots end a sentence there, unless the line is long."""
    return (_Block(line.start, line.start, line.end, len(line.content) <= LONGEST_ROW_CHARS) for line in lines)


def _read_fence(token: Token, lines: list[_Line]) -> Iterator[_Block]:
    return _read_rows(token, [line for line in lines[1:] if line.content.strip(token.markup[0])])


_READERS: dict[str, Callable[[Token, list[_Line]], Iterator[_Block]]] = {
    "inline": _read_inline,
    "tr_open": _read_rows,
    "fence": _read_fence,
    "code_block": _read_rows,
    "html_block": lambda _token, lines: _worded(lines),
}


# ── Sentences of a block ──────────────────────────────────────────────────────

_LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029][>\s]*")


def _sentences(text: str, block: _Block, find_ends: FindEnds) -> Iterator[Span]:
    ends = [block.end] if block.whole else [*_block_ends(text, block, find_ends), block.end]
    start = block.start
    for end in ends:
        yield from _short_enough(text, start, end)
        start = max(start, end)


def _block_ends(text: str, block: _Block, find_ends: FindEnds) -> Iterator[int]:
    """Find the ends window by window, with each line break (and the ``>`` after it) as spaces."""
    for start, end in _pieces(text, block.words, block.end, LONGEST_WINDOW_CHARS):
        words = _LINE_BREAK.sub(lambda found: " " * len(found.group()), text[start:end])
        yield from (start + offset for offset in find_ends(words))


def _short_enough(text: str, start: int, end: int) -> Iterator[Span]:
    for piece_start, piece_end in _pieces(text, start, end, LONGEST_SENTENCE_CHARS):
        if piece_start < piece_end:
            yield Span(piece_start, piece_end)


def _pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut ``text[start:end]`` into pieces without edge whitespace, each of at most ``longest`` characters."""
    start, end = _trimmed(text, start, end)
    while end - start > longest:
        limit = start + longest
        cut = next((at for at in range(limit, start, -1) if text[at].isspace()), limit)
        yield _trimmed(text, start, cut)
        start, end = _trimmed(text, cut, end)
    yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


# ── Ends of sentences: the library and our repairs ────────────────────────────

# The library never ends a sentence inside quotes or brackets, so two sentences that someone said would be
# one, and asterisks of **bold.** are words to it. It is shown spaces instead; _TAIL gives closing ones back.
# Of other spaces it knows only that they are white: it takes "T" and a no-break space before a full stop for two bytes,
# cuts between bytes of one character, and ends in a panic.
_WIDE_SPACES = "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SIGNS = str.maketrans(dict.fromkeys('"“”„«»()[]*_' + _WIDE_SPACES, " "))

# What still belongs to a sentence after its full stop: closing signs, a citation mark [3], emoji.
_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u2764]"
_TAIL = re.compile(rf"(?:[”»’)\]]|[\"“'*_](?!\w))*(?:\[\d[\d,–-]*\])?(?:\s*{_EMOJI}+)*")

# Ends that the library passes over: emoji after a full stop (it sees a word), "me." (it thinks of Maine), "14 mm.".
_MISSED_END = re.compile(
    rf"[.!?…]\s*{_EMOJI}+(?=\s)|(?:\bme|\d\s?(?:mm|m|g|t|l|s|sec|min|hr|h|ft|lb|oz))\.(?=[\"”’)]*\s+[\"“‘(]?[A-Z])"
)

# What only numbers the words after it, at the beginning of a block: "IV. Results", "Fig. 2. The harbour",
# "Section 7. The tenant pays", or says that they ask or answer: "Q. Did you sign?"
_LABEL = re.compile(
    r"\s*(?:[IVXLC]{1,6}|[QA]|(?i:Fig|Figure|Tab|Table|Abb|Plate|Map|Box|Chart|Section|Sec|Article|Art|Chapter|Clause|Rule"
    r"|Step|Note|Item|Part|Appendix|Annex|Schedule|§)\.?\s+\d{1,3}[a-z]?)\."
)

# The library's list of abbreviations is short of these. Before a number or a bracket:
_BEFORE_NUMBER = re.compile(
    r"\b(?:approx|chs?|cls?|eqs?|est|figs?|max|min|nos?|nr|p[tp]?|paras?|refs?|pct|qty|regs?|sched|secs?|ss|subs|suppl|tab|tel"
    r"|temp|vols?|abs|pág|art|rm|apt|ste|exh?|inv|acct|doc|dkt|div|encl|attach|amdt|avg|wt)\.$",
    re.IGNORECASE,
)
_BRACKETS_AND_CURRENCIES = tuple("([$€£¥+")
# Before a name or anything else; P.S. opens a sentence.
_BEFORE_NAME = re.compile(
    r"\b(?:Ft|Mt|Ms|Mx|Dra|Sra|Srta|EE|UU|Mio|Mrd|P\.S|Cllr|Atty|Amb|Profs|Natl|Intl|pct|approx|(?:[Ii]n|[Ee]x)cl|resp)\.$"
)
# "at 7 p.m. Tuesday", but not "since 6 a.m. Monday's rain".
_HALF_DAY = re.compile(r"\b[ap]\.m\.$")
_ITS_DAY = re.compile(
    r"\s+(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b(?!['’]s|\s+(?:is|was|will|has|had)\b)|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
    r"|(?:Eastern|Central|Mountain|Pacific)\b|[ECMP][SD]?T\b|GMT\b|UTC\b|BST\b|CES?T\b)"
)
# Before a word in lower case any short word is one, unless the text begins in lower case itself ("so it was. we left").
_SHORT_WORD = re.compile(r"\b[^\W\d_]{2,5}\.$")
_NEXT_WORD = re.compile(r"\s+[^\W\d_]+\b")
# What stands in brackets in the middle of a sentence ends none: "a fee (excl. VAT)".
_ASIDE = re.compile(r"(?<=[\w,;’”\"'])\s*\([^()]{1,200}\)")
# The line of a form: "Signed: .......... (T. Abara)".
_LEADER = re.compile(r"(?:\.\s?){5}$|…{2}$")
# German writes ordinals with a full stop: "am 3. Mai".
_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_ORDINAL_DATE = re.compile(rf"\d{{1,2}}\.\s+(?:{'|'.join(_MONTHS.split())})\b")


def sentence_ends(words: str) -> Iterator[int]:
    """Yield where the sentences of ``words`` end, in order: what the library found, repaired."""
    ends = [*_library_ends(words), *(found.end() for found in _MISSED_END.finditer(words))]
    asides = {at for aside in _ASIDE.finditer(words) for at in range(aside.start(), aside.end())}
    first = _WORD.search(words)
    begins_small = first is not None and first[0].islower()
    for end in sorted(ends):
        if end in asides:
            continue
        tail = _TAIL.match(words, end)
        full = tail.end() if tail else end
        if _LABEL.fullmatch(words, 0, full):
            continue
        if _is_end(words, end, full) and (begins_small or not _goes_on(words, end, full)):
            yield full


def _library_ends(words: str) -> Iterator[int]:
    try:
        found = sentencex.get_sentence_boundaries("en", words.translate(_SIGNS))
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust raises is no Exception, and ours to survive
            raise
        return
    for sentence in found:
        yield sentence["start_index"] + len(sentence["text"].rstrip())


def _is_end(words: str, stop: int, end: int) -> bool:
    """Whether a sentence ends with the full stop before ``stop`` and the closing signs up to ``end``."""
    before, after = words[max(0, stop - 12) : stop], words[end : end + 12]
    following = after.lstrip()[:1]
    if len(words) <= end + 12 and not _WORD.search(after):
        return False  # only signs are left, as in :(
    if before.endswith((".", "!", "?")) and after[:1].strip():
        return False  # the stop is inside a word: report.Final, example.COM
    if _LEADER.search(before):
        return False
    if end > stop and words[end - 1] in "\"”»’'" and following.islower():
        return False  # "No!" he cried
    if following.isdigit() or following in _BRACKETS_AND_CURRENCIES:
        return not _BEFORE_NUMBER.search(before)
    return not (
        _BEFORE_NAME.search(before)
        or _ORDINAL_DATE.match(before[-3:].lstrip() + after)
        or (stop == end and _HALF_DAY.search(before) and _ITS_DAY.match(words[end : end + 24]))
    )


def _goes_on(words: str, stop: int, end: int) -> bool:
    """Whether a short word before the full stop is shortened, since the next begins in lower case: "2 yrs. before"."""
    following = _NEXT_WORD.match(words[end : end + 24])
    is_small = stop == end and following is not None and following[0].islower()
    return is_small and _SHORT_WORD.search(words[max(0, stop - 8) : stop]) is not None
