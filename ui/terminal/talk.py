"""The chat in the terminal: ``verbatim chat --terminal``. Questions, earlier answers kept, numbers open the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from rich.console import Console
from rich.text import Text

from index import Index, VerbatimError
from index.sentences import sentence_spans
from qa import Answer, Citation, stream
from qa.display import numbered_sentences, printable
from qa.write import Writer
from ui.terminal.telling import tell

HELP = (
    "Ask in plain words. A number opens a sentence that was shown, with its neighbours, = asks the last question again "
    "as it was typed, without what was said before; an empty line ends."
)

NEIGHBOURS = 2
"""Sentences shown before and after an opened one."""

KEPT = 200
"""Earlier answers that are remembered."""


@dataclass
class Talk:
    """One conversation over an index; with a ``writer`` answers are written out."""

    index: Index
    console: Console
    writer: Writer | None = None
    history: list[Answer] = field(default_factory=list)

    def run(self, read: Callable[[], str]) -> None:
        """Answer line by line what ``read`` gives, until an empty line or the end of the input."""
        self.console.print(Text(HELP, style="dim"))
        while True:
            try:
                line = read().strip()
            except (EOFError, KeyboardInterrupt):
                self.console.print()
                return
            if not line:
                return
            self.take(line)

    def take(self, line: str) -> None:
        """Do what one line asks for: open a citation, ask again without the history, or answer a question."""
        if line.isdecimal():
            self._open(int(line))
        elif line == "=":
            if self.history:
                self._ask(self.history.pop().question, [])
        else:
            self._ask(line, self.history)

    def _ask(self, question: str, history: list[Answer]) -> None:
        """Answer and show a question, and keep its answer."""
        try:
            answers = stream(question, index=self.index, history=history, writer=self.writer)
            found = next(answers)
        except VerbatimError as error:
            self.console.print(Text(str(error), style="red"))
            return
        if found.query != question and not found.parts:
            query = printable(found.query)
            searched = (
                f"Sentences that mention {query}" if found.mentions else f"Searched for: {query}   (= asks without)"
            )
            self.console.print(Text(searched, style="dim"))
        self.history = [*self.history, tell(chain([found], answers), self.console)][-KEPT:]

    def _open(self, number: int) -> None:
        """Print a sentence that the last answer showed between its neighbours."""
        shown = numbered_sentences(self.history[-1]) if self.history else ()
        if not 1 <= number <= len(shown):
            self.console.print(Text(f"The last answer has no [{number}].", style="yellow"))
            return
        cited = shown[number - 1]
        try:
            self.console.print(around(cited, self.index))
        except VerbatimError as error:  # its document was removed since
            self.console.print(Text(str(error), style="red"))
            return
        self.console.print(Text(f"    {printable(cited.source)}, {cited.place}", style="dim"))


def around(cited: Citation, index: Index) -> Text:
    """Return a cited sentence, bold, with the sentences around it, as they stand in the document."""
    text = index.document(cited.document_id, cited.revision).text
    before = sentence_spans(text[: cited.start])[-NEIGHBOURS:]
    after = sentence_spans(text[cited.end :])[:NEIGHBOURS]
    start = before[0].start if before else cited.start
    end = cited.end + (after[-1].end if after else 0)
    return Text.assemble(
        (printable(text[start : cited.start]), "dim"),
        (printable(text[cited.start : cited.end]), "bold"),
        (printable(text[cited.end : end]), "dim"),
    )
