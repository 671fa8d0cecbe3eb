"""Which model writes: one of LlamaIndex's classes, named in a word (``ollama:qwen3``) or given as an object.

    ollama:MODEL, ollama:http://127.0.0.1:11434#MODEL     a model of Ollama
    openai-like:http://127.0.0.1:8080/v1#MODEL            llama-server, vLLM, LM Studio, any that speaks OpenAI's API
    llama-cpp:/path/to/model.gguf                         llama.cpp in this process

Each needs an extra of the same name. A server on another machine would be sent the question and the cited sentences, so
it needs an explicit yes; for one on this machine proxies and redirects are ignored.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

from index.load import absolute
from qa.loopback import is_loopback
from qa.write.compose import Writer, WriterError
from qa.write.prompt import MOST_WRITTEN_TOKENS, TASK, USUAL_CONTEXT, Proof, form, message, within

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

AnyWriter: TypeAlias = "Writer | LLM | str"
"""A writer, a model of LlamaIndex, or the name of one."""

SECONDS: Final = 120.0
"""How long a server may be silent before its connection is given up."""

KEY: Final = "VERBATIM_LLM_KEY"
"""The environment variable that holds the key of a server that asks for one."""

_NAME_CHARS: Final = 60
_REFUSED: Final = frozenset({400, 404, 422, 500, 501})
"""Statuses with which servers refuse a form of output that they do not know."""


Form = dict[str, Any]
Way = Callable[[Form], Form]


_NOBODY: Final = frozenset({"APIConnectionError", "ConnectError", "ConnectionError"})
"""How the libraries call it that nothing listens at an address. Each has classes of its own."""


class LLMWriter:
    """Lets a model of LlamaIndex write.

    ``ways`` are functions from the JSON Schema that it should be held to, to further arguments of its chat. A server
    that refuses the first way (since it does not know schemas, say) is asked in the next, and so from then on.
    ``where`` is the address of its server.
    """

    def __init__(self, llm: LLM, name: str = "", ways: Sequence[Way] = (lambda _: {},), where: str = "") -> None:
        self._llm = llm
        self._where = where
        self._ways = list(ways)
        named = "".join(mark for mark in name or llm.metadata.model_name or type(llm).__name__ if mark.isprintable())
        self.name = named if len(named) <= _NAME_CHARS else named[: _NAME_CHARS - 1] + "…"

    def write(self, question: str, evidence: Sequence[Proof]) -> Iterator[str]:
        """Yield what the model writes. Raises `WriterError` if the evidence does not fit its context."""
        from llama_index.core.llms import ChatMessage, MessageRole

        given = within(question, evidence, self._llm.metadata.context_window or USUAL_CONTEXT)
        if not given:
            raise WriterError("the question and the quotations are longer than what it can read at once")
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=TASK),
            ChatMessage(role=MessageRole.USER, content=message(question, given)),
        ]
        schema = form([proof.number for proof in given])
        for place, way in enumerate(ways := list(self._ways)):
            began = False
            try:
                for response in self._llm.stream_chat(messages, **way(schema)):
                    if response.delta:
                        began = True
                        yield response.delta
                return
            except Exception as error:
                if not began and self._where and type(error).__name__ in _NOBODY:
                    raise WriterError(f"nothing answers at {self._where}; start the server there") from error
                if began or way is ways[-1] or getattr(error, "status_code", None) not in _REFUSED:
                    raise
                self._ways = ways[place + 1 :]


def open_writer(model: AnyWriter, *, allow_remote: bool = False) -> Writer:
    """Return the writer that a name or an object stands for. No weights are loaded and no server is asked yet.

    Args:
        model: One of the forms above, a model of LlamaIndex, or a `Writer`, which is returned as it is.
        allow_remote: Whether a named server may be on another machine. An object is taken as it is.

    Raises:
        WriterError: The name is none of the forms, its extra is not installed, its file is not there, or its server is
            on another machine and that was not allowed; the message says what to do.

    """
    if not isinstance(model, str):
        return LLMWriter(cast("LLM", model)) if hasattr(model, "stream_chat") else model
    kind, _, rest = model.partition(":")
    if kind not in _KINDS or not rest:
        raise WriterError(f"{model!r:.80} names no model: use {', '.join(known.example for known in _KINDS.values())}")
    known = _KINDS[kind]
    if not _is_installed(known.package):
        raise WriterError(f"{kind}: needs a package that is missing: {sys.executable} -m pip install {known.wheel}")
    return known.open(rest, allow_remote)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):  # what it is in is missing, too
        return False


def _ollama(rest: str, allow_remote: bool) -> Writer:
    from llama_index.llms.ollama import Ollama
    from ollama import Client

    server, _, model = rest.partition("#") if "://" in rest else ("http://127.0.0.1:11434", "#", rest)
    if not model:
        raise WriterError(f"ollama:{rest} names no model: {_KINDS['ollama'].example}")
    local = _checked(server, allow_remote)
    llm = Ollama(
        model=model,
        base_url=server,
        temperature=0.0,
        context_window=USUAL_CONTEXT,
        request_timeout=SECONDS,
        additional_kwargs={"num_predict": MOST_WRITTEN_TOKENS, "seed": 0},
        client=Client(host=server, timeout=SECONDS, follow_redirects=False, trust_env=not local),
        is_function_calling_model=False,
        thinking=False,
    )
    return LLMWriter(llm, model, [lambda schema: {"format": schema}, _freely], server)


def _openai_like(rest: str, allow_remote: bool) -> Writer:
    import httpx
    from llama_index.llms.openai_like import OpenAILike

    server, _, model = rest.partition("#")
    local = _checked(server, allow_remote)
    llm = OpenAILike(
        model=model or "default",
        api_base=server,
        api_key=os.environ.get(KEY) or "none",
        is_chat_model=True,
        context_window=USUAL_CONTEXT,
        temperature=0.0,
        max_tokens=MOST_WRITTEN_TOKENS,
        max_retries=0,
        timeout=SECONDS,
        http_client=httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=not local),
    )
    # A model that thinks aloud first takes a minute longer; servers that do not know the wish pass over it or refuse.
    quick = {"extra_body": {"chat_template_kwargs": {"enable_thinking": False}}}
    return LLMWriter(llm, model or server, [lambda schema: quick | _held(schema), _held, _freely], server)


def _llama_cpp(rest: str, allow_remote: bool) -> Writer:
    from qa.write.llamacpp import LlamaCpp

    del allow_remote  # there is no server
    path = absolute(rest)
    if not path.is_file():
        raise WriterError(f"{path} is no file: name a model with llama-cpp:/path/to/model.gguf")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise WriterError(f"{path} is no GGUF file, which llama.cpp needs; choose a model in that form")
    return LLMWriter(LlamaCpp(path=str(path.resolve())), path.stem, [_held])


def _held(schema: Form) -> Form:
    """Ask for a form as OpenAI's protocol does."""
    named = {"name": "sentences", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _freely(schema: Form) -> Form:
    """Ask for no form; the task says how to write."""
    return {}


@dataclass(frozen=True, slots=True)
class _Kind:
    package: str
    wheel: str
    example: str
    open: Callable[[str, bool], Writer]


_KINDS: Final[dict[str, _Kind]] = {
    "ollama": _Kind("llama_index.llms.ollama", "llama-index-llms-ollama", "ollama:qwen3", _ollama),
    "llama-cpp": _Kind("xllamacpp", "xllamacpp", "llama-cpp:/path/to/model.gguf", _llama_cpp),
    "openai-like": _Kind(
        "llama_index.llms.openai_like",
        "llama-index-llms-openai-like",
        "openai-like:http://127.0.0.1:8080/v1#model",
        _openai_like,
    ),
}


def _checked(server: str, allow_remote: bool) -> bool:
    """Return whether a server is on this machine. Raises `WriterError` if it may not be asked, or is no address."""
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.username or parts.password:
        raise WriterError(f"{server!r:.80} is no address of a server: write http://127.0.0.1:8080/v1")
    local = is_loopback(host)
    if not local and not allow_remote:
        raise WriterError(
            f"{host} is another machine: questions and the sentences that answer them would be sent there. "
            "If you want that, say so with --allow-remote-llm (in Python: open_writer(..., allow_remote=True))"
        )
    return local
