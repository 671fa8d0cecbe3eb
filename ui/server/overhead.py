"""What asking over HTTP costs, above the answer itself: a real server in a process of its own, asked over loopback.

    python -m ui.server.overhead [--suite seed] [--rounds 5]

The server says with each answer how long it took to work out (Server-Timing). What the client waited longer than that
is the overhead: of the connection, which is kept, of reading the question, of waiting for a thread, and of writing the
answer.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import typer

from evals.folder import load_suite
from index import Index
from qa import answer


def main(
    suite: Annotated[str, typer.Option(help="Whose questions and documents.")] = "seed",
    rounds: Annotated[int, typer.Option(help="How often each question is asked, after once to warm up.")] = 5,
) -> None:
    """Measure, and print."""
    asked = load_suite(suite)
    questions = [question.question for question in asked.questions]
    with tempfile.TemporaryDirectory() as folder:
        with Index.open(folder) as index:
            index.add(asked.sources())
            direct = _direct(questions, rounds, index)
        with _server(folder) as address:
            waited, worked = _over_http(questions, rounds, address)
    typer.echo(f"suite {suite}: {len(questions)} questions, {rounds} times each")
    for name, values in (("direct call", direct), ("over HTTP", waited), ("overhead", waited - worked)):
        p50, p95 = np.percentile(values * 1000, (50, 95))
        typer.echo(f"{name:12} p50 {p50:6.1f} ms, p95 {p95:6.1f} ms")


def _direct(questions: Sequence[str], rounds: int, index: Index) -> np.ndarray:
    """Return the seconds of each call in this process."""
    seconds = []
    for turn in range(rounds + 1):
        for question in questions:
            began = time.perf_counter()
            answer(question, index=index)
            if turn:
                seconds.append(time.perf_counter() - began)
    return np.array(seconds)


def _over_http(questions: Sequence[str], rounds: int, address: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds that the client waited for each answer, and those that the server worked on it."""
    waited, worked = [], []
    with httpx.Client(base_url=address, timeout=60) as client:
        for turn in range(rounds + 1):
            for question in questions:
                began = time.perf_counter()
                response = client.post("/v1/answer", json={"question": question})
                ended = time.perf_counter()
                response.raise_for_status()
                call = re.search(r"answer;dur=([\d.]+)", response.headers["server-timing"])
                if turn and call:
                    waited.append(ended - began)
                    worked.append(float(call[1]) / 1000)
    return np.array(waited), np.array(worked)


@contextmanager
def _server(store: str) -> Iterator[str]:
    """Run ``verbatim serve`` over a store until the block ends, and yield its address."""
    code = "from ui.terminal import main; main()"
    command = [sys.executable, "-c", code, "serve", "--store", store, "--port", "0"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            said = process.stdout.readline() if process.stdout else ""
            yield re.findall(r"http://\S+", said)[0]
        finally:
            process.terminate()


if __name__ == "__main__":
    typer.run(main)
