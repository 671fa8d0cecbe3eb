"""The app under ``/v1``: its routes, its problems, its gate, and the description of them all."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Mount

from index import Index
from qa.check import Checker
from qa.write import Writer
from ui.api.completions import completions
from ui.api.gate import Gate
from ui.api.problems import MEDIA_TYPE as PROBLEM
from ui.api.problems import answer_with_problems, documented
from ui.api.prose import Prose
from ui.api.routes import routes
from ui.desk import Desk

PREFIX: Final = "/v1"

ABOUT: Final = """Ask your own documents: sentences copied from them word for word, each with its exact place, or an
honest "your documents do not say". Offsets count Unicode code points and are half-open. Errors are problem details
(RFC 9457).
"""


def create_api(
    index: Index, *, keys: Collection[str] = (), desk: Desk | None = None, writer: Writer | None = None
) -> FastAPI:
    """Return the app to mount under ``/v1``. With ``keys`` every request needs one of them, as a Bearer token.

    With a ``writer`` answers are written out where that is asked for.
    """
    prose = None if writer is None else Prose(writer, Checker())
    desk = desk or Desk()
    app = FastAPI(
        title="Verbatim",
        version="1",
        description=ABOUT,
        openapi_url="/openapi.json",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        responses=documented(400, 403, 408, 411, 413, 422, *([401] if keys else [])),
        middleware=[Middleware(Gate, keys=keys)],
    )
    app.include_router(routes(index, desk, prose))
    app.include_router(completions(index, desk, prose))
    answer_with_problems(app)
    _describe(app, with_keys=bool(keys))
    return app


def mounted(api: FastAPI) -> Mount:
    """Return the app as a route under ``/v1``, for every path there, line breaks and all."""
    route = Mount(PREFIX, api)
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)
    return route


def _describe(app: FastAPI, *, with_keys: bool) -> None:
    """Say in the description what FastAPI does not: that a problem is no other JSON, and that a key is needed."""
    description = app.openapi()
    for path in description["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                if PROBLEM in (content := response.get("content", {})):
                    content.pop("application/json", None)
    if with_keys:
        description["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        description["security"] = [{"key": []}]
