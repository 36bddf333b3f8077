"""The application behind the server: what it answers to clients."""

from __future__ import annotations

import fnmatch
import json
import re
import sys
import threading
import time
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import Any

from .options import SERVER_VERSION, Options
from .publisher import Plan, Publication
from .record import Record, message_type
from .server import Event, PeerServer

EPOCH = re.compile(r"[0-9a-fA-F]{1,8}\Z")
LARGEST_OFFSET = 2**64 - 1

#: A connection that nobody has: asks the server for the positions of topics without being sent anything.
NOBODY = "00000000-0000-0000-0000-000000000000"


class BadRequest(ValueError):
    """A client's message that cannot be carried out. ``code`` goes into the error frame."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class Application:
    """Answers `subscription_update`, `sync_request`, `echo`, `request`, `presence_update` and `publish`.

    Everything a client does is in ``record``; everything that went wrong here is in ``errors``, and on standard error.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.record = Record()
        self.server = PeerServer(options, self._on_event, self.fail)
        self.errors: deque[str] = deque(maxlen=1000)
        self.error_count = 0
        self.denied: list[str] = list(options.deny)
        #: Message types that are recorded but not acted upon.
        self.muted: set[str] = set()
        self._lock = threading.RLock()
        self._users: dict[str, str | None] = {}
        self._topics: dict[str, set[str]] = {}
        self._next_index: dict[str, int] = {}
        self._last_text: dict[str, str] = {}
        self._publications: set[Publication] = set()

    # -- Connections ---------------------------------------------------------------------------------------------

    def connections(self) -> list[dict[str, Any]]:
        """Who is connected as far as the server said: it says nothing about those it gave up for dead."""
        with self._lock:
            return [
                {"conn": connection, "user": user, "topics": sorted(self._topics.get(connection, ()))}
                for connection, user in self._users.items()
            ]

    def forget_connections(self) -> None:
        """After a stop: the server does not tell of those who were still connected."""
        with self._lock:
            self._users.clear()
            self._topics.clear()
        self.record.wake()

    def subscribers(self, topic: str) -> int:
        with self._lock:
            return sum(topic in topics for topics in self._topics.values())

    def fail(self, where: str, error: BaseException) -> None:
        """Notes an error of the peer itself."""
        text = f"{where}: {type(error).__name__}: {error}"
        print(f"wse_peer: {text}", file=sys.stderr, flush=True)
        with self._lock:
            self.error_count += 1
            self.errors.append(text)

    # -- What the server tells -----------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        kind, connection, data = event
        with self._lock:
            if kind in ("connect", "auth_connect") and connection is not None:
                self._users[connection] = data if kind == "auth_connect" else None
            elif kind == "disconnect" and connection is not None:
                self._users.pop(connection, None)
                self._topics.pop(connection, None)
        self.record.add(kind, connection, data)
        if kind == "connect" and connection is not None and self.options.announce:
            self._announce(connection)
        elif kind == "msg" and connection is not None and isinstance(data, dict):
            self._on_message(connection, data)

    def _announce(self, connection: str) -> None:
        # Without a secret the server says nothing by itself, and clients wait for this.
        self.server.native.send(
            connection,
            self.dialect(
                "WSE",
                {
                    "t": "server_ready",
                    "id": str(uuid.uuid4()),
                    "ts": timestamp(),
                    "seq": 1,
                    "v": 1,
                    "p": {
                        "message": "Connection established",
                        "details": {
                            "version": 1,
                            "features": {"compression": True, "encryption": False, "recovery": self.options.recovery},
                            "connection_id": connection,
                            "server_time": timestamp(),
                            "user_id": None,
                        },
                    },
                },
            ),
        )

    def dialect(self, category: str, message: dict[str, Any]) -> str:
        """The text of a message as this version of the server would write it itself."""
        if SERVER_VERSION.startswith("2.0."):
            return category + json.dumps(message, separators=(",", ":"))
        return json.dumps({"c": category, **message}, separators=(",", ":"))

    def _on_message(self, connection: str, message: dict[str, Any]) -> None:
        kind = message_type(message)
        if kind is None or kind in self.muted:
            return
        handler = self._handlers.get(kind)
        if handler is None:
            return
        try:
            handler(self, connection, message)
        except BadRequest as error:
            self._send_error(connection, message, error.code, str(error))
        except Exception as error:
            self.fail(f"answering {kind}", error)
            self._send_error(connection, message, "HANDLER_ERROR", f"{type(error).__name__}: {error}")

    def _send_error(self, connection: str, message: dict[str, Any], code: str, text: str) -> None:
        payload = {"code": code, "message": text, "recoverable": True, "severity": "error"}
        self._reply(connection, message, "error", payload)

    def _reply(self, connection: str, message: dict[str, Any], kind: str, payload: Any) -> None:
        """Sends an event that carries the correlation id of what it answers."""
        event: dict[str, Any] = {"t": kind, "p": payload}
        if isinstance(message.get("cid"), str):
            event["cid"] = message["cid"]
        self.server.native.send_event(connection, event)

    # -- Subscriptions -------------------------------------------------------------------------------------------

    def is_denied(self, topic: str) -> bool:
        return any(fnmatch.fnmatchcase(topic, pattern) for pattern in self.denied)

    def _subscription_update(self, connection: str, message: dict[str, Any]) -> None:
        request = message.get("p")
        if not isinstance(request, dict):
            raise BadRequest("INVALID_SUBSCRIPTION", "the payload must be an object")
        topics = request.get("topics")
        if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
            raise BadRequest("INVALID_SUBSCRIPTION", "topics must be a list of text")
        topics = list(dict.fromkeys(topics))
        action = request.get("action")
        if action == "subscribe":
            answer = self._subscribe(connection, topics, request)
        elif action == "unsubscribe":
            answer = self._unsubscribe(connection, topics)
        else:
            raise BadRequest("INVALID_ACTION", "action must be subscribe or unsubscribe")
        # 2.5.1 sends replayed events and direct sends through separate queues, so an answer given at once may
        # arrive before the last events of its replay. A pause makes the order that the protocol promises likely.
        if answer.get("recovery") and self.options.answer_delay > 0:
            time.sleep(self.options.answer_delay)
        if self.options.answer_via == "send":
            text: dict[str, Any] = {"t": "subscription_update", "p": answer, "id": str(uuid.uuid4()),
                                    "ts": timestamp(), "v": 1}
            if isinstance(message.get("cid"), str):
                text["cid"] = message["cid"]
            self.server.native.send(connection, self.dialect("WSE", text))
        else:
            self._reply(connection, message, "subscription_update", answer)

    def _subscribe(self, connection: str, topics: list[str], request: dict[str, Any]) -> dict[str, Any]:
        native = self.server.native
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
            if self.options.recovery and wants_recovery:
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
            if connection in self._users:
                self._topics.setdefault(connection, set()).update(accepted)
        self.record.wake()
        answer: dict[str, Any] = {"success_topics": accepted, "failed_topics": failed}
        if recovery:
            answer["recovery"] = recovery
        return answer

    def _unsubscribe(self, connection: str, topics: list[str]) -> dict[str, Any]:
        if topics:
            self.server.native.unsubscribe_connection(connection, topics)
        with self._lock:
            self._topics.get(connection, set()).difference_update(topics)
        self.record.wake()
        return {"success_topics": topics, "failed_topics": []}

    def positions(self, topics: list[str]) -> dict[str, Any]:
        """Epoch and head offset of each topic."""
        native = self.server.native
        try:
            return {
                topic: {key: state[key] for key in ("epoch", "offset")}
                for topic in topics
                for state in [native.subscribe_with_recovery(NOBODY, [topic])["topics"][topic]]
            }
        finally:
            # 2.0.1 notes a subscriber even for a connection it does not have.
            native.unsubscribe_connection(NOBODY, None)

    # -- Other requests ------------------------------------------------------------------------------------------

    def _sync_request(self, connection: str, message: dict[str, Any]) -> None:
        request = message.get("p")
        topics = request.get("topics") if isinstance(request, dict) else None
        if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
            raise BadRequest("INVALID_SUBSCRIPTION", "topics must be a list of text")
        topics = list(dict.fromkeys(topics))
        count = 0
        for topic in topics:
            if self.is_denied(topic):
                continue
            with self._lock:
                last = self._last_text.get(topic)
                published = self._next_index.get(topic, 0)
            state = json.loads(last)["p"] if last else None
            # A type that ends in _snapshot is what makes the server put it into category S.
            self._reply(
                connection, message, "topic_snapshot", {"topic": topic, "published": published, "last": state}
            )
            count += 1
        self._reply(connection, message, "snapshot_complete", {"topics": topics, "count": count})

    def _echo(self, connection: str, message: dict[str, Any]) -> None:
        self._reply(connection, message, "echo", message.get("p"))

    def _request(self, connection: str, message: dict[str, Any]) -> None:
        """Answers with `response`; `p.silent` gets none, `p.fail` an error, `p.delay` (seconds) a late one."""
        payload = message.get("p")
        options = payload if isinstance(payload, dict) else {}
        if options.get("silent") is True:
            return
        if options.get("fail") is True:
            raise BadRequest("HANDLER_ERROR", "asked to fail")
        delay = options.get("delay", 0)
        if isinstance(delay, (int, float)) and not isinstance(delay, bool) and delay > 0:
            timer = threading.Timer(
                min(float(delay), 60.0), self._late, args=(connection, message, "response", payload)
            )
            timer.daemon = True
            timer.start()
            return
        self._reply(connection, message, "response", payload)

    def _late(self, connection: str, message: dict[str, Any], kind: str, payload: Any) -> None:
        try:
            self._reply(connection, message, kind, payload)
        except Exception as error:
            self.fail(f"late {kind}", error)

    def _presence_update(self, connection: str, message: dict[str, Any]) -> None:
        payload = message.get("p")
        data = payload.get("data", payload) if isinstance(payload, dict) else None
        if not isinstance(data, dict):
            raise BadRequest("INVALID_ACTION", "presence data must be an object")
        self.server.native.update_presence(connection, data)

    def _publish_request(self, connection: str, message: dict[str, Any]) -> None:
        """Publishes as the client says; `publish_done` tells it when all of it was handed to the server."""
        payload = message.get("p")
        if not isinstance(payload, dict):
            raise BadRequest("INVALID_ACTION", "the payload must be an object")
        try:
            plan = self.plan(payload)
            if plan.count is None:
                raise ValueError("count is needed")
            self.publish(
                plan,
                then=lambda publication: self._late(connection, message, "publish_done", publication.result()),
            )
        except (TypeError, ValueError) as error:
            raise BadRequest("INVALID_ACTION", str(error)) from error

    _handlers = {
        "subscription_update": _subscription_update,
        "sync_request": _sync_request,
        "echo": _echo,
        "request": _request,
        "presence_update": _presence_update,
        "publish": _publish_request,
    }

    # -- Publishing ----------------------------------------------------------------------------------------------

    def plan(self, wish: dict[str, Any]) -> Plan:
        """A plan from the fields of a command or of a client's message. ``start`` goes on where the topic is."""
        topic = wish.get("topic")
        if not isinstance(topic, str):
            raise ValueError("topic must be text")
        count = wish.get("count", 1)
        count = None if count is None else whole(count, "count")
        with self._lock:
            start = whole(wish["start"], "start") if "start" in wish else self._next_index.get(topic, 0)
            if count is not None:
                self._next_index[topic] = start + count
        chunk = wish.get("chunk")
        rate = wish.get("rate")
        return Plan(
            topic=topic,
            start=start,
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

    def publish(self, plan: Plan, then: Any = None) -> Publication:
        def done(publication: Publication) -> None:
            with self._lock:
                self._publications.discard(publication)
                end = plan.start + publication.published
                planned = None if plan.count is None else plan.start + plan.count
                current = self._next_index.get(plan.topic, 0)
                # Another publication of the topic may have gone on from where this one was to end.
                self._next_index[plan.topic] = end if current == planned else max(end, current)
                if publication.last is not None:
                    self._last_text[plan.topic] = publication.last
            if publication.error:
                self.fail(f"publishing to {plan.topic}", RuntimeError(publication.error))
            if then is not None:
                then(publication)

        plan.check()
        with self._lock:
            publication = Publication(self.server, plan, done)
            self._publications.add(publication)
        return publication

    def settle(self, topic: str, before: dict[str, Any], count: int, timeout: float = 5) -> dict[str, Any]:
        """Waits until a topic's head has moved on by ``count`` from where it was, and returns it.

        The server takes published events in some time after the call; until then, positions and replays lack them.
        """
        expected = count + (before["offset"] if before["epoch"] is not None else -1)
        head = before
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            head = self.positions([topic])[topic]
            replaced = before["epoch"] is not None and head["epoch"] != before["epoch"]
            if head["epoch"] is not None and (replaced or head["offset"] >= expected):
                return head
            time.sleep(0.001)
        raise TimeoutError(f"{topic} stays at {head}, expected offset {expected}")

    def stop_publications(self, timeout: float = 5) -> None:
        with self._lock:
            running = list(self._publications)
        for publication in running:
            publication.stop()
        for publication in running:
            publication.wait(timeout)


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


def whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number")
    return value


def timestamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
