"""The web chat: the page, and what happens on it."""

USER = "verbatim.user"
"""Where in an ASGI scope the name stands of who is logged in, if anyone has to be: set by the server."""
