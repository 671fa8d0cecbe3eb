"""Errors as problem details (RFC 9457). Each also has the ``error`` that clients of OpenAI read."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from index import EmptyStoreError, SourceError, StoreBusyError, UnknownDocumentError, VerbatimError
from index.errors import DiskFullError
from qa.address import AddressError
from ui.desk import BusyError
from ui.questions import QuestionError

MEDIA_TYPE: Final = "application/problem+json"

RETRY_SECONDS: Final = 5

log = logging.getLogger(__name__)


class OpenAIError(BaseModel):
    """What a client of OpenAI reads of an error."""

    message: str
    type: str
    code: str | None
    param: str | None


class Problem(BaseModel):
    """What went wrong, in words that say what to do (RFC 9457). ``type`` is about:blank: the status says the kind."""

    type: str
    title: str
    status: int
    detail: str
    error: OpenAIError


_STATUS: Mapping[type[Exception], int] = {
    UnknownDocumentError: 404,
    EmptyStoreError: 409,
    AddressError: 422,
    QuestionError: 422,
    SourceError: 422,
    BusyError: 503,
    StoreBusyError: 503,
    DiskFullError: 507,
}
"""The status of each error that we raise on purpose; any other is a fault of ours."""


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as a response."""
    kind = "server_error" if status >= 500 else "authentication_error" if status == 401 else "invalid_request_error"
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "error": {"message": detail, "type": kind, "code": None, "param": None},
    }
    known = {"retry-after": str(RETRY_SECONDS)} if status == 503 else {}
    # ASCII only, since a detail can name what was sent, and that can be anything.
    return Response(json.dumps(body), status, {**known, **(headers or {})}, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the part of an operation's description that says which problems it answers with."""
    described = {"model": Problem, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {status: {**described, "description": HTTPStatus(status).phrase} for status in statuses}


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of ``app`` a problem."""

    @app.exception_handler(VerbatimError)
    def ours(_: Request, error: VerbatimError) -> Response:
        status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
        if status == 500:
            log.error("a request failed: %s", error)
        return problem(status, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(one["loc"] == ("body",) for one in error.errors()) and "json" not in request.headers.get(
            "content-type", ""
        ):
            return problem(415, "The body is read as JSON only with the header Content-Type: application/json.")
        # Where and why, but not what was sent: that may be long, and is known to the sender.
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:10]]
        return problem(422, "; ".join(told)[:2_000])

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(Exception)
    def unexpected(_: Request, error: Exception) -> Response:
        return problem(500, "Something went wrong on our side; the details are in the terminal where Verbatim runs.")
