"""The application behind the server: what it answers to clients."""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import Any

from .options import SERVER_VERSION, Options
from .publications import Publications
from .record import Record, message_type
from .server import Event, PeerServer
from .subscriptions import BadRequest, Subscriptions


class Application:
    """Answers `subscription_update`, `sync_request`, `echo`, `request`, `presence_update` and `publish`.

    Everything a client does is in ``record``; everything that went wrong here is in ``errors``, and on standard error.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.record = Record()
        self.server = PeerServer(options, self._on_event, self.fail)
        self.subscriptions = Subscriptions(options, self.server)
        self.publications = Publications(self.server, self.subscriptions, self.fail)
        self.errors: deque[str] = deque(maxlen=1000)
        self.error_count = 0
        #: Message types that are recorded but not acted upon.
        self.muted: set[str] = set()
        self._lock = threading.RLock()
        self._users: dict[str, str | None] = {}

    # -- Connections ---------------------------------------------------------------------------------------------

    def connections(self) -> list[dict[str, Any]]:
        """Who is connected as far as the server said: it says nothing about those it gave up for dead."""
        with self._lock:
            return [
                {"conn": connection, "user": user, "topics": self.subscriptions.of(connection)}
                for connection, user in self._users.items()
            ]

    def forget_connections(self) -> None:
        """After a stop: the server does not tell of those who were still connected."""
        with self._lock:
            self._users.clear()
        self.subscriptions.forget()
        self.record.wake()

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
                self.subscriptions.forget(connection)
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
            answer = self.subscriptions.subscribe(connection, topics, request)
        elif action == "unsubscribe":
            answer = self.subscriptions.unsubscribe(connection, topics)
        else:
            raise BadRequest("INVALID_ACTION", "action must be subscribe or unsubscribe")
        self.record.wake()
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

    # -- Other requests ------------------------------------------------------------------------------------------

    def _sync_request(self, connection: str, message: dict[str, Any]) -> None:
        request = message.get("p")
        topics = request.get("topics") if isinstance(request, dict) else None
        if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
            raise BadRequest("INVALID_SUBSCRIPTION", "topics must be a list of text")
        topics = list(dict.fromkeys(topics))
        count = 0
        for topic in topics:
            if self.subscriptions.is_denied(topic):
                continue
            published, last = self.publications.state(topic)
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
            plan = self.publications.plan(payload)
            if plan.count is None:
                raise ValueError("count is needed")
            self.publications.start(
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

def timestamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
