"""The web chat: the page, and what happens on it."""

OPEN = "open"
"""The part of the page's own address that names a sentence to open: ``/?open=verbatim:...``."""

USER = "verbatim.user"
"""Where in an ASGI scope the name stands of who is logged in, if anyone has to be: set by the server."""
