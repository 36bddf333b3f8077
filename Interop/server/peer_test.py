"""What the tests of the peer share."""

from __future__ import annotations

import unittest
from importlib.metadata import version

from peer_process import PeerProcess
from raw_client import RawClient

VERSION = version("wse-server")
#: 2.5.1 stamps topic events and has drain() and limits; 2.0.1 has none of these.
NEW = not VERSION.startswith("2.0.")


def indices(events: list[dict]) -> list[int]:
    return [event["p"]["i"] for event in events if event.get("t") == "tick"]


class PeerTest(unittest.TestCase):
    arguments: tuple[str, ...] = ()

    def setUp(self) -> None:
        self.peer = PeerProcess(*self.arguments)
        self.addCleanup(self.peer.close)

    def client(self, **token: object) -> RawClient:
        client = RawClient(self.peer.port, self.peer.token(**token))
        self.addCleanup(client.socket.close)
        ready, _ = client.handshake()
        # The server tells its application of a connection a moment after it has greeted the client.
        connection = ready["p"]["details"]["connection_id"]
        self.peer.command("wait", **{"for": "received"}, kind="auth_connect", conn=connection)
        return client

    def collect(self, client: RawClient, count: int) -> list[dict]:
        """The next ``count`` events of type tick."""
        events: list[dict] = []
        while len(events) < count:
            events.append(client.event("tick"))
        return events

    def assert_quiet(self, client: RawClient) -> None:
        """Nothing but what was asked for: an echo must be the next thing to come, once topic events had their time."""
        client.message("echo", {"quiet": True})
        seen = client.until(lambda event: event.get("t") == "echo")
        self.assertEqual([event["t"] for event in seen], ["echo"])
