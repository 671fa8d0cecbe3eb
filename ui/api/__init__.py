"""The same answers over HTTP, for programs: one ASGI app under ``/v1``, described by ``/v1/openapi.json``.

`routes` has what is ours, `completions` what the clients of OpenAI expect; `forms` are the shapes of what goes in and
out, `problems` that of errors (RFC 9457), and `gate` asks for keys.
"""

from ui.api.app import create_api, mounted
from ui.api.gate import KeyFileError, read_keys

__all__ = ["KeyFileError", "create_api", "mounted", "read_keys"]
