"""Who subscribes to what, from which position, and what is refused."""

from __future__ import annotations

import fnmatch
import re
import threading
from typing import Any

from .options import Options
from .server import PeerServer

EPOCH = re.compile(r"[0-9a-fA-F]{1,8}\Z")
LARGEST_OFFSET = 2**64 - 1

#: A connection that nobody has: asks the server for the positions of topics without being sent anything.
NOBODY = "00000000-0000-0000-0000-000000000000"


class BadRequest(ValueError):
    """A client's message that cannot be carried out. ``code`` goes into the error frame."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class Subscriptions:
    """Subscribes connections at the server, and remembers for tests who asked for what."""

    def __init__(self, options: Options, server: PeerServer) -> None:
        self._recovers = options.recovery
        self._server = server
        #: Globs of the topics that are refused.
        self.denied: list[str] = list(options.deny)
        self._lock = threading.Lock()
        self._topics: dict[str, set[str]] = {}

    def count(self, topic: str) -> int:
        """How many connections asked for a topic and were let."""
        with self._lock:
            return sum(topic in topics for topics in self._topics.values())

    def of(self, connection: str) -> list[str]:
        with self._lock:
            return sorted(self._topics.get(connection, ()))

    def forget(self, connection: str | None = None) -> None:
        """Drops what a connection asked for, or what all did."""
        with self._lock:
            if connection is None:
                self._topics.clear()
            else:
                self._topics.pop(connection, None)

    def is_denied(self, topic: str) -> bool:
        return any(fnmatch.fnmatchcase(topic, pattern) for pattern in self.denied)

    def subscribe(self, connection: str, topics: list[str], request: dict[str, Any]) -> dict[str, Any]:
        native = self._server.native
        presence = request.get("presence")
        if presence is not None and not isinstance(presence, dict):
            raise BadRequest("INVALID_SUBSCRIPTION", "presence must be an object")
        positions = request.get("recovery")
        positions = positions if isinstance(positions, dict) else {}
        wants_recovery = request.get("recover") is True or bool(positions)
        accepted: list[str] = []
        failed: list[str] = []
        recovery: dict[str, Any] = {}
        for topic in topics:
            if self.is_denied(topic):
                failed.append(topic)
                continue
            if self._recovers and wants_recovery:
                # One call per topic: a call takes one position for all its topics.
                position = recovery_position(positions.get(topic)) if request.get("recover") is True else None
                epoch, offset = position if position is not None else (None, None)
                result = native.subscribe_with_recovery(
                    connection, [topic], recover=position is not None, epoch=epoch, offset=offset
                )
                recovery[topic] = result["topics"][topic]
            if not recovery.get(topic) or presence is not None:
                native.subscribe_connection(connection, [topic], presence)
            accepted.append(topic)
        with self._lock:
            self._topics.setdefault(connection, set()).update(accepted)
        answer: dict[str, Any] = {"success_topics": accepted, "failed_topics": failed}
        if recovery:
            answer["recovery"] = recovery
        return answer

    def unsubscribe(self, connection: str, topics: list[str]) -> dict[str, Any]:
        if topics:
            self._server.native.unsubscribe_connection(connection, topics)
        with self._lock:
            self._topics.get(connection, set()).difference_update(topics)
        return {"success_topics": topics, "failed_topics": []}

    def positions(self, topics: list[str]) -> dict[str, Any]:
        """Epoch and head offset of each topic."""
        native = self._server.native
        try:
            return {
                topic: {key: state[key] for key in ("epoch", "offset")}
                for topic in topics
                for state in [native.subscribe_with_recovery(NOBODY, [topic])["topics"][topic]]
            }
        finally:
            # 2.0.1 notes a subscriber even for a connection it does not have.
            native.unsubscribe_connection(NOBODY, None)


def recovery_position(value: Any) -> tuple[str, int] | None:
    """The position a client says it is at, or None where it makes no sense: the server would raise on that."""
    if not isinstance(value, dict):
        return None
    epoch, offset = value.get("epoch"), value.get("offset")
    if not isinstance(epoch, str) or not EPOCH.match(epoch):
        return None
    if isinstance(offset, bool) or not isinstance(offset, int) or not 0 <= offset <= LARGEST_OFFSET:
        return None
    return epoch, offset
