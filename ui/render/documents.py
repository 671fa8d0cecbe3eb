"""The documents: what can be asked, what is being added, what was refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from pathlib import PurePath
from typing import Any

from index.types import Changes, Entry, Failure, extent
from ui.render.text import button, escape, plural, several, when

ROWS = 100
"""Rows of the table that are sent at first; a button asks for more."""

FILTERED_FROM = 20
"""With more documents than this there is a box to filter them."""

ORDERS: dict[str, Callable[[Entry], Any]] = {
    "title": lambda entry: (entry.title.casefold(), entry.source),
    "kind": lambda entry: (kind(entry), entry.title.casefold()),
    "pages": lambda entry: (-extent(entry.source, entry.pages)[0], -entry.sentences),
    "sentences": lambda entry: (-entry.sentences, entry.title.casefold()),
}
"""What the table can be ordered by, beside ``added``: the newest first."""


def kind(entry: Entry) -> str:
    """Return what kind of file a document came from: "PDF", "DOCX"; "TEXT" for a source without a suffix."""
    return PurePath(entry.source).suffix.removeprefix(".").upper() or "TEXT"


def arranged(entries: Sequence[Entry], *, matching: str = "", order: str = "added") -> list[Entry]:
    """Return the entries whose title or name holds every word of ``matching``, in one of `ORDERS` or by ``added``."""
    words = matching.casefold().split()
    found = [entry for entry in entries if all(word in f"{entry.title}\n{entry.source}".casefold() for word in words)]
    if order in ORDERS:
        return sorted(found, key=ORDERS[order])
    return sorted(sorted(found, key=ORDERS["title"]), key=lambda entry: entry.added, reverse=True)


def pane_tabs(documents: int) -> str:
    """Return the two buttons that choose what the right-hand pane shows."""
    held = f'Documents <span class="count">{documents:,}</span>'
    return (
        '<div class="pane-tabs"><div role="group" title="What stands beside the conversation">'
        f"{button('show', 'Source', value='source')}"
        f'<button type="button" name="show" value="documents">{held}</button>'
        f"</div>{button('close', 'Close', css='close')}</div>"
    )


def scope(asked: int, documents: int) -> str:
    """Return the line at the question box that says what is asked, and leads to where that is chosen."""
    if documents < 2:
        return ""
    which = f"all {documents:,}" if asked == documents else f"{asked:,} of {documents:,}"
    css = "all" if asked == documents else "some"
    return (
        f'<div class="scope {css}"><button type="button" name="show" value="documents">'
        f"Asking <b>{which}</b> documents</button></div>"
    )


def left_out(message: str, ids: Collection[str]) -> str:
    """Return the documents that are not asked, for the page's script to remember; each ``message`` once."""
    return f'<p id="left-out-{escape(message)}">{escape(" ".join(sorted(ids)))}</p>'


def documents_table(
    entries: Sequence[Entry],
    *,
    left_out: Collection[str] = (),
    changed: Collection[str] = (),
    matching: str = "",
    order: str = "added",
    rows: int = ROWS,
) -> str:
    """Return the table of what can be asked: so many ``rows`` of what matches, each with a tick and a way to remove it.

    ``left_out`` holds the ids of documents that are not asked, ``changed`` those whose file was saved since.
    """
    if not entries:
        return '<div class="documents"><p class="none">No documents yet.</p></div>'
    found = arranged(entries, matching=matching, order=order)
    many = len(entries) > 1
    body = "".join(
        _row(entry, entry.id not in left_out if many else None, entry.id in changed) for entry in found[:rows]
    )
    more = ""
    if len(found) > rows:
        more = f'<p class="more">{button("more", f"Show more of the {len(found):,}")}</p>'
    elif not found:
        more = '<p class="none">No title and no file name holds these words.</p>'
    return (
        f'<div class="documents">{_counted(entries, found, many)}'
        f"<table><thead>{_headings(order, many)}</thead><tbody>{body}</tbody></table>{more}</div>"
    )


def _counted(entries: Sequence[Entry], found: Sequence[Entry], many: bool) -> str:
    """Return how much there is, and the two buttons that choose all and none of what is shown."""
    total = f"{several(len(entries), 'document')} · {several(sum(e.sentences for e in entries), 'sentence')}"
    if len(found) < len(entries):
        total = f"{len(found):,} of {total}"
    these = "shown here" if len(found) < len(entries) else "documents"
    chosen = (
        f'<span class="choose">Ask {button("choose-all", "all", unseen=these)}'
        f"{button('choose-none', 'none', unseen=these)}</span>"
        if many
        else ""
    )
    return f'<p class="total"><span>{total}</span>{chosen}</p>'


def _headings(order: str, many: bool) -> str:
    """Return the head of the table; each heading orders it."""
    cells = ['<th class="ask"><span class="unseen">Asked</span></th>'] if many else []
    for name, face in (("title", "Title"), ("kind", "Kind"), ("pages", "Pages"), ("sentences", "Sentences")):
        cells.append(_heading(name, face, order))
    cells.append(_heading("added", "Added", order))
    cells.append('<th class="removal"><span class="unseen">Remove</span></th>')
    return f"<tr>{''.join(cells)}</tr>"


