"""Everything at one address: the chat, the API under ``/v1``, and assistants at ``/mcp``, behind the same guard."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from qa.loopback import is_loopback
from ui.desk import Desk
from ui.server import web
from ui.server.guard import Guard
from ui.server.web import ServeError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from index import Index
    from qa.write import Writer
    from ui.server.login import Logins

PROGRAMS: Final = ("/v1/", "/mcp")
"""Where programs knock, with a key instead of a login."""


def create_service(
    index: Index,
    *,
    keys: Collection[str] = (),
    chat: bool = True,
    logins: Logins | None = None,
    hosts: Collection[str] = (),
    port: int = 7860,
    writer: Writer | None = None,
) -> FastAPI:
    """Return the whole service as an ASGI app. ``hosts`` are names under which it may be asked for, besides localhost.

    With ``keys`` the API and assistants need one of them, with ``logins`` the chat needs one of those. With a
    ``writer`` the chat and the API can have answers written out.
    """
    from fastapi import FastAPI
    from starlette.middleware import Middleware

    from ui.api import create_api, mounted

    desk = Desk()
    if chat:
        beside = PROGRAMS if keys else ()
        app = web.create_app(
            index, port=port, logins=logins, allowed_hosts=hosts, beside=beside, desk=desk, writer=writer
        )
    else:
        guard = Middleware(Guard, hosts=hosts)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=[guard])
    doors: list[Any] = [
        mounted(create_api(index, keys=keys, desk=desk, writer=writer)),
        *_assistants(app, index, keys, desk),
    ]
    app.router.routes[:0] = doors  # before the chat, which answers to every path
    return app


def _assistants(app: FastAPI, index: Index, keys: Collection[str], desk: Desk) -> list[Any]:
    """Return the route of assistants, kept going with the app; none without the package for them."""
    from importlib.util import find_spec

    from starlette.routing import Route

    if find_spec("mcp") is None:
        return []
    from ui.api.assistants import create_http_app, create_server, running
    from ui.api.gate import Gate

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
    keys: Collection[str] = (),
    logins: Logins | None = None,
    allowed_hosts: Collection[str] = (),
    writer: Writer | None = None,
    ready: Callable[[str, bool], None] | None = None,
) -> None:
    """Serve until interrupted; ``ready`` gets the address once the server listens, and whether the chat is there.

    Where others could come in the API needs keys, and the chat is left out unless it has logins. Raises `ServeError`
    if others could come in without a key, or nobody could.
    """
    local = all(map(is_loopback, (host, *allowed_hosts)))
    if not local and not keys:
        raise ServeError(
            f"{' and '.join([host, *allowed_hosts])}: others could reach the documents there. Write API keys into a "
            "file, one a line, and name it with --keys FILE. Or use 127.0.0.1"
        )
    chat = local or logins is not None
    if chat:
        web.check_who_comes_in(host, logins, allowed_hosts)
    else:
        web.check_name(host, allowed_hosts)
    listener = web.listen(host, port)
    app = create_service(
        index,
        keys=keys,
        chat=chat,
        logins=logins,
        hosts={host, *allowed_hosts},
        port=listener.getsockname()[1],
        writer=writer,
    )
    threading.Thread(target=index.warm, name="verbatim-warm", daemon=True).start()
    web.run(app, listener, host, ready=lambda address: ready(address, chat) if ready else None)
