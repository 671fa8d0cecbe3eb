"""What the chat shows, as HTML. Pure functions: types in, a string out; no Gradio, no store.

Everything that comes from a document, a file name, a question or a model goes through `escape`. The strings
are shown by a Markdown component, which passes a block of HTML through untouched as long as it holds no blank
line; that is why every function returns a single line, and why `escape` also spells out line breaks.
"""

from ui.render.documents import changes, documents_table, notice, pane_tabs
from ui.render.places import Place, place_of
from ui.render.quotations import citation_key
from ui.render.sources import MARK_ID, WINDOW_CHARS, Page, no_source, paged_source, source, source_trouble
from ui.render.text import escape
from ui.render.turns import Turn, cited, conversation, shown_citations
from ui.render.why import confidence_words

__all__ = [
    "MARK_ID",
    "WINDOW_CHARS",
    "Page",
    "Place",
    "Turn",
    "changes",
    "citation_key",
    "cited",
    "confidence_words",
    "conversation",
    "documents_table",
    "escape",
    "no_source",
    "notice",
    "paged_source",
    "pane_tabs",
    "place_of",
    "shown_citations",
    "source",
    "source_trouble",
]
