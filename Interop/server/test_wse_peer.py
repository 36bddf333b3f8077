"""Proves that the peer does what Interop/README.md says, with the server version of the Python that runs this.

    Scripts/interop-env --tools
    .interop/venv-2.5.1/bin/python -m unittest discover -s Interop/server
    .interop/venv-2.0.1/bin/python -m unittest discover -s Interop/server
"""

from __future__ import annotations

import json
import signal
import socket
import unittest

from peer_process import PeerFailure, PeerProcess
from peer_test import NEW, VERSION, PeerTest, indices
from raw_client import RawClient, envelope


class Starting(unittest.TestCase):
    def test_says_port_and_version(self) -> None:
        with PeerProcess() as peer:
            self.assertEqual(peer.version, VERSION)
            socket.create_connection(("127.0.0.1", peer.port), timeout=2).close()

    def test_takes_the_port_asked_for_and_says_when_it_is_taken(self) -> None:
        with PeerProcess() as first:
            with self.assertRaisesRegex(PeerFailure, "cannot listen"):
                PeerProcess("--port", str(first.port))

    def test_refuses_what_the_version_lacks(self) -> None:
        if NEW:
            PeerProcess("--idle-timeout", "30").close()
        else:
            with self.assertRaisesRegex(PeerFailure, "has no idle_timeout"):
                PeerProcess("--idle-timeout", "30")

    def test_refuses_unknown_options_and_short_secrets(self) -> None:
        with self.assertRaisesRegex(PeerFailure, "bogus"):
            PeerProcess("--bogus")
        with self.assertRaisesRegex(PeerFailure, "32 bytes"):
            PeerProcess(secret="short")

    def test_ends_when_its_input_does(self) -> None:
        peer = PeerProcess()
        self.assertEqual(peer.close(), 0)

    def test_ends_on_sigterm_with_a_client_connected(self) -> None:
        peer = PeerProcess()
        client = RawClient(peer.port, peer.token())
        peer.process.send_signal(signal.SIGTERM)
        self.assertEqual(peer.process.wait(5), 0)
        client.socket.close()
        peer.close()

    def test_answers_nonsense_with_errors_and_goes_on(self) -> None:
        with PeerProcess() as peer:
            for line in ("nonsense", "[]", "{}", '{"cmd":"no_such"}', '{"cmd":"publish"}', '{"cmd":"publish","topic":1}',
                         '{"cmd":"publish","topic":"a","count":-1}', '{"cmd":"publish","topic":"a","count":null}',
                         '{"cmd":"send_raw","hex":"zz"}', '{"cmd":"disconnect","conn":"nobody"}',
                         '{"cmd":"wait","for":"luck"}', '{"cmd":"token","kind":"odd"}'):
                self.assertIn("error", peer.send_line(line), line)
            self.assertEqual(peer.send_line('{"cmd":"stats","id":7}')["id"], 7)

    def test_without_a_secret_the_application_may_announce(self) -> None:
        with PeerProcess("--announce", "on", secret=None) as peer, RawClient(peer.port) as client:
            ready, hello = client.handshake()
            self.assertEqual(ready["c"], "WSE")
            self.assertEqual(hello["p"]["server_version"], VERSION)


class Tokens(PeerTest):
    arguments = ("--issuer", "wse-swift", "--audience", "tests")

    def test_good_is_let_in(self) -> None:
        ready, hello = RawClient(self.peer.port, self.peer.token(sub="alice")).handshake()
        self.assertEqual(ready["p"]["details"]["user_id"], "alice")
        self.assertTrue(hello["p"]["features"]["recovery"])

    def test_every_bad_one_is_refused(self) -> None:
        kinds = ("expired", "wrong_secret", "wrong_issuer", "wrong_audience", "no_subject", "garbage")
        cases = [(kind, self.peer.token(kind=kind), "AUTH_FAILED") for kind in kinds] + [("none", None, "AUTH_REQUIRED")]
        for kind, token, code in cases:
            with self.subTest(kind), RawClient(self.peer.port, token) as client:
                self.assertEqual(client.close_code(), 4401 if NEW else 1005)
                events = [envelope(frame) for frame in client.frames]
                self.assertEqual([(event["t"], event["p"]["code"]) for event in events], [("error", code)])


