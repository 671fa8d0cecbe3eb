"""How the chat does when many use it at once, and whether it still has its memory an hour later.

    python -m evals.studies.load crowd [--chats 50,100] [--asks 4] [--think SECONDS] [--suite SUITE]
    python -m evals.studies.load soak [--minutes 60] [--chats 5] [--think SECONDS]

Starts ``verbatim chat`` as a user does, as a process of its own with a store of its own, and uses it over HTTP from
this process, as the page does: it fetches the page, keeps its heartbeat open, sends a question, then for the answer.
Every question is another, so that nothing can be remembered (made-up ones of words of the seeds), or those of a suite
are asked over and over; the vectors of the last 64 questions are all that a store remembers. A time is that from
sending a question to having its answer. Without ``--think`` the next question of a chat follows at once, harder than
people are on a server; who is told that it is busy waits the few seconds that he is told to. Both processes share the
machine: what this one takes is the server's loss.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import numpy as np
import typer

from evals.folder import load_suite
from evals.run import REPOSITORY
from evals.studies.benchmarks import make_questions
from index.passages import PASSAGE_CHARS

SEEDS = REPOSITORY / "seeds"
TIMEOUT = 60.0
"""Seconds after which a request counts as failed."""

BUSY_SECONDS = 3.0
"""How long someone waits before the next question who was told to try again in a few seconds."""

STEADY = 0.1
"""The share of a soak after which memory is first looked at: until then models and caches are being loaded."""

command = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DocumentsOption = Annotated[Path, typer.Option(help="What the chat is about.")]
SuiteOption = Annotated[
    Path | None, typer.Option(help="A suite whose documents are served and whose questions are asked.")
]
ThinkOption = Annotated[float, typer.Option(help="Seconds between an answer and the next question, on average.")]
SaveOption = Annotated[Path | None, typer.Option(help="A file for the numbers, as JSON.")]


@dataclass(frozen=True)
class Asked:
    """What became of one question: seconds until its answer, and what was wrong (``busy``, an error, nothing)."""

    seconds: float
    wrong: str


@command.command()
def crowd(  # noqa: PLR0917 - each is an option of the command
    documents: DocumentsOption = SEEDS,
    suite: SuiteOption = None,
    chats: Annotated[str, typer.Option(help="Chats at once, with commas between.")] = "50,100",
    asks: Annotated[int, typer.Option(help="Questions in each chat.")] = 4,
    think: ThinkOption = 0.0,
    save: SaveOption = None,
) -> None:
    """Have many chats at once and say how long their answers took."""
    typer.echo(f"{asks} questions in each chat, {think:g} s between an answer and the next question.")
    rows = []
    questions, served = _questions_without_end(), [documents]
    if suite is not None:
        whole = load_suite(suite)
        served = list(whole.paths.values())
        if not served:
            raise typer.BadParameter(f"{suite} has no files to serve; name the folder of a suite")
        questions = cycle(question.question for question in whole.questions)
    with serving(served) as (url, process):
        asyncio.run(_crowd(url, questions, 2, 4, 0))  # the models are loaded
        for number in (int(part) for part in chats.split(",")):
            before, began = processor_seconds(process.pid), time.perf_counter()
            asked = asyncio.run(_crowd(url, questions, number, asks, think))
            rows.append(
                {
                    "chats": number,
                    **summary(asked),
                    "a_second": len(asked) / (time.perf_counter() - began),
                    "server_cpu_ms_each": 1000 * (processor_seconds(process.pid) - before) / len(asked),
                }
            )
            typer.echo("   ".join(f"{name} {value:,.2f}".replace(".00", "") for name, value in rows[-1].items()))
    _save(save, rows)


@command.command()
def soak(
    documents: DocumentsOption = SEEDS,
    minutes: Annotated[float, typer.Option(help="How long.")] = 60.0,
    chats: Annotated[int, typer.Option(help="Chats at once; each ends after ten questions, and another begins.")] = 5,
    think: ThinkOption = 1.0,
    save: SaveOption = None,
) -> None:
    """Use the chat steadily and say how its memory grows."""
    typer.echo(f"{chats} chats at once for {minutes:g} minutes, about {think:g} s between an answer and a question.")
    with serving([documents]) as (url, process):
        asked, memory = asyncio.run(_soak(url, process.pid, minutes * 60, chats, think))
    steady = [megabytes for at, megabytes in memory if at >= STEADY * minutes * 60]
    row = {**summary(asked), "mb_when_steady": steady[0], "mb_most": max(steady), "mb_in_the_end": steady[-1]}
    row["growth_percent"] = 100 * (steady[-1] / steady[0] - 1)
    typer.echo("   ".join(f"{name} {value:,.2f}".replace(".00", "") for name, value in row.items()))
    _save(save, {**row, "memory": memory})


def summary(asked: Sequence[Asked]) -> dict[str, float]:
    """Return how many questions there were and how long those that were answered took, in seconds."""
    answered = [one.seconds for one in asked if not one.wrong]
    shares = np.percentile(answered, (50, 95, 100)) if answered else (np.nan,) * 3
    for wrong in {one.wrong for one in asked} - {"", "busy"}:
        typer.echo(f"wrong: {wrong}", err=True)
    return {
        "asked": len(asked),
        "busy": sum(one.wrong == "busy" for one in asked),
        "errors": sum(one.wrong not in {"", "busy"} for one in asked),
        **{name: float(value) for name, value in zip(("p50", "p95", "longest"), shares, strict=True)},
    }


# ---- the two sides -------------------------------------------------------------------------------


@contextmanager
def serving(documents: Sequence[Path]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run ``verbatim chat`` over documents; give its address and its process, and end it afterwards."""
    main = "import sys; from ui.terminal import main; sys.argv[0] = 'verbatim'; main()"
    with TemporaryDirectory(prefix="verbatim-load-") as folder:
        files = [str(one.absolute()) for one in documents]
        arguments = [sys.executable, "-c", main, "chat", *files, "--store", folder, "--port", "0"]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "200"}
        process = subprocess.Popen(  # noqa: S603 - our own command
            arguments, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            yield _address(process), process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[str]) -> str:
    """Return the address that a chat says it listens on, once it does."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise RuntimeError(f"the chat ended with {process.wait()} before it listened")


@dataclass(frozen=True)
class Chat:
    """One open page: a session and the numbers of its events."""

    client: httpx.AsyncClient
    session: str
    asking: int
    answering: int
    after: tuple[int, ...]
    inputs: Mapping[int, int]

    async def ask(self, question: str) -> Asked:
        """Ask, and return what became of it."""
        began = time.perf_counter()
        try:
            await self._send(self.asking, question)
            shown = await self._send(self.answering)
            seconds = time.perf_counter() - began
            for event in self.after:
                await self._send(event)
        except httpx.HTTPError as error:
            return Asked(time.perf_counter() - began, repr(error))
        newest = shown.rpartition('class="question"')[2]
        if "Too many questions" in newest:
            return Asked(seconds, "busy")
        wrong = "" if "<blockquote" in newest or 'class="refusal"' in newest else newest.partition("</h2>")[2][:300]
        return Asked(seconds, wrong)

    async def _send(self, event: int, *data: str) -> str:
        inputs = [*data, *[None] * (self.inputs[event] - len(data))]
        body = {"data": inputs, "fn_index": event, "session_hash": self.session, "event_data": None}
        response = await self.client.post("/gradio_api/run/predict", json=body)
        response.raise_for_status()
        return next((part for part in response.json()["data"] if isinstance(part, str) and "<" in part), "")


@asynccontextmanager
async def open_chat(client: httpx.AsyncClient, session: str) -> AsyncIterator[Chat]:
    """Open the page, keep its heartbeat as a browser does, and close it."""
    (await client.get("/")).raise_for_status()
    config = (await client.get("/config")).json()
    named = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
    events = config["dependencies"]
    asking = next(event for event in events if [named["question"], "submit"] in event["targets"])
    follows = [event for event in events if event["trigger_after"] == asking["id"]]
    answering = next(event for event in follows if named["conversation"] in event["outputs"])
    after = tuple(event["id"] for event in events if event["trigger_after"] == answering["id"])
    inputs = {event["id"]: len(event["inputs"]) for event in events}
    async with client.stream("GET", f"/gradio_api/heartbeat/{session}"):
        yield Chat(client, session, asking["id"], answering["id"], after, inputs)


async def _crowd(url: str, questions: Iterator[str], chats: int, asks: int, think: float) -> list[Asked]:
    """Open so many chats, and once all are open ask in all of them."""
    opened = asyncio.Barrier(chats)

    async def one(number: int) -> list[Asked]:
        async with open_chat(client, f"crowd{os.getpid()}x{chats}x{number}") as chat:
            await opened.wait()
            asked = [await chat.ask(next(questions))]
            while len(asked) < asks:
                pause = BUSY_SECONDS if asked[-1].wrong == "busy" else think
                asked.append(await _after(pause, chat.ask(next(questions))))
            return asked

    async with _client(url) as client:
        return [asked for of_one in await asyncio.gather(*map(one, range(chats))) for asked in of_one]


async def _soak(
    url: str, process: int, seconds: float, chats: int, think: float
) -> tuple[list[Asked], list[tuple[float, float]]]:
    """Ask for so many seconds; return what became of it, and the server's memory: (seconds, MB)."""
    questions, began = _questions_without_end(), time.perf_counter()
    asked: list[Asked] = []
    memory: list[tuple[float, float]] = []

    def over() -> bool:
        return time.perf_counter() - began > seconds

    async def one(number: int) -> None:
        opened = 0
        while not over():
            opened += 1
            async with open_chat(client, f"soak{os.getpid()}x{number}x{opened}") as chat:
                for _ in range(10):
                    asked.append(await _after(think, chat.ask(next(questions))))

    async def watch() -> None:
        while not over():
            memory.append((time.perf_counter() - began, _megabytes(process)))
            await asyncio.sleep(seconds / 120)

    async with _client(url) as client:
        await asyncio.gather(watch(), *map(one, range(chats)))
    return asked, memory


async def _after(think: float, asking: Awaitable[Asked]) -> Asked:
    """Wait as long as someone thinks, which differs, and then ask."""
    await asyncio.sleep(float(np.random.default_rng().uniform(0.5, 1.5)) * think)
    return await asking


def _client(url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=500, keepalive_expiry=2)
    return httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits)


def _questions_without_end() -> Iterator[str]:
    """Yield questions about the seeds, no two the same."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(SEEDS.rglob("*.txt"))]
    passages = [text[at : at + PASSAGE_CHARS] for text in texts for at in range(0, len(text), PASSAGE_CHARS)]
    for seed in count(2):
        for number, question in enumerate(make_questions(passages, 100, seed)):
            yield f"{question[:-1]} {seed}.{number}?"


def processor_seconds(process: int) -> float:
    """Return the seconds of the processor that a process has taken, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(process: int) -> float:
    """Return the memory that a process holds now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _save(file: Path | None, values: object) -> None:
    if file:
        file.write_text(json.dumps(values, indent=1))


if __name__ == "__main__":
    command()
