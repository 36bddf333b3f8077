"""Publishes events: how they look, how fast they go, and how much of it the server threw away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .server import PeerServer

#: Seconds of one slice when a rate is asked for.
SLICE = 0.005


@dataclass
class Plan:
    """What to publish.

    ``count`` None goes on until stopped. ``rate`` is events per second; ``chunk`` and ``pause`` (seconds) send that
    many at full speed and rest; with neither it is full speed throughout. ``size`` is the bytes of one event's text
    as it is given to the server, which adds the stamp to it.
    """

    topic: str
    start: int
    count: int | None = 1
    size: int = 0
    type: str = "tick"
    rate: float | None = None
    chunk: int | None = None
    pause: float = 0.0
    clock: bool = False
    local: bool = False
    extra: dict[str, Any] | None = None

    def check(self) -> None:
        if not isinstance(self.topic, str):
            raise ValueError("topic must be text")
        if self.count is not None and self.count < 0:
            raise ValueError("count must not be negative")
        if not 0 <= self.size <= 64 << 20:
            raise ValueError("size must be from 0 to 64 MiB")
        if self.rate is not None and self.rate <= 0:
            raise ValueError("rate must be positive")
        if self.chunk is not None and self.chunk <= 0:
            raise ValueError("chunk must be positive")
        if self.extra is not None and not isinstance(self.extra, dict):
            raise ValueError("payload must be an object")


def texts(plan: Plan) -> Iterator[str]:
    """The events of a plan: `{"c":"U","t":TYPE,"id":"TOPIC-I","p":{"topic":TOPIC,"i":I,…,"pad":"…"}}`.

    The id and the index are there because 2.0.1 adds neither topic nor stamp: they are all that tells events apart.
    """
    topic = json.dumps(plan.topic)
    before = '{"c":"U","t":' + json.dumps(plan.type) + ',"id":' + topic[:-1] + "-"
    middle = '","p":{"topic":' + topic + ',"i":'
    extra = "".join(f",{json.dumps(key)}:{json.dumps(value)}" for key, value in (plan.extra or {}).items())
    padding = "." * plan.size
    overhead = len(',"pad":""')
    index = plan.start
    end = None if plan.count is None else plan.start + plan.count
    while end is None or index < end:
        body = f"{before}{index}{middle}{index}{extra}"
        if plan.clock:
            body += f',"at":{time.time_ns()}'
        room = plan.size - len(body) - overhead - 2
        yield f'{body},"pad":"{padding[:room]}"}}}}' if room >= 0 else body + "}}"
        index += 1


class Publication:
    """One plan being carried out on a thread of its own."""

    def __init__(self, server: PeerServer, plan: Plan, done: Callable[[Publication], None]):
        self.plan = plan
        self.published = 0
        self.bytes = 0
        self.seconds = 0.0
        self.last: str | None = None
        self.error: str | None = None
        self.finished = False
        self._native = server.native
        self._stopping = threading.Event()
        self._done = done
        self._thread = threading.Thread(target=self._run, name=f"publish {plan.topic}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it came to its end within ``timeout`` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def result(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "topic": self.plan.topic,
            "first": self.plan.start,
            "published": self.published,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 6),
            "running": not self.finished,
        }
        if self.error:
            answer["failed"] = self.error
        return answer

    def _run(self) -> None:
        started = time.monotonic()
        try:
            self._publish(started)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        finally:
            self.seconds = time.monotonic() - started
            self.finished = True
            self._done(self)

    def _publish(self, started: float) -> None:
        plan = self.plan
        send = self._native.broadcast_local if plan.local else self._native.broadcast
        if plan.rate is not None:
            burst = max(1, round(plan.rate * SLICE))
        else:
            burst = plan.chunk or 4096
        left = burst
        for text in texts(plan):
            send(plan.topic, text)
            self.published += 1
            self.bytes += len(text)
            self.last = text
            left -= 1
            if left:
                continue
            left = burst
            if plan.rate is not None:
                # By the clock from the start, so that a late slice does not lower the rate.
                rest = started + self.published / plan.rate - time.monotonic()
            else:
                rest = plan.pause
            if self._stopping.wait(rest) if rest > 0 else self._stopping.is_set():
                return
