"""Proves that what a peer publishes arrives: at full speed, paced, across a cluster, at the published client."""

from __future__ import annotations

import asyncio
import socket
import unittest

from peer_process import PeerFailure, PeerProcess
from peer_test import NEW, PeerTest, indices
from raw_client import RawClient


class Publishing(PeerTest):
    # With the default queue of 16 MiB the server may drop events for a client that is held up for a moment.
    arguments = ("--max-outbound-queue-bytes", str(256 << 20)) if NEW else ()

    def test_full_speed_arrives_complete_and_in_order(self) -> None:
        client = self.client()
        client.subscribe("a")
        answer = self.peer.command("publish", topic="a", count=100_000, size=230)
        self.assertEqual((answer["published"], answer["bytes"]), (100_000, 23_000_000))
        self.assertEqual(indices(self.collect(client, 100_000)), list(range(100_000)))
        self.assertEqual(self.peer.command("stats")["dropped"], 0 if NEW else None)

    def test_rates_and_chunks_and_stopping(self) -> None:
        client = self.client()
        client.subscribe("a", "b", "c")
        self.assertGreaterEqual(self.peer.command("publish", topic="a", count=200, rate=1000)["seconds"], 0.19)
        self.assertGreaterEqual(self.peer.command("publish", topic="b", count=100, chunk=25, pause=0.05)["seconds"], 0.15)
        self.assertEqual(len(self.collect(client, 300)), 300)
        self.peer.command("publish", topic="c", count=None, rate=2000, wait=False, name="feed")
        self.collect(client, 100)
        with self.assertRaisesRegex(PeerFailure, "is running"):
            self.peer.command("publish", topic="c", count=1, name="feed")
        stopped = self.peer.command("publish_stop", name="feed")
        self.assertGreaterEqual(stopped["published"], 100)
        self.assertFalse(stopped["running"])
        self.assertEqual(self.peer.command("publish", topic="c", count=1)["first"], stopped["published"])

    def test_indices_of_a_topic_go_on(self) -> None:
        self.peer.command("publish", topic="a", count=100, rate=500, wait=False, name="first")
        second = self.peer.command("publish", topic="a", count=5, name="second")
        self.assertEqual((second["first"], second["published"]), (100, 5))
        self.assertEqual(self.peer.command("publish_wait", name="first")["published"], 100)
        self.assertEqual(self.peer.command("publish", topic="a", count=1)["first"], 105)
        self.peer.command("publish", topic="b", count=100_000, rate=500, wait=False)
        stopped = self.peer.command("publish_stop", topic="b")
        self.assertLess(stopped["published"], 100_000)
        self.assertEqual(self.peer.command("publish", topic="b", count=1)["first"], stopped["published"])

    def test_sizes_are_met_to_the_byte(self) -> None:
        client = self.client()
        client.subscribe("ä")
        for size in (100, 101, 1024, 65_536):
            self.assertEqual(self.peer.command("publish", topic="ä", count=1, size=size)["bytes"], size)
            self.collect(client, 1)


class Cluster(unittest.TestCase):
    def test_two_peers_share_topics(self) -> None:
        ports = []
        with socket.socket() as one, socket.socket() as two:
            for probe in (one, two):
                probe.bind(("127.0.0.1", 0))
                ports.append(probe.getsockname()[1])
        with PeerProcess() as left, PeerProcess() as right:
            if NEW:  # only one of them may dial, and which is not known
                right.command("cluster", port=ports[1], peers=[f"127.0.0.1:{ports[0]}"])
                left.command("cluster", port=ports[0], peers=[f"127.0.0.1:{ports[1]}"])
            else:  # where both dial, its cluster manager may die of the second connection
                right.command("cluster", port=ports[1], peers=[])
                left.command("cluster", peers=[f"127.0.0.1:{ports[1]}"])
            left.command("wait", **{"for": "cluster"}, timeout=20)
            right.command("wait", **{"for": "cluster"}, timeout=20)
            with RawClient(right.port, right.token()) as client:
                client.handshake()
                client.subscribe("a")
                # Peers learn of a subscription a moment later, and nothing says when.
                left.command("publish", topic="a", count=None, rate=20, wait=False)
                self.assertEqual(client.event("tick")["p"]["topic"], "a")
                left.command("publish_stop", topic="a")


class PublishedClient(PeerTest):
    def test_the_published_client_talks_to_it(self) -> None:
        from wse_client import AsyncWSEClient

        async def talk() -> tuple[list[int], object]:
            client = AsyncWSEClient(f"ws://127.0.0.1:{self.peer.port}/wse", token=self.peer.token(), queue_size=10_000)
            async with client:
                await client.subscribe(["a"])
                await asyncio.to_thread(self.peer.command, "wait", **{"for": "subscribers"}, topic="a")
                await asyncio.to_thread(self.peer.command, "publish", topic="a", count=1000)
                seen = [(await client.recv(timeout=10)).payload["i"] for _ in range(1000)]
                # The echo itself is not awaited: this client orders by `seq`, which no server counts per connection,
                # and drops it.
                await client.send("echo", {"x": 1}, correlation_id="c-1")
                await asyncio.to_thread(self.peer.command, "wait", **{"for": "received"}, type="echo")
                [echo] = (await asyncio.to_thread(self.peer.command, "received", type="echo"))["entries"]
                return seen, (echo["data"]["p"], echo["data"]["cid"])

        seen, echo = asyncio.run(talk())
        self.assertEqual(seen, list(range(1000)))
        self.assertEqual(echo, ({"x": 1}, "c-1"))


if __name__ == "__main__":
    unittest.main()
