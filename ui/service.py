"""Everything at one address: the chat, the API under ``/v1``, and assistants at ``/mcp``, behind the same guard."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from ui import server
from ui.server import ServeError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from index import Index

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def create_service(
    index: Index,
    *,
    keys: Collection[str] = (),
    chat: bool = True,
    hosts: Collection[str] = LOOPBACK,
    examples: Sequence[str] = (),
    port: int = 7860,
) -> FastAPI:
    """Return the whole service as an ASGI app. ``hosts`` are the names under which it may be asked for.

    With ``keys`` the API and assistants need one of them. The chat has none, so it is for this machine only.
    """
    from fastapi import FastAPI
    from starlette.middleware import Middleware

    from ui.api import create_api, mounted
    from ui.desk import Desk

    desk = Desk()
    if chat:
        app = server.create_app(index, examples=examples, port=port)
    else:
        guard = Middleware(server.Guard, hosts=frozenset({*LOOPBACK, *hosts}))
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=[guard])
    doors: list[Any] = [mounted(create_api(index, keys=keys, desk=desk)), *_assistants(app, index, keys, desk)]
    app.router.routes[:0] = doors  # before the chat, which answers to every path
    return app


def _assistants(app: FastAPI, index: Index, keys: Collection[str], desk: Any) -> list[Any]:  # noqa: ANN401 - see `ui.desk`
    """Return the route of assistants, kept going with the app; none without the package for them."""
    from importlib.util import find_spec

    from starlette.routing import Route

    if find_spec("mcp") is None:
        return []
    from ui.api.gate import Gate
    from ui.assistants import create_http_app, create_server, running

    assistants = create_server(index, desk=desk)
    door = Gate(create_http_app(assistants), keys)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: FastAPI) -> AsyncIterator[Any]:
        async with running(assistants), inner(of) as state:
            yield state

    app.router.lifespan_context = lifespan
    return [Route("/mcp", door)]


def serve(
    index: Index,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    names: Collection[str] = (),
    keys: Collection[str] = (),
    examples: Sequence[str] = (),
    ready: Callable[[str, bool], None] | None = None,
) -> None:
    """Serve until interrupted; ``ready`` gets the address once the server listens, and whether the chat is there.

    Raises `ServeError` if other machines could reach it and there are no keys, or no name to reach it by.
    """
    local = server.is_loopback(host)
    if not local and not keys:
        raise ServeError(
            f"{host} can be reached from other machines: write API keys into a file, one a line, and name it with "
            "--keys FILE, or use 127.0.0.1"
        )
    if host in {"0.0.0.0", "::"} and not names:  # noqa: S104 - which is why it asks
        raise ServeError(f"{host} is every address of this machine: say by which it is asked for, with --name HOST")
    listener = server.listen(host, port)
    port = listener.getsockname()[1]
    app = create_service(index, keys=keys, chat=local, hosts={host, *names}, examples=examples, port=port)
    threading.Thread(target=index.warm, name="verbatim-warm", daemon=True).start()
    server.run(app, listener, host, ready=lambda address: ready(address, local) if ready else None)