class Topics(PeerTest):
    def test_subscribe_publish_unsubscribe(self) -> None:
        client = self.client()
        self.assertEqual(client.subscribe("a", "b", "a"), {"success_topics": ["a", "b"], "failed_topics": []})
        answer = self.peer.command("publish", topic="a", count=50, size=200)
        self.assertEqual((answer["published"], answer["bytes"]), (50, 10_000))
        events = self.collect(client, 50)
        self.assertEqual(indices(events), list(range(50)))
        if NEW:
            self.assertEqual([(event["tp"], event["o"]) for event in events], [("a", i) for i in range(50)])
            self.assertEqual({event["e"] for event in events}, {self.peer.command("positions", topics=["a"])["positions"]["a"]["epoch"]})
        else:
            self.assertFalse([event for event in events if {"tp", "e", "o"} & set(event)])
        client.message("subscription_update", {"action": "unsubscribe", "topics": ["a"]}, c="WSE", cid="c-1")
        gone = client.event("subscription_update")
        self.assertEqual((gone["p"], gone["cid"]), ({"success_topics": ["a"], "failed_topics": []}, "c-1"))
        self.peer.command("publish", topic="a", count=1)
        self.peer.command("publish", topic="b", count=1, type="last")
        self.assertEqual([event["t"] for event in client.until(lambda event: event.get("t") == "last")], ["last"])

    def test_denied_topics_fail_alone(self) -> None:
        self.peer.command("deny", topics=["secret*"])
        client = self.client()
        self.assertEqual(client.subscribe("secret.a", "open"), {"success_topics": ["open"], "failed_topics": ["secret.a"]})

    def test_denied_topics_have_no_snapshot(self) -> None:
        self.peer.command("deny", topics=["secret"])
        client = self.client()
        client.message("sync_request", {"topics": ["secret", "open"]})
        events = client.until(lambda event: event["t"] == "snapshot_complete")
        self.assertEqual([event["p"].get("topic") for event in events], ["open", None])
        self.assertEqual(events[-1]["p"]["count"], 1)

    def test_malformed_requests_are_told(self) -> None:
        client = self.client()
        for payload, code in (({"action": "subscribe", "topics": "a"}, "INVALID_SUBSCRIPTION"), (5, "INVALID_SUBSCRIPTION"),
                              ({"action": "dance", "topics": []}, "INVALID_ACTION")):
            client.message("subscription_update", payload)
            self.assertEqual(client.event("error")["p"]["code"], code)
        self.assertEqual(self.peer.command("stats")["error_count"], 0)

    def test_snapshots_then_their_end(self) -> None:
        client = self.client()
        self.peer.command("publish", topic="a", count=3)
        client.message("sync_request", {"topics": ["a", "never"], "include_snapshots": True}, c="S", cid="s-1")
        events = client.until(lambda event: event["t"] == "snapshot_complete")
        self.assertEqual([(event["c"], event["t"], event["cid"]) for event in events],
                         [("S", "topic_snapshot", "s-1")] * 2 + [("S", "snapshot_complete", "s-1")])
        self.assertEqual(events[0]["p"], {"topic": "a", "published": 3, "last": {"topic": "a", "i": 2}})
        self.assertEqual(events[1]["p"], {"topic": "never", "published": 0, "last": None})
        self.assertEqual(events[2]["p"], {"topics": ["a", "never"], "count": 2})


