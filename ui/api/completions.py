"""What clients of OpenAI expect: chat completions, whole or streamed, and the list of models, which has one.

The text of a message are the cited sentences with their numbers, and where the documents differ or leave a part of the
question unanswered, words that say so. Each sentence has an annotation, in the very chunk that brings it when it is
streamed: a ``url_citation`` with its place in the message (half-open, in characters), and beside it the whole citation
under ``verbatim``. The last question of the messages is answered; those before it are the history, and what else the
messages hold (instructions to a model) has nobody to read it.

Where the server has a model to write with there is a second one in the list: its messages go on, after the quotations,
with what was written from them and holds; all that was written, with what was struck and why, is under ``written``.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from index import Index
from qa import Answer, answer
from qa.export import citation_dict
from qa.types import UNANSWERED, Statement
from ui.api.forms import CitationForm
from ui.api.problems import documented
from ui.api.prose import Prose, once
from ui.desk import Desk
from ui.questions import MAX_HISTORY, QuestionError, checked_question

MODEL: Final = "verbatim"
WRITING: Final = "verbatim-written"


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="allow", strict=True)
    type: str = "text"
    text: str | None = None


class Message(BaseModel):
    """A message of the conversation so far."""

    model_config = ConfigDict(extra="allow", strict=True)
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text" and part.text)
        return self.content or ""


class StreamOptions(BaseModel):
    """Whether the last chunk tells how many tokens were used: none is counted."""

    model_config = ConfigDict(extra="allow", strict=True)
    include_usage: bool | None = None


class Conversation(BaseModel):
    """What a client asks. Settings for models that write (temperature and so on) are accepted and have no effect."""

    model_config = ConfigDict(extra="allow", strict=True)
    model: Annotated[str, Field(examples=[MODEL])]
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None


class UrlCitation(BaseModel):
    """Where in the message a citation stands, and where it leads."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A citation of a message."""

    index: int
    type: Literal["url_citation"]
    url_citation: UrlCitation
    verbatim: CitationForm


class Said(BaseModel):
    """The message that answers."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]
    written: dict[str, Any] | None = None


class Choice(BaseModel):
    """The one choice."""

    index: int
    message: Said
    finish_reason: Literal["stop"]
    logprobs: None


class Usage(BaseModel):
    """Tokens of a model that writes: none is counted."""

    prompt_tokens: Literal[0] = 0
    completion_tokens: Literal[0] = 0
    total_tokens: Literal[0] = 0


class Completion(BaseModel):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class Model(BaseModel):
    """What quotes, or quotes and writes."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "verbatim"


class Models(BaseModel):
    """All models."""

    object: Literal["list"] = "list"
    data: list[Model]


def completions(index: Index, desk: Desk, prose: Prose | None = None) -> APIRouter:
    """Return the routes over an index; answers are worked out at the desk, and written out by ``prose``."""
    router = APIRouter()
    models = [MODEL] if prose is None else [MODEL, WRITING]

    @router.get("/models")
    def list_models() -> Models:
        """List the models: one quotes, and if the server has a model to write with, one writes as well."""
        return Models(data=[Model(id=name) for name in models])

    @router.get("/models/{model}", responses=documented(404))
    def get_model(model: Annotated[str, Path(max_length=200)]) -> Model:
        """Return a model of the list."""
        _one_of(models, model)
        return Model(id=model)

    @router.post(
        "/chat/completions",
        response_class=Response,
        responses={
            200: {
                "model": Completion,
                "description": "The answer; as chunks, ended by [DONE], if it is streamed.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **documented(404, 409, 503),
        },
    )
    async def complete(conversation: Conversation) -> Response:
        """Answer the last question of a conversation, for clients of OpenAI."""
        _one_of(models, conversation.model)
        question, history = _asked(conversation.messages)
        result = await desk.work_out(partial(answer, question, index=index, history=history))
        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": conversation.model}
        steps = once(result) if prose is None or conversation.model == MODEL else prose.stream(result)
        if not conversation.stream:
            *_, last = [step async for step in steps]
            return Response(_whole(last, head), media_type="application/json")
        usage = bool(conversation.stream_options and conversation.stream_options.include_usage)
        return StreamingResponse(
            _chunks(steps, head, usage=usage), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    return router


def _one_of(models: list[str], model: str) -> None:
    if model not in models:
        raise HTTPException(404, f"Here is no such model; there {'is' if len(models) == 1 else 'are'} {models}.")


def _asked(messages: list[Message]) -> tuple[str, list[str]]:
    """Return the last question of a conversation and those before it, without what could be no question.

    Clients send all of a conversation each time: what was refused once must not end it.
    """
    asked = [message.text for message in messages if message.role == "user"]
    if not asked:
        raise QuestionError('the messages hold no question; the last one with the role "user" is answered')
    history = list[str]()
    for earlier in asked[-1 - MAX_HISTORY : -1]:
        with suppress(QuestionError):
            history.append(checked_question(earlier))
    return checked_question(asked[-1]), history


def _pieces(result: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield what an answer quotes bit by bit, each sentence with its citation; or the reason why it quotes nothing.

    Then where the documents differ, and what of the question is left unanswered.
    """
    if result.abstained:
        yield result.text, []
    written = 0
    for place, citation in enumerate(result.citations):
        piece = ("\n" if place else "") + f"{citation.text} [{citation.number}]"
        start = written + bool(place)
        fields = citation_dict(citation)
        named = {
            "start_index": start,
            "end_index": start + len(citation.text),
            "title": citation.title,
            "url": fields["link"] or citation.address,
        }
        yield piece, [{"index": place, "type": "url_citation", "url_citation": named, "verbatim": fields}]
        written += len(piece)
    for line in (*result.differences, *(f"{UNANSWERED}: {part}" for part in result.unanswered)):
        yield f"\n\n{line}", []


def _whole(result: Answer, head: dict[str, Any]) -> str:
    pieces = list(_pieces(result))
    annotations = [annotation for _, found in pieces for annotation in found]
    kept = [piece for sentence in result.written.sentences if (piece := _kept(sentence))] if result.written else []
    content = "".join([*(piece for piece, _ in pieces), *kept])
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations, **_written(result)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = Usage().model_dump()
    return json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage})


def _kept(sentence: Statement) -> str:
    """Return a written sentence as it stands in a message; "" if it was struck."""
    return f"\n\n{sentence.cited}" if sentence.holds else ""


def _written(result: Answer) -> dict[str, Any]:
    return {} if result.written is None else {"written": asdict(result.written)}


async def _chunks(steps: AsyncIterator[Answer], head: dict[str, Any], *, usage: bool) -> AsyncIterator[str]:
    """Yield an answer as server-sent events: what it quotes, then each sentence that is written and holds."""
    head = {**head, "object": "chat.completion.chunk"}

    def event(delta: dict[str, Any], end: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"

    yield event({"role": "assistant", "content": ""})
    told: set[Statement] | None = None
    async for result in steps:
        if told is None:
            told = set()
            for piece, found in _pieces(result):
                yield event({"content": piece} | ({"annotations": found} if found else {}))
        for sentence in result.written.sentences if result.written else ():
            if sentence not in told and (piece := _kept(sentence)):
                yield event({"content": piece})
            told.add(sentence)
        if result.written and result.written.complete:
            yield event(_written(result))
    yield event({}, "stop")
    if usage:
        yield f"data: {json.dumps({**head, 'choices': [], 'usage': Usage().model_dump()})}\n\n"
    yield "data: [DONE]\n\n"
