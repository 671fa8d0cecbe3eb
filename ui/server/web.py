"""The server of the web chat: the Gradio app behind its guard and, where others may come in, behind a login."""

from __future__ import annotations

import asyncio
import atexit
import inspect
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import ui  # settles the environment that Gradio reads when it is imported
from index.errors import VerbatimError
from qa.check import Checker
from qa.loopback import is_loopback
from ui.chat import USER
from ui.chat.pages import PATH, Pictures
from ui.server.guard import Guard
from ui.server.login import Door, Logins

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI, Request

    from index import Index
    from qa.write import Writer
    from ui.desk import Desk

ASSETS = Path(ui.__file__).parent / "assets"
MAX_FILE_SIZE = "50mb"
QUEUE_SIZE = 64
"""Uploads that may wait; questions have a line of their own, see `ui.desk`."""

HEADER_SECONDS = 10.0
"""A connection that has not sent a request within this time, or twice it, is closed."""

MAX_HEADER_BYTES = 500_000
"""Nor may it send more than this before its request is complete, but for its body. What is read at once counts."""

MAX_CONNECTIONS = 1_000
"""A page holds two or three. Beyond, the server says that it is busy (503)."""

MAX_PAGES = MAX_CONNECTIONS // 2
"""So many are remembered, whoever calls himself a page: of more, the one that was used longest ago is forgotten."""


class ServeError(VerbatimError):
    """The chat cannot be served; the message says why and what to do."""


def create_app(
    index: Index,
    *,
    examples: Sequence[str] | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    logins: Logins | None = None,
    allowed_hosts: Collection[str] = (),
    beside: Sequence[str] = (),
    desk: Desk | None = None,
    writer: Writer | None = None,
) -> FastAPI:
    """Return the whole web chat over ``index`` as an ASGI app, with its guard around it.

    With ``logins`` nobody comes in without one, and handlers find the name in ``gr.Request.username``.
    ``allowed_hosts`` are names that browsers may know the server by, besides those of this machine. The paths
    ``beside`` need no login, since what answers there asks for keys. Questions wait at ``desk``, by default its own.
    With a ``writer`` answers can be written out.
    """
    _load_gradio()
    import gradio as gr
    from fastapi import FastAPI
    from gradio import processing_utils
    from starlette.middleware import Middleware
    from starlette.staticfiles import StaticFiles

    from ui.chat.downloads import Downloads
    from ui.chat.layout import build
    from ui.chat.writing import Writings

    downloads = Downloads()
    writings = None if writer is None else Writings(writer, Checker())
    page = build(index, examples=examples, downloads=downloads, desk=desk, writings=writings)
    page.queue(max_size=QUEUE_SIZE, api_open=False)
    page.state_session_capacity = MAX_PAGES
    # Gradio looks whether a file was uploaded only in an app that it launched itself: in one that is mounted, as ours,
    # whoever names a file of this machine as an upload would be given it.
    page.has_launched = True
    processing_utils.async_ssrf_protected_get = _fetch_nothing
    around = [
        Middleware(Guard, hosts=(host, *allowed_hosts)),
        *([Middleware(Door, logins=logins, beside=beside)] if logins else []),
    ]
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=around)
    app.add_route(f"{PATH}/{{seal}}/{{document}}/{{revision}}/{{page:int}}.png", Pictures(index).answer)
    app.add_route("/verbatim/export/{token}", downloads.respond, methods=["GET"])
    if writings is not None:
        app.add_route("/verbatim/written/{token}", writings.respond, methods=["GET"])
    app.mount("/verbatim", StaticFiles(directory=ASSETS))
    served: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=host,
        server_port=port,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        auth_dependency=_who if logins else None,
        allowed_paths=[],
        blocked_paths=[str(index.path.resolve())],
        favicon_path=str(ASSETS / "favicon.png"),
        show_error=False,
        max_file_size=MAX_FILE_SIZE,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=_theme(gr.themes.Base),
    )
    return served


def load_libraries() -> None:
    """Load what the page is made with, which takes seconds and can be done while documents are being added."""
    _load_gradio()
    import ui.chat.layout  # noqa: F401


def _load_gradio() -> None:
    """Import Gradio, but not write the type stubs of all its components anew, which takes it half of the time.

    It leaves out those of classes for which ``inspect`` knows no file.
    """
    _private_folder()  # before, since Gradio notes the folder then
    getfile = inspect.getfile

    def no_components_file(thing: Any) -> str:  # noqa: ANN401 - whatever it is asked for
        if str(getattr(thing, "__module__", "")).startswith("gradio."):
            raise OSError(f"no stub is wanted for {thing}")
        return getfile(thing)

    inspect.getfile = no_components_file  # type: ignore[assignment]
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = getfile


