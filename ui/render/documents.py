"""The documents: what can be asked, and what became of what was added."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Changes, Document, Failure
from ui.render.text import button, escape


def pane_tabs(documents: int) -> str:
    """Return the two buttons that choose what the right-hand pane shows."""
    held = f'Documents <span class="count">{documents:,}</span>'
    return (
        '<div class="pane-tabs"><div role="group" title="What stands beside the conversation">'
        f"{button('show', 'Source', value='source')}"
        f'<button type="button" name="show" value="documents">{held}</button>'
        f"</div>{button('close', 'Close', css='close')}</div>"
    )


def documents_table(documents: Sequence[Document], sentences: int) -> str:
    """Return the table of what can be asked, each document with its button to remove it."""
    if not documents:
        return '<div class="documents"><p class="none">No documents yet.</p></div>'
    rows = "".join(_document_row(document) for document in documents)
    total = f"{len(documents):,} document{'s' if len(documents) != 1 else ''} · {sentences:,} sentences"
    return f'<div class="documents"><table><caption>{total}</caption><tbody>{rows}</tbody></table></div>'


def _document_row(document: Document) -> str:
    """Return a row of the table. The page's script asks once more, in the row itself, before a removal."""
    title = document.title
    file = "" if document.source == title else f'<bdi class="file">{escape(document.source)}</bdi> · '
    return (
        f'<tr><th scope="row"><bdi class="title">{escape(title)}</bdi>'
        f'<span class="about">{file}{len(document.text):,} characters</span></th>'
        f'<td class="removal">{button("ask-removal", "Remove", unseen=title)}<span class="confirm" hidden>'
        f"{button('remove', 'Yes, remove', unseen=title, value=document.id)}"
        f"{button('keep', 'Keep', unseen=title)}"
        "</span></td></tr>"
    )


def changes(done: Changes, names: Sequence[str] = ()) -> str:
    """Return what was done, each failure named with its reason; ``names`` are those of what was removed."""
    counted = {"added": done.added, "updated": done.updated, "unchanged": done.unchanged}
    said = [f"{len(ids):,} {outcome}" for outcome, ids in counted.items() if ids]
    if done.removed:
        said.append("removed " + (", ".join(names) or f"{len(done.removed):,}"))
    summary = f'<p class="done" dir="auto">{escape(", ".join(said))}</p>' if said else ""
    return f'<div class="changes">{summary}{_failures(done.failed)}</div>'


def notice(message: str) -> str:
    """Return a message about the documents."""
    return f'<div class="changes"><p class="trouble" dir="auto">{escape(message)}</p></div>'


def _failures(failed: Sequence[Failure]) -> str:
    """Return the sources that did not go in, each with its reason."""
    if not failed:
        return ""
    rows = "".join(
        f'<li><b><bdi>{escape(one.source)}</bdi></b> <span dir="auto">{escape(one.reason)}</span></li>'
        for one in failed
    )
    return f'<p class="failed">Not added:</p><ul class="failures">{rows}</ul>'
