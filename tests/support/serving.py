"""A real server on loopback, in a thread of its own, for tests of what programs see."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import uvicorn

from index import Index
from qa.write import Writer
from ui.server.service import create_service
from ui.server.web import listen


@contextmanager
def served(
    index: Index, *, keys: Collection[str] = (), chat: bool = False, writer: Writer | None = None
) -> Iterator[str]:
    """Serve an index and yield the address."""
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        app = create_service(index, keys=keys, chat=chat, port=port, writer=writer)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.02)
            assert server.started
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)
        assert not thread.is_alive()