async def _fetch_nothing(url: str) -> NoReturn:
    """Stand where Gradio would fetch what a request names as an upload: this server asks nobody for anything."""
    raise ServeError(f"{url} is not fetched")


def _who(request: Request) -> str | None:
    """Return who sent a request that the door has let in."""
    return request.scope.get(USER)


def serve(
    index: Index,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] | None = None,
    logins: Logins | None = None,
    allowed_hosts: Collection[str] = (),
    writer: Writer | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat until it is interrupted; ``ready`` gets the address once the server listens.

    The page is up before the encoder is loaded, which happens meanwhile.
    """
    check_who_comes_in(host, logins, allowed_hosts)
    listener = listen(host, port)
    port = listener.getsockname()[1]
    app = create_app(
        index, examples=examples, host=host, port=port, logins=logins, allowed_hosts=allowed_hosts, writer=writer
    )
    threading.Thread(target=index.warm, name="verbatim-warm", daemon=True).start()
    run(app, listener, host, ready=ready)


def run(app: FastAPI, listener: socket.socket, host: str, *, ready: Callable[[str], None] | None = None) -> None:
    """Run an app on a socket that listens, until it is interrupted."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http=_impatient(),
        ws="none",
        log_level="warning",
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=3,
    )
    if ready is not None:
        name, port = f"[{host}]" if ":" in host else host, listener.getsockname()[1]
        app.router.add_event_handler("startup", lambda: ready(f"http://{name}:{port}"))
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def check_who_comes_in(host: str, logins: Logins | None, allowed_hosts: Collection[str]) -> None:
    """Raise `ServeError` where others could come in without a login, or nobody could."""
    is_open = not is_loopback(host) or not all(map(is_loopback, allowed_hosts))
    if is_open and logins is None:
        raise ServeError(
            f"{' and '.join([host, *allowed_hosts])}: others could reach the chat there, which needs a login. Add one "
            "with `verbatim login add FILE NAME` and name the file with --login FILE. Or use 127.0.0.1, and a tunnel "
            "such as `ssh -L 7860:127.0.0.1:7860` to reach it from elsewhere"
        )
    if logins is not None and not logins.names():
        raise ServeError(f"{logins.file} names nobody: add a login with `verbatim login add {logins.file} NAME`")
    check_name(host, allowed_hosts)


def check_name(host: str, allowed_hosts: Collection[str]) -> None:
    """Raise `ServeError` where nobody could come in, since it is not known what others call this machine."""
    if host in {"0.0.0.0", "::", ""} and not allowed_hosts:  # noqa: S104 - it is looked for, and not served at
        raise ServeError(
            f"{host} stands for every address of this machine: say what browsers will call it with --allow-host NAME, "
            "since others are refused"
        )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, or say what to do instead."""
    if not 0 <= port <= 65535:  # the system would take what is left of it in 16 bits
        raise ServeError(f"there is no port {port}: choose one between 0 (any that is free) and 65535 with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServeError(
            f"{host} is no address of this machine ({error.strerror}): choose another with --host"
        ) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ServeError(f"port {port} on {host} is not free ({error.strerror}): choose another with --port") from error
    return listener


def _impatient() -> type[asyncio.Protocol]:
    """Return uvicorn's protocol for HTTP, made to hang up on those who send a request slowly or without end.

    uvicorn itself waits without limit for the rest of a request's headers.
    """
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class Impatient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        """Looks at its connection every so often: one that stands between requests as it did before is closed."""

        seen: object = None
        header_bytes = 0

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.loop.call_later(HEADER_SECONDS, self.look)

        def look(self) -> None:
            if self.transport.is_closing():
                return
            if self.is_between() and self.seen is self.cycle:
                self.transport.close()
                return
            self.seen = self.cycle if self.is_between() else None
            self.loop.call_later(HEADER_SECONDS, self.look)

        def is_between(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def data_received(self, data: bytes) -> None:
            before = self.cycle
            super().data_received(data)
            self.header_bytes = self.header_bytes + len(data) if self.is_between() and self.cycle is before else 0
            if self.header_bytes > MAX_HEADER_BYTES:
                self.transport.close()

    return Impatient


@cache
def _private_folder() -> Path:
    """Make the folder for uploads on their way in: readable by this user alone, gone with the process."""
    folder = tempfile.mkdtemp(prefix="verbatim-")
    os.environ["GRADIO_TEMP_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _theme(base: type[gr.themes.Base]) -> gr.themes.Base:
    """Return a theme that loads no font files. Our stylesheet does the rest."""
    return base(
        font=["system-ui", "-apple-system", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        text_size="md",
    )