class Recovery(PeerTest):
    arguments = ("--recovery-buffer-size", "64", "--recovery-max-messages", "50", "--answer-delay", "0.1")

    def resume(self, epoch: object, offset: object) -> tuple[dict, list[int]]:
        client = self.client()
        answer = client.subscribe("a", recover=True, recovery={"a": {"epoch": epoch, "offset": offset}})
        state = answer["recovery"]["a"]
        self.assertEqual(set(state), {"epoch", "offset", "recovered", "recoverable", "count"})
        self.assertEqual(answer["success_topics"], ["a"])
        return state, [envelope(frame)["p"]["i"] for frame in client.frames]

    def test_replays_what_was_missed_before_it_answers(self) -> None:
        head = self.peer.command("publish", topic="a", count=40)["head"]
        epoch = head["epoch"]
        self.assertEqual(self.peer.command("positions", topics=["a"])["positions"], {"a": head})
        full = {"epoch": epoch, "offset": 39, "recoverable": True}
        self.assertEqual(self.resume(epoch, 9), ({**full, "recovered": True, "count": 30}, list(range(10, 40))))
        self.assertEqual(self.resume(epoch, 39), ({**full, "recovered": True, "count": 0}, []))
        nothing = {**full, "recovered": False, "count": 0}
        self.assertEqual(self.resume("00000001", 9), (nothing, []))
        self.assertEqual(self.resume("not hex", 9), (nothing, []))
        self.assertEqual(self.resume(epoch, -1), (nothing, []))
        self.assertEqual(self.resume(epoch, True), (nothing, []))
        self.assertEqual(self.resume(None, None), (nothing, []))
        self.peer.command("publish", topic="a", count=40)
        self.assertEqual(self.resume(epoch, 9), ({**nothing, "offset": 79}, []))
        self.assertEqual(self.peer.command("stats")["error_count"], 0)

    def test_a_topic_never_published_has_no_epoch(self) -> None:
        client = self.client()
        answer = client.subscribe("new", recover=True)
        self.assertEqual(answer["recovery"]["new"],
                         {"epoch": None, "offset": 0, "recovered": False, "recoverable": False, "count": 0})

    def test_positions_leave_no_subscriber_behind(self) -> None:
        client = self.client()
        for _ in range(3):
            self.peer.command("positions", topics=["a"])
        client.subscribe("a")
        counts = self.peer.command("subscribers", topic="a")
        self.assertEqual((counts["native"], counts["asked"]), (1, 1))

    def test_recovery_and_presence_go_together(self) -> None:
        client = self.client(sub="alice")
        answer = client.subscribe("a", recover=True, presence={"mood": "good"})
        self.assertIn("a", answer["recovery"])
        self.assertEqual(self.peer.command("presence", topic="a")["members"],
                         {"alice": {"data": {"mood": "good"}, "connections": 1}})

    def test_restart_keeps_the_port_and_loses_epochs(self) -> None:
        client = self.client()
        client.subscribe("a")
        self.peer.command("publish", topic="a", count=3)
        before = self.peer.command("positions", topics=["a"])["positions"]["a"]
        answer = self.peer.command("restart", down=0.1)
        self.assertEqual(answer["port"], self.peer.port)
        self.assertEqual(client.close_code(), 1001 if NEW else 1005)
        self.assertEqual(self.peer.command("connections")["connections"], [])
        again = self.client()
        again.subscribe("a")
        self.peer.command("publish", topic="a", count=1)
        self.assertEqual(indices(self.collect(again, 1)), [3])
        after = self.peer.command("positions", topics=["a"])["positions"]["a"]
        self.assertEqual((before["offset"], after["offset"]), (2, 0))
        self.assertNotEqual(before["epoch"], after["epoch"])


class AnswersAsText(PeerTest):
    arguments = ("--answer-via", "send")

    def test_are_text_in_the_dialect_of_the_version(self) -> None:
        client = self.client()
        client.message("subscription_update", {"action": "subscribe", "topics": ["a"]}, cid="c-1")
        frame = client.next()
        self.assertIsInstance(frame, str)
        self.assertTrue(frame.startswith('{"c":"WSE"' if NEW else "WSE{"), frame)
        event = envelope(frame)
        self.assertEqual((event["t"], event["cid"], event["p"]),
                         ("subscription_update", "c-1", {"success_topics": ["a"], "failed_topics": []}))


