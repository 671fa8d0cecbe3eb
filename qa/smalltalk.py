"""What people say around a question, and to Verbatim itself.

Greetings, thanks, and questions about Verbatim get a short honest reply, and nothing is searched. "Could you tell me"
and "according to the documents" say nothing of what is asked: they are taken off.
"""

from __future__ import annotations

import re

from qa.ellipsis import BEFORE_THEM, QUESTION_WORDS

_END = r"[\W_]*"
_TO_WHOM = r"(?:[ ,]+(?:there|all|everyone|everybody|verbatim|again|you|very much|so much|a lot))*"

_THAT_IS_FINE = r"that(?:(?: is|['’]s)(?: very)? (?:all|fine|good|great|helpful|it|perfect)| helps(?: a lot)?)"

_SOURCES = (
    r"(?:all |any of )?(?:(?:the|my|our|your|these|those) )?(?:(?:given|provided|attached|uploaded|above) )?"
    r"(?:documents?|docs|files?|texts?|sources?|articles?|passages?|materials?|uploads?)"
)
_KINDS = (
    r"(?:agreements?|books?|chapters?|contracts?|guides?|guidelines|handbooks?|leases?|letters?|manuals?|minutes|papers?"
    r"|pdfs?|polic(?:y|ies)|reports?|rules|terms)"
)
"""What people call their documents besides."""

_THIS_ONE = r"(?:this|that|it|them)"
_ALL = (
    rf"(?:all of )?(?:everything|(?:this|that) (?:document|file|text|article|{_KINDS})|{_SOURCES}"
    rf"|(?:the|my|our|your) {_KINDS})"
)
_WHOLE = rf"(?:{_ALL}|(?:the|my|our|your) [\w-]+ {_KINDS})"
"""All of the documents, or one of them as a whole. Who wants to be told about "the parking rules" asks of parking."""

_REPLIES: tuple[tuple[str, str], ...] = (
    (
        rf"(?:hi|hello|hey|hallo|howdy|greetings|good (?:morning|afternoon|evening|day)){_TO_WHOM}{_END}"
        rf"(?:how are you(?: doing)?(?: today)?{_END})?|how are you(?: doing)?(?: today)?{_END}",
        "Hello. Ask something about your documents: what is shown are their own sentences, copied word for word.",
    ),
    (
        rf"(?:(?:ok(?:ay)?|great|super|perfect|cool|nice|good|no)[ ,!.]+)?(?:many )?(?:thanks|thank you|thx|cheers)"
        rf"{_TO_WHOM}(?:[ ,.!]+(?:for (?:your|the|any) (?:help|answers?)|for th(?:at|is)|in advance|{_THAT_IS_FINE}))*"
        rf"{_END}(?:(?:good ?)?bye{_END})?",
        "You are welcome.",
    ),
    (
        r"(?:(?:ok(?:ay)?|alright|all right|great|perfect|cool|nice|got it|i see|understood|never ?mind"
        rf"|{_THAT_IS_FINE}){_END}){{1,2}}",
        "Ask on whenever you like.",
    ),
    (rf"(?:good ?bye|bye(?:[ -]?bye)?|see you(?: later| soon)?|good night){_TO_WHOM}{_END}", "Goodbye."),
    (
        r"(?:what (?:can|do) you do(?: for me)?|what can i (?:ask|do)(?: you| here)?|who are you|what are you"
        r"|what(?: is|['’]s) (?:this|verbatim)|how (?:do|does) (?:you|this|it|verbatim) work|how can you help(?: me)?"
        rf"|help(?: me)?){_TO_WHOM}{_END}",
        "Verbatim looks for the sentences of your documents that answer a question, and shows them word for word, each "
        "with its place. It writes nothing itself, and where your documents do not say, it tells you so. You can go on "
        "asking: “And when?”, “How many were there?”.",
    ),
)


_SUMMARY = re.compile(
    rf"(?:please |(?:can|could|would|will) you (?:please )?)?(?:(?:summari[sz]e|sum up)(?: {_WHOLE}| {_THIS_ONE})?"
    rf"|sum {_THIS_ONE} up|(?:(?:give|write|show|make)(?: me| us)? |(?:i|we) (?:want|need) )?(?:an? |the )?"
    rf"(?:(?:short|brief|quick) )?(?:summary|overview)(?: of (?:{_WHOLE}|{_THIS_ONE}))?"
    rf"|what(?: is|['’]s| are) (?:{_WHOLE}|(?P<back>{_THIS_ONE})) (?:all )?about|tell (?:me|us) about {_ALL}"
    rf"|tl;? ?dr)(?:,? (?:for me|please))*{_END}",
    re.IGNORECASE,
)
_NO_SUMMARY = (
    "Verbatim writes no summaries: what it shows are your documents’ own sentences, word for word. Ask for a fact, or "
    "for whatever is said of something: “What do the documents say about …?”"
)

