"""Greetings, thanks, and questions about Verbatim itself: they get a short honest reply, and nothing is searched."""

from __future__ import annotations

import re

_END = r"[\s!.,?:)]*"
_TO_WHOM = r"(?:[ ,]+(?:there|all|everyone|everybody|verbatim|again|you|very much|so much|a lot))*"

_REPLIES: tuple[tuple[str, str], ...] = (
    (
        rf"(?:hi|hello|hey|hallo|howdy|greetings|good (?:morning|afternoon|evening|day)){_TO_WHOM}{_END}"
        rf"(?:how are you(?: doing)?(?: today)?{_END})?",
        "Hello. Ask something about your documents: what is shown are their own sentences, copied word for word.",
    ),
    (
        rf"(?:(?:ok(?:ay)?|great|super|perfect|cool|nice|good)[ ,!.]+)?(?:many )?(?:thanks|thank you|thx|cheers)"
        rf"{_TO_WHOM}(?: for (?:your|the) (?:help|answers?))?{_END}",
        "You are welcome.",
    ),
    (rf"(?:good ?bye|bye(?:[ -]?bye)?|see you(?: later| soon)?|good night){_TO_WHOM}{_END}", "Goodbye."),
    (
        r"(?:what (?:can|do) you do(?: for me)?|what can i (?:ask|do)(?: you| here)?|who are you|what are you"
        r"|what is (?:this|verbatim)|how (?:do|does) (?:you|this|it|verbatim) work|how can you help(?: me)?"
        rf"|help(?: me)?){_TO_WHOM}{_END}",
        "Verbatim looks for the sentences of your documents that answer a question, and shows them word for word, each "
        "with its place. It writes nothing itself, and where your documents do not say, it tells you so. You can go on "
        "asking: “And when?”, “How many were there?”.",
    ),
)


def reply_to(message: str) -> str | None:
    """Return the reply to a message that is nothing but small talk, in English; None for everything else."""
    said = message.strip()
    return next((reply for pattern, reply in _REPLIES if re.fullmatch(pattern, said, re.IGNORECASE)), None)
