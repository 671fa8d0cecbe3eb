"""What the chat shows, as HTML. Pure functions: types in, a string out; no Gradio, no store.

Everything that comes from a document, a file name, a question or a model goes through `escape`. The strings
are shown by a Markdown component, which passes a block of HTML through untouched as long as it holds no blank
line; that is why every function returns a single line, and why `escape` also spells out line breaks.
"""

from ui.render.documents import (
    FILTERED_FROM,
    ROWS,
    arranged,
    changes,
    documents_table,
    left_out,
    notice,
    pane_tabs,
    progress,
    refusal_key,
    refused,
    scope,
)
from ui.render.feedback import just_judged, thanks, which_one
from ui.render.flow import MARK_ID, WINDOW_CHARS
from ui.render.history import LISTED, conversations, current, masthead, offer
from ui.render.places import Place, place_of
from ui.render.quotations import citation_key
from ui.render.sources import Page, no_source, paged_source, source, source_trouble
from ui.render.text import escape, moment
from ui.render.turns import CUT, Turn, cited, conversation, of_the_asked, shown_citations, unknown_page
from ui.render.why import confidence_words

__all__ = [
    "CUT",
    "FILTERED_FROM",
    "LISTED",
    "MARK_ID",
    "ROWS",
    "WINDOW_CHARS",
    "Page",
    "Place",
    "Turn",
    "arranged",
    "changes",
    "citation_key",
    "cited",
    "confidence_words",
    "conversation",
    "conversations",
    "current",
    "documents_table",
    "escape",
    "just_judged",
    "left_out",
    "masthead",
    "moment",
    "no_source",
    "notice",
    "of_the_asked",
    "offer",
    "paged_source",
    "pane_tabs",
    "place_of",
    "progress",
    "refusal_key",
    "refused",
    "scope",
    "shown_citations",
    "source",
    "source_trouble",
    "thanks",
    "unknown_page",
    "which_one",
]
