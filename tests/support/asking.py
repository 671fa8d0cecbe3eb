"""Asking the chat as its page does, over HTTP, without a browser."""

from __future__ import annotations

from typing import Any


class Asker:
    """One open page: knows which events there are, and keeps a session. ``client`` is an httpx client.

    It is loaded first, unless it is one that was open before and is not ``loaded`` again.
    """

    def __init__(self, client: Any, session: str, *, loaded: bool = True) -> None:
        self.client = client
        self.session = session
        config = client.get("/config").json()
        named = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
        self._events = config["dependencies"]
        self._asking = next(e for e in self._events if [named["question"], "submit"] in e["targets"])
        follows = (e for e in self._events if e["trigger_after"] == self._asking["id"])
        self._answering = next(e for e in follows if named["conversation"] in e["outputs"])
        if loaded:
            loading = (e for e in self._events if e["targets"][0][1] == "load" and not e["queue"])
            self._send(next(e for e in loading if named["conversation"] in e["outputs"]))

    def begin(self, question: str) -> str:
        """Return what the page shows before the question is answered, as the JSON that it gets."""
        return self._send(self._asking, question)

    def ask(self, question: str) -> str:
        """Return what the page shows once the question is answered, as the JSON that it gets."""
        self.begin(question)
        return self._send(self._answering)

    def _send(self, event: dict[str, Any], *data: Any) -> str:
        """Send an event with its first inputs; the others are states, of which the page knows nothing."""
        inputs = [*data, *[None] * (len(event["inputs"]) - len(data))]
        body = {"data": inputs, "fn_index": event["id"], "session_hash": self.session, "event_data": None}
        response = self.client.post("/gradio_api/run/predict", json=body)
        response.raise_for_status()
        return str(response.text)
