"""What one could ask: questions drawn from one's own documents, each asked once to see that it is answered.

Drafting and asking go on in the background, once for every state of the store, so that no page waits for them.
"""

from __future__ import annotations

import asyncio
import logging
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import ui
from index import Index, VerbatimError
from index.types import Entry
from qa.types import Answer

SEED_NAME = "centcom-raid-western-iraq-2024-08.txt"

SEED_QUESTIONS = (
    "How many U.S. troops are still in Iraq?",
    "Which concert did they plan to attack?",
    "What happened in Solingen?",
    "Who won the election in Iraq?",
)
"""What to ask the seed article, while it stands alone; it does not answer the last one."""

MOST_QUESTIONS = 4
MOST_ASKED = 12
"""So many drafts are asked, at most."""

DOCUMENTS = 8
"""The documents that were added last are drawn from; and of each the beginning."""

BEGINNING_CHARS = 20_000
LONGEST_WORDS = 14
"""A longer question is one that nobody would ask."""

PATIENCE_SECONDS = 30.0

log = logging.getLogger(__name__)


def seed_file() -> Path | None:
    """Return the article that comes with Verbatim: in a checkout, or among the data of the installed package."""
    folders = Path(ui.__file__).parents[1] / "seeds", Path(sysconfig.get_path("data")) / "share" / "verbatim" / "seeds"
    return next((folder / SEED_NAME for folder in folders if (folder / SEED_NAME).is_file()), None)


class Suggestions:
    """Questions to click, for the present state of a store."""

    def __init__(self, index: Index, ask: Callable[[str], Answer]) -> None:
        self.index = index
        self._ask = ask
        self._lock = threading.Lock()
        self._begun = -1
        self._found: tuple[int, tuple[str, ...]] = (-1, ())

    async def questions(self) -> tuple[str, ...]:
        """Return what to ask, once it is known. Waiting costs no thread; after a while there is nothing."""
        waited = 0.0
        while waited < PATIENCE_SECONDS:
            now = self.index.generation()
            if self._found[0] == now:
                return self._found[1]
            with self._lock:
                if self._begun != now:
                    self._begun = now
                    threading.Thread(target=self._look, args=(now,), name="verbatim-suggest", daemon=True).start()
            await asyncio.sleep(0.25)
            waited += 0.25
        return ()

    def _look(self, generation: int) -> None:
        try:
            found = self._suggested()
        except VerbatimError:  # a document was removed meanwhile
            found = ()
        except Exception:
            log.exception("no questions could be suggested")
            found = ()
        with self._lock:
            if generation > self._found[0]:  # one for an older state may end last
                self._found = generation, found

    def _suggested(self) -> tuple[str, ...]:
        entries = self.index.listing()
        if [entry.source for entry in entries] == [SEED_NAME]:
            return SEED_QUESTIONS
        answered: list[str] = []
        asked: set[str] = set()
        for question, sentence in drafts(self.index, entries):
            if len(asked) == MOST_ASKED or len(answered) == MOST_QUESTIONS:
                break
            if question in asked:
                continue
            asked.add(question)
            answer = self._ask(question)
            if answer.citations and answer.citations[0].text == sentence:
                answered.append(question)
        return tuple(answered)


def drafts(index: Index, entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """Yield questions with the sentence that they were drafted from, of each document in turn."""
    from evals.make.draft import draft_questions
    from evals.make.terms import vocabulary

    newest = sorted(entries, key=lambda entry: entry.added, reverse=True)[:DOCUMENTS]
    texts = {entry.id: index.document(entry.id).text for entry in newest}
    sentences = [[span.of(text) for span in index.sentences(one, 0, BEGINNING_CHARS)] for one, text in texts.items()]
    words = vocabulary(sentence for several in sentences for sentence in several)

    def of(several: list[str]) -> Iterator[tuple[str, str]]:
        for sentence in several:
            fit = [draft for draft in draft_questions(sentence, words) if draft.turned]
            short = [draft.question for draft in fit if len(draft.question.split()) <= LONGEST_WORDS]
            if short:
                yield min(short, key=len), sentence

    lines = [of(several) for several in sentences]
    while lines:
        for line in list(lines):
            drawn = next(line, None)
            if drawn is None:
                lines.remove(line)
            else:
                yield drawn