class Requests(PeerTest):
    def test_echo_gives_payload_and_correlation_back(self) -> None:
        client = self.client()
        for payload in ({"a": [1, 2.5, None, True, "ü"]}, [], 0, "", None):
            client.send(json.dumps({"c": "U", "t": "echo", "p": payload, "cid": "c-9"}))
            event = client.event("echo")
            self.assertEqual((event["p"], event["cid"], event["c"]), (payload, "c-9", "U"))

    def test_request_is_answered_failed_late_or_never(self) -> None:
        client = self.client()
        client.message("request", {"silent": True}, cid="1")
        client.message("request", {"delay": 0.2}, cid="2")
        client.message("request", {"fail": True}, cid="3")
        client.message("request", {"x": 1}, cid="4")
        events = client.until(lambda event: event.get("cid") == "2")
        self.assertEqual([(event["t"], event["cid"]) for event in events],
                         [("error", "3"), ("response", "4"), ("response", "2")])

    def test_muted_types_get_no_answer(self) -> None:
        client = self.client()
        self.peer.command("mute", types=["subscription_update"])
        client.message("subscription_update", {"action": "subscribe", "topics": ["a"]})
        self.peer.command("wait", **{"for": "received"}, type="subscription_update")
        self.assert_quiet(client)
        self.peer.command("mute", types=[])
        self.assertEqual(client.subscribe("a")["success_topics"], ["a"])

    def test_clients_publish(self) -> None:
        client = self.client()
        client.subscribe("a")
        client.message("publish", {"topic": "a", "count": 20, "type": "tick"}, cid="p-1")
        self.assertEqual(indices(self.collect(client, 20)), list(range(20)))
        client.message("publish", {"topic": "a", "count": None}, cid="p-2")
        self.assertEqual(client.event("error")["p"]["code"], "INVALID_ACTION")

    def test_clients_are_told_when_publishing_is_done(self) -> None:
        client = self.client()
        client.message("publish", {"topic": "a", "count": 5}, cid="p-1")
        done = client.event("publish_done")
        self.assertEqual((done["cid"], done["p"]["published"], done["p"]["running"]), ("p-1", 5, False))

    def test_received_tells_text_json_and_binary_apart(self) -> None:
        client = self.client()
        client.send('{"t":"mine","p":{"a":1}}')
        client.send("plain")
        client.send(b"\x00\xff")
        self.peer.command("wait", **{"for": "received"}, kind="bin")
        entries = self.peer.command("received", since=1)["entries"]
        self.assertEqual([(entry["kind"], entry.get("data"), entry.get("hex")) for entry in entries],
                         [("msg", {"t": "mine", "p": {"a": 1}}, None), ("raw", "plain", None), ("bin", None, "00ff")])
        self.assertEqual(self.peer.command("received", type="mine", clear=True)["count"], 1)
        self.assertEqual(self.peer.command("received")["entries"], [])

    def test_presence_is_told_to_members(self) -> None:
        alice, bob = self.client(sub="alice"), self.client(sub="bob")
        alice.subscribe("room", presence={"mood": "good"})
        bob.subscribe("room", presence={"mood": "bad"})
        joined = alice.until(lambda event: event.get("t") == "presence_join" and event["p"]["user_id"] == "bob")[-1]
        self.assertEqual(joined["p"]["data"], {"mood": "bad"})
        bob.message("presence_update", {"data": {"mood": "better"}})
        self.assertEqual(alice.event("presence_update")["p"], {"user_id": "bob", "data": {"mood": "better"}})
        members = self.peer.command("presence", topic="room")
        self.assertEqual(members["stats"], {"num_users": 2, "num_connections": 2})
        bob.socket.close()
        self.assertEqual(alice.event("presence_leave")["p"]["user_id"], "bob")


class Sending(PeerTest):
    def test_frames_go_out_as_they_are(self) -> None:
        client = self.client()
        [connection] = self.peer.command("connections")["connections"]
        self.peer.command("send_raw", conn=connection["conn"], text="any text")
        self.assertEqual(client.next(), "any text")
        self.peer.command("send_raw", hex="00ff")
        self.assertEqual(client.next(), b"\x00\xff")
        [size] = self.peer.command("send_event", event={"t": "big", "p": "z" * 3000})["bytes"]
        frame = client.next()
        self.assertEqual((frame[:2], len(frame)), (b"C:", size))
        client.subscribe("a")
        self.peer.command("broadcast", topic="a", texts=["one", "two"])
        self.assertEqual([client.next(), client.next()], ["one", "two"])
        self.peer.command("broadcast", text="[1]")
        self.assertEqual(client.next(), "[1]")

    def test_connections_come_and_go(self) -> None:
        client = self.client(sub="alice")
        client.subscribe("a")
        self.peer.command("wait", **{"for": "subscribers"}, topic="a")
        [entry] = self.peer.command("connections")["connections"]
        self.assertEqual((entry["user"], entry["topics"]), ("alice", ["a"]))
        with self.assertRaisesRegex(PeerFailure, "there are 1 connections, wanted 0"):
            self.peer.command("wait", **{"for": "connections"}, count=0, exactly=True, timeout=0.05)
        self.assertEqual(self.peer.command("disconnect")["disconnected"], 1)
        self.assertEqual(client.close_code(), 1005)
        self.peer.command("wait", **{"for": "connections"}, count=0, exactly=True)

    def test_drain_closes_with_its_code(self) -> None:
        client = self.client()
        if NEW:
            self.peer.command("drain")
            self.assertEqual(client.close_code(), 4300)
        else:
            with self.assertRaisesRegex(PeerFailure, "has no drain"):
                self.peer.command("drain")


if __name__ == "__main__":
    unittest.main()
