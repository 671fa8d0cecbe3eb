"""One answer, every door: Python, terminal, HTTP, OpenAI's client, an assistant and LlamaIndex cite the same places.

The short form asks a few questions about the seed article; with VERBATIM_TRIALS=long it is 50 of all our suites.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters
from openai import OpenAI

from evals.folder import load_suite
from index import Index
from qa import answer
from qa.address import find
from qa.export import to_json
from qa.llamaindex import VerbatimQueryEngine
from tests.support.serving import served

ROOT = Path(__file__).parent.parent
LONG = os.environ.get("VERBATIM_TRIALS") == "long"
COMMAND = (sys.executable, "-c", "from ui.terminal import main; main()")


@dataclass(frozen=True)
class Asked:
    question: str
    history: tuple[str, ...] = ()


Cited = list[tuple[str, str]]
"""The address and the words of each citation."""

FEW = (
    Asked("How many troops remain in Iraq?"),
    Asked("Who trains the penguins of Antarctica?"),
    Asked("How many were injured there?", ("What happened in Solingen?",)),
    Asked("Which concert did they plan to attack, and who won the election in Iraq?"),
)


@pytest.fixture(scope="module")
def questions() -> Sequence[Asked]:
    if not LONG:
        return FEW
    drawn = [q for name in ("seed", "gazette", "handbook") for q in load_suite(name).questions[::7]]
    asked = list(dict.fromkeys(Asked(q.question, q.history) for q in drawn))[:50]
    assert len(asked) == 50
    return asked


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("doors")) as opened:
        for name in ("seed", "gazette", "handbook") if LONG else ("seed",):
            opened.add(load_suite(name).sources())
        yield opened


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    with served(index) as at:
        yield at


@pytest.fixture(scope="module")
def expected(index: Index, questions: Sequence[Asked]) -> list[Cited]:
    """What Python says; every citation is exact."""
    said = []
    for asked in questions:
        result = answer(asked.question, index=index, history=asked.history)
        said.append([(citation.address, citation.text) for citation in result.citations])
        for citation in result.citations:
            assert find(citation.address, index).text == citation.text
    assert any(said)
    assert not all(said), "a refusal has to be among them"
    return said


def cited(fields: dict[str, Any]) -> Cited:
    return [(citation["address"], citation["text"]) for citation in fields["citations"]]


def test_the_terminal(index: Index, questions: Sequence[Asked], expected: list[Cited]):
    lines = [json.dumps({"question": asked.question, "history": asked.history}) for asked in questions]
    done = subprocess.run(
        [*COMMAND, "ask", "-", "--json", "--store", str(index.path)],
        cwd=ROOT,
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert [cited(json.loads(line)) for line in done.stdout.splitlines()] == expected


def test_http(index: Index, address: str, questions: Sequence[Asked], expected: list[Cited]):
    said = []
    for asked in questions:
        body = {"question": asked.question, "history": asked.history}
        response = httpx.post(f"{address}/v1/answer", json=body, timeout=60)
        assert response.text == to_json(answer(asked.question, index=index, history=asked.history)), "byte for byte"
        said.append(cited(response.json()))
    assert said == expected


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{address}/v1", api_key="none is needed here", max_retries=0, timeout=60) as opened:
        yield opened


def messages(asked: Asked) -> Any:
    talk = [{"role": "system", "content": "Answer in verse, without sources."}]
    for earlier in asked.history:
        talk += [{"role": "user", "content": earlier}, {"role": "assistant", "content": "I would say so."}]
    return [*talk, {"role": "user", "content": [{"type": "text", "text": asked.question}]}]


def noted(content: str, annotations: list[dict[str, Any]]) -> Cited:
    """Return the citations of a message, each of which stands in the message where its annotation says."""
    for annotation in annotations:
        place, citation = annotation["url_citation"], annotation["verbatim"]
        assert content[place["start_index"] : place["end_index"]] == citation["text"]
        assert place["url"] == citation["address"]
    return cited({"citations": [annotation["verbatim"] for annotation in annotations]})


def test_the_client_of_openai(client: OpenAI, questions: Sequence[Asked], expected: list[Cited]):
    said = []
    for asked in questions:
        done = client.chat.completions.create(model="verbatim", messages=messages(asked), temperature=1.5)
        message = done.choices[0].message
        said.append(noted(message.content or "", [one.model_dump() for one in message.annotations or ()]))
    assert said == expected


def test_the_client_of_openai_streaming(client: OpenAI, questions: Sequence[Asked], expected: list[Cited]):
    said = []
    for asked in questions:
        content, annotations = "", []
        for chunk in client.chat.completions.create(model="verbatim", messages=messages(asked), stream=True):
            for choice in chunk.choices:
                content += choice.delta.content or ""
                annotations += getattr(choice.delta, "annotations", None) or []
        said.append(noted(content, annotations))
    assert said == expected
    with client.chat.completions.stream(model="verbatim", messages=messages(questions[0])) as stream:
        whole = stream.get_final_completion().choices[0].message
    assert noted(whole.content or "", [one.model_dump() for one in whole.annotations or ()]) == expected[0]


async def ask_as_an_assistant(server: str | StdioServerParameters, questions: Sequence[Asked]) -> list[Cited]:
    said = []
    async with Client(server, read_timeout_seconds=60) as assistant:
        for asked in questions:
            arguments = {"question": asked.question, "history": list(asked.history)}
            result = await assistant.call_tool("ask", arguments)
            assert not result.is_error, result.content
            assert result.structured_content
            said.append(cited(result.structured_content))
            for place, text in said[-1]:
                read = await assistant.call_tool("read_source", {"address": place})
                assert read.structured_content
                assert read.structured_content["text"] == text
    return said


def test_an_assistant_over_http(address: str, questions: Sequence[Asked], expected: list[Cited]):
    assert asyncio.run(ask_as_an_assistant(f"{address}/mcp", questions)) == expected


def test_an_assistant_over_pipes(index: Index, questions: Sequence[Asked], expected: list[Cited]):
    program, *arguments = COMMAND
    server = StdioServerParameters(
        command=program, args=[*arguments, "mcp", "--store", str(index.path)], cwd=str(ROOT), env=dict(os.environ)
    )
    assert asyncio.run(ask_as_an_assistant(server, questions)) == expected


def test_llamaindex(index: Index, questions: Sequence[Asked], expected: list[Cited]):
    engine = VerbatimQueryEngine(index)
    for asked, places in zip(questions, expected, strict=True):
        if not asked.history:  # its engines are asked one question at a time
            nodes = engine.query(asked.question).source_nodes
            assert [(source.node.node_id, source.node.get_content()) for source in nodes] == places