def _heading(name: str, face: str, order: str) -> str:
    current = " current" if name == order else ""
    return f'<th scope="col" class="{name}{current}">{button("order", face, value=name)}</th>'


def _row(entry: Entry, asked: bool | None, changed: bool) -> str:
    """Return a row of the table. The page's script asks once more, in the row itself, before a removal."""
    title, file = entry.title, PurePath(entry.source).name
    about = [] if file == title else [f'<bdi class="file">{escape(file)}</bdi>']
    about += [f'also <bdi class="file">{escape(PurePath(other).name)}</bdi>' for other in entry.also[:3]]
    if entry.recognised:
        about.append(f"{several(entry.recognised, 'page')} read from a picture")
    if entry.unread:
        about.append(f'<span class="unread">{several(entry.unread, "page")} not read: a picture</span>')
    if changed:
        about.append('<span class="changed">the file was saved since; add it again</span>')
    tick = ""
    if asked is not None:
        css = "tick on" if asked else "tick"
        tick = f'<td class="ask">{button("ask", "", unseen=f"Ask {title}", value=entry.id, css=css)}</td>'
    second = f'<span class="about">{" · ".join(about)}</span>' if about else ""
    count, unit = extent(entry.source, entry.pages)
    sentences = plural(entry.sentences, "sentence")
    hidden = ' class="unit"' if unit == "page" else ""  # as the column's head says
    added = f'<time datetime="{escape(entry.added)}">{escape(when(entry.added))}</time>'
    return (
        f'<tr>{tick}<th scope="row"><bdi class="title">{escape(title)}</bdi>{second}</th>'
        f'<td class="kind">{escape(kind(entry))}</td>'
        f'<td class="pages">{count:,}<span{hidden}> {plural(count, unit)}</span></td>'
        f'<td class="sentences">{entry.sentences:,}<span class="unit"> {sentences}</span></td>'
        f'<td class="added">{added}</td>'
        f'<td class="removal">{button("ask-removal", "Remove", unseen=title)}<span class="confirm" hidden>'
        f"{button('remove', 'Yes, remove', unseen=title, value=entry.id)}"
        f"{button('keep', 'Keep', unseen=title)}"
        "</span></td></tr>"
    )


def progress(done: int, total: int, stage: str, seconds: float) -> str:
    """Return how far the adding of files is after ``seconds``: the stage, and rate and time left once known."""
    known = ""
    if done and seconds > 2:
        left = (total - done) * seconds / done
        known = f" · {done / seconds:,.1f} a second · {_duration(left)} left" if done < total else ""
    of = f"{done:,} of {several(total, 'file')}{known}"
    return (
        f'<div class="progress"><progress max="{max(1, total)}" value="{done}"></progress>'
        f'<p class="stage" dir="auto">{escape(stage)}</p><p class="rate">{of}</p></div>'
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"


def changes(done: Changes, names: Sequence[str] = (), quoting: int = 0) -> str:
    """Return what was done. ``names`` are those of what was removed, ``quoting`` so many conversations quote it."""
    counted = {
        "added": done.added,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "with the text of another, kept once": done.duplicates,
    }
    said = [f"{len(ids):,} {outcome}" for outcome, ids in counted.items() if ids]
    if done.failed:
        said.append(f"{len(done.failed):,} not added")
    if done.removed:
        said.append("removed " + (", ".join(names) or f"{len(done.removed):,}"))
    kept = ""
    if quoting:
        kept = f'<p class="kept">{several(quoting, "conversation")} still {"quotes" if quoting == 1 else "quote"} it. '
        kept += "Delete what it should be forgotten in.</p>"
    summary = f'<p class="done" dir="auto">{escape(", ".join(said))}</p>' if said else ""
    without = "".join(f"<li>{_reason(one)}</li>" for one in done.partial)
    partial = f'<ul class="failures partial">{without}</ul>' if without else ""
    return f'<div class="changes">{summary}{partial}{kept}</div>'


def notice(message: str) -> str:
    """Return a message about the documents."""
    return f'<div class="changes"><p class="trouble" dir="auto">{escape(message)}</p></div>'


def refused(failures: Sequence[Failure]) -> str:
    """Return the files that did not go in, each with its reason, until they are dismissed."""
    if not failures:
        return ""
    rows = "".join(
        f"<li>{_reason(one)}{button('dismiss', 'Dismiss', unseen=one.source, value=refusal_key(one))}</li>"
        for one in failures
    )
    return f'<div class="refused"><p class="failed">Not added</p><ul class="failures">{rows}</ul></div>'


def _reason(failure: Failure) -> str:
    return f'<b><bdi>{escape(failure.source)}</bdi></b> <span dir="auto">{escape(failure.reason)}</span>'


def refusal_key(failure: Failure) -> str:
    """Return how the page names a refused file: not by its name, which may hold anything."""
    return hashlib.sha256(failure.source.encode("utf-8", "surrogatepass")).hexdigest()[:16]
