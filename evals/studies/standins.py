"""Stand-ins for language models, for tests and for timing: no weights come with Verbatim, and no suite downloads any.

- `write_gguf` makes a model of a few thousand weights that llama.cpp runs like any other. With ``says`` its weights are
  set by hand so that it writes just that, whatever it is told; without, they are random, and what it writes is noise in
  the form that it is held to.
- `scripted` is a server on this machine that speaks OpenAI's protocol or Ollama's, and says what a function of the
  request tells it to, as slowly and as badly as it likes.

Neither shows how well a real model writes.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

# ---- a model of llama.cpp ----

_CONTROL, _NORMAL, _UNKNOWN, _BYTE = 3, 1, 2, 6
"""Kinds of tokens in a GGUF file."""

_INNER: Final = 32

_TURN: Final = "<|turn|>"
_TEMPLATE: Final = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}" + _TURN + "{% endif %}"
)


def write_gguf(path: Path, says: Sequence[str] = (), *, context: int = 4096, seed: int = 0) -> Path:
    """Write a model of the architecture of Llama with one layer, and return its path.

    ``says`` are the pieces, all different, that it writes one after the other. Needs the package ``gguf``.
    """
    from gguf import GGUFWriter

    tokens = ["<unk>", "<s>", "</s>", _TURN, *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL, _CONTROL, *[_BYTE] * 256]
    tokens += [chr(code) for code in range(33, 127)] + ["▁"]
    kinds += [_NORMAL] * 95
    chain = [3]
    for piece in says:
        token = piece.replace(" ", "▁")
        if token not in tokens:
            tokens.append(token)
            kinds.append(_NORMAL)
        chain.append(tokens.index(token))
    chain.append(2)
    if len(set(chain)) < len(chain):
        raise ValueError("the pieces have to differ from each other")
    width = -(-len(tokens) // 32) * 32
    draw = np.random.default_rng(seed)

    def weights(*shape: int) -> Any:  # noqa: ANN401 - an array
        noise = draw.normal(0, 0.3, shape) if not says else np.zeros(shape)
        return noise.astype(np.float32)

    output = weights(len(tokens), width)
    if says:
        for before, after in pairwise(chain):
            output[after, before] = 1.0
    writer = GGUFWriter(path, "llama")
    _describe(writer, width, context, tokens, kinds)
    writer.add_tensor("token_embd.weight", np.eye(len(tokens), width, dtype=np.float32))  # each token a direction
    writer.add_tensor("output.weight", output)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        writer.add_tensor(f"blk.0.{name}.weight", weights(width, width))
    writer.add_tensor("blk.0.ffn_gate.weight", weights(_INNER, width))
    writer.add_tensor("blk.0.ffn_up.weight", weights(_INNER, width))
    writer.add_tensor("blk.0.ffn_down.weight", weights(width, _INNER))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(width, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _describe(writer: Any, width: int, context: int, tokens: Sequence[str], kinds: Sequence[int]) -> None:  # noqa: ANN401
    """Write what llama.cpp has to know of a model besides its weights."""
    writer.add_name("stand-in")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(width // 2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(place) for place in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)


# ---- a server that says what it is told ----


@dataclass(frozen=True, slots=True)
class Reply:
    """What a scripted server answers: ``pieces`` of text, each after ``pause`` seconds, the first after ``first``.

    With ``dies`` it hangs up after them. ``status`` is not 200 where it refuses; then the pieces are its reason.
    ``junk`` is sent as it is, in place of what the protocol wants.
    """

    pieces: Sequence[str] = ()
    first: float = 0.0
    pause: float = 0.0
    dies: bool = False
    status: int = 200
    junk: bytes = b""


@dataclass(slots=True)
class Scripted:
    """A server that runs: its address, and the bodies of the requests that came."""

    address: str
    asked: list[dict[str, Any]] = field(default_factory=list)


def told(body: Mapping[str, Any]) -> str:
    """Return all that a request tells the model, as one text."""
    return "\n".join(str(message.get("content", "")) for message in body.get("messages", ()))


def evidence_in(body: Mapping[str, Any]) -> dict[int, str]:
    """Return the evidence that a request gives the model, by its numbers."""
    data = json.loads(body["messages"][-1]["content"])
    return {int(number): proof["text"] for number, proof in data["evidence"].items()}


@contextmanager
def scripted(reply: Callable[[dict[str, Any]], Reply | str]) -> Iterator[Scripted]:
    """Serve OpenAI's chat completions (``/v1``) and Ollama's chat (``/api``) at a port of this machine."""
    running = Scripted("")

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer as the script says."""
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            running.asked.append(body)
            given = reply(body)
            with suppress(ConnectionError):
                self._send(Reply([given]) if isinstance(given, str) else given, ollama=self.path.startswith("/api"))

        def _send(self, given: Reply, *, ollama: bool) -> None:
            time.sleep(given.first)
            kind = "application/x-ndjson" if ollama else "text/event-stream"
            self.send_response(given.status)
            self.send_header("content-type", kind if given.status == HTTPStatus.OK else "application/json")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            if given.status != HTTPStatus.OK:
                self._chunk(json.dumps({"error": {"message": "".join(given.pieces)}}).encode())
            else:
                self._chunk(given.junk)
                for place, piece in enumerate(given.pieces):
                    time.sleep(given.pause if place else 0)
                    self._chunk(_ollamas(piece) if ollama else _openais(piece))
                if given.dies:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if not given.junk:
                    self._chunk(_ollamas("", done=True) if ollama else _openais("", done=True))
            self.wfile.write(b"0\r\n\r\n")

        def _chunk(self, data: bytes) -> None:
            if data:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        """Does not report who hangs up."""

        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        running.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()


def _openais(piece: str, *, done: bool = False) -> bytes:
    choice = {"index": 0, "delta": {} if done else {"content": piece}, "finish_reason": "stop" if done else None}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
    return (f"data: {json.dumps(chunk)}\n\n" + ("data: [DONE]\n\n" if done else "")).encode()


def _ollamas(piece: str, *, done: bool = False) -> bytes:
    message = {"role": "assistant", "content": piece}
    chunk = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": done}
    return json.dumps(chunk).encode() + b"\n"
