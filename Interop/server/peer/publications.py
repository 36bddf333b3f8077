"""What is published on which topic, and where its indices stand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .publisher import Plan, Publication
from .server import PeerServer
from .subscriptions import Subscriptions


class Publications:
    """Carries out plans, and knows for each topic how far its events are counted and which was the last."""

    def __init__(
        self, server: PeerServer, subscriptions: Subscriptions, on_error: Callable[[str, Exception], None]
    ) -> None:
        self._server = server
        self._subscriptions = subscriptions
        self._on_error = on_error
        self._lock = threading.Lock()
        self._next_index: dict[str, int] = {}
        self._last_text: dict[str, str] = {}
        self._running: set[Publication] = set()

    def state(self, topic: str) -> tuple[int, str | None]:
        """How many events a topic counts, and the text of the last one."""
        with self._lock:
            return self._next_index.get(topic, 0), self._last_text.get(topic)

    def plan(self, wish: dict[str, Any]) -> Plan:
        """A plan from the fields of a command or of a client's message. ``start`` goes on where the topic is."""
        topic = wish.get("topic")
        if not isinstance(topic, str):
            raise ValueError("topic must be text")
        count = wish.get("count", 1)
        count = None if count is None else whole(count, "count")
        chunk = wish.get("chunk")
        rate = wish.get("rate")
        plan = Plan(
            topic=topic,
            start=whole(wish.get("start", 0), "start"),
            count=count,
            size=whole(wish.get("size", 0), "size"),
            type=str(wish.get("type", "tick")),
            rate=None if rate is None else float(rate),
            chunk=None if chunk is None else whole(chunk, "chunk"),
            pause=float(wish.get("pause", 0.0)),
            clock=wish.get("clock") is True,
            local=wish.get("local") is True,
            extra=wish.get("payload"),
        )
        plan.check()
        with self._lock:
            if "start" not in wish:
                plan.start = self._next_index.get(topic, 0)
            if count is not None:
                self._next_index[topic] = plan.start + count
        return plan

    def start(self, plan: Plan, then: Callable[[Publication], None] | None = None) -> Publication:
        """Begins to publish, and calls ``then`` from the publishing thread at the end."""
        def done(publication: Publication) -> None:
            with self._lock:
                self._running.discard(publication)
                end = plan.start + publication.published
                planned = None if plan.count is None else plan.start + plan.count
                current = self._next_index.get(plan.topic, 0)
                # Another publication of the topic may have gone on from where this one was to end.
                self._next_index[plan.topic] = end if current == planned else max(end, current)
                if publication.last is not None:
                    self._last_text[plan.topic] = publication.last
            if publication.error:
                self._on_error(f"publishing to {plan.topic}", RuntimeError(publication.error))
            if then is not None:
                then(publication)

        with self._lock:
            publication = Publication(self._server, plan, done)
            self._running.add(publication)
        return publication

    def settle(self, topic: str, before: dict[str, Any], count: int, timeout: float = 5) -> dict[str, Any]:
        """Waits until a topic's head has moved on by ``count`` from where it was, and returns it.

        The server takes published events in some time after the call; until then, positions and replays lack them.
        """
        expected = count + (before["offset"] if before["epoch"] is not None else -1)
        head = before
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            head = self._subscriptions.positions([topic])[topic]
            replaced = before["epoch"] is not None and head["epoch"] != before["epoch"]
            if head["epoch"] is not None and (replaced or head["offset"] >= expected):
                return head
            time.sleep(0.001)
        raise TimeoutError(f"{topic} stays at {head}, expected offset {expected}")

    def stop_all(self, timeout: float = 5) -> None:
        with self._lock:
            running = list(self._running)
        for publication in running:
            publication.stop()
        for publication in running:
            publication.wait(timeout)


def whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number")
    return value
