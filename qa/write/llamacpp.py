"""llama.cpp in this process, as a model of LlamaIndex, by xllamacpp (MIT), whose wheels need no compiler.

The only module that knows xllamacpp. Its engine always listens somewhere as well: here at a socket in a private folder,
or where the system has none, at a port of this machine with a key that nobody is told.
"""

from __future__ import annotations

import atexit
import queue
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM
from pydantic import Field, PrivateAttr

from index.onnx import cores
from qa.write.compose import WriterError
from qa.write.leaving import Inside
from qa.write.prompt import MOST_WRITTEN_TOKENS, USUAL_CONTEXT

THREAD_NAME: Final = "verbatim-llama-cpp"

_inside = Inside(10.0)
"""A model stops at its next token, or when it is loaded."""


class LlamaCpp(CustomLLM):
    """A model in a GGUF file. It is loaded when it is first asked; several threads may ask, and wait for each other.

    ``path`` is the file and ``context_window`` how many tokens it reads and writes together. Further arguments of
    ``stream_chat`` are fields of OpenAI's chat completions, such as ``response_format`` with a JSON Schema, which what
    it writes then has, always.
    """

    path: str = Field(description="The GGUF file.")
    context_window: int = Field(default=USUAL_CONTEXT, description="Tokens of the prompt and the answer together.")
    max_tokens: int = Field(default=MOST_WRITTEN_TOKENS, description="The most that is written.")
    _server: Any = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which LlamaIndex knows this class."""
        return "LlamaCpp"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of a model."""
        return LLMMetadata(
            context_window=self.context_window,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=Path(self.path).stem,
        )

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:  # noqa: ANN401
        """Yield what the model writes, token by token; a generator that is closed stops it."""
        said = [{"role": message.role.value, "content": message.content or ""} for message in messages]

        def stream() -> ChatResponseGen:
            text = ""
            for delta in self._deltas({"messages": said, **kwargs}):
                text += delta
                yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=delta)

        return stream()

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:  # noqa: ANN401
        """Return all that the model writes."""
        response = ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=""))
        for response in self.stream_chat(messages, **kwargs):  # noqa: B007 - the last one is whole
            pass
        return response

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: ANN401
        """Yield what the model answers to one message."""

        def stream() -> CompletionResponseGen:
            for response in self.stream_chat([ChatMessage(role=MessageRole.USER, content=prompt)], **kwargs):
                yield CompletionResponse(text=response.message.content or "", delta=response.delta)

        return stream()

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ANN401
        """Return what the model answers to one message."""
        return CompletionResponse(
            text=self.chat([ChatMessage(role=MessageRole.USER, content=prompt)], **kwargs).message.content or ""
        )

    def _deltas(self, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a generator of texts
        """Yield the pieces of text that the engine gives. It runs in a thread of its own, which calls back."""
        server = self._loaded()
        body = {
            "stream": True,
            "max_tokens": self.max_tokens,
            "temperature": 0,
            "seed": 0,
            "chat_template_kwargs": {"enable_thinking": False},
            **asked,
        }
        heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stop = threading.Event()

        def hear(chunk: Any) -> bool:  # noqa: ANN401 - decoded JSON
            heard.put(chunk)
            return stop.is_set() or _inside.leaving

        def run() -> None:
            try:
                with _inside:
                    server.handle_chat_completions(body, hear)
                heard.put(None)
            except Exception as error:
                heard.put(error)

        threading.Thread(target=run, name=THREAD_NAME, daemon=True).start()
        try:
            while (chunk := heard.get()) is not None:
                if isinstance(chunk, Exception):
                    raise WriterError(f"llama.cpp: {chunk}") from chunk
                if "error" in chunk:
                    raise WriterError(f"llama.cpp: {chunk['error'].get('message', chunk['error'])}")
                for choice in chunk.get("choices", ()):
                    if piece := choice.get("delta", {}).get("content"):
                        yield piece
        finally:
            stop.set()

    def _loaded(self) -> Any:  # noqa: ANN401 - xllamacpp has no types
        """Return the engine with the model in it. Raises `WriterError` if llama.cpp cannot load the file."""
        with self._loading:
            if self._server is None:
                with _inside:
                    self._server = _load(self.path, self.context_window)
            return self._server


def _load(path: str, context_window: int) -> Any:  # noqa: ANN401 - xllamacpp has no types
    from xllamacpp import CommonParams, Server

    private = tempfile.mkdtemp(prefix="verbatim-llm-")
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    settings = CommonParams()
    settings.model.path = path
    settings.n_ctx = context_window
    settings.n_parallel = 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = cores()
    settings.n_threads_http = 1
    settings.hostnames = [f"{private}/llm.sock" if hasattr(socket, "AF_UNIX") else "127.0.0.1"]
    settings.port = 0
    settings.api_keys = [secrets.token_urlsafe(32)]
    settings.offline = True
    settings.ui = settings.endpoint_slots = settings.warmup = False
    settings.cache_ram_mib = 0
    settings.verbosity = -1
    try:
        return Server(settings)
    except RuntimeError as error:
        raise WriterError(
            f"llama.cpp cannot load {path}: it is damaged, of a kind that this version does not know, or larger than "
            "the memory that is free; try another GGUF"
        ) from error
