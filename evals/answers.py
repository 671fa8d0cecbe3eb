"""Answers from a file: judges what any product answered, from one JSON object a line.

A row names its question by ``id`` (or by ``question``, its exact text, where only one has it), and says what was
answered by any of these; null is the same as leaving it out:

- ``text`` (or ``answer``): the answer as it was shown;
- ``citations``: a list, each a quote, or an object with ``quote`` and, if known, ``document`` (a name or path) and the
  offsets ``start`` and ``end``;
- ``short``: the short answer; ``confidence``: a number, higher is surer; ``seconds``: the time it took;
- ``refused``: whether the product declined to answer. Without it, `says_nothing` decides by the text;
- ``unsure``: whether a refusal leaves open that the documents answer.

Where a row has no ``citations``, what it cites is read from its text: the passages in quotation marks, or else those
of its sentences that stand in the documents, altered or not. The others are prose of its own, which is not judged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evals.align import Aligner
from evals.rows import (
    NO_FIELDS,
    Fields,
    RowError,
    SuiteError,
    check_fields,
    did_you_mean,
    is_list,
    is_text,
    is_truth,
    is_words,
    read_bytes,
    read_rows,
)
from evals.suite import Suite
from evals.systems import Quote, Said
from index.sentences import sentence_spans

FEWEST_QUOTED_WORDS = 4
"""A shorter passage in quotation marks is a name or a term rather than a citation."""

MOST_REFUSING_SENTENCES = 3
"""A longer text is an answer, even if it says on the way that something is not mentioned."""


READ_AS: Mapping[str, str] = MappingProxyType(
    {
        "citations": "with the citations that they give",
        "quotations": "with the quotations in their text as citations",
        "sentences": "with those sentences of their text as citations that stand in the documents",
        "uncited": "as answers without a citation",
        "refusals": "as refusals",
        "missing": "missing, which counts as refused",
    }
)
"""The ways in which a row can be read."""


@dataclass(frozen=True, slots=True)
class AnswersFromFile:
    """The answers of a file, by question.

    ``name`` is the file's. ``read_as`` counts the suite's questions by how their row was read, see `READ_AS`. ``notes``
    is what a person has to know about it, in words.
    """

    name: str
    read_as: Counter[str]
    notes: tuple[str, ...]
    _said: Mapping[str, Said] = field(repr=False)

    def answer_to(self, question_id: str) -> Said:
        """Return what the file says to a question of the suite; `KeyError` for any other."""
        return self._said[question_id]


def load_answers(path: str | Path, suite: Suite) -> AnswersFromFile:
    """Read and check a file of answers to a suite's questions.

    A quote with an ellipsis becomes one citation for each of its parts, unless it stands in the documents as it is.
    Raises `SuiteError`, naming the line, if the file cannot be read or something in it is wrong.
    """
    file = Path(path)
    aligner = Aligner(suite.documents)
    said: dict[str, Said] = {}
    read_as: Counter[str] = Counter()

    def read(row: dict[str, Any]) -> tuple[str, str, Said]:
        row = _checked(row)
        question = _question_id(row, suite)
        if question in said:
            raise RowError(f"question {question!r} was answered in an earlier line already; keep one of them")
        return (question, *_read(row, suite, aligner))

    for question, reading, answer in read_rows(file, read_bytes(file), read):
        said[question] = answer
        read_as[reading] += 1
    if not said:
        raise SuiteError(f"{file} holds no answer; write one JSON object a line")
    missing = [question.id for question in suite.questions if question.id not in said]
    read_as["missing"] += len(missing)
    notes = tuple(_notes(read_as, said.values(), suite))
    return AnswersFromFile(file.name, +read_as, notes, {**said, **dict.fromkeys(missing, Said(refused=True))})


def _notes(read_as: Counter[str], said: Iterable[Said], suite: Suite) -> Iterator[str]:
    """Yield in words what a person has to know about the file."""
    ways = ", ".join(f"{read_as[way]} {words}" for way, words in READ_AS.items() if read_as[way])
    yield f"how the rows were read: {ways}"
    if read_as["missing"]:
        yield (
            f"{read_as['missing']} of {len(suite.questions)} questions have no row and count as refused, which is even "
            "right where the documents do not answer: answer all before you believe the figures"
        )
    named = [citation.source for answer in said for citation in answer.citations if citation.source]
    if unknown := sum(suite.document_name(source) is None for source in named):
        yield f"{unknown} of {len(named)} named documents are none of the suite; their quotes were looked for in all"


# ---- the rows ------------------------------------------------------------------------------------


def _is_number(value: object) -> bool:
    # Python's JSON reads NaN and Infinity, too, and whole numbers that no float can hold.
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e300 < value < 1e300


def _is_duration(value: object) -> bool:
    return _is_number(value) and isinstance(value, int | float) and value >= 0


def _is_offset(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_ROW: Fields = {
    "id": (is_words, "the id of a question of the suite"),
    "question": (is_words, "the text of a question of the suite"),
    "text": (is_text, "the answer as a text"),
    "answer": (is_text, "the answer as a text"),
    "citations": (is_list, "a list of quotes, [] if nothing was cited"),
    "short": (is_text, "the short answer as a text"),
    "confidence": (_is_number, "a number"),
    "refused": (is_truth, "true or false"),
    "unsure": (is_truth, "true or false"),
    "seconds": (_is_duration, "a number that is not negative"),
}

_CITATION: Fields = {
    "quote": (is_words, "the words that were cited"),
    "document": (is_text, "the name or path of a document"),
    "start": (_is_offset, "a whole number that is not negative"),
    "end": (_is_offset, "a whole number that is not negative"),
}


def _checked(row: Mapping[str, Any]) -> dict[str, Any]:
    row = _given(row, _ROW, "the row")
    if "text" in row and "answer" in row:
        raise RowError("the row has 'text' and 'answer', which mean the same; leave one out")
    if not row.keys() - {"id", "question"}:
        raise RowError("the row says nothing; add 'text' or 'citations', or \"refused\": true")
    return row


def _given(row: Mapping[str, Any], fields: Fields, what: str) -> dict[str, Any]:
    """Return the fields that have a value; null is as good as left out."""
    given = {name: value for name, value in row.items() if value is not None}
    check_fields(given, NO_FIELDS, what, fields)
    return given


def _question_id(row: Mapping[str, Any], suite: Suite) -> str:
    if "id" not in row and "question" not in row:
        raise RowError("the row names no question; add its 'id'")
    if "id" not in row:
        return _only_question(row["question"], suite)
    by_id = {question.id: question.question for question in suite.questions}
    if row["id"] not in by_id:
        raise RowError(f"the suite {suite.name} has no question {row['id']!r}{did_you_mean(row['id'], by_id)}")
    if "question" in row and row["question"].split() != by_id[row["id"]].split():
        raise RowError(
            f"question {row['id']!r} is {by_id[row['id']]!r:.80} in the suite, not {row['question']!r:.80}; "
            "correct the id, or leave 'question' out"
        )
    return str(row["id"])


def _only_question(text: str, suite: Suite) -> str:
    matching = [question.id for question in suite.questions if question.question.split() == text.split()]
    if not matching:
        raise RowError(f"the suite {suite.name} has no question {text!r:.80}; copy its text, or give its 'id'")
    if len(matching) > 1:
        raise RowError(f"the question {text!r:.80} is asked by {', '.join(matching[:5])}; give the 'id' of one")
    return matching[0]


def _citations(row: Mapping[str, Any]) -> tuple[Quote, ...]:
    return tuple(_citation(given) for given in row.get("citations", ()))


def _citation(given: object) -> Quote:
    if isinstance(given, str):
        given = {"quote": given}
    if not isinstance(given, dict):
        raise RowError(f'a citation is {given!r:.60}; it must be a quote, or {{"quote": "...", "document": "..."}}')
    given = _given(given, _CITATION, "a citation")
    if "quote" not in given:
        raise RowError("a citation lacks 'quote'; add the words that were cited, or leave the citation out")
    start, end = given.get("start"), given.get("end")
    if (start is None) != (end is None):
        raise RowError("a citation has only one of 'start' and 'end'; give both or none")
    if start is not None and start >= end:
        raise RowError(f"a citation has 'start' {start} and 'end' {end}; 'end' is the offset after the last character")
    return Quote(given["quote"], given.get("document", ""), start, end)


# ---- what a row says -----------------------------------------------------------------------------


def _read(row: Mapping[str, Any], suite: Suite, aligner: Aligner) -> tuple[str, Said]:
    """Return how a row was read and what it says."""
    text = row.get("text", row.get("answer", ""))
    given = _citations(row)
    reading, citations = _cited(row, text, given)
    if reading == "sentences":
        citations = tuple(citation for citation in citations if aligner.align(citation.text))
        reading = reading if citations else "uncited"
    citations = tuple(part for citation in citations for part in _parts(citation, suite, aligner))
    nearest = given[0] if given and not citations else None
    refused = reading == "refusals"
    unsure = bool(row.get("unsure", False))
    return reading, Said(
        text, citations, row.get("short"), row.get("confidence"), nearest, row.get("seconds"), refused, unsure
    )


def _cited(row: Mapping[str, Any], text: str, given: tuple[Quote, ...]) -> tuple[str, tuple[Quote, ...]]:
    quoted = tuple(map(Quote, quotations(text)))
    is_answer = row.get("refused") is False or "short" in row
    if row.get("refused"):
        return "refusals", ()
    if not is_answer and not quoted and says_nothing(text, cites=bool(given)):
        return "refusals", ()
    if given:
        return "citations", given
    if "citations" in row:
        return "uncited", ()
    if quoted:
        return "quotations", quoted
    said = tuple(map(Quote, sentences(text)))
    if not said and is_answer and "short" not in row:
        raise RowError('the row has "refused": false, but neither citations nor a text; add one, or set it to true')
    return ("sentences" if said or is_answer else "refusals"), said


def _parts(citation: Quote, suite: Suite, aligner: Aligner) -> tuple[Quote, ...]:
    """Return a citation, or the parts between its ellipses: no offsets were given for those."""
    name = suite.document_name(citation.source) if citation.source else None
    parts = aligner.pieces(citation.text, document=name)
    return (citation,) if parts == (citation.text,) else tuple(Quote(part, citation.source) for part in parts)


# ---- what a text says ----------------------------------------------------------------------------

_MARKERS = re.compile(
    r"""
    \s?\[\[?\^?\d+(?:\s*[,;–-]\s*\d+)*\]\]?(?:\([^()\s]*\))?   # [1], [^1], [1, 2], [[1]](address)
  | \s?【[^】]*】                                                # 【1†source】
  | \s?<sup>[^<]{0,20}</sup>
  | \s?\(\d{1,2}\)(?=\s?(?:[.!?]|$)) | (?<=[.!?])\s?\(\d{1,2}\)  # (1), at the end of a sentence only
  | (?:(?<=[^\W\d_]{2})|(?<=[.,!?"”»)]))\^\d{1,3}\b              # word^1, but 10^6 and x^2 are formulas
  | (?<=[.,!?"”»)])[¹²³⁰⁴-⁹]+
    """,
    re.VERBOSE | re.MULTILINE,
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")


_SOURCES = re.compile(
    r"^[ \t]*[*_#]*(?:sources?|references|citations?|footnotes?)[*_]*[ \t]*:[^\n]*"
    r"(?:\n[ \t]*(?:[-*•\[(]|\d+[.)])[^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
"""A list of sources under an answer is no part of what it says."""


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of an answer that hold a word, without markers of citations and addresses of links."""
    plain = _LINK.sub(lambda link: "" if link[0].startswith("!") else link[1], _MARKERS.sub("", text))
    plain = _SOURCES.sub("", plain)
    found = (plain[span.start : span.end] for span in sentence_spans(plain, markdown=True))
    return tuple(sentence for sentence in found if re.search(r"[^\W_]", sentence))


# A quotation stays within a paragraph. After a closing single mark there is no letter, or it is an apostrophe.
_WRAP = r"\n(?![ \t]*\n)"
_QUOTATION = re.compile(
    rf'(?<!\w)"((?:[^"\n]|{_WRAP})+)"(?!\w)'
    rf"|“((?:[^“”\n]|{_WRAP})+)”"
    rf"|„((?:[^„“”\n]|{_WRAP})+)[“”]"
    rf"|«((?:[^«»\n]|{_WRAP})+)»"
    rf"|»((?:[^«»\n]|{_WRAP})+)«"
    rf"|(?<!\w)‘((?:[^‘\n]|{_WRAP})+?)’(?!\w)"
)
_BLOCKQUOTE = re.compile(r"^[ \t]{0,3}>.*(?:\n[ \t]{0,3}>.*)*", re.MULTILINE)
_QUOTE_SIGN = re.compile(r"^[ \t]{0,3}>[ \t>]*", re.MULTILINE)
_BYLINE = re.compile(r"\n\s*[—–―-]\s*[^\n]{1,80}$")


def quotations(text: str) -> tuple[str, ...]:
    """Return what a text quotes in quotation marks or Markdown blockquotes, of four words or more, in order."""
    blocks = [(block.start(), quote) for block in _BLOCKQUOTE.finditer(text) for quote in _block_quotes(block[0])]
    # What stands in a blockquote is not looked for again; offsets stay.
    prose = _BLOCKQUOTE.sub(lambda block: "\n" * len(block[0]), text)
    marked = [(quote.start(), next(filter(None, quote.groups())).strip()) for quote in _QUOTATION.finditer(prose)]
    passages = (_MARKERS.sub("", quote) for _, quote in sorted(blocks + marked, key=lambda one: one[0]))
    return tuple(passage for passage in passages if len(passage.split()) >= FEWEST_QUOTED_WORDS)


def _block_quotes(block: str) -> Iterator[str]:
    """Yield the paragraphs of a blockquote, without its signs, a line that names the author, and quotation marks."""
    for paragraph in re.split(r"\n\s*\n", _QUOTE_SIGN.sub("", block)):
        words = _BYLINE.sub("", paragraph.strip())
        whole = _QUOTATION.fullmatch(words)
        yield next(filter(None, whole.groups())) if whole else words


_DOES_NOT = r"do(?:es)?(?: not|n't)(?: (?:actually|directly|explicitly|specifically|clearly))?"
_DOES_NOT_SAY = rf"{_DOES_NOT} (?:say|mention|contain|state|specify|provide)\b"
_NOT_MENTIONED = (
    r"(?:\bnot|n't)(?: (?:explicitly|directly|specifically))? "
    r"(?:mentioned|found|stated|specified|available|covered|discussed|addressed)\b"
)
_NO_INFORMATION = (
    r"\bno(?: (?:relevant|specific|such|further|explicit|direct))? (?:information|mention|answer)\b"
    r"|\b(?:not enough|insufficient) information\b"
    r"|\bnone of (?:the|these|your|my) (?:documents|sources|texts|articles|files|passages)\b"
    r"|^\W*n/?a\W*$"
)
_CANNOT = r"\b(?:cannot|can't|can not|could not|couldn't|unable to|not able to)"
_CANNOT_FIND = rf"{_CANNOT}(?: be)? (?:find|found|help|answer|answered|determine|determined)\b"
_I_DO_NOT_KNOW = r"\bI (?:do not|don't) know\b"
_DOCUMENTS = (
    r"\b(?:documents?|sources?|texts?|articles?|reports?|files?|pages?|passages?|excerpts?|contexts?|materials?"
    r"|information)"
)
_SAYS_NOTHING = re.compile(
    "|".join((rf"\b{_DOES_NOT_SAY}", _NOT_MENTIONED, _NO_INFORMATION, _CANNOT_FIND, _I_DO_NOT_KNOW)), re.IGNORECASE
)
_DOCUMENTS_SAY_NOTHING = re.compile(
    "|".join(
        (
            rf"{_DOCUMENTS}(?: \w+){{0,3}} {_DOES_NOT_SAY}",
            rf"{_NOT_MENTIONED} (?:in|by) (?:\w+ ){{0,3}}{_DOCUMENTS}\b",
            _NO_INFORMATION,
            rf"\bI(?: am| was)? {_CANNOT_FIND}",
            _I_DO_NOT_KNOW,
        )
    ),
    re.IGNORECASE,
)


def says_nothing(text: str, *, cites: bool = False) -> bool:
    """Whether a text only says, in plain English words, that the documents do not answer.

    It has at most three sentences, and one of them holds "do/does not say, mention, contain, state, specify, provide";
    "not mentioned, found, stated, specified, available"; "no information, mention, answer"; "not enough information";
    "cannot, could not, unable to find, answer, determine"; "I don't know". An empty text says nothing unless the
    answer ``cites``. Where it does, such words alone may be what it tells about the world ("the plan does not provide
    for schools", "the car was not found"): then it must be the documents, the text or the like that do not say, "I"
    who cannot find, or information that there is none of.
    """
    found = sentences(text)
    if not found:
        return not cites
    pattern = _DOCUMENTS_SAY_NOTHING if cites else _SAYS_NOTHING
    return len(found) <= MOST_REFUSING_SENTENCES and bool(pattern.search(" ".join(text.replace("’", "'").split())))
