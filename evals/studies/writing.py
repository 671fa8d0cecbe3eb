"""How long one waits for the first quotation, for the first sentence that was written and checked, and for the whole.

    python -m evals.studies.writing [--llm ollama:qwen3] [--suite seed] [--questions 40]

Without ``--llm`` two stand-ins write: a server of this machine that copies the evidence at twenty words a second, and a
GGUF of a few thousand weights that llama.cpp runs in this process (if the extra ``llama-cpp`` and ``gguf`` are there).
What they take beside their own pace is what Verbatim takes. How fast and how well a real model writes they do not show.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import numpy as np
import typer

from evals.folder import load_suite
from evals.studies.standins import Reply, evidence_in, scripted, write_gguf
from index import Index
from qa.answer import Answerer
from qa.check import Checker
from qa.write import Writer, open_writer, written_out

WORDS_A_SECOND: Final = 20.0
"""The pace of the scripted server: about that of a model of four billion weights on a good laptop."""

SAYS: Final = ('{"sentences": [{"text": "About 2,500 U.S.', ' troops remain in Iraq.", "evid', 'ence": [1]}]}')


def main(
    llm: Annotated[str | None, typer.Option(help="The model that writes.", show_default="two stand-ins")] = None,
    suite: Annotated[str, typer.Option(help="The suite whose answerable questions are asked.")] = "seed",
    questions: Annotated[int, typer.Option(help="At most so many, after one to warm up.")] = 40,
    allow_remote_llm: bool = False,
) -> None:
    """Measure, and print."""
    loaded = load_suite(suite)
    asked = [question.question for question in loaded.questions if question.answerable]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        index = stack.enter_context(Index.open(folder / "store"))
        index.add(loaded.sources())
        writers = {llm: open_writer(llm, allow_remote=allow_remote_llm)} if llm else dict(_stand_ins(stack, folder))
        for name, writer in writers.items():
            _measure(name, writer, index, asked, questions)


def _stand_ins(stack: ExitStack, folder: Path) -> Iterator[tuple[str, Writer]]:
    server = stack.enter_context(scripted(_copied))
    yield f"a server at {WORDS_A_SECOND:.0f} words a second", open_writer(f"openai-like:{server.address}/v1#scripted")
    if find_spec("xllamacpp") and find_spec("gguf"):
        yield "llama.cpp, a tiny model", open_writer(f"llama-cpp:{write_gguf(folder / 'tiny.gguf', SAYS)}")


def _copied(body: dict[str, Any]) -> Reply:
    """Write each sentence of the evidence as it stands, word by word."""
    sentences = [{"text": text, "evidence": [number]} for number, text in evidence_in(body).items()]
    text = json.dumps({"sentences": sentences}, ensure_ascii=False)
    return Reply(re.findall(r"\S+\s*", text), pause=1 / WORDS_A_SECOND)


def _measure(name: str, writer: Writer, index: Index, asked: list[str], most: int) -> None:
    """Ask until enough was answered, and print the medians and the 95th percentiles."""
    answerer, checker = Answerer(index), Checker()
    seconds: dict[str, list[float]] = {"first quotation": [], "first checked sentence": [], "all of it": []}
    held = struck = 0
    for number, question in enumerate(asked[: most + 1]):
        began = time.perf_counter()
        answer = answerer.quote(question)
        if answer.abstained:
            continue
        quoted, checked = time.perf_counter() - began, None
        for answer in written_out(answer, writer, checker):  # noqa: B020 - the same answer, further on
            if checked is None and answer.written and answer.written.sentences:
                checked = time.perf_counter() - began
        if not number:
            continue
        seconds["first quotation"].append(quoted)
        if checked is not None:
            seconds["first checked sentence"].append(checked)
        seconds["all of it"].append(time.perf_counter() - began)
        sentences = answer.written.sentences if answer.written else ()
        held += sum(sentence.holds for sentence in sentences)
        struck += sum(not sentence.holds for sentence in sentences)
    typer.echo(f"{name}: {len(seconds['all of it'])} answers, {held} sentences held, {struck} were struck")
    for what, values in seconds.items():
        if values:
            median, late = np.percentile(values, [50, 95])
            typer.echo(f"  {what:22}  p50 {median:6.2f} s   p95 {late:6.2f} s")


if __name__ == "__main__":
    typer.run(main)
