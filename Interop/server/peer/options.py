"""What a peer can be started with, and which published version knows it."""

from __future__ import annotations

import argparse
import inspect
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, NoReturn

from wse_server import RustWSEServer

SERVER_VERSION = version("wse-server")

#: What the server demands of a secret.
SHORTEST_SECRET = 32


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise argparse.ArgumentTypeError("on or off")
    return text == "on"


@dataclass
class Options:
    """The settings of one peer. ``server`` holds those handed to ``RustWSEServer`` as they are."""

    host: str
    port: int
    secret: bytes | None
    issuer: str | None
    audience: str | None
    recovery: bool
    deny: list[str]
    announce: bool
    answer_via: str
    answer_delay: float
    server: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for ``RustWSEServer``, without host and port."""
        return {
            "jwt_secret": self.secret,
            "jwt_issuer": self.issuer,
            "jwt_audience": self.audience,
            "recovery_enabled": self.recovery,
            **self.server,
        }


class BadOption(ValueError):
    """An option that makes no sense, or that this version of the server does not have."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOption(message)


def accepted_parameters() -> set[str]:
    """The constructor parameters of the installed server."""
    return set(inspect.signature(RustWSEServer).parameters)


# Option, parameter of the server, type, help.
_PASSED_ON = [
    ("--max-connections", "max_connections", int, "refuse more than this many"),
    ("--recovery-buffer-size", "recovery_buffer_size", int, "events kept per topic (rounded up to a power of two)"),
    ("--recovery-ttl", "recovery_ttl", int, "seconds until an idle topic's buffer goes"),
    ("--recovery-max-messages", "recovery_max_messages", int, "refuse to replay more than this many at once"),
    ("--recovery-memory-budget", "recovery_memory_budget", int, "bytes of all buffers"),
    ("--presence", "presence_enabled", _switch, "on (default) or off"),
    ("--max-inbound-queue-size", "max_inbound_queue_size", int, "messages waiting for the application"),
    ("--ping-interval", "ping_interval", int, "seconds; 2.5.1 only"),
    ("--idle-timeout", "idle_timeout", int, "seconds; 2.5.1 only"),
    ("--max-message-size", "max_message_size", int, "bytes of an inbound frame; 2.5.1 only"),
    ("--max-outbound-queue-bytes", "max_outbound_queue_bytes", int, "per connection, more is dropped; 2.5.1 only"),
    ("--rate-limit-capacity", "rate_limit_capacity", float, "2.5.1 only"),
    ("--rate-limit-refill", "rate_limit_refill", float, "2.5.1 only"),
]


def parse(arguments: list[str]) -> Options:
    """Reads the command line.

    Raises ``BadOption`` also where the installed server lacks what was asked for: quietly going without would make
    a test of that setting pass for nothing.
    """
    parser = _Parser(
        prog="wse_peer.py",
        description="The published wse-server as a peer, commanded by lines of JSON on standard input.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (default) picks a free one")
    parser.add_argument("--secret", help="HS256 secret, 32 bytes or more; without it nobody is authenticated")
    parser.add_argument("--issuer")
    parser.add_argument("--audience")
    parser.add_argument("--recovery", type=_switch, default=True, help="on (default) or off")
    parser.add_argument("--deny", action="append", default=[], metavar="GLOB", help="refuse subscriptions to these")
    parser.add_argument(
        "--announce", type=_switch, default=False,
        help="on: the application sends server_ready itself where there is no secret (the server then sends none)",
    )
    parser.add_argument(
        "--answer-via", choices=("send_event", "send"), default="send_event",
        help="how subscription answers go out: binary and encrypted where agreed, or as plain text",
    )
    parser.add_argument("--answer-delay", type=float, default=0.0, metavar="SECONDS",
                        help="wait this long between a replay and its answer")
    for option, parameter, kind, text in _PASSED_ON:
        parser.add_argument(option, dest=parameter, type=kind, help=text)
    given = parser.parse_args(arguments)

    passed = {name: getattr(given, name) for _, name, _, _ in _PASSED_ON if getattr(given, name) is not None}
    passed.setdefault("presence_enabled", True)
    missing = sorted(set(passed) - accepted_parameters())
    if missing:
        raise BadOption(f"wse-server {SERVER_VERSION} has no {', '.join(missing)}")
    if given.secret is not None and len(given.secret.encode()) < SHORTEST_SECRET:
        raise BadOption(f"the secret must have {SHORTEST_SECRET} bytes or more")
    return Options(
        host=given.host,
        port=given.port,
        secret=given.secret.encode() if given.secret else None,
        issuer=given.issuer,
        audience=given.audience,
        recovery=given.recovery,
        deny=given.deny,
        announce=given.announce,
        answer_via=given.answer_via,
        answer_delay=given.answer_delay,
        server=passed,
    )
