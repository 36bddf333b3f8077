"""What clients did, kept for tests to ask about."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

#: Entries kept; older ones go, and are counted.
CAPACITY = 200_000


class Record:
    """A bounded, thread-safe list of what came from clients, oldest first.

    An entry is a JSON object: ``n`` (number, from 0), ``kind`` (connect, auth_connect, disconnect, msg, raw, bin,
    presence_join, presence_leave), ``conn``, and ``data`` or, for bytes, ``hex``.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=capacity)
        self._changed = threading.Condition()
        self._next = 0
        self.counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self._next

    def add(self, kind: str, connection: str | None, data: Any) -> None:
        entry: dict[str, Any] = {"kind": kind, "conn": connection}
        if isinstance(data, (bytes, bytearray)):
            entry["hex"] = bytes(data).hex()
        else:
            entry["data"] = data
        with self._changed:
            entry["n"] = self._next
            self._next += 1
            self.counts[kind] += 1
            self._entries.append(entry)
            self._changed.notify_all()

    def wake(self) -> None:
        """Makes waiters look again at what is not an entry."""
        with self._changed:
            self._changed.notify_all()

    def matching(
        self,
        *,
        since: int = 0,
        kind: str | None = None,
        type: str | None = None,
        connection: str | None = None,
    ) -> list[dict[str, Any]]:
        """The entries from number ``since`` on that are of that kind, message type and connection."""
        with self._changed:
            return [
                entry
                for entry in self._entries
                if entry["n"] >= since
                and (kind is None or entry["kind"] == kind)
                and (type is None or message_type(entry.get("data")) == type)
                and (connection is None or entry["conn"] == connection)
            ]

    def dropped(self, since: int = 0) -> int:
        """How many entries from number ``since`` on are no longer kept."""
        with self._changed:
            first = self._entries[0]["n"] if self._entries else self._next
            return max(0, first - since)

    def clear(self) -> None:
        with self._changed:
            self._entries.clear()

    def wait(self, condition: Callable[[], bool], timeout: float, poll: float = 0.02) -> bool:
        """Waits until ``condition`` holds. It is asked after each entry, and every ``poll`` seconds for what makes none."""
        deadline = time.monotonic() + timeout
        while True:
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, poll))


def message_type(data: Any) -> str | None:
    """The type of a message as the server hands it over, whatever the client sent."""
    if isinstance(data, dict):
        kind = data.get("t")
        return kind if isinstance(kind, str) else None
    return None
