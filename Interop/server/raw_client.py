"""A client without any of a client's habits: it sends and receives frames as they are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Frame = str | bytes


def envelope(frame: Frame) -> dict[str, Any]:
    """The JSON object in a plain frame, in either dialect. 2.0.1 writes the category before it."""
    text = frame.decode() if isinstance(frame, bytes) else frame
    for category in ("WSE", "S", "U"):
        if text.startswith(category + "{"):
            return {"c": category, **json.loads(text[len(category):])}
    return json.loads(text)


class RawClient:
    """A connection to a peer. Frames that nobody waited for stay in ``frames``, in order."""

    def __init__(self, port: int, token: str | None = None, *, query: str = "client_version=raw&protocol_version=1",
                 headers: dict[str, str] | None = None) -> None:
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        self.socket: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/wse?{query}",
            additional_headers={**sent, **(headers or {})},
            compression=None, max_size=None, max_queue=None, ping_interval=None, open_timeout=5, close_timeout=1,
            proxy=None,
        ).__enter__()
        self.frames: list[Frame] = []

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, frame: Frame) -> None:
        self.socket.send(frame)

    def message(self, kind: str, payload: Any = None, **fields: Any) -> None:
        """Sends an envelope as text."""
        self.send(json.dumps({"c": "U", "t": kind, "p": {} if payload is None else payload, "v": 1, **fields}))

    def next(self, timeout: float = 5) -> Frame:
        """The next frame, whatever it is. Raises ``TimeoutError`` or ``ConnectionClosed``."""
        return self.frames.pop(0) if self.frames else self.socket.recv(timeout=timeout)

    def until(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 10) -> list[dict[str, Any]]:
        """All envelopes up to and with the first that is wanted."""
        deadline = time.monotonic() + timeout
        seen: list[dict[str, Any]] = []
        while True:
            seen.append(envelope(self.next(max(0.01, deadline - time.monotonic()))))
            if wanted(seen[-1]):
                return seen

    def event(self, kind: str, timeout: float = 10) -> dict[str, Any]:
        """The next envelope of that type; others are passed over."""
        return self.until(lambda event: event.get("t") == kind, timeout)[-1]

    def close_code(self, timeout: float = 5) -> int:
        """Reads until the server closes: its code, 1005 for a close frame without one, 1006 for none."""
        try:
            while True:
                self.frames.append(self.socket.recv(timeout=timeout))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def handshake(self, **payload: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """`server_ready`, `client_hello`, `server_hello`."""
        ready = self.event("server_ready")
        self.hello(**payload)
        return ready, self.event("server_hello")

    def hello(self, **payload: Any) -> None:
        features = {"compression": True, "encryption": "encryption_public_key" in payload}
        self.message(
            "client_hello",
            {"client_version": "raw", "protocol_version": 1, "features": features, "connection_id": "raw", **payload},
            c="WSE", id="hello", pri=10,
        )

    def subscribe_blindly(self, *topics: str) -> None:
        """Subscribes without looking at what comes back, which may be encrypted."""
        self.message("subscription_update", {"action": "subscribe", "topics": list(topics)}, c="WSE")

    def subscribe(self, *topics: str, **payload: Any) -> dict[str, Any]:
        """Subscribes and returns the payload of the answer; events that come before it stay in ``frames``."""
        self.message("subscription_update", {"action": "subscribe", "topics": list(topics), **payload}, c="WSE")
        held: list[Frame] = []
        while True:
            frame = self.next()
            event = envelope(frame)
            if event.get("t") == "subscription_update":
                self.frames = held + self.frames
                return event["p"]
            held.append(frame)
