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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard

from evals.align import Aligner, fidelity
from evals.align.tokens import Tokens
from evals.results import FAITHFUL
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
    is_whole,
    is_words,
    read_bytes,
    read_rows,
    some,
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
    readings: dict[str, str] = {}

    def read(row: dict[str, Any]) -> tuple[str, str, Said]:
        row = _checked(row)
        question = _question_id(row, suite)
        if question in said:
            raise RowError(f"question {question!r} was answered in an earlier line already; keep one of them")
        return (question, *_read(row, suite, aligner))

    for question, reading, answer in read_rows(file, read_bytes(file), read):
        said[question] = answer
        readings[question] = reading
    if not said:
        raise SuiteError(f"{file} holds no answer; write one JSON object a line")
    readings |= {question.id: "missing" for question in suite.questions if question.id not in said}
    notes = tuple(_notes(readings, said, suite))
    missing = (question for question in readings if question not in said)
    return AnswersFromFile(
        file.name, Counter(readings.values()), notes, {**said, **dict.fromkeys(missing, Said(refused=True))}
    )


def _notes(readings: Mapping[str, str], said: Mapping[str, Said], suite: Suite) -> Iterator[str]:
    """Yield in words what a person has to know about the file."""
    read_as = Counter(readings.values())
    ways = ", ".join(f"{read_as[way]} {words}" for way, words in READ_AS.items() if read_as[way])
    yield f"how the rows were read: {ways}"
    if read_as["missing"]:
        yield (
            f"{read_as['missing']} of {len(suite.questions)} questions have no row and count as refused, which is even "
            "right where the documents do not answer: answer all before you believe the figures"
        )
    unanswerable = [question.id for question in suite.questions if not question.answerable]
    uncited = [question for question in unanswerable if readings[question] == "uncited"]
    citing = [
        question
        for question in unanswerable
        if readings[question] == "citations" and said[question].text.strip() and says_nothing(said[question].text)
    ]
    for what, questions in (("without a citation", uncited), ("with citations that may refuse all the same", citing)):
        if questions:
            yield (
                f"{len(questions)} texts {what}, to questions that the documents do not answer, count as wrong "
                f'answers: look whether they refuse, and say so with "refused": true ({some(questions, 5)})'
            )
    named = [citation.source for answer in said.values() for citation in answer.citations if citation.source]
    if unknown := sum(suite.document_name(source) is None for source in named):
        yield f"{unknown} of {len(named)} named documents are none of the suite; their quotes were looked for in all"


# ---- the rows ------------------------------------------------------------------------------------


def _is_number(value: object) -> TypeGuard[float]:
    # Python's JSON reads NaN and Infinity, too, and whole numbers that no float can hold.
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e300 < value < 1e300


def _is_duration(value: object) -> bool:
    return _is_number(value) and value >= 0


def _is_offset(value: object) -> bool:
    return is_whole(value) and value >= 0


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
    given = tuple(map(_citation, row.get("citations", ())))
    reading, citations = _cited(row, text, given, aligner)
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


def _cited(
    row: Mapping[str, Any], text: str, given: tuple[Quote, ...], aligner: Aligner
) -> tuple[str, tuple[Quote, ...]]:
    quoted = tuple(map(Quote, quotations(text, aligner)))
    is_answer = row.get("refused") is False or "short" in row
    if row.get("refused"):
        return "refusals", ()
    # A refusal may quote the question; who quotes a document answers.
    quotes_document = any(fidelity(aligner.align(quote.text)) in FAITHFUL for quote in quoted)
    if not is_answer and not quotes_document and says_nothing(text, cites=bool(given or quoted), aligner=aligner):
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
  | \s?\[(?i:source|doc|document|ref)\s?\d{1,3}\]               # [Source 1]
    # (report.pdf, p. 3), at the end of a sentence only
  | \s?[\[(][^\[\]()\n]{1,80}\.(?:pdf|txt|md|docx?|html?)\b[^\[\]()\n]{0,20}[\])](?=\s?(?:[.!?]|$))
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
    rf"|‹((?:[^‹›\n]|{_WRAP})+)›"
    rf"|‚((?:[^‚‘\n]|{_WRAP})+)‘"
    rf"|「((?:[^「」\n]|{_WRAP})+)」"
    rf"|『((?:[^『』\n]|{_WRAP})+)』"
    rf"|(?<!\w)‘((?:[^‘\n]|{_WRAP})+?)’(?!\w)"
    rf"|(?<!\w)'(?!\d\ds\b)((?:[^'\n]|{_WRAP}|(?<=\w)'(?=\w))+)'(?!\w)"
)
_BLOCKQUOTE = re.compile(r"^[ \t]{0,3}>.*(?:\n[ \t]{0,3}>.*)*", re.MULTILINE)
_QUOTE_SIGN = re.compile(r"^[ \t]{0,3}>[ \t>]*", re.MULTILINE)
_BYLINE = re.compile(r"\n\s*[—–―-]\s*[^\n]{1,80}$")