_OURS = r"(?:all )?(?:of )?(?:(?:the|my|our|your|these|those) )?(?:documents?|docs|files?|uploads?)"
_HAVE = (
    r"(?:do you (?:have|know|hold|see)|have you (?:got|read|seen)|can you (?:see|read|access|search)|are there"
    r"|are (?:in here|here|loaded|available|uploaded)|(?:did|have) (?:i|we) (?:add(?:ed)?|upload(?:ed)?|give(?:n)? you)"
    r"|do (?:i|we) have)"
)
_INVENTORY = re.compile(
    rf"(?:(?:what|which|how many) {_OURS} {_HAVE}(?: here| access to)?"
    rf"|(?:please )?(?:list|show(?: me)?|name) {_OURS}|what(?: is|['’]s) (?:in here|loaded))"
    rf"(?:,? please)?{_END}",
    re.IGNORECASE,
)

_THIS = re.compile(r"(?<!\bgot )(?<!\bfor )(?<!\bthat['’]s )\b(?:this|it)\b", re.IGNORECASE)
_DEAR = rf"(?:dear|hi|hello)(?: (?:all|both|everyone|madam|or|sirs?|support|team|colleagues?)){{1,3}}{_END}"
_REGARDS = rf"(?:(?:kind|kindest|best|warm|many) )?(?:regards|wishes|greetings){_END}"
_SIGNED = rf"(?:(?-i:[A-Z])\w+{_END}){{0,3}}"
_OPENING = re.compile(rf"(?:{_DEAR}|{_REPLIES[0][0]}|{_REPLIES[1][0]})(?<=[!.,:\n)])\s*(?=\w)", re.IGNORECASE)
_CLOSING = re.compile(rf"(?<=[?.!])\s+(?:{_REPLIES[1][0]}|{_REPLIES[3][0]}|{_REGARDS}){{1,2}}{_SIGNED}", re.IGNORECASE)

_WANTED = rf"(?:{QUESTION_WORDS})\b"
_AS_SAID = rf"(?:according to|based on|as (?:stated|described|mentioned|told|given) in|as per|going by) {_SOURCES}"
_TELL = (
    r"(?:(?:can|could|would|will) you (?:please |kindly |maybe )?(?:tell|inform|show|explain to|let) me(?: know)?"
    r"|(?:please |kindly |just )?(?:tell|inform|show) me|(?:please )?let me know|do you (?:happen to )?know"
    r"|(?:any|no) idea"
    r"|(?:i|we)(?:['’]d| would) (?:really )?(?:like|love|need) to (?:know|understand|find out|ask)"
    r"|(?:i|we) (?:really )?(?:want|need|wish|have|wanted) to (?:know|understand|find out|ask)"
    r"|i (?:wonder|was wondering|am wondering|am curious|am interested in)|i['’]m (?:wondering|curious|interested in)"
    r"|(?:my|the|a|one|another|quick|a quick|just a quick) question(?: is| here)?)"
)
_ASKED = rf"{BEFORE_THEM}{_WANTED}"
_FRAME = re.compile(
    r"(?:(?:so|ok|okay|well|and|now|please)\b,? )?"
    rf"(?:(?:{_AS_SAID}|(?:in|from) {_SOURCES})(?:, |,? (?={_ASKED}))"
    rf"|{_TELL}(?:,? please)?[,:;–-]* (?:about )?(?={_ASKED}|{_AS_SAID}))",
    re.IGNORECASE,
)
_FRAME_END = re.compile(rf"(?:,? {_AS_SAID}|,? please)(?=[\s?!.]*$)", re.IGNORECASE)


def reply_to(message: str, *, in_talk: bool = False) -> str | None:
    """Return the reply to a message that is nothing but small talk, in English; None for everything else.

    ``in_talk`` tells that something was answered before: then "How does it work?" asks about that.
    """
    said = without_small_talk(message.strip())
    if summary := _SUMMARY.fullmatch(said):
        return None if in_talk and summary["back"] else _NO_SUMMARY
    if in_talk and _THIS.search(said):
        return None
    return next((reply for pattern, reply in _REPLIES if re.fullmatch(pattern, said, re.IGNORECASE)), None)


def asks_for_inventory(message: str) -> bool:
    """Whether a message asks which documents there are, and nothing of what they say."""
    return _INVENTORY.fullmatch(without_small_talk(message.strip())) is not None


def without_small_talk(message: str) -> str:
    """Return a message without a greeting or thanks before or after what it asks: "Good morning. Who pays?"."""
    opening = _OPENING.match(message)
    asked = message[opening.end() :] if opening else message
    closing = [found for found in _CLOSING.finditer(asked) if found.end() == len(asked)]
    return asked[: closing[0].start()] if closing else asked


def without_frame(question: str) -> str:
    """Return a question without what only asks to be told: "Could you tell me, according to the documents, who pays?".

    Not if nothing that asks would be left.
    """
    asked = question
    while frame := _FRAME.match(asked):
        asked = asked[frame.end() :]
    asked = _FRAME_END.sub("", asked)
    return asked if re.search(rf"\b{_WANTED}|\?", asked, re.IGNORECASE) else question
