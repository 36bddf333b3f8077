"""The commands that a peer takes on standard input. Each takes a JSON object and answers with one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from . import tokens
from .application import Application
from .options import SERVER_VERSION
from .publications import whole
from .publisher import Publication

Fields = dict[str, Any]


class Commands:
    """Carries out commands for one peer. Errors are raised; the caller turns them into answers."""

    def __init__(self, application: Application) -> None:
        self._app = application
        self._named: dict[str, Publication] = {}

    def names(self) -> list[str]:
        return sorted(name.removeprefix("_cmd_") for name in dir(self) if name.startswith("_cmd_"))

    def run(self, fields: Fields) -> Fields:
        name = fields.get("cmd")
        method: Callable[[Fields], Fields | None] | None = (
            getattr(self, f"_cmd_{name}", None) if isinstance(name, str) and name.isidentifier() else None
        )
        if method is None:
            raise ValueError(f"no such command: {name!r} (known: {', '.join(self.names())})")
        return method(fields) or {}

    @property
    def _native(self) -> Any:
        return self._app.server.native

    def _feature(self, name: str) -> Any:
        method = getattr(self._native, name, None)
        if method is None:
            raise ValueError(f"wse-server {SERVER_VERSION} has no {name}()")
        return method

    # -- Publishing ----------------------------------------------------------------------------------------------

    def _cmd_publish(self, fields: Fields) -> Fields:
        waits = fields.get("wait", True) is True
        if waits and fields.get("count", 1) is None:
            raise ValueError("publishing without a count needs wait:false")
        name = fields.get("name", fields.get("topic"))
        if not isinstance(name, str):
            raise ValueError("name must be text")
        running = self._named.get(name)
        if running is not None and not running.finished:
            raise ValueError(f"a publication named {name} is running")
        plan = self._app.publications.plan(fields)
        before = self._drops()
        settles = self._app.options.recovery and waits and plan.count != 0
        position = self._app.subscriptions.positions([plan.topic])[plan.topic] if settles else None
        publication = self._app.publications.start(plan)
        self._named[name] = publication
        if not waits:
            return {"name": name, "first": plan.start}
        publication.wait()
        answer = self._published(publication)
        if position is not None:
            answer["head"] = self._app.publications.settle(plan.topic, position, publication.published)
        # What the server has dropped by now; it may still be busy, so `stats` later tells the whole of it.
        after = self._drops()
        answer["dropped"] = None if after is None or before is None else after - before
        return answer

    def _cmd_publish_wait(self, fields: Fields) -> Fields:
        publication = self._publication(fields)
        if not publication.wait(seconds(fields, "timeout", 60.0)):
            raise TimeoutError("the publication did not end in time")
        return self._published(publication)

    def _cmd_publish_stop(self, fields: Fields) -> Fields:
        publication = self._publication(fields)
        publication.stop()
        if not publication.wait(10):
            raise TimeoutError("the publication does not stop")
        return self._published(publication)

    def _publication(self, fields: Fields) -> Publication:
        name = fields.get("name", fields.get("topic"))
        publication = self._named.get(name) if isinstance(name, str) else None
        if publication is None:
            raise ValueError(f"no publication is named {name!r}")
        return publication

    def _published(self, publication: Publication) -> Fields:
        if publication.error:
            raise RuntimeError(publication.error)
        return publication.result()

    # -- Sending as is -------------------------------------------------------------------------------------------

    def _cmd_broadcast(self, fields: Fields) -> None:
        """Text (or `texts`) to a topic, or to everyone where no topic is named."""
        topic = fields.get("topic")
        if topic is None:
            if "hex" in fields:
                self._native.broadcast_all_bytes(bytes.fromhex(fields["hex"]))
                return
            for text in texts(fields):
                self._native.broadcast_all(text)
        else:
            send = self._native.broadcast_local if fields.get("local") is True else self._native.broadcast
            for text in texts(fields):
                send(text_field(fields, "topic"), text)

    def _cmd_send_raw(self, fields: Fields) -> Fields:
        """A text frame (`text`) or a binary one (`hex`) to a connection, or to all."""
        targets = self._targets(fields)
        if "hex" in fields:
            data = bytes.fromhex(fields["hex"])
            for connection in targets:
                self._native.send_bytes(connection, data)
        else:
            text = text_field(fields, "text")
            for connection in targets:
                self._native.send(connection, text)
        return {"sent": len(targets)}

    def _cmd_send_event(self, fields: Fields) -> Fields:
        event = fields.get("event")
        if not isinstance(event, dict):
            raise ValueError("event must be an object")
        threshold = whole(fields.get("compression_threshold", 1024), "compression_threshold")
        targets = self._targets(fields)
        # The server drops an event whose id it has sent before, whoever got it: `bytes` 0 says so.
        return {"bytes": [self._native.send_event(connection, event, threshold) for connection in targets]}

    def _targets(self, fields: Fields) -> list[str]:
        connection = fields.get("conn")
        known = [entry["conn"] for entry in self._app.connections()]
        if connection is None:
            return known
        if connection not in known:
            raise ValueError(f"no such connection: {connection}")
        return [connection]

    # -- Connections and topics ----------------------------------------------------------------------------------

    def _cmd_connections(self, _: Fields) -> Fields:
        return {"connections": self._app.connections(), "native_count": self._native.get_connection_count()}

    def _cmd_disconnect(self, fields: Fields) -> Fields:
        targets = self._targets(fields)
        for connection in targets:
            self._native.disconnect(connection)
        return {"disconnected": len(targets)}

    def _cmd_subscribe(self, fields: Fields) -> None:
        """Subscribes a connection without its asking."""
        topics = topic_list(fields)
        for connection in self._targets(fields):
            self._native.subscribe_connection(connection, topics, fields.get("presence"))

    def _cmd_unsubscribe(self, fields: Fields) -> None:
        topics = topic_list(fields)
        for connection in self._targets(fields):
            self._native.unsubscribe_connection(connection, topics)

    def _cmd_positions(self, fields: Fields) -> Fields:
        return {"positions": self._app.subscriptions.positions(topic_list(fields))}

    def _cmd_subscribers(self, fields: Fields) -> Fields:
        """How many subscribe to a topic: as the server counts, and as the application was asked."""
        topic = text_field(fields, "topic")
        return {"native": self._native.get_topic_subscriber_count(topic), "asked": self._app.subscriptions.count(topic)}

    def _cmd_deny(self, fields: Fields) -> None:
        """Sets the globs of topics that are refused."""
        self._app.subscriptions.denied = topic_list(fields)

    def _cmd_mute(self, fields: Fields) -> None:
        """Sets the message types that stay unanswered."""
        types = fields.get("types")
        if not isinstance(types, list) or not all(isinstance(kind, str) for kind in types):
            raise ValueError("types must be a list of text")
        self._app.muted = set(types)

    def _cmd_presence(self, fields: Fields) -> Fields:
        topic = text_field(fields, "topic")
        return {"members": self._native.presence(topic), "stats": self._native.presence_stats(topic)}

    def _cmd_update_presence(self, fields: Fields) -> None:
        data = fields.get("data")
        if not isinstance(data, dict):
            raise ValueError("data must be an object")
        for connection in self._targets(fields):
            self._native.update_presence(connection, data)

    # -- What clients did ----------------------------------------------------------------------------------------

    def _cmd_received(self, fields: Fields) -> Fields:
        record = self._app.record
        since = whole(fields.get("since", 0), "since")
        entries = record.matching(since=since, **self._filter(fields))
        limit = whole(fields.get("limit", 1000), "limit")
        answer = {
            "entries": entries[:limit], "count": len(entries), "total": record.total, "dropped": record.dropped(since),
        }
        if fields.get("clear") is True:
            record.clear()
        return answer

    def _filter(self, fields: Fields) -> dict[str, Any]:
        return {"kind": fields.get("kind"), "type": fields.get("type"), "connection": fields.get("conn")}

    def _cmd_wait(self, fields: Fields) -> Fields:
        """Waits until something holds, so that tests need not sleep: see the README."""
        app = self._app
        subject = fields.get("for")
        count = whole(fields.get("count", 1), "count")
        since = whole(fields.get("since", 0), "since")
        values: dict[str, Callable[[], int]] = {
            "received": lambda: len(app.record.matching(since=since, **self._filter(fields))),
            "connections": lambda: len(app.connections()),
            "subscribers": lambda: app.subscriptions.count(text_field(fields, "topic")),
            "cluster": lambda: app.server.native.cluster_peers_count(),
        }
        value = values.get(subject) if isinstance(subject, str) else None
        if value is None:
            raise ValueError(f"for must be one of {', '.join(values)}")
        exactly = fields.get("exactly") is True
        holds = (lambda: value() == count) if exactly else (lambda: value() >= count)
        timeout = seconds(fields, "timeout", 5.0)
        if not app.record.wait(holds, timeout):
            raise TimeoutError(f"after {timeout} s there are {value()} {subject}, wanted {count}")
        return {"value": value()}

    # -- The server ----------------------------------------------------------------------------------------------

    def _cmd_token(self, fields: Fields) -> Fields:
        return {
            "token": tokens.make(
                self._app.options,
                kind=fields.get("kind", "good"),
                subject=fields.get("sub", "user-1"),
                lifetime=fields.get("ttl", 3600),
                claims=fields.get("claims"),
            )
        }

    def _cmd_stop(self, _: Fields) -> Fields:
        self._app.publications.stop_all()
        try:
            return {"seconds": round(self._app.server.stop(), 3)}
        finally:
            self._app.forget_connections()

    def _cmd_start(self, _: Fields) -> Fields:
        self._app.server.start()
        return {"port": self._app.server.port}

    def _cmd_restart(self, fields: Fields) -> Fields:
        """Stops and starts on the same port: buffers, epochs and connections are gone. `down` seconds in between."""
        self._cmd_stop(fields)
        time.sleep(seconds(fields, "down", 0.0))
        return self._cmd_start(fields)

    def _cmd_drain(self, fields: Fields) -> None:
        drain = self._feature("drain")
        code = whole(fields.get("code", 4300), "code")
        reason = str(fields.get("reason", ""))
        timeout = whole(fields.get("timeout", 5), "timeout")
        self._app.server.exclusively(lambda: drain(code, reason, timeout))

    def _cmd_cluster(self, fields: Fields) -> None:
        """Joins a cluster through `port` (bound to all interfaces) and `peers`.

        On 2.5.1 both sides need a port and must name each other, as only one of them is allowed to dial. On 2.0.1
        one side has the port and the other names it: where both dial, its cluster manager sometimes dies.
        """
        peers = fields.get("peers", [])
        if not isinstance(peers, list) or not all(isinstance(peer, str) for peer in peers):
            raise ValueError("peers must be a list of text")
        port = whole(fields["port"], "port") if "port" in fields else None
        self._app.server.exclusively(lambda: self._native.connect_cluster(peers, cluster_port=port))

    def _cmd_stats(self, _: Fields) -> Fields:
        app = self._app
        return {
            "version": SERVER_VERSION,
            "running": app.server.is_running,
            "generation": app.server.generation,
            "health": self._native.health_snapshot(),
            "dropped": self._drops(),
            "received": dict(app.record.counts),
            "errors": list(app.errors),
            "error_count": app.error_count,
        }

    def _drops(self) -> int | None:
        """Outbound messages the server threw away for slow clients; None where it does not say (2.0.1 drops none)."""
        metrics = getattr(self._native, "prometheus_metrics", None)
        if metrics is None:
            return None
        for line in metrics().splitlines():
            if line.startswith("wse_slow_consumer_drops_total "):
                return int(float(line.split()[1]))
        return None


def texts(fields: Fields) -> list[str]:
    many = fields.get("texts")
    if many is None:
        return [text_field(fields, "text")]
    if not isinstance(many, list) or not all(isinstance(text, str) for text in many):
        raise ValueError("texts must be a list of text")
    return many


def text_field(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value


def topic_list(fields: Fields) -> list[str]:
    topics = fields.get("topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise ValueError("topics must be a list of text")
    return topics


def seconds(fields: Fields, name: str, default: float) -> float:
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 3600:
        raise ValueError(f"{name} must be seconds, from 0 to 3600")
    return float(value)


def parse(line: str) -> Fields:
    """One command line. Raises ``ValueError`` where it is not a JSON object."""
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError("a command must be a JSON object")
    return fields