def quotations(text: str, aligner: Aligner | None = None) -> tuple[str, ...]:
    """Return what a text quotes in quotation marks or Markdown blockquotes, of four words or more, in order.

    Markers of citations are left out, but for those that stand in the documents, with an ``aligner`` over them.
    """

    def unmarked(quote: str) -> str:
        plain = _MARKERS.sub("", quote)
        is_theirs = plain != quote and aligner is not None and fidelity(aligner.align(quote)) == "verbatim"
        return quote if is_theirs else plain

    blocks = [(block.start(), quote) for block in _BLOCKQUOTE.finditer(text) for quote in _block_quotes(block[0])]
    # What stands in a blockquote is not looked for again; offsets stay.
    prose = _BLOCKQUOTE.sub(lambda block: "\n" * len(block[0]), text)
    marked = [(quote.start(), next(filter(None, quote.groups())).strip()) for quote in _QUOTATION.finditer(prose)]
    passages = (unmarked(quote) for _, quote in sorted(blocks + marked, key=lambda one: one[0]))
    return tuple(passage for passage in passages if _word_count(passage) >= FEWEST_QUOTED_WORDS)


def _word_count(passage: str) -> int:
    """Count words; where none are spaced, two letters make about one."""
    return max(len(passage.split()), Tokens.of(passage).kinds.count("c") // 2)


def _block_quotes(block: str) -> Iterator[str]:
    """Yield the paragraphs of a blockquote, without its signs, a line that names the author, and quotation marks."""
    for paragraph in re.split(r"\n\s*\n", _QUOTE_SIGN.sub("", block)):
        words = _BYLINE.sub("", paragraph.strip())
        whole = _QUOTATION.fullmatch(words)
        yield next(filter(None, whole.groups())) if whole else words


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for any of these; made at the first need, since it takes 0.04 s."""
    return re.compile("|".join(patterns), re.IGNORECASE)


_ADVERB = r"(?: (?:actually|directly|explicitly|specifically|clearly|currently|(?:seem|appear) to))?"
_DOES_NOT = rf"(?:do(?:es)?(?: not|n't)|never){_ADVERB}"
_NOT = rf"(?:\bnot|n't){_ADVERB}"
_DOCUMENTS = (
    r"\b(?:documents?|documentation|sources?|texts?|articles?|reports?|files?|pages?|passages?|excerpts?|snippets?"
    r"|contexts?|materials?|handbooks?|manuals?|information|knowledge base|search results"
    r"|(?:provided|given|available|retrieved|supplied|uploaded) (?:content|data|records|results))\b"
)
_IN_DOCUMENTS = rf"\b(?:in|by|from|on|with|within|according to|given) (?:\w+ ){{0,3}}{_DOCUMENTS}"
_SAYS = (
    r"(?:says?|mentions?|contains?|states?|specif(?:y|ies)|provides?|includes?|discuss(?:es)?|address(?:es)?|indicates?"
    r"|gives?|reveals?|discloses?|names?|identif(?:y|ies)|describes?|explains?|covers?|lists?|offers?|holds?|tells?"
    r"|refers?|answers?|details?|clarif(?:y|ies)|shows?|makes?|have|has)\b"
)
_INFORMATION = (
    r"(?:(?:relevant|specific|such|further|explicit|direct|clear|enough|sufficient|the|this|that|access to) )*"
    r"(?:information|info|mention|answers?|details?|data|references?|knowledge)\b"
)
_THERE_IS_NO = r"\bthere(?:(?:'s| is| are) no|(?: is| are)(?: not|n't) any)"
_CANNOT = (
    r"\b(?:cannot|can't|can not|could not|couldn't|unable to|not able to|(?:was|were|are)n't able to"
    r"|(?:have|has)(?:n't| not) been able to)"
)
_I = r"\b(?:I|we)(?:'m|'re| am| are| was| were)?"
_UNTOLD = r"\b(?:unclear|unknown|uncertain|impossible|not (?:clear|known|possible))\b"
_DOCUMENTS_SAY_NOTHING = (
    rf"{_DOCUMENTS}(?: \w+){{0,3}} (?:{_DOES_NOT} {_SAYS}|fails? to {_SAYS}|{_SAYS} (?:no|nothing|little)\b|lacks?\b)",
    rf"{_DOCUMENTS}(?: \w+){{0,2}} (?:is|are) (?:insufficient|not (?:enough|sufficient)|silent)\b",
    rf"\b(?:none|neither) of (?:\w+ ){{1,3}}{_DOCUMENTS}|\bno {_DOCUMENTS} {_SAYS}|\bnothing {_IN_DOCUMENTS}",
    rf"\bthere (?:is|are)(?: not|n't) anything {_IN_DOCUMENTS}",
    # In the present tense: that somebody "was not named in the report" is news.
    rf"{_NOT} (?:mentioned|found|stated|specified|available|covered|discussed|addressed) {_IN_DOCUMENTS}",
    rf"\b(?:is|are)(?: not|n't){_ADVERB} (?:(?:named|given|included|contained|indicated|revealed|disclosed|provided"
    rf"|described|identified|listed|explained|answered) )?{_IN_DOCUMENTS}",
    rf"{_CANNOT} be (?:found|answered|determined|inferred|established) {_IN_DOCUMENTS}",
    rf"{_UNTOLD} {_IN_DOCUMENTS}",
    rf"^\W*(?:based )?{_IN_DOCUMENTS}.* {_UNTOLD}",
    r"(?:(?:\bnot|n't) enough|\binsufficient) (?:information|info|context|evidence|details?|data)\b",
    rf"\b(?:outside|beyond) the scope of (?:\w+ ){{0,3}}{_DOCUMENTS}",
    rf"{_THERE_IS_NO} {_INFORMATION}(?: (?:available|given|provided))? (?:about|of|on|in|that|to)\b",
    rf"{_I} (?:have|see|find|found|could find|can find) (?:nothing\b|no {_INFORMATION})",
    rf"{_I} {_DOES_NOT} (?:have|see|find)(?: any)? {_INFORMATION}",
    rf"{_I} {_CANNOT} (?:find|locate|see|answer|help|determine|tell|say|provide|give|confirm|identify|verify)\b",
    rf"{_I} (?:do not|don't) know\b",
    rf"^\W*(?:no (?:{_INFORMATION}|idea)|n/?a|unknown|unanswerable"
    r"|not (?:mentioned|found|stated|specified|given|known))\W*$",
)
_SAYS_NOTHING = (
    rf"\b{_DOES_NOT} (?:say|mention|state|specify)\b",
    rf"\b(?:it|this|that|they) {_DOES_NOT} (?:contain|provide|include)\b",
    rf"{_NOT} (?:mentioned|stated|specified)\b",
    rf"{_NOT} (?:found|available)\W*$",
    rf"{_THERE_IS_NO} {_INFORMATION}\W*$",
    rf"^\W*no {_INFORMATION}(?: (?:about|on|of) .*)?(?:(?: (?:is|was|were|could be))? (?:found|available))?\W*$",
    rf"^\W*no (?:results?|(?:relevant|matching) {_DOCUMENTS})(?: (?:about|on|for) .*)?(?: (?:was|were))? found\W*$",
    rf"{_CANNOT}(?: be)? (?:find|found|help|answer|answered|determine|determined)\b",
    rf"^\W*(?:sorry\W+)?{_I} (?:not (?:sure|certain)|unsure)\b(?!.*\bbut\b)",
)


_CONCESSION = re.compile(r"^\W*(?:although|though|while)\b[^,]*,", re.IGNORECASE)
_FIRST_MARKED = re.compile(
    rf"(?s:.*?)(?:[.!?][\"”’)]?(?:{_MARKERS.pattern}) | [\w\"”’)](?:{_MARKERS.pattern})[^.!?\n]*)",
    re.VERBOSE | re.MULTILINE,
)
"""A text as far as the first sentence that bears a marker."""


def says_nothing(text: str, *, cites: bool = False, aligner: Aligner | None = None) -> bool:
    """Whether a text only says, in plain English words, that the documents do not answer.

    It has at most three sentences, and one of them says that the documents, the text or the like do not say, include,
    discuss, name; that something is not mentioned or given in them; that "I" cannot find it, do not know or have no
    information; or that there is none. An empty text says nothing unless the answer ``cites``. Where it does not, it
    may say the same of anything ("it does not say", "not available", "cannot be determined"): where it does, such words
    may be what it tells about the world ("the car was not found").

    So may those of a sentence that stands in the documents. With an ``aligner`` over them, a sentence that is copied is
    no refusal, and neither is one that is copied with changes, unless it is about the documents.

    Neither is what follows on an answer: "It cost nine million [1]. The text does not say who paid." An answer is what
    bears a marker or, with an ``aligner``, stands in the documents.
    """
    found = sentences(text)
    if not found:
        return not cites
    if len(found) > MOST_REFUSING_SENTENCES:
        return False
    refusing = next((at for at, one in enumerate(found) if _says_nothing(one, cites, aligner)), None)
    if refusing is None:
        return False
    marked = _FIRST_MARKED.match(text)
    if marked and not any(_says_nothing(one, cites, aligner) for one in sentences(marked[0])):
        return False
    return aligner is None or not any(
        aligner.align(one) for one in found[:refusing] if len(one.split()) >= FEWEST_QUOTED_WORDS
    )


def _says_nothing(sentence: str, cites: bool, aligner: Aligner | None) -> bool:
    plain = _CONCESSION.sub("", " ".join(sentence.replace("’", "'").split()))
    about_documents = bool(_any_of(_DOCUMENTS_SAY_NOTHING).search(plain))
    if not about_documents and (cites or not _any_of(_SAYS_NOTHING).search(plain)):
        return False
    if aligner is None or len(plain.split()) < FEWEST_QUOTED_WORDS:
        return True
    places = aligner.align(sentence)
    return fidelity(places) not in FAITHFUL if about_documents else not places
